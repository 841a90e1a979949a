//! What somebody of a shared phone has not sent goes out while another uses it: it is made into a bundle when the phone is
//! hidden or handed over, and whoever uses it then brings it in, unread. Its author sends it again when they are back, and is
//! told that it is known.

use std::rc::Rc;

use super::roster::{LOCK, Left, Roster, left_key};
use crate::engine::carry::kept;
use crate::engine::photos::row::Kind;
use crate::engine::state::Engine;
use crate::engine::store::{Record, Shelf};
use crate::platform::database::DatabaseError;
use crate::platform::{clock, report, tabs};

/// Milliseconds between two looks whether the last answer is on the disk.
const SETTLING_MS: i64 = 20;

/// Somebody is back: what they left is theirs to send.
pub(super) fn taken_back(roster: &mut Roster, number: u32) -> Option<Record> {
    let entry = roster.entry_mut(number)?;
    entry.unsent = 0;
    entry.left.take().map(|_| Record { shelf: Shelf::Meta, key: left_key(number), value: None })
}

impl Engine {
    /// Makes what is unsent ready for whoever uses the phone next. When it cannot be made ready it stays where it is, until
    /// its author is back.
    ///
    /// # Errors
    /// When the storage fails.
    pub(super) async fn leave(self: &Rc<Self>) -> Result<(), DatabaseError> {
        // One after the other: the later one has what the earlier one may not have.
        while self.profiles.is_leaving.replace(true) {
            clock::pause(SETTLING_MS).await;
        }
        let left = self.try_leaving().await;
        self.profiles.is_leaving.set(false);
        left
    }

    async fn try_leaving(self: &Rc<Self>) -> Result<(), DatabaseError> {
        while self.tabs.is_writing() {
            clock::pause(SETTLING_MS).await;
        }
        let unsent = self.unsent();
        let made = if unsent == 0 {
            None
        } else {
            match self.bundle().await {
                Ok(made) => Some(made),
                Err(why) => {
                    report(why.word());
                    None
                }
            }
        };
        let _lock = tabs::hold(LOCK).await;
        let Some(mut roster) = self.profiles.read().await? else { return Ok(()) };
        let number = self.profiles.seat().number;
        let Some(entry) = roster.entry_mut(number) else { return Ok(()) };
        let had = entry.left.is_some();
        entry.unsent = unsent;
        entry.left =
            made.as_ref().map(|made| Left { rest: made.ready.changes_left + made.ready.photos_left });
        if entry.left.is_none() && !had {
            return self.profiles.write(roster, Vec::new()).await;
        }
        let file = made.map(|made| made.file);
        let record = Record { shelf: Shelf::Meta, key: left_key(number), value: file };
        self.profiles.write(roster, vec![record]).await
    }

    /// Records, photos and memos that are only on this phone.
    fn unsent(&self) -> u32 {
        let phone = self.phone.borrow();
        let pending = phone.as_ref().map_or(0, |phone| phone.device.status().pending);
        let photos = self.photos.waiting().iter().filter(|row| row.kind != Kind::Thumbnail).count();
        u32::try_from(pending + photos).unwrap_or(u32::MAX)
    }

    /// Brings in what others of this phone left; whether all of it is at the centre.
    pub(in crate::engine) async fn deliver_left(self: &Rc<Self>) -> bool {
        let Ok(Some(roster)) = self.profiles.read().await else { return true };
        let numbers: Vec<u32> = roster.left_by_others().map(|entry| entry.number).collect();
        let mut is_done = true;
        for number in numbers {
            let read = self.profiles.first.get(Shelf::Meta, &left_key(number)).await;
            let outcome = match read {
                Ok(Some(file)) => self.brought_in(&file).await,
                Ok(None) => Ok(kept::refused(clock::now(), "bundle-damaged")),
                Err(_) => return false,
            };
            match outcome {
                Ok(outcome) => {
                    if let Err(error) = self.left_is_in(number, outcome).await {
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

    async fn left_is_in(&self, number: u32, outcome: link::slice::BroughtView) -> Result<(), DatabaseError> {
        let _lock = tabs::hold(LOCK).await;
        let Some(mut roster) = self.profiles.read().await? else { return Ok(()) };
        if let Some(entry) = roster.entry_mut(number)
            && let Some(left) = entry.left.take()
            && outcome.problem.is_none()
        {
            entry.unsent = left.rest;
        }
        let gone = Record { shelf: Shelf::Meta, key: left_key(number), value: None };
        self.profiles.write(roster, vec![gone]).await?;
        self.note_brought(outcome).await
    }
}
