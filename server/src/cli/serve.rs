//! `muster serve`: runs until it is told to stop, and prints where it is and how to get in.

use std::sync::Arc;

use anyhow::Context;

use super::settings::Settings;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::{Invitation, serve, shutdown, telemetry};

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
    let Arguments { settings, demo, demo_stock, page_count_max, clock_offset_ms } = arguments;
    let mut config = settings.read()?;
    config.is_demo = demo;
    config.demo_stock = demo_stock;
    config.page_count_max = page_count_max;
    config.clock = Arc::new(SystemClock { offset_ms: clock_offset_ms });
    telemetry::start(&config.log, config.log_format);
    super::runtime()?.block_on(until_asked(config))
}

async fn until_asked(config: Config) -> anyhow::Result<()> {
    let origin = config.origin.clone();
    let running = serve(config).await?;
    announce(origin.as_deref(), running.port(), running.invitations());
    shutdown::asked().await.context("signals cannot be heard")?;
    tracing::info!("stopping: no new pushes; what waits is committed");
    running.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// One text in one write: whoever reads it may have gone, and the relay serves on.
fn announce(origin: Option<&str>, port: u16, invitations: &[Invitation]) {
    let mut text = format!("\n  Muster 点验   http://localhost:{port}/\n");
    if let Some(origin) = origin {
        text.push_str(&format!("  People reach it at {origin}/\n"));
    }
    text.push('\n');
    if !invitations.is_empty() {
        text.push_str(
            "  One-time enrolment links; each opens its own app in this browser, and works for 72 hours:\n",
        );
        for Invitation { host, who, code } in invitations {
            text.push_str(&format!("    {who}\n      http://{host}:{port}/enrol#{code}\n"));
        }
        text.push('\n');
    }
    super::print(&text);
}
