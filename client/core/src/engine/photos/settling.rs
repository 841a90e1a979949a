//! From which moment on a photo belongs to what was said: its row is a draft no longer from the very transaction on that
//! puts the answer on the disk. Whenever the app dies, either both are there or neither is, and no photo is answered twice.

use shared::document::decode;
use shared::document::write::Event;
use shared::domain::answer::Answer;
use shared::domain::defect::DefectEntry;
use shared::ids::{BureauId, DocumentKind, PhotoHash};
use shared::sync::device::{StoredChange, Write};

use super::row::{Card, Row};
use crate::engine::store::Record;

/// The drafts that are spoken of in what is about to be written, as drafts no longer.
pub fn settled(rows: &[Row], writes: &[Write], bureau: &BureauId) -> Vec<Record> {
    let drafts: Vec<&Row> = rows.iter().filter(|row| row.draft).collect();
    if drafts.is_empty() {
        return Vec::new();
    }
    let mut records = Vec::new();
    for write in writes {
        let Write::Change(change) = write else { continue };
        let Some((_, event)) = decode::event(change.document.kind(), &change.change) else { continue };
        let spoken_of = drafts.iter().filter(|row| speaks_of(change, &event, row, bureau));
        records.extend(spoken_of.map(|row| Row { draft: false, ..(*row).clone() }.record()));
    }
    records
}

/// Whether a photo that a line asks for has been answered with: it is kept for this card, and no draft.
pub fn is_answered(rows: &[Row], card: &Card, photo: PhotoHash) -> bool {
    let mut of_card =
        rows.iter().filter(|row| row.hash == photo && row.card.as_ref() == Some(card)).peekable();
    of_card.peek().is_some() && of_card.all(|row| !row.draft)
}

fn speaks_of(change: &StoredChange, event: &Event, row: &Row, bureau: &BureauId) -> bool {
    match (event, &row.card) {
        (Event::Answer { subject, item, answer, attached, .. }, Some(card)) => {
            let has_it = attached.memo == Some(row.of)
                || attached.photos.iter().any(|photo| photo.original == row.of)
                || *answer == Answer::Photo(row.of);
            has_it
                && (&card.subject, &card.item) == (subject, item)
                && card.round.document(bureau) == change.document
        }
        (Event::Entry { body }, None) if change.document.kind() == DocumentKind::Defect => {
            DefectEntry::from_json(body.as_bytes()).is_some_and(|entry| entry.photos.contains(&row.of))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
