//! Edits that are whole, and a log that has lost what they build on: they are sent again as they are, once the log has been
//! compared with what is here and was given back what it lost.

use std::collections::BTreeSet;

use super::{Stage, is_about_place};
use crate::gather::Gather;
use crate::ids::{ChangeHash, CollectionId, DocumentId};
use crate::limits::BEHIND_MAX;
use crate::protocol::RejectCode;
use crate::sync::device::Device;
use crate::sync::device::journal::{Entry, Then};
use crate::sync::device::port::{Effect, Write};

impl Device {
    /// A new link: what waited for the log to be made whole is tried again.
    pub(in super::super) fn try_those_behind(&mut self) {
        let due = self.remaking.due.iter();
        let behind: Vec<_> =
            due.filter(|(_, verdict)| verdict.stage == Stage::Behind).map(|(id, _)| *id).collect();
        behind.into_iter().for_each(|document| self.send_as_it_is(document));
    }

    pub(super) fn send_as_it_is(&mut self, document: DocumentId) {
        self.remaking.due.remove(&document);
        self.outbox.resume(document);
    }

    /// Whether the edits are whole and it is the log that lacks what they build on.
    pub(super) fn is_log_behind(&mut self, id: DocumentId) -> bool {
        let Some(verdict) = self.remaking.due.get_mut(&id) else { return false };
        if !is_about_place(verdict.code) || verdict.code == RejectCode::ActorForked {
            return false;
        }
        let hashes: Vec<ChangeHash> = self.outbox.of(id).map(|mark| mark.hash).collect();
        let Some(document) = self.documents.document(id) else { return false };
        let times = self.remaking.behind.get_or_default(id);
        if *times >= BEHIND_MAX || !hashes.iter().all(|hash| document.contains(*hash)) {
            return false;
        }
        *times += 1;
        verdict.stage = Stage::Behind;
        true
    }

    /// What the log lacks was there once: it shows when the two are compared document by document.
    pub(super) fn look_for_what_is_lost(&mut self, behind: &[DocumentId]) -> Vec<Effect> {
        let of = |id: &DocumentId| self.remaking.due.get(id).map(|verdict| verdict.collection.clone());
        let mut collections: BTreeSet<CollectionId> = behind.iter().filter_map(of).into_set();
        collections.retain(|collection| self.identity.rights.may_read(collection));
        let writes: Vec<Write> =
            collections.iter().flat_map(|collection| self.begin_catch_up(collection)).collect();
        if writes.is_empty() {
            return Vec::new();
        }
        self.journal.add(Entry { writes, then: Then::News }).map(Effect::Persist).into_iter().collect()
    }
}
