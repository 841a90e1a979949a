//! Rows held against the log: every round, defect and need is read anew, and its row must be the one that is stored. For `doctor`; it
//! writes nothing.

use std::collections::BTreeMap;

use shared::ids::{BureauId, CollectionId, DocumentKind, Shelf};
use shared::time::Month;

use super::reference::{self, Reference};
use super::{guarded, handled, rows};
use crate::store::{Result, Row, Store};

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowFault {
    /// The log has the round, and there is no row.
    Missing(String),
    /// The row says something else than the round.
    Differs(String),
    /// There is a row of a round that the log does not have.
    Invented(String),
}

/// Rows that are not what the log says, and how many were compared. Only months from `since` on: rows of older ones were
/// made when checklists were others, and stay as they were. Collections whose rows are behind are left out.
///
/// # Errors
/// When the database fails.
pub fn row_faults(store: &dyn Store, bureau: &BureauId, since: Month) -> Result<(Vec<RowFault>, u64)> {
    let collections = store.collections()?;
    let mut reference = Reference::default();
    let (mut fresh, mut is_current) = (BTreeMap::new(), true);
    for (collection, _) in &collections {
        match collection.shelf() {
            Ok(Shelf::Bureau) => reference.load_bureau(store)?,
            Ok(Shelf::Live(station)) => reference.load_register(store, &station)?,
            Ok(Shelf::Rounds(..)) | Err(_) => {}
        }
    }
    for (collection, tip) in &collections {
        let Ok(shelf) = collection.shelf() else { continue };
        let is_behind = store.projected(collection)? < tip.seq;
        is_current &= !is_behind;
        let is_asked = match shelf {
            Shelf::Rounds(_, month) => month >= since,
            Shelf::Live(_) => true,
            Shelf::Bureau => false,
        };
        if is_asked && !is_behind {
            fresh.extend(read(store, bureau, &reference, collection)?);
        }
    }
    let mut stored: BTreeMap<String, Vec<u8>> = store
        .rows(rows::ROUNDS, "")?
        .into_iter()
        .filter(|row| row.key >= rows::prefix(since))
        .map(|row| (row.key, row.body))
        .collect();
    for sheet in [handled::DEFECTS, handled::NEEDS] {
        stored.extend(store.rows(sheet, "")?.into_iter().map(|row| (row.key, row.body)));
    }
    let compared = u64::try_from(fresh.len()).unwrap_or(u64::MAX);
    let mut faults = Vec::new();
    for (key, body) in &fresh {
        match stored.get(key) {
            None => faults.push(RowFault::Missing(key.clone())),
            Some(found) if found != body => faults.push(RowFault::Differs(key.clone())),
            Some(_) => {}
        }
    }
    if is_current {
        let invented = stored.into_keys().filter(|key| !fresh.contains_key(key));
        faults.extend(invented.map(RowFault::Invented));
    }
    Ok((faults, compared))
}

/// A collection's rows, made from its documents.
fn read(
    store: &dyn Store,
    bureau: &BureauId,
    reference: &Reference,
    collection: &CollectionId,
) -> Result<Vec<(String, Vec<u8>)>> {
    let mut fresh = Vec::new();
    for id in store.documents(collection)? {
        if !matches!(id.kind(), DocumentKind::Round | DocumentKind::Defect | DocumentKind::Need) {
            continue;
        }
        let Some(document) = reference::load(store, id)? else { continue };
        let row = guarded(id, || match id.kind() {
            DocumentKind::Round => rows::project(&document, bureau, reference, store).map(|row| row.encode()),
            _ => handled::project(&document, bureau, reference).map(|row| row.encode(id)),
        });
        fresh.extend(row.map(|Row { key, body }| (key, body)));
    }
    Ok(fresh)
}
