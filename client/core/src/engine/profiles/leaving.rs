//! What somebody of a shared phone has not sent goes out while another uses it: it is made into a bundle when the phone is
//! hidden or handed over, and whoever uses it then brings it in, unread. Its author sends it again when they are back, and is
//! told that it is known.

use std::rc::Rc;

use link::slice::BroughtView;
use shared::ids::{ChangeHash, DocumentId, PhotoHash};

use super::roster::{LOCK, Left, Roster, left_key};
use crate::engine::carry::{Made, kept};
use crate::engine::photos::row::Kind;
use crate::engine::state::{Engine, open_commands};
use crate::engine::store::{Record, Shelf};
use crate::platform::database::DatabaseError;
use crate::platform::{clock, report, tabs};

/// The lock of who makes something ready.
const LEAVING: &str = "leaving";
/// Milliseconds between two looks whether all that was said is on the disk.
const SETTLING_MS: i64 = 20;
/// Milliseconds after which it is not waited for any longer: what needs a network may take longer, and writes nothing here.
const SETTLED_MS_MAX: i64 = 5_000;

/// What is only on this phone.
#[derive(PartialEq)]
pub(super) struct Unsent {
    changes: Vec<(DocumentId, ChangeHash)>,
    photos: Vec<PhotoHash>,
}

/// Somebody is back: what they left is theirs to send.
pub(super) fn taken_back(roster: &mut Roster, number: u32) -> Option<Record> {
    let entry = roster.entry_mut(number)?;
    entry.unsent = 0;
    entry.left.take().map(|_| Record { shelf: Shelf::Meta, key: left_key(number), value: None })
}

impl Engine {
    /// Makes what is unsent ready for whoever uses the phone next, once all but so many commands are answered; photos only when it
    /// is handed over, for behind the camera there is no room to spare. When it cannot be made ready it stays where it is, until
    /// its author is back.
    ///
    /// # Errors
    /// When the storage fails.
    pub(super) async fn leave(self: &Rc<Self>, open: u32, is_whole: bool) -> Result<(), DatabaseError> {
        // One after the other, in all tabs: the later one has what the earlier one may not have.
        let _leaving = tabs::hold(LEAVING).await;
        let begun = clock::now();
        while (self.tabs.is_writing() || open_commands() > open) && clock::now().since(begun) < SETTLED_MS_MAX
        {
            clock::pause(SETTLING_MS).await;
        }
        self.settle_now().await?;
        let (unsent, what) = self.unsent();
        let is_left = |(last, was_whole): &(Unsent, bool)| *last == what && (*was_whole || !is_whole);
        if self.profiles.is_over.get() || self.profiles.last_left.borrow().as_ref().is_some_and(is_left) {
            return Ok(());
        }
        let made = if unsent == 0 { None } else { self.made(is_whole).await };
        let was_made = made.is_some();
        match self.keep_left(unsent, made).await {
            Err(DatabaseError::Full) if was_made => {
                report("no room to make ready what is unsent: it waits for its author");
                self.keep_left(unsent, None).await?;
            }
            outcome => outcome?,
        }
        self.profiles.last_left.replace(Some((what, is_whole)));
        Ok(())
    }

    async fn made(self: &Rc<Self>, is_whole: bool) -> Option<Made> {
        let photos = if is_whole { self.photos.waiting() } else { Vec::new() };
        let made = self.bundle(photos).await;
        made.map_err(|why| report(why.word())).ok()
    }

    async fn keep_left(&self, unsent: u32, made: Option<Made>) -> Result<(), DatabaseError> {
        let _lock = tabs::hold(LOCK).await;
        let Some(mut roster) = self.profiles.read().await? else { return Ok(()) };
        let number = self.database.number();
        if roster.active != Some(number) {
            return Ok(());
        }
        let Some(entry) = roster.entry_mut(number) else { return Ok(()) };
        let had = entry.left.is_some();
        entry.unsent = unsent;
        entry.left = made.as_ref().map(|made| Left {
            rest: unsent.saturating_sub(made.ready.changes + made.ready.photos),
            file: made.file.last_chunk().map_or(0, |end| u64::from_le_bytes(*end)),
        });
        let is_kept = had || entry.left.is_some();
        let file = made.map(|made| made.file);
        let record = is_kept.then(|| Record { shelf: Shelf::Meta, key: left_key(number), value: file });
        self.profiles.write(roster, record.into_iter().collect()).await
    }

    /// How many records, photos and memos are only on this phone, and which.
    fn unsent(&self) -> (u32, Unsent) {
        let phone = self.phone.borrow();
        let changes = phone.as_ref().map(|phone| phone.device.waiting_changes()).unwrap_or_default();
        let photos = self.photos.waiting();
        let count = photos.iter().filter(|row| row.kind != Kind::Thumbnail).count() + changes.len();
        let photos = photos.into_iter().map(|row| row.hash).collect();
        (u32::try_from(count).unwrap_or(u32::MAX), Unsent { changes, photos })
    }

    /// Brings in what others of this phone left; whether all of it is at the centre.
    pub(in crate::engine) async fn deliver_left(self: &Rc<Self>) -> bool {
        let Ok(Some(roster)) = self.profiles.read().await else { return true };
        let all: Vec<(u32, Option<Left>)> =
            roster.left_by_others().map(|entry| (entry.number, entry.left)).collect();
        let mut is_done = true;
        for (number, left) in all {
            let read = self.profiles.first.get(Shelf::Meta, &left_key(number)).await;
            let outcome = match read {
                Ok(Some(file)) => self.brought_in(&file).await,
                Ok(None) => Ok(kept::refused(clock::now(), "bundle-damaged")),
                Err(_) => return false,
            };
            match outcome {
                Ok(outcome) => {
                    if let Err(error) = self.left_is_in(number, left, outcome).await {
                        report(&error.to_string());
                        return false;
                    }
                }
                Err("offline") => return false,
                Err(_) => is_done = false,
            }
        }
        is_done
    }

    /// What somebody left is at the centre, or will never be taken; what they left since then stays.
    async fn left_is_in(
        &self,
        number: u32,
        sent: Option<Left>,
        outcome: BroughtView,
    ) -> Result<(), DatabaseError> {
        {
            let _lock = tabs::hold(LOCK).await;
            let Some(mut roster) = self.profiles.read().await? else { return Ok(()) };
            let Some(entry) = roster.entry_mut(number).filter(|entry| entry.left == sent) else {
                return Ok(());
            };
            if outcome.problem.is_none() {
                entry.unsent = sent.map_or(0, |sent| sent.rest);
            }
            entry.left = None;
            let gone = Record { shelf: Shelf::Meta, key: left_key(number), value: None };
            self.profiles.write(roster, vec![gone]).await?;
        }
        self.note_brought(outcome).await
    }
}
