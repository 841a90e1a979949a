//! `muster serve`: runs until it is told to stop, and prints where it is and how to get in.

use std::sync::Arc;

use anyhow::Context;

use super::settings::Settings;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::demo::Size;
use crate::lan::Doors;
use crate::{Invitation, Running, serve, shutdown, telemetry};

/// What `muster serve` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    settings: Settings,
    /// Fill an empty data folder with a demo bureau and print enrolment links
    #[arg(long)]
    demo: bool,
    /// Try a large register: so many more things at the demo's station
    #[arg(long, hide = true, default_value_t = 0)]
    demo_stock: u32,
    /// Try a long history: checks of so many days at the demo's station
    #[arg(long, hide = true, default_value_t = 0)]
    demo_days: u16,
    /// Serve the phones of this local network over TLS: makes an authority on the first run, and prints the picture that
    /// gets a phone to trust it and into the app
    #[arg(long)]
    lan: bool,
    /// Try a full disk: the database may have this many pages
    #[arg(long, hide = true)]
    page_count_max: Option<u32>,
    /// Try another time: milliseconds added to the system's clock
    #[arg(long, hide = true, default_value_t = 0, allow_negative_numbers = true)]
    clock_offset_ms: i64,
}

/// Serves until the first SIGTERM or Ctrl-C.
///
/// # Errors
/// When the settings, the data folder, the address or the runtime cannot be had.
pub(super) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { settings, demo, demo_stock, demo_days, lan, page_count_max, clock_offset_ms } = arguments;
    let mut config = settings.read()?;
    config.is_demo = demo;
    config.demo_size = Size { stock: demo_stock, days: demo_days };
    config.is_lan = lan;
    config.page_count_max = page_count_max;
    config.clock = Arc::new(SystemClock { offset_ms: clock_offset_ms });
    telemetry::start(&config.log, config.log_format);
    super::runtime()?.block_on(until_asked(config))
}

async fn until_asked(config: Config) -> anyhow::Result<()> {
    let origin = config.origin.clone();
    let running = serve(config).await?;
    super::print(&announced(origin.as_deref(), &running));
    shutdown::asked().await.context("signals cannot be heard")?;
    tracing::info!("stopping: no new pushes; what waits is committed");
    running.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// What the terminal shows, as one text: whoever reads it may have gone, and the relay serves on.
fn announced(origin: Option<&str>, running: &Running) -> String {
    let port = running.port();
    let mut text = format!("\n  Muster 点验   http://localhost:{port}/\n");
    if let Some(origin) = origin {
        text.push_str(&format!("  People reach it at {origin}/\n"));
    }
    text.push('\n');
    let invitations = running.invitations();
    if !invitations.is_empty() {
        text.push_str(
            "  One-time enrolment links; each opens its own app in this browser, and works for 72 hours:\n",
        );
        for Invitation { host, who, code } in invitations {
            text.push_str(&format!("    {who}\n      http://{host}:{port}/enrol#{code}\n"));
        }
        text.push('\n');
    }
    if let Some(doors) = running.doors() {
        text.push_str(&outside(doors, running.fingerprint(), invitations));
    }
    text
}

/// The way in for phones. Of a demo, the first person's picture is drawn and the others' links are named: each code works
/// once, on this machine or on a phone.
fn outside(doors: &Doors, fingerprint: Option<&str>, invitations: &[Invitation]) -> String {
    let mut text = format!("  Phones of this network reach it at {}/\n", doors.app);
    if let Some(fingerprint) = fingerprint {
        text.push_str(&format!(
            "  The picture leads them to its certificate, and from there into the app. Compare the certificate's\n  \
             fingerprint with the one on the phone before it is installed:\n    {fingerprint}\n"
        ));
    }
    text.push_str(
        "  Give this machine a fixed address: at another one, phones find an empty app and must be enrolled again.\n\n",
    );
    let (first, others) = match invitations.split_first() {
        Some((first, others)) => (Some(first), others),
        None => (None, invitations),
    };
    match first {
        Some(first) => text.push_str(&format!("  For {}:\n", first.who)),
        None => {
            text.push_str("  `muster invite --officer ID` prints the same with a person's one-time code.\n")
        }
    }
    text.push_str(&super::pictured(&doors.link(first.map(|first| first.code.as_str()))));
    for Invitation { who, code, .. } in others {
        text.push_str(&format!("  For {who}:\n    {}\n", doors.link(Some(code))));
    }
    text.push('\n');
    text
}
