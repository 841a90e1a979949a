//! What the phone keeps of each photo and memo beside its bytes: as JSON, because the service worker reads it too. What
//! is sent next, what is told, what may go.

use link::slice::{DraftView, PhotosView, RefusedPhoto};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shared::domain::photo::{Attached, Photo};
use shared::domain::round::RoundName;
use shared::gather::sort_by;
use shared::ids::{ItemId, PhotoHash, StationCode, SubjectId};
use shared::time::{DAY_MS, Timestamp};

use crate::engine::store::{Record, Shelf};

/// Days that small photos stay on the phone once they are at the centre, to be seen without a network.
const THUMBNAIL_DAYS: i64 = 30;
/// Days that photos and memos stay once they are at the centre: it may be set back to a backup that does not have them.
const ORIGINAL_DAYS: i64 = 7;
/// How many of them stay at most, and how many bytes: a week of one officer, on a phone of 32 GB.
const ORIGINALS_MAX: usize = 200;
const ORIGINALS_BYTES_MAX: u64 = 64 << 20;

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

/// What a photo is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A card of a round.
    Card(Card),
    /// A report without a checklist, at a station, that was begun then.
    Report(StationCode, Timestamp),
}

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
    /// The epoch of the centre's logs when it did: another one may have come from a backup without it.
    pub epoch: u64,
    /// The card that it is of; none for a report without a checklist.
    pub card: Option<Card>,
    /// When that report was begun: what is taken for one goes with no other.
    pub report: Option<Timestamp>,
    /// Where it is at home.
    pub station: StationCode,
}

shared::read_object!(Row {
    hash,
    kind,
    of,
    media,
    bytes,
    at,
    draft,
    refused,
    sent,
    epoch as default,
    card,
    report,
    station
});

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

    /// The photo that a small one is of, with it.
    fn photo(&self) -> Option<Photo> {
        (self.kind == Kind::Thumbnail).then_some(Photo { original: self.of, thumbnail: self.hash })
    }

    /// Whether it is to be sent.
    pub fn is_waiting(&self) -> bool {
        !self.draft && self.sent.is_none() && self.refused.is_none()
    }

    /// Once the centre has it: it stays for a while all the same, see [`old`].
    pub fn confirmed(self, now: Timestamp, epoch: u64) -> Record {
        Self { sent: Some(now), epoch, ..self }.record()
    }
}

/// What a centre that begins a new epoch is offered again: it says of each whether it has it. Nothing while the epoch is not
/// known.
pub fn offered_again(rows: &[Row], epoch: u64) -> Vec<Record> {
    let is_asked = |row: &&Row| row.sent.is_some() && row.epoch != epoch && epoch != 0;
    rows.iter().filter(is_asked).map(|row| Row { sent: None, ..row.clone() }.record()).collect()
}

/// Rows as they were kept, and records to write of those that an earlier build kept: the service worker reads them too. What
/// does not read is left out. `home` is this phone's station.
pub fn read(records: &[Vec<u8>], home: Option<&StationCode>) -> (Vec<Row>, Vec<Record>) {
    let (mut rows, mut renewed) = (Vec::with_capacity(records.len()), Vec::new());
    for bytes in records {
        if let Ok(row) = serde_json::from_slice(bytes) {
            rows.push(row);
        } else if let Some(row) = read_early(bytes, home) {
            renewed.push(row.record());
            rows.push(row);
        }
    }
    sort_by(&mut rows, |a: &Row, b| (a.at, &a.hash).cmp(&(b.at, &b.hash)));
    (rows, renewed)
}

/// A row of a build that kept no station with it: it is its card's, or else the phone's own.
fn read_early(bytes: &[u8], home: Option<&StationCode>) -> Option<Row> {
    let mut fields: Map<String, Value> = serde_json::from_slice(bytes).ok()?;
    if fields.contains_key("station") {
        return None;
    }
    let of_card = fields.get("card").and_then(|card| card.get("round")?.get("station")).cloned();
    let station = of_card.or_else(|| home.map(|home| Value::from(home.as_str())))?;
    fields.insert("station".to_owned(), station);
    serde_json::from_value(Value::Object(fields)).ok()
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

/// What was on the phone long enough since the centre has it, or is more than stays, and drafts that no answer came for in all
/// that time. Of photos and memos the newest stay, and none while there is little room.
pub fn old(rows: &[Row], now: Timestamp, is_tight: bool) -> Vec<Record> {
    let (mut originals, mut bytes) = (0, 0);
    let mut is_old = |row: &Row| {
        let Some(since) = row.sent.or(row.draft.then_some(row.at)) else { return false };
        if row.draft || row.kind == Kind::Thumbnail {
            return now.since(since) > THUMBNAIL_DAYS * DAY_MS;
        }
        originals += 1;
        bytes += row.bytes;
        let is_too_much = originals > ORIGINALS_MAX || bytes > ORIGINALS_BYTES_MAX;
        is_tight || is_too_much || now.since(since) > ORIGINAL_DAYS * DAY_MS
    };
    let (old, kept): (Vec<&Row>, Vec<&Row>) = rows.iter().rev().partition(|row| is_old(row));
    let kept: Vec<Row> = kept.into_iter().cloned().collect();
    old.into_iter().flat_map(|row| row.gone(&kept)).collect()
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
        let of = row.card.clone().map(|Card { round, item, .. }| (round, item));
        Some(RefusedPhoto { hash: row.hash, of, code })
    });
    PhotosView {
        drafts: drafts(rows),
        waiting: u32::try_from(counted).unwrap_or(u32::MAX),
        waiting_bytes: waiting().map(|row| row.bytes).sum(),
        refused: refused.collect(),
        is_sending,
        is_day_full: false,
        here,
        report: rows
            .iter()
            .filter(|row| row.draft)
            .filter_map(|row| Some((row.report?, row.photo()?)))
            .collect(),
    }
}

fn drafts(rows: &[Row]) -> Vec<DraftView> {
    let mut drafts: Vec<DraftView> = Vec::new();
    for row in rows.iter().filter(|row| row.draft) {
        let Some(Card { round, subject, item }) = &row.card else { continue };
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
            Kind::Thumbnail | Kind::Photo => attached.photos.extend(row.photo()),
        }
    }
    drafts
}

#[cfg(test)]
mod tests;
