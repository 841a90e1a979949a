//! The slice about what is only on this phone, and how the link is.

use std::collections::BTreeMap;

use link::slice::{LinkState, RejectedView, StorageView, SyncView};
use shared::sync::device::{self, Device};

/// The slice.
pub fn view(device: &Device, storage: Option<StorageView>) -> SyncView {
    let status = device.status();
    let mut rejected: BTreeMap<&'static str, u32> = BTreeMap::new();
    for one in &status.rejected {
        *rejected.entry(one.code.word()).or_default() += 1;
    }
    SyncView {
        pending: u32::try_from(status.pending).unwrap_or(u32::MAX),
        oldest_pending: status.oldest_pending,
        link: match status.link {
            device::LinkState::Offline => LinkState::Offline,
            device::LinkState::Connecting => LinkState::Connecting,
            device::LinkState::Online => LinkState::Online,
            device::LinkState::OtherTab => LinkState::OtherTab,
        },
        last_contact: status.last_contact,
        clock_offset_ms: status.clock_offset_ms,
        rejected: rejected
            .into_iter()
            .map(|(code, count)| RejectedView { code: code.to_owned(), count })
            .collect(),
        problem: status.problem,
        storage,
    }
}
