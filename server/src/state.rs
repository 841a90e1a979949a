//! What every request can reach. Cloning it is cheap.

use std::sync::Arc;

use axum::extract::FromRef;

use crate::config::Config;
use crate::http::assets::Assets;
use crate::identity::Identity;
use crate::load::Load;
use crate::photos::Photos;
use crate::projector::BoardFeed;
use crate::relay::Relay;

/// The running relay's parts, as requests see them.
#[derive(Clone, FromRef)]
pub struct App {
    /// The log and everything that enters it.
    pub relay: Relay,
    /// Enrolment and sessions.
    pub identity: Arc<Identity>,
    /// What it has taken on, and may.
    pub load: Arc<Load>,
    /// Its settings.
    pub config: Arc<Config>,
    /// The merged state of all stations, live.
    pub board: BoardFeed,
    /// Photos and voice memos.
    pub photos: Arc<Photos>,
    /// The interface's files.
    pub assets: Arc<Assets>,
    /// Turns true when the relay is shutting down: long connections end then.
    pub closing: Closing,
}

/// Tells when the relay is shutting down.
pub type Closing = tokio::sync::watch::Receiver<bool>;
