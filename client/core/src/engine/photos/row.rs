//! What the phone keeps of each photo and memo beside its bytes: as JSON, because the service worker reads it too. What
//! is sent next, what is told, what may go.

use link::slice::{DraftView, PhotosView, RefusedPhoto};
use serde::{Deserialize, Serialize};
use shared::domain::photo::{Attached, Photo};
use shared::domain::round::RoundName;
use shared::gather::sort_by;
use shared::ids::{ItemId, PhotoHash, SubjectId};
use shared::time::{DAY_MS, Timestamp};

use crate::engine::store::{Record, Shelf};

/// Days that small photos stay on the phone once they are at the centre, to be seen without a network.
const THUMBNAIL_DAYS: i64 = 30;

/// Which card a photo is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Card {
    /// In which round.
    pub round: RoundName,
    /// About what.
    pub subject: SubjectId,
    /// Which line.
    pub item: ItemId,
}

shared::read_object!(Card { round, subject, item });

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The small one of a photo.
    Thumbnail,
    /// A voice memo.
    Memo,
    /// A photo.
    Photo,
}

/// One photo, small photo or memo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its name.
    pub hash: PhotoHash,
    /// What it is.
    pub kind: Kind,
    /// The photo that a small one is of; its own hash otherwise.
    pub of: PhotoHash,
    /// Its media type.
    pub media: String,
    /// How long it is.
    pub bytes: u64,
    /// When it was taken, by the phone's clock.
    pub at: Timestamp,
    /// Whether no answer has it yet.
    pub draft: bool,
    /// Why the centre did not take it.
    pub refused: Option<String>,
    /// When the centre confirmed it.
    pub sent: Option<Timestamp>,
    /// What it is of.
    pub card: Card,
}

shared::read_object!(Row { hash, kind, of, media, bytes, at, draft, refused, sent, card });

impl Row {
    /// The same picture may be taken for two cards: each has a row.
    fn key(&self) -> String {
        format!("{}.{}", self.hash, self.at.0)
    }

    /// As a record.
    pub fn record(&self) -> Record {
        let value = serde_json::to_vec(self).expect("rows have string keys only");
        Record { shelf: Shelf::Uploads, key: self.key(), value: Some(value) }
    }

    /// What takes it off the phone, with its bytes unless another of these rows has the same.
    pub fn gone(&self, rows: &[Row]) -> Vec<Record> {
        let mut records = vec![Record { shelf: Shelf::Uploads, key: self.key(), value: None }];
        if !rows.iter().any(|row| row.hash == self.hash && row.key() != self.key()) {
            records.push(Record { shelf: Shelf::Photos, key: self.hash.to_string(), value: None });
        }
        records
    }

    /// Whether it is to be sent.
    pub fn is_waiting(&self) -> bool {
        !self.draft && self.sent.is_none() && self.refused.is_none()
    }

    /// What is left of it once the centre has it: a small photo stays for a while, everything else can be fetched.
    pub fn confirmed(self, rows: &[Row], now: Timestamp) -> Vec<Record> {
        match self.kind {
            Kind::Thumbnail => vec![Self { sent: Some(now), ..self }.record()],
            Kind::Memo | Kind::Photo => self.gone(rows),
        }
    }
}

/// Rows as they were kept; what does not read is left out.
pub fn read(records: &[Vec<u8>]) -> Vec<Row> {
    let mut rows: Vec<Row> = records.iter().filter_map(|bytes| serde_json::from_slice(bytes).ok()).collect();
    sort_by(&mut rows, |a, b| (a.at, &a.hash).cmp(&(b.at, &b.hash)));
    rows
}

/// What is sent next: small photos, memos, photos; of each the oldest.
pub fn next(rows: &[Row]) -> Option<&Row> {
    let rank = |row: &&Row| match row.kind {
        Kind::Thumbnail => (0, row.at),
        Kind::Memo => (1, row.at),
        Kind::Photo => (2, row.at),
    };
    rows.iter().filter(|row| row.is_waiting()).min_by_key(rank)
}

/// Small photos that were on the phone long enough, and drafts that no answer came for in all that time.
pub fn old(rows: &[Row], now: Timestamp) -> Vec<Record> {
    let is_old = |row: &&Row| {
        let since = row.sent.or(row.draft.then_some(row.at));
        since.is_some_and(|since| now.since(since) > THUMBNAIL_DAYS * DAY_MS)
    };
    rows.iter().filter(is_old).flat_map(|row| row.gone(rows)).collect()
}

/// The slice.
pub fn view(rows: &[Row], is_sending: bool) -> PhotosView {
    let waiting = || rows.iter().filter(|row| row.is_waiting());
    // A photo is one thing to people, however many files it is.
    let mut here: Vec<PhotoHash> = Vec::new();
    for row in rows.iter().filter(|row| row.sent.is_none()) {
        if !here.contains(&row.of) {
            here.push(row.of);
        }
    }
    let counted = here.iter().filter(|hash| waiting().any(|row| row.of == **hash)).count();
    let refused = rows.iter().filter_map(|row| {
        let code = row.refused.clone()?;
        let Card { round, item, .. } = row.card.clone();
        Some(RefusedPhoto { hash: row.hash, round, item, code })
    });
    PhotosView {
        drafts: drafts(rows),
        waiting: u32::try_from(counted).unwrap_or(u32::MAX),
        waiting_bytes: waiting().map(|row| row.bytes).sum(),
        refused: refused.collect(),
        is_sending,
        here,
    }
}

fn drafts(rows: &[Row]) -> Vec<DraftView> {
    let mut drafts: Vec<DraftView> = Vec::new();
    for row in rows.iter().filter(|row| row.draft) {
        let Card { round, subject, item } = &row.card;
        let is_same =
            |draft: &DraftView| draft.round == *round && draft.subject == *subject && draft.item == *item;
        let place = drafts.iter().position(is_same).unwrap_or_else(|| {
            let (round, subject, item) = (round.clone(), subject.clone(), item.clone());
            drafts.push(DraftView { round, subject, item, attached: Attached::default() });
            drafts.len() - 1
        });
        let attached = &mut drafts[place].attached;
        match row.kind {
            Kind::Memo => attached.memo = Some(row.hash),
            Kind::Thumbnail => attached.photos.push(Photo { original: row.of, thumbnail: row.hash }),
            Kind::Photo => {}
        }
    }
    drafts
}

#[cfg(test)]
mod tests;
