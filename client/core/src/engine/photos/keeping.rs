//! What people photograph and say, on its way to the disk. A photo that cannot be kept costs nothing else: the answer that
//! it belongs to is a command of its own.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use link::ToUi;
use link::slice::PhotosView;
use shared::domain::defect::DefectEntry;
use shared::domain::history::Entry;
use shared::domain::observation::Act;
use shared::ids::{EventKey, PhotoHash, StationCode};
use shared::sync::device::{Deed, Device, Write};
use shared::time::Timestamp;

use super::row::{self, Card, Kind, Place, Row};
use super::settling;
use crate::engine::state::{Engine, Phone, fail, post};
use crate::engine::store::{Record, Shelf};
use crate::platform::clock::{self, Timer};
use crate::platform::database::{DatabaseError, Durability};
use crate::platform::photo::{Named, Posted};
use crate::platform::tabs::{self, Held};
use crate::platform::{quota, report, spawn};

/// Bytes of free room below which photos are made smaller.
const ROOM_TIGHT_BYTES: u64 = 200 << 20;
/// The name of the lock under which a photo of a line is answered with: another tab may see the same draft.
const ANSWERING: &str = "photo-answer";

/// Photos and memos on this phone, as the disk had them when it was last read.
#[derive(Default)]
pub struct Photos {
    pub(super) rows: RefCell<Vec<Row>>,
    pub(super) is_sending: Cell<bool>,
    /// Whether the centre takes no more of this person's today.
    pub(super) is_day_full: Cell<bool>,
    /// How much of a photo this line takes in one go; 0 when it was not tried yet.
    pub(super) part_bytes: Cell<usize>,
    /// When it is tried again after the relay did not answer.
    pub(super) retry: RefCell<Option<Timer>>,
    /// The lock under which each photo of a line is answered with, by its command.
    answering: RefCell<BTreeMap<u32, Held>>,
}

impl Photos {
    /// The slice.
    pub fn view(&self) -> PhotosView {
        let view = row::view(&self.rows.borrow(), self.is_sending.get());
        PhotosView { is_day_full: self.is_day_full.get(), ..view }
    }

    /// Those that are to be sent.
    pub(in crate::engine) fn waiting(&self) -> Vec<Row> {
        self.rows.borrow().iter().filter(|row| row.is_waiting()).cloned().collect()
    }

    /// Whether a photo or memo is to be sent: people count those, not the small ones.
    pub(in crate::engine) fn is_waiting(&self, hash: &PhotoHash) -> bool {
        let is_it = |row: &Row| row.hash == *hash && row.kind != Kind::Thumbnail && row.is_waiting();
        self.rows.borrow().iter().any(is_it)
    }
}

/// Whether there is little free room.
pub(super) async fn room_is_tight() -> bool {
    let room = quota::estimate().await;
    room.is_some_and(|quota| quota.granted_bytes.saturating_sub(quota.used_bytes) < ROOM_TIGHT_BYTES)
}

/// Why it was not kept.
struct NotKept {
    code: &'static str,
    detail: String,
}

impl From<DatabaseError> for NotKept {
    fn from(error: DatabaseError) -> Self {
        let code = if error == DatabaseError::Full { "photo-full" } else { "storage-failed" };
        Self { code, detail: error.to_string() }
    }
}

impl Engine {
    /// Reads what is on the disk, as other tabs may have left it, and drops what was there long enough.
    pub(in crate::engine) fn read_photos(self: &Rc<Self>) {
        let engine = Rc::clone(self);
        spawn(async move {
            engine.reread_photos().await;
            engine.settle_drafts();
            let is_tight = room_is_tight().await;
            let old = row::old(&engine.photos.rows.borrow(), clock::now(), is_tight);
            if !old.is_empty() {
                // What stays is dropped the next time.
                let _ = engine.database.write(old, Durability::Relaxed).await;
            }
            engine.send_photos_soon();
        });
    }

    pub(super) async fn reread_photos(self: &Rc<Self>) {
        match self.database.read_at_once(&[(Shelf::Uploads, None)]).await {
            Ok(read) => {
                let (rows, renewed) = row::read(&read.concat(), self.home().as_ref());
                self.photos.rows.replace(rows);
                self.photos_changed();
                if !renewed.is_empty()
                    && let Err(error) = self.database.write(renewed, Durability::Relaxed).await
                {
                    report(&error.to_string());
                }
            }
            Err(error) => report(&error.to_string()),
        }
    }

    /// This phone's station.
    fn home(&self) -> Option<StationCode> {
        self.phone.borrow().as_ref()?.device.identity().rights.station.clone()
    }

    /// Makes a picture small and keeps it as a draft.
    pub(in crate::engine) fn keep_photo(self: &Rc<Self>, command: u32, of: Place, posted: Option<Posted>) {
        let engine = Rc::clone(self);
        spawn(async move { engine.answer_kept(command, engine.try_photo(of, posted).await) });
    }

    /// Makes a picture small and keeps it as a draft of a report at the own station.
    pub(in crate::engine) fn keep_report_photo(
        self: &Rc<Self>,
        command: u32,
        begun: Timestamp,
        posted: Option<Posted>,
    ) {
        match self.home() {
            Some(station) => self.keep_photo(command, Place::Report(station, begun), posted),
            None => fail(command, "no-right", String::new()),
        }
    }

    /// Keeps a recording as a draft, in place of the one before.
    pub(in crate::engine) fn keep_memo(self: &Rc<Self>, command: u32, card: Card, posted: Option<Posted>) {
        let engine = Rc::clone(self);
        spawn(async move { engine.answer_kept(command, engine.try_memo(card, posted).await) });
    }

    fn answer_kept(self: &Rc<Self>, command: u32, kept: Result<(), NotKept>) {
        self.measure_storage();
        self.flush();
        match kept {
            Ok(()) => post(&ToUi::Done(command)),
            Err(NotKept { code, detail }) => fail(command, code, detail),
        }
    }

    async fn try_photo(self: &Rc<Self>, place: Place, posted: Option<Posted>) -> Result<(), NotKept> {
        let unreadable = |detail: String| NotKept { code: "photo-unreadable", detail };
        let posted = posted.ok_or_else(|| unreadable(String::new()))?;
        let shrunk = posted.shrink(room_is_tight().await).await;
        let (photo, small) = shrunk.map_err(|error| unreadable(error.to_string()))?;
        let of = photo.hash;
        self.keep(place, of, vec![(photo, Kind::Photo), (small, Kind::Thumbnail)], Vec::new()).await
    }

    async fn try_memo(self: &Rc<Self>, card: Card, posted: Option<Posted>) -> Result<(), NotKept> {
        let unreadable = |detail: String| NotKept { code: "memo-unreadable", detail };
        let posted = posted.ok_or_else(|| unreadable(String::new()))?;
        let memo = posted.recording().await.map_err(|error| unreadable(error.to_string()))?;
        let before = {
            let rows = self.photos.rows.borrow();
            let is_before =
                |row: &&Row| row.draft && row.kind == Kind::Memo && row.card.as_ref() == Some(&card);
            rows.iter().filter(is_before).flat_map(|row| row.gone(&rows)).collect()
        };
        let of = memo.hash;
        self.keep(Place::Card(card), of, vec![(memo, Kind::Memo)], before).await
    }

    async fn keep(
        self: &Rc<Self>,
        place: Place,
        of: PhotoHash,
        files: Vec<(Named, Kind)>,
        mut records: Vec<Record>,
    ) -> Result<(), NotKept> {
        let at = clock::now();
        let (card, report, station) = match place {
            Place::Card(card) => (Some(card.clone()), None, card.round.station),
            Place::Report(station, begun) => (None, Some(begun), station),
        };
        let mut photos = Vec::with_capacity(files.len());
        for (Named { hash, media, bytes, buffer }, kind) in files {
            let media = media.name().to_owned();
            let (card, station) = (card.clone(), station.clone());
            let (draft, refused, sent, epoch) = (true, None, None, 0);
            let row =
                Row { hash, kind, of, media, bytes, at, draft, refused, sent, epoch, card, report, station };
            records.push(row.record());
            photos.push((hash.to_string(), buffer));
        }
        let written = self.database.write_photos(photos, records).await;
        self.reread_photos().await;
        Ok(written?)
    }

    /// Answers a line with a photo, once: another tab, or this one before it died, may have done so.
    pub(in crate::engine) fn answer_with_photo(
        self: &Rc<Self>,
        command: u32,
        card: Card,
        photo: PhotoHash,
        deed: Deed,
    ) {
        let engine = Rc::clone(self);
        spawn(async move {
            let lock = tabs::hold(ANSWERING).await;
            engine.reread_photos().await;
            if settling::is_answered(&engine.photos.rows.borrow(), &card, photo) {
                engine.flush();
                return post(&ToUi::Done(command));
            }
            // Held until the answer is on the disk, and the draft with it is none any more.
            let lock = lock.filter(|_| engine.phone.borrow().is_some());
            engine.photos.answering.borrow_mut().extend(lock.map(|lock| (command, lock)));
            engine.deed(command, deed);
        });
    }

    /// A command has been answered.
    pub(in crate::engine) fn photo_answered(&self, command: u32) {
        self.photos.answering.borrow_mut().remove(&command);
    }

    /// What becomes of drafts in the transaction that these are written in.
    pub(in crate::engine) fn settled_with(&self, writes: &[Write]) -> Vec<Record> {
        let phone = self.phone.borrow();
        let bureau = phone.as_ref().map(|phone| &phone.profile.identity.bureau);
        bureau.map(|bureau| settling::settled(&self.photos.rows.borrow(), writes, bureau)).unwrap_or_default()
    }

    /// Throws a draft away: a photo with its small one. What is just being said with it stays.
    pub(in crate::engine) fn drop_draft(self: &Rc<Self>, command: u32, hash: PhotoHash) {
        let records: Vec<Record> = {
            let (mut phone, rows) = (self.phone.borrow_mut(), self.photos.rows.borrow());
            let mut is_said =
                |row: &Row| phone.as_mut().is_some_and(|Phone { device, .. }| speaks_of(device, row));
            let dropped = rows.iter().filter(|row| row.draft && row.of == hash && !is_said(row));
            dropped.flat_map(|row| row.gone(&rows)).collect()
        };
        self.write_rows(command, records, |engine, command| {
            engine.flush();
            post(&ToUi::Done(command));
        });
    }

    /// Tries once more what the relay did not take.
    pub(in crate::engine) fn try_photos(self: &Rc<Self>, command: u32) {
        let rows = self.photos.rows.borrow().clone();
        let refused = rows.into_iter().filter(|row| row.refused.is_some());
        let records = refused.map(|row| Row { refused: None, ..row }.record()).collect();
        self.write_rows(command, records, |engine, command| {
            post(&ToUi::Done(command));
            engine.send_photos_soon();
        });
    }

    /// Drafts that an answer on the disk speaks of are drafts no longer: they are sent. Looked up rather than told, so that
    /// it makes no difference when the app ends between the two.
    pub(in crate::engine) fn settle_drafts(self: &Rc<Self>) {
        let records = self.spoken_of();
        if records.is_empty() {
            return;
        }
        let engine = Rc::clone(self);
        spawn(async move {
            match engine.database.write(records, Durability::Strict).await {
                Ok(()) => engine.read_photos(),
                // The next answer, or the next start, looks again.
                Err(error) => report(&error.to_string()),
            }
        });
    }

    /// The same at once, for who leaves.
    ///
    /// # Errors
    /// When the storage fails.
    pub(in crate::engine) async fn settle_now(self: &Rc<Self>) -> Result<(), DatabaseError> {
        let records = self.spoken_of();
        if !records.is_empty() {
            self.database.write(records, Durability::Strict).await?;
            self.reread_photos().await;
        }
        Ok(())
    }

    fn spoken_of(&self) -> Vec<Record> {
        let mut phone = self.phone.borrow_mut();
        let Some(Phone { device, .. }) = phone.as_mut() else { return Vec::new() };
        let rows = self.photos.rows.borrow();
        let mut records = Vec::new();
        for row in rows.iter().filter(|row| row.draft) {
            if speaks_of(device, row) {
                records.push(Row { draft: false, ..row.clone() }.record());
            }
        }
        records
    }

    fn write_rows(
        self: &Rc<Self>,
        command: u32,
        records: Vec<Record>,
        then: impl FnOnce(&Rc<Self>, u32) + 'static,
    ) {
        let engine = Rc::clone(self);
        spawn(async move {
            let written = engine.database.write(records, Durability::Strict).await;
            engine.reread_photos().await;
            match written {
                Ok(()) => then(&engine, command),
                Err(DatabaseError::Full) => fail(command, "storage-full", String::new()),
                Err(error) => fail(command, "storage-failed", error.to_string()),
            }
        });
    }
}

/// Whether an answer, or a report without a checklist, has it.
fn speaks_of(device: &mut Device, row: &Row) -> bool {
    let Some(card) = &row.card else {
        let has_it = |entry: &Entry<DefectEntry>| entry.said.photos.contains(&row.of);
        // Of whatever station: their author may have moved between the photo and the report.
        return device.defects(None).iter().any(|defect| defect.history.entries.iter().any(has_it));
    };
    let round = device.round(&card.round);
    // What was taken back may be taken once more: it is a draft until an answer that counts has it.
    let is_withdrawn = |key: &EventKey| {
        round.observations.iter().any(|other| matches!(&other.act, Act::Withdraw(target) if target == key))
    };
    round.observations.iter().any(|observation| match &observation.act {
        Act::Answer { attached, .. } => {
            let has_it =
                attached.memo == Some(row.of) || attached.photos.iter().any(|photo| photo.original == row.of);
            has_it && !is_withdrawn(&observation.key)
        }
        Act::Withdraw(_) => false,
    })
}
