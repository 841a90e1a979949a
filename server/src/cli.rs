//! The command line: `muster serve`, `muster invite`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::clock::SystemClock;
use crate::config::Config;

mod invite;
mod serve;

/// The relay of a bureau.
#[derive(Debug, Parser)]
#[command(
    name = "muster",
    version,
    about = "Checklists that merge: the relay of a bureau, with the app inside"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the relay
    Serve {
        /// The data folder
        #[arg(long, default_value = "data", env = "MUSTER_DATA")]
        data: PathBuf,
        /// Address and port; plain HTTP, so loopback only
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Serve the interface from this folder instead of from the binary
        #[arg(long)]
        assets: Option<PathBuf>,
        /// Fill an empty data folder with a demo bureau and print enrolment links
        #[arg(long)]
        demo: bool,
        /// Try a full disk: the database may have this many pages
        #[arg(long, hide = true)]
        page_count_max: Option<u32>,
        /// Try another time: milliseconds added to the system's clock
        #[arg(long, hide = true, default_value_t = 0, allow_negative_numbers = true)]
        clock_offset_ms: i64,
    },
    /// Print a one-time enrolment code for a person of the directory
    Invite {
        /// The data folder
        #[arg(long, default_value = "data", env = "MUSTER_DATA")]
        data: PathBuf,
        /// The person's id
        #[arg(long)]
        officer: String,
    },
}

/// Runs what the command line asks for.
///
/// # Errors
/// When it cannot be done; the message is for the person at the terminal.
pub fn run() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    crate::telemetry::start();
    match arguments.command {
        Command::Serve { data, listen, assets, demo, page_count_max, clock_offset_ms } => {
            let mut config = Config::new(data);
            config.listen = listen;
            config.assets = assets;
            config.is_demo = demo;
            config.page_count_max = page_count_max;
            config.clock = Arc::new(SystemClock { offset_ms: clock_offset_ms });
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()
                .context("the runtime does not start")?;
            runtime.block_on(serve::run(config))
        }
        Command::Invite { data, officer } => invite::run(data, &officer),
    }
}
