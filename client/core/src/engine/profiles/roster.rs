//! The people of a phone: who they are, whose turn it is, and how often each mistook their PIN. It lies in the database of
//! the first of them, and is not there as long as a phone has one person and no PIN.
//!
//! A PIN keeps a colleague from answering in another's name. It seals nothing: docs/SECURITY.md says what that means.

use link::slice::ProfileView;
use minicbor::Encode;
use minicbor::bytes::ByteVec;
use shared::domain::Label;
use shared::ids::OfficerId;
use shared::limits::PIN_DIGITS;
use shared::time::{MINUTE_MS, Timestamp};

use crate::engine::store::{Profile, Record, Shelf, bytes};

/// Under this key in `Shelf::Meta` of the first database lies the roster.
pub const KEY: &str = "roster";
/// Under this key in `Shelf::Meta` of the first database lies when the phone was last seen in use.
pub const USED: &str = "used";
/// Under this key in `Shelf::Meta` of the first database lies the phone's key that PINs are kept under.
pub const PIN_KEY: &str = "pin-key";

/// The lock under which it is changed.
pub const LOCK: &str = "roster";

/// Milliseconds out of use after which a shared phone asks for a PIN again.
pub const UNUSED_MS_MAX: i64 = 10 * MINUTE_MS;
/// Wrong PINs in a row that cost nothing.
const WRONG_FREE: u32 = 4;
/// The wait after one more; twice as long after each further one.
const WAIT_MS_MIN: i64 = MINUTE_MS / 2;
/// The longest wait.
const WAIT_MS_MAX: i64 = 15 * MINUTE_MS;

/// Everybody who uses this phone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode)]
pub struct Roster {
    /// In the order in which they came.
    #[n(0)]
    pub entries: Vec<Entry>,
    /// The number of the one who uses it; none when it was handed over and nobody has taken it up.
    #[n(1)]
    pub active: Option<u32>,
}

shared::read_record!(Roster { entries, active });

/// One person of this phone.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Entry {
    /// Names their database.
    #[n(0)]
    pub number: u32,
    /// Who.
    #[n(1)]
    pub officer: OfficerId,
    /// Their name.
    #[n(2)]
    pub name: String,
    /// Their badge number.
    #[n(3)]
    pub badge: String,
    /// Their station's name.
    #[n(4)]
    pub station_name: Label,
    /// How their PIN is known; none until they have chosen one.
    #[n(5)]
    pub pin: Option<Pin>,
    /// Wrong PINs in a row.
    #[n(6)]
    pub wrong: u32,
    /// When the last one was typed.
    #[n(7)]
    pub wrong_at: Timestamp,
    /// What was only on this phone when they left it, photos and memos too.
    #[n(8)]
    pub unsent: u32,
    /// What lies ready to be sent of it; none when nothing does.
    #[n(9)]
    pub left: Option<Left>,
}

shared::read_record!(Entry {
    number,
    officer,
    name,
    badge,
    station_name,
    pin,
    wrong,
    wrong_at,
    unsent,
    left
});

/// How a PIN is known without being kept.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Pin {
    /// Drawn anew for each.
    #[n(0)]
    pub salt: ByteVec,
    /// What the phone's key makes of the PIN.
    #[n(1)]
    pub check: ByteVec,
}

shared::read_record!(Pin { salt, check });

/// A bundle that lies ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode)]
pub struct Left {
    /// What it had no room for.
    #[n(0)]
    pub rest: u32,
    /// Tells it from a later one: the end of its hash.
    #[n(1)]
    pub file: u64,
}

shared::read_record!(Left { rest, file });

/// Who a phone that is opened belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// It goes on as this one's.
    As(u32),
    /// Somebody must say who they are.
    Choice,
}

/// Why a PIN is not asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// Nobody here has this number, or they have no PIN.
    Unknown,
    /// Not before this moment.
    Until(Timestamp),
}

impl Roster {
    /// What was kept; none when there is nothing, or it does not read.
    pub fn read(record: Option<&[u8]>) -> Option<Self> {
        record.and_then(|bytes| minicbor::decode(bytes).ok())
    }

    /// As a record.
    pub fn record(&self) -> Record {
        Record { shelf: Shelf::Meta, key: KEY.to_owned(), value: Some(bytes(self)) }
    }

    /// The roster of a phone that had one person until now.
    pub fn of_first(profile: &Profile) -> Self {
        Self { entries: vec![Entry::new(0, profile)], active: Some(0) }
    }

    /// Who goes on, when the phone was last seen in use then.
    pub fn start(&self, used: Option<Timestamp>, now: Timestamp) -> Start {
        let Some(entry) = self.active.and_then(|number| self.entry(number)) else { return Start::Choice };
        // A clock that was set back tells nothing about how long it was.
        let is_fresh = used.is_some_and(|used| (0..=UNUSED_MS_MAX).contains(&now.since(used)));
        if !self.is_shared() || entry.pin.is_none() || is_fresh {
            Start::As(entry.number)
        } else {
            Start::Choice
        }
    }

    /// Whether more than one person uses this phone.
    pub fn is_shared(&self) -> bool {
        self.entries.len() > 1
    }

    /// Somebody of this phone.
    pub fn entry(&self, number: u32) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.number == number)
    }

    /// The same, to be changed.
    pub fn entry_mut(&mut self, number: u32) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.number == number)
    }

    /// The number of whoever joins next.
    pub fn next_number(&self) -> u32 {
        self.entries.iter().map(|entry| entry.number).max().map_or(0, |last| last + 1)
    }

    /// Somebody has joined. Whose turn it is stays as it is.
    pub fn join(&mut self, number: u32, profile: &Profile, pin: Pin) {
        self.entries.retain(|entry| entry.number != number);
        self.entries.push(Entry { pin: Some(pin), ..Entry::new(number, profile) });
    }

    /// Notes that somebody types a PIN, before it is known whether it is right: a battery that is taken out must not make
    /// the try undone.
    ///
    /// # Errors
    /// When there is none to be typed, or not yet.
    pub fn try_pin(&mut self, number: u32, now: Timestamp) -> Result<Pin, Barred> {
        let entry = self.entry_mut(number).ok_or(Barred::Unknown)?;
        let pin = entry.pin.clone().ok_or(Barred::Unknown)?;
        if now < entry.wrong_at {
            // The clock was set back: the wait begins again, once.
            entry.wrong_at = now;
        }
        if let Some(until) = entry.barred_until(now) {
            return Err(Barred::Until(until));
        }
        entry.wrong = entry.wrong.saturating_add(1);
        entry.wrong_at = now;
        Ok(pin)
    }

    /// The PIN was right.
    pub fn pin_was_right(&mut self, number: u32) {
        if let Some(entry) = self.entry_mut(number) {
            entry.wrong = 0;
        }
    }

    /// Who can take the phone up.
    pub fn view(&self, now: Timestamp) -> Vec<ProfileView> {
        let shown = self.entries.iter().filter(|entry| entry.pin.is_some());
        shown
            .map(|entry| ProfileView {
                number: entry.number,
                name: entry.name.clone(),
                badge: entry.badge.clone(),
                station_name: entry.station_name.clone(),
                unsent: entry.unsent,
                tries_left: WRONG_FREE.saturating_sub(entry.wrong),
                barred_until: entry.barred_until(now),
            })
            .collect()
    }

    /// Whose bundles lie ready, but for the one who uses the phone.
    pub fn left_by_others(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.left.is_some() && Some(entry.number) != self.active)
    }
}

impl Entry {
    fn new(number: u32, profile: &Profile) -> Self {
        Self {
            number,
            officer: profile.identity.rights.officer.clone(),
            name: profile.name.clone(),
            badge: profile.badge.clone(),
            station_name: profile.station_name.clone(),
            pin: None,
            wrong: 0,
            wrong_at: Timestamp(0),
            unsent: 0,
            left: None,
        }
    }

    /// From when on a PIN is taken again; none when it is taken now. A clock that was set back does not shorten the wait.
    fn barred_until(&self, now: Timestamp) -> Option<Timestamp> {
        let more = self.wrong.checked_sub(WRONG_FREE + 1)?;
        let wait = WAIT_MS_MIN.checked_shl(more.min(16)).unwrap_or(WAIT_MS_MAX).min(WAIT_MS_MAX);
        let passed = now.since(self.wrong_at).max(0);
        (passed < wait).then(|| now.plus_ms(wait - passed))
    }
}

/// Whether a PIN will do: so many digits, and none of those that everybody tries first.
pub fn is_fit(pin: &str) -> bool {
    let digits = pin.as_bytes();
    let step = |by: i16| digits.windows(2).all(|pair| i16::from(pair[1]) - i16::from(pair[0]) == by);
    digits.len() == PIN_DIGITS && digits.iter().all(u8::is_ascii_digit) && !step(0) && !step(1) && !step(-1)
}

/// Under this key in `Shelf::Meta` of the first database lies the bundle that somebody left.
pub fn left_key(number: u32) -> String {
    format!("left/{number}")
}

#[cfg(test)]
mod tests;
