//! `muster serve`: runs until it is told to stop, and prints where it is and how to get in.

use std::io::Write;

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

/// One text in one write: whoever reads it may have gone, and the relay serves on.
fn announce(port: u16, invitations: &[Invitation]) {
    let mut text = format!("\n  Muster 点验   http://localhost:{port}/\n\n");
    if !invitations.is_empty() {
        text.push_str(
            "  One-time enrolment links; each opens its own app in this browser, and works for 72 hours:\n",
        );
        for Invitation { host, who, code } in invitations {
            text.push_str(&format!("    {who}\n      http://{host}:{port}/enrol#{code}\n"));
        }
        text.push('\n');
    }
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        tracing::warn!(error = &error as &dyn std::error::Error, "nobody reads what is printed");
    }
}
