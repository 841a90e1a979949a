//! The slice about what is only on this phone, and how the link is.

use minicbor::{Decode, Encode};
use shared::time::Timestamp;

use super::{AsideView, RejectedView};

/// What is only on this phone, and how the link is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode)]
pub struct SyncView {
    /// Changes that are only on this phone: 0 means that everything is at the centre.
    #[n(0)]
    pub pending: u32,
    /// When the oldest of them was made, by the phone's clock.
    #[n(1)]
    pub oldest_pending: Option<Timestamp>,
    /// How the link is.
    #[n(2)]
    pub link: LinkState,
    /// The last successful exchange, by the phone's clock.
    #[n(3)]
    pub last_contact: Option<Timestamp>,
    /// Relay clock minus phone clock, in milliseconds.
    #[n(4)]
    pub clock_offset_ms: Option<i64>,
    /// Own entries that the relay did not take, the latest first.
    #[n(5)]
    pub rejected: Vec<RejectedView>,
    /// Why the last exchange failed: a refusal or problem code; none when it did not or there is just no network.
    #[n(6)]
    pub problem: Option<String>,
    /// Bytes used by this origin, and granted to it; none where the browser does not say.
    #[n(7)]
    pub storage: Option<StorageView>,
    /// Entries that are kept and not shown in their rounds, by document.
    #[n(8)]
    pub aside: Vec<AsideView>,
}

shared::read_record!(SyncView {
    pending,
    oldest_pending,
    link,
    last_contact,
    clock_offset_ms,
    rejected,
    problem,
    storage,
    aside
});

/// How the link is. The truth is the last exchange, not what the browser believes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum LinkState {
    /// No contact; the next try is scheduled.
    #[default]
    #[n(0)]
    Offline,
    /// Trying.
    #[n(1)]
    Connecting,
    /// In contact, live.
    #[n(2)]
    Online,
    /// Another tab of this phone syncs.
    #[n(3)]
    OtherTab,
}

/// Storage of this origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode)]
pub struct StorageView {
    /// Bytes used.
    #[n(0)]
    pub used_bytes: u64,
    /// Bytes granted.
    #[n(1)]
    pub quota_bytes: u64,
    /// Whether the browser promised not to evict it.
    #[n(2)]
    pub is_persistent: bool,
}

shared::read_record!(StorageView { used_bytes, quota_bytes, is_persistent });
