//! What must become durable, in order, one transaction at a time; and what happens when it has. Deeds that wait
//! together share a transaction.

use std::collections::VecDeque;

use super::port::Write;
use super::remake::Remade;
use crate::ids::{ChangeHash, CollectionId, DocumentId};

/// Transactions under way and waiting.
#[derive(Debug, Default)]
pub(super) struct Journal {
    under_way: Option<Entry>,
    waiting: VecDeque<Entry>,
}

/// One transaction.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) writes: Vec<Write>,
    pub(super) then: Then,
}

/// What a transaction is for.
#[derive(Debug)]
pub(super) enum Then {
    /// Deeds of the person, which are in the documents already.
    Deeds(Vec<DeedDone>),
    /// News from the relay, which are applied once they are durable.
    News,
    /// The answer to an exchange: applied once durable, and then the next exchange may begin.
    Answer,
    /// Edits that were made again, which are in the documents already.
    Remade(Box<Remade>),
}

/// A deed and what it wrote.
#[derive(Debug)]
pub(super) struct DeedDone {
    pub(super) command: u32,
    /// An answer may bring a defect's report along.
    pub(super) written: Vec<(DocumentId, ChangeHash)>,
}

impl Journal {
    /// Adds a transaction; gives the writes to perform now, if none is under way.
    pub(super) fn add(&mut self, entry: Entry) -> Option<Vec<Write>> {
        match (self.waiting.back_mut(), entry.then) {
            (Some(Entry { writes, then: Then::Deeds(deeds) }), Then::Deeds(more)) => {
                writes.extend(entry.writes);
                deeds.extend(more);
            }
            (_, then) => self.waiting.push_back(Entry { writes: entry.writes, then }),
        }
        self.start()
    }

    /// Whether everything is durable.
    pub(super) fn is_idle(&self) -> bool {
        self.under_way.is_none() && self.waiting.is_empty()
    }

    /// Whether a collection's place is about to become another one.
    pub(super) fn is_moving(&self, collection: &CollectionId) -> bool {
        let entries = self.under_way.iter().chain(&self.waiting);
        let is_place =
            |write: &Write| matches!(write, Write::Cursor { collection: of, .. } if of == collection);
        entries.flat_map(|entry| &entry.writes).any(is_place)
    }

    /// Begins the next transaction, if none is under way.
    pub(super) fn start(&mut self) -> Option<Vec<Write>> {
        if self.under_way.is_some() {
            return None;
        }
        let entry = self.waiting.pop_front()?;
        let writes = entry.writes.clone();
        self.under_way = Some(entry);
        Some(writes)
    }

    /// The transaction under way has ended.
    pub(super) fn end(&mut self) -> Option<Entry> {
        self.under_way.take()
    }

    /// Deeds that wait behind a failed transaction: they may build on what it lost.
    pub(super) fn give_up_deeds(&mut self) -> Vec<DeedDone> {
        let mut given_up = Vec::new();
        self.waiting.retain_mut(|entry| match &mut entry.then {
            Then::Deeds(deeds) => {
                given_up.append(deeds);
                false
            }
            Then::News | Then::Answer | Then::Remade(_) => true,
        });
        given_up
    }
}
