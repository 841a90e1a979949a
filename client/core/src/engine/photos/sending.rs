//! Photos on their way to the relay, by the tus protocol: behind the answers, small ones first, in parts that a thin line
//! takes; after a break they go on where the relay says. One that is not taken is set aside, and the others go on.

use std::rc::Rc;

use shared::api::problem::{Problem, ProblemCode};
use shared::digits::BASE64URL;
use shared::sync::device::LinkState;

use super::row::{self, Row};
use crate::engine::state::Engine;
use crate::engine::store::{Record, Shelf};
use crate::platform::clock::{self, Timer};
use crate::platform::database::Durability;
use crate::platform::http::{self, Reply, Unreachable};
use crate::platform::{report, spawn, tabs};

/// Bytes that are sent in one request, at first, at least and at most: between two requests answers go first, so a part is
/// to take seconds, whatever the line.
const PART_BYTES: usize = 16 << 10;
const PART_BYTES_MIN: usize = 8 << 10;
const PART_BYTES_MAX: usize = 256 << 10;
/// A part that took less may be larger, and one that took more is smaller the next time.
const QUICK_MS: i64 = 1_000;
const SLOW_MS: i64 = 5_000;
/// Milliseconds before it is tried again when the relay did not answer.
const RETRY_MS: i64 = 5_000;
/// Milliseconds before it is tried again when the relay is busy or full.
const BUSY_MS: i64 = 30_000;
/// Milliseconds before it is tried again when the person's day is full.
const DAY_FULL_MS: i64 = 1_800_000;
/// The name of the lock under which this phone sends: the service worker takes the same.
const LOCK: &str = "photos";

/// What became of one.
enum Outcome {
    /// It is at the relay.
    Confirmed,
    /// The relay does not take it; it is kept and told.
    Refused(String),
    /// Answers wait, or there is no line: it goes on later by itself.
    Paused,
    /// The relay did not answer, or is busy.
    Later(i64),
    /// This person has brought as many as a day takes: they stay here, and go on tomorrow by themselves.
    DayFull,
}

impl From<Unreachable> for Outcome {
    fn from(_: Unreachable) -> Self {
        Self::Later(RETRY_MS)
    }
}

impl Engine {
    /// Sends what waits, unless it is being sent, or answers wait, or another tab has the line.
    pub(in crate::engine) fn send_photos_soon(self: &Rc<Self>) {
        if !self.may_send_photos() || self.photos.is_sending.replace(true) {
            return;
        }
        let engine = Rc::clone(self);
        spawn(async move {
            let lock = tabs::hold(LOCK).await;
            let wait = engine.send_photos().await;
            drop(lock);
            engine.photos.is_sending.set(false);
            engine.photos_changed();
            let again = Rc::clone(&engine);
            let retry = wait.map(|wait| Timer::after(wait, move || again.send_photos_soon()));
            engine.photos.retry.replace(retry);
        });
    }

    /// Whether nothing that people said waits, and this tab has the line.
    fn may_send_photos(&self) -> bool {
        let phone = self.phone.borrow();
        let status = phone.as_ref().map(|phone| phone.device.status());
        status.is_some_and(|status| status.link == LinkState::Online && status.pending == 0)
    }

    /// The epoch of the centre's logs; 0 while it is not known.
    fn epoch(&self) -> u64 {
        self.phone.borrow().as_ref().map_or(0, |phone| phone.device.epoch())
    }

    /// Sends one after the other; gives how long to wait before it is tried again, unless something else will call.
    async fn send_photos(self: &Rc<Self>) -> Option<i64> {
        loop {
            self.reread_photos().await;
            if !self.may_send_photos() {
                return None;
            }
            // A centre that was set back to a backup says itself what it still has.
            let again = row::offered_again(&self.photos.rows.borrow(), self.epoch());
            if !again.is_empty() {
                if let Err(error) = self.database.write(again, Durability::Strict).await {
                    report(&error.to_string());
                    return Some(BUSY_MS);
                }
                continue;
            }
            let next = row::next(&self.photos.rows.borrow()).cloned();
            let row = next?;
            let same: Vec<Row> = {
                let rows = self.photos.rows.borrow();
                rows.iter().filter(|other| other.hash == row.hash && other.is_waiting()).cloned().collect()
            };
            let records: Vec<Record> = match self.send_photo(&row).await {
                Outcome::Confirmed => {
                    self.photos.is_day_full.set(false);
                    let epoch = self.epoch();
                    same.into_iter().map(|row| row.confirmed(clock::now(), epoch)).collect()
                }
                Outcome::Refused(code) => {
                    let refused = same.into_iter();
                    refused.map(|row| Row { refused: Some(code.clone()), ..row }.record()).collect()
                }
                Outcome::Paused => return None,
                Outcome::Later(wait) => return Some(wait),
                Outcome::DayFull => {
                    self.photos.is_day_full.set(true);
                    return Some(DAY_FULL_MS);
                }
            };
            if let Err(error) = self.database.write(records, Durability::Strict).await {
                report(&error.to_string());
                return Some(BUSY_MS);
            }
        }
    }

    async fn send_photo(self: &Rc<Self>, row: &Row) -> Outcome {
        let Ok(found) = self.database.get(Shelf::Photos, &row.hash.to_string()).await else {
            return Outcome::Later(BUSY_MS);
        };
        let Some(bytes) = found else { return Outcome::Refused("photo-gone".to_owned()) };
        match self.send_bytes(row, &bytes).await {
            Ok(outcome) | Err(outcome) => outcome,
        }
    }

    async fn send_bytes(self: &Rc<Self>, row: &Row, bytes: &[u8]) -> Result<Outcome, Outcome> {
        let metadata = metadata(row);
        let length = bytes.len().to_string();
        let begin = [("upload-length", length.as_str()), ("upload-metadata", metadata.as_str())];
        let begun = http::upload("POST", "/api/uploads", &begin, None).await?;
        if begun.status == 401 {
            // Whatever becomes of it, it is tried again.
            let _ = self.ensure_session().await;
            return Err(Outcome::Later(RETRY_MS));
        }
        let begun = understood(begun)?;
        let mut offset = begun.offset.unwrap_or_default();
        let path = ["/api/uploads/", &row.hash.to_string(), "?station=", row.station.as_str()].concat();
        let known = self.photos.part_bytes.get();
        let mut part_bytes = if known == 0 { PART_BYTES } else { known };
        while let Some(rest) = place(offset, bytes) {
            if !self.may_send_photos() {
                return Ok(Outcome::Paused);
            }
            let at = offset.to_string();
            let headers =
                [("upload-offset", at.as_str()), ("content-type", "application/offset+octet-stream")];
            let part = &rest[..rest.len().min(part_bytes)];
            let begun = clock::now();
            let reply = http::upload("PATCH", &path, &headers, Some(part)).await;
            part_bytes = match clock::now().since(begun) {
                ..QUICK_MS => (part_bytes * 2).min(PART_BYTES_MAX),
                SLOW_MS.. => (part_bytes / 2).max(PART_BYTES_MIN),
                _ => part_bytes,
            };
            self.photos.part_bytes.set(part_bytes);
            let reply = reply?;
            let reply = match reply.status {
                // Somebody else of this phone, or this one before a break, was faster.
                409 => understood(http::upload("HEAD", &path, &[], None).await?)?,
                _ => understood(reply)?,
            };
            offset = reply.offset.ok_or(Outcome::Later(RETRY_MS))?;
        }
        Ok(Outcome::Confirmed)
    }
}

/// What it is, and of which station: its author may be at another by now.
fn metadata(row: &Row) -> String {
    // Neither hexadecimal digits nor codes have sixth bits that the two alphabets write differently.
    let base64 = |text: &str| {
        let padding = ["", "=", "=="][(3 - text.len() % 3) % 3];
        [&BASE64URL.encode(text.as_bytes()), padding].concat()
    };
    let hash = row.hash.to_string();
    ["sha256 ", &base64(&hash), ",station ", &base64(row.station.as_str())].concat()
}

/// What is still to be sent; `None` when nothing is.
fn place(offset: u64, bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(usize::try_from(offset).ok()?..).filter(|rest| !rest.is_empty())
}

/// An answer that goes on; otherwise what it means.
fn understood(reply: Reply) -> Result<Reply, Outcome> {
    if reply.is_ok() {
        return Ok(reply);
    }
    let code = serde_json::from_slice::<Problem>(&reply.body).ok().map(|problem| problem.code);
    Err(match (reply.status, code) {
        (
            _,
            Some(code @ (ProblemCode::PhotoMismatch | ProblemCode::PhotoKind | ProblemCode::BodyTooLarge)),
        ) => Outcome::Refused(code.word().to_owned()),
        (_, Some(ProblemCode::NoRight)) => Outcome::Refused(ProblemCode::NoRight.word().to_owned()),
        (_, Some(ProblemCode::PhotoQuota)) => Outcome::DayFull,
        (503 | 507, _) => Outcome::Later(BUSY_MS),
        // An upload that expired begins anew; a proxy's own page says nothing.
        _ => Outcome::Later(RETRY_MS),
    })
}
