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
    /// They joined anew, and use another entry: this one is only there until all of it is sent.
    #[n(10)]
    pub is_retired: bool,
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
    left,
    is_retired
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
}

shared::read_record!(Left { rest });

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
        self.entries.iter().filter(|entry| !entry.is_retired).count() > 1
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

    /// Somebody has joined, and uses the phone now. Who was here already comes back by this: they forgot their PIN.
    pub fn join(&mut self, number: u32, profile: &Profile) {
        let joined = Entry::new(number, profile);
        for entry in &mut self.entries {
            entry.is_retired |= entry.officer == joined.officer;
        }
        self.entries.retain(|entry| entry.number != number);
        self.entries.push(joined);
        self.active = Some(number);
    }

    /// Notes that somebody types a PIN, before it is known whether it is right: a battery that is taken out must not make
    /// the try undone.
    ///
    /// # Errors
    /// When there is none to be typed, or not yet.
    pub fn try_pin(&mut self, number: u32, now: Timestamp) -> Result<Pin, Barred> {
        let entry = self.entry_mut(number).filter(|entry| !entry.is_retired).ok_or(Barred::Unknown)?;
        let pin = entry.pin.clone().ok_or(Barred::Unknown)?;
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
        let shown = self.entries.iter().filter(|entry| !entry.is_retired && entry.pin.is_some());
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
            is_retired: false,
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
mod tests {
    use shared::ids::{BureauId, DeviceId};
    use shared::sync::device::Identity;
    use shared::time::{DAY_MS, Zone};
    use shared::trust::rights::{Rights, Role};

    use super::*;

    const NOW: Timestamp = Timestamp(1_000 * DAY_MS);

    fn profile(officer: &str) -> Profile {
        let officer = OfficerId::parse(officer).expect("an id");
        let rights = Rights { officer, role: Role::Officer, station: None };
        Profile {
            identity: Identity {
                bureau: BureauId::parse("chaohu").expect("an id"),
                zone: Zone::CHINA,
                device: DeviceId::from([1; 16]),
                rights,
                relay_key: None,
            },
            name: "侯芳".to_owned(),
            badge: "013117".to_owned(),
            station_name: Label::default(),
            bureau_name: Label::default(),
            certificate: None,
            sealing_key: None,
        }
    }

    fn pin() -> Option<Pin> {
        Some(Pin { salt: vec![1].into(), check: vec![2].into() })
    }

    fn shared_by_two() -> Roster {
        let mut roster = Roster::of_first(&profile("o1"));
        roster.join(roster.next_number(), &profile("o2"));
        roster.entries.iter_mut().for_each(|entry| entry.pin = pin());
        roster
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let mut roster = shared_by_two();
        roster.entries[0].left = Some(Left { rest: 3 });
        let value = roster.record().value.expect("it is put");
        assert_eq!(Roster::read(Some(&value)), Some(roster));
        assert_eq!(Roster::read(Some(&[1])), None);
    }

    #[test]
    fn a_phone_of_one_person_asks_nobody() {
        let mut alone = Roster::of_first(&profile("o1"));
        assert_eq!(alone.start(None, NOW), Start::As(0));
        alone.entries[0].pin = pin();
        assert_eq!(alone.start(None, NOW), Start::As(0), "a PIN alone makes no shared phone");
    }

    #[test]
    fn a_shared_phone_goes_on_for_ten_minutes_and_then_asks() {
        let roster = shared_by_two();
        let at = |minutes: i64| roster.start(Some(NOW), NOW.plus_ms(minutes * MINUTE_MS));
        assert_eq!(
            (at(0), at(10)),
            (Start::As(1), Start::As(1)),
            "the camera took the page's room for a while"
        );
        assert_eq!(
            (at(11), at(-1)),
            (Start::Choice, Start::Choice),
            "nor does a clock that was set back help"
        );
        assert_eq!(roster.start(None, NOW), Start::Choice);
        let handed = Roster { active: None, ..roster.clone() };
        assert_eq!(handed.start(Some(NOW), NOW), Start::Choice);
        let mut new = roster;
        new.entries[1].pin = None;
        assert_eq!(new.start(None, NOW), Start::As(1), "they have not chosen one yet, and are asked to");
    }

    #[test]
    fn wrong_pins_cost_time_and_a_right_one_ends_that() {
        let mut roster = shared_by_two();
        let tries = |roster: &mut Roster, at| roster.try_pin(0, at).map(drop);
        for left in [4, 3, 2, 1] {
            assert_eq!(roster.view(NOW)[0].tries_left, left);
            assert_eq!(tries(&mut roster, NOW), Ok(()));
        }
        assert_eq!(tries(&mut roster, NOW), Ok(()), "the fifth is taken, and has a wait behind it");
        let until = NOW.plus_ms(WAIT_MS_MIN);
        assert_eq!(tries(&mut roster, NOW), Err(Barred::Until(until)));
        assert_eq!(roster.view(NOW)[0].barred_until, Some(until));
        let back = NOW.plus_ms(-DAY_MS);
        assert_eq!(tries(&mut roster, back), Err(Barred::Until(back.plus_ms(WAIT_MS_MIN))));
        assert_eq!(tries(&mut roster, until), Ok(()));
        assert_eq!(tries(&mut roster, until), Err(Barred::Until(until.plus_ms(2 * WAIT_MS_MIN))));
        assert_eq!(roster.try_pin(1, NOW).map(drop), Ok(()), "a colleague's mistakes are not one's own");
        roster.entries[0].wrong = 99;
        assert_eq!(tries(&mut roster, until), Err(Barred::Until(until.plus_ms(WAIT_MS_MAX))));
        roster.pin_was_right(0);
        assert_eq!(tries(&mut roster, until), Ok(()));
    }

    #[test]
    fn who_forgot_the_pin_joins_anew_and_what_they_left_is_still_sent() {
        let mut roster = shared_by_two();
        roster.entries[0].left = Some(Left { rest: 0 });
        roster.active = None;
        let number = roster.next_number();
        roster.join(number, &profile("o1"));
        assert_eq!((number, roster.active), (2, Some(2)));
        assert_eq!(roster.try_pin(0, NOW), Err(Barred::Unknown), "the old way in is gone");
        assert_eq!(roster.left_by_others().map(|entry| entry.number).collect::<Vec<_>>(), [0]);
        assert!(roster.is_shared());
        let shown: Vec<u32> = roster.view(NOW).iter().map(|view| view.number).collect();
        assert_eq!(shown, [1], "without a PIN they are not in the list yet, and their old self never again");
    }

    #[test]
    fn what_one_left_oneself_is_not_brought_in_for_a_colleague() {
        let mut roster = shared_by_two();
        roster.entries[1].left = Some(Left { rest: 0 });
        assert_eq!(roster.left_by_others().count(), 0);
        roster.active = Some(0);
        assert_eq!(roster.left_by_others().count(), 1);
    }

    #[test]
    fn a_pin_has_six_digits_and_is_not_the_first_that_one_would_try() {
        assert!(is_fit("271828") && is_fit("110220"));
        for unfit in ["", "27182", "2718281", "27182a", "２７１８２８", "000000", "123456", "987654"] {
            assert!(!is_fit(unfit), "{unfit}");
        }
    }
}
