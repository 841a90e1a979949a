//! The command line. Each command has a file of its own; what they share is here: which data folder, which settings.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};

use crate::config::{Config, Given, LogFormat};
use crate::lan::Doors;
use crate::store::sqlite::{self, Options, Sqlite};

mod backup;
mod doctor;
mod init;
mod invite;
mod restore;
mod serve;
mod settings;

/// The relay of a bureau.
#[derive(Debug, Parser)]
#[command(
    name = "muster",
    version,
    about = "Muster 点验: checklists that merge. The relay of a bureau, with the app inside.",
    after_help = "First steps:\n  \
        muster init --id chaohu --name 巢湖市公安局 --admin 侯芳 --badge 013117\n  \
        muster serve\n\n\
        To look around without a bureau: muster serve --demo\n\
        On phones of this network: muster serve --lan\n\
        Every command explains itself: muster <COMMAND> --help"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the relay: answer the phones and serve the app until told to stop
    Serve(Box<serve::Arguments>),
    /// Found a bureau in an empty data folder and print its first admin's one-time link
    Init(init::Arguments),
    /// Print a one-time enrolment link for a person of the directory, for a new or another phone
    Invite(invite::Arguments),
    /// Copy everything into one file, checked, while the relay runs
    Backup(backup::Arguments),
    /// Make a new data folder of a backup; the phones give back what it does not have
    Restore(restore::Arguments),
    /// Examine everything that is kept, beside a running relay too; writes nothing, exits with 1 when something is wrong
    Doctor(doctor::Arguments),
    /// Print every setting as it is in effect, with its meaning, as a settings' file
    Config(Box<settings::Settings>),
}

/// Where the commands that are no relay find the data.
#[derive(Debug, Args)]
struct Place {
    /// The data folder [default: what the settings' file says, or `data`]
    #[arg(long, env = "MUSTER_DATA")]
    data: Option<PathBuf>,
    /// A settings' file (muster.toml)
    #[arg(long, env = "MUSTER_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Place {
    /// The settings that apply there.
    fn settings(&self) -> anyhow::Result<Config> {
        let given = Given { data: self.data.clone(), ..Given::default() };
        Ok(Config::of(given.or(read(self.config.as_ref())?)))
    }
}

/// A settings' file, if one is named.
fn read(config: Option<&PathBuf>) -> anyhow::Result<Given> {
    Ok(config.map(|path| Given::read(path)).transpose()?.unwrap_or_default())
}

/// Opens the database of a data folder in which there must be one: a mistyped folder is told and not made.
fn open(config: &Config) -> anyhow::Result<Sqlite> {
    must_exist(config)?;
    let options = Options { folder: config.data.clone(), ..Options::default() };
    Sqlite::open(options).with_context(|| format!("the database in {} does not open", config.data.display()))
}

fn must_exist(config: &Config) -> anyhow::Result<()> {
    anyhow::ensure!(
        sqlite::exists(&config.data),
        "there is no bureau in {}; name its folder with --data, or found one with `muster init`",
        config.data.display()
    );
    Ok(())
}

/// Runs what the command line asks for.
///
/// # Errors
/// When it cannot be done; the message is for the person at the terminal.
pub fn run() -> anyhow::Result<ExitCode> {
    let command = Arguments::parse().command;
    if !matches!(command, Command::Serve(_)) {
        let levels = std::env::var("MUSTER_LOG").unwrap_or_else(|_| "warn".to_owned());
        crate::telemetry::start(&levels, LogFormat::Text);
    }
    match command {
        Command::Serve(arguments) => serve::run(*arguments)?,
        Command::Init(arguments) => init::run(arguments)?,
        Command::Invite(arguments) => invite::run(&arguments)?,
        Command::Backup(arguments) => backup::run(&arguments)?,
        Command::Restore(arguments) => restore::run(&arguments)?,
        Command::Doctor(arguments) => return doctor::run(&arguments),
        Command::Config(arguments) => settings::run(*arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A runtime for a command.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("the runtime does not start")
}

/// Prints one text in one write. Whoever reads it may have gone; the command has done its work all the same.
fn print(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        tracing::warn!(error = &error as &dyn std::error::Error, "nobody reads what is printed");
    }
}

/// What is said of photos that were left out.
fn left_out(damaged: u64) -> String {
    if damaged == 0 { String::new() } else { format!(" ({damaged} are damaged, and were left out)") }
}

/// The link that enrols with a code: through the doors of a local network, if the relay has opened some and no origin is
/// set; else at the origin.
fn enrolment(config: &Config, code: &str) -> String {
    match (&config.origin, Doors::read(&config.data)) {
        (None, Some(doors)) => doors.link(Some(code)),
        _ => format!("{}/enrol#{code}", config.origin_at(config.listen.port()).trim_end_matches('/')),
    }
}

/// A link as people get it: its text, and its picture for a phone's camera.
fn pictured(link: &str) -> String {
    use qrcode::QrCode;
    use qrcode::render::unicode::Dense1x2;
    match QrCode::new(link) {
        // Dark on light, whatever the terminal's colours are.
        Ok(picture) => {
            let drawn = picture
                .render::<Dense1x2>()
                .dark_color(Dense1x2::Light)
                .light_color(Dense1x2::Dark)
                .quiet_zone(true)
                .build();
            format!("{link}\n\n{drawn}\n")
        }
        // An origin too long for a picture still works as text.
        Err(_) => format!("{link}\n"),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_whole() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_link_is_text_and_picture() {
        let mut config = Config::new("nowhere".into());
        config.origin = Some("https://muster.example/".to_owned());
        let shown = pictured(&enrolment(&config, "7K3M-9QXA-2PTD"));
        let mut lines = shown.lines();
        assert_eq!(lines.next(), Some("https://muster.example/enrol#7K3M-9QXA-2PTD"));
        assert!(lines.filter(|line| line.contains('█')).count() > 10, "{shown}");
        assert_eq!(pictured(&"x".repeat(9_000)).lines().count(), 1);
    }
}
