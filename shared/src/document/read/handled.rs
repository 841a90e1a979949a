//! Defects and needs out of their documents.

use std::collections::BTreeSet;

use super::super::Document;
use super::super::schema as s;
use super::events;
use crate::domain::defect::{Defect, DefectEntry};
use crate::domain::history::Entry;
use crate::domain::need::{Need, NeedEntry};
use crate::flat::FlatSet;
use crate::gather::Gather;
use crate::ids::{BureauId, ChangeHash, EventKey};

/// A defect; `None` when nothing in the document says which it is. What is held does not count.
pub fn defect(document: &Document, bureau: &BureauId, held: &BTreeSet<ChangeHash>) -> Option<Defect> {
    Defect::fold(document.id(), bureau, entries(document, held, DefectEntry::from_json))
}

/// A need; `None` when nothing in the document says which it is. What is held does not count.
pub fn need(document: &Document, bureau: &BureauId, held: &BTreeSet<ChangeHash>) -> Option<Need> {
    Need::fold(document.id(), bureau, entries(document, held, NeedEntry::from_json))
}

fn entries<E>(
    document: &Document,
    held: &BTreeSet<ChangeHash>,
    read: fn(&[u8]) -> Option<E>,
) -> Vec<Entry<E>> {
    let held: FlatSet<EventKey> = held.iter().filter_map(|change| document.key_of(*change)).into_flat_set();
    let counting = events(document, s::EVENTS).into_iter().filter(|event| !held.contains(&event.key));
    counting
        .filter_map(|event| {
            let said = read(event.text(s::BODY)?.as_bytes())?;
            Some(Entry { key: event.key, counter: event.counter, said })
        })
        .collect()
}
