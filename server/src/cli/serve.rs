//! `muster serve`: runs until it is told to stop, and prints where it is and how to get in.

use anyhow::Context;

use crate::config::Config;
use crate::{Invitation, serve, shutdown};

/// Serves until the first SIGTERM or Ctrl-C.
///
/// # Errors
/// When the data folder, the address or the runtime cannot be had.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let running = serve(config).await?;
    announce(running.port(), running.invitations());
    shutdown::asked().await.context("signals cannot be heard")?;
    tracing::info!("stopping: no new pushes; what waits is committed");
    running.stop().await;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the links are what the person at the terminal is here for")]
fn announce(port: u16, invitations: &[Invitation]) {
    println!();
    println!("  Muster 点验   http://localhost:{port}/");
    if !invitations.is_empty() {
        println!();
        println!(
            "  One-time enrolment links; each opens its own app in this browser, and works for 72 hours:"
        );
        for Invitation { host, who, code } in invitations {
            println!("    {who}");
            println!("      http://{host}:{port}/enrol#{code}");
        }
    }
    println!();
}
