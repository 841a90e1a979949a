//! Of a phone that several people share: who they are, and what one of them left for the next to bring along.

use minicbor::Encode;
use shared::domain::Label;
use shared::time::Timestamp;

/// A person's place among those who share a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode)]
pub struct Seat {
    /// Their number; what the browser keeps for them is kept under it.
    #[n(0)]
    pub number: u32,
    /// Whether others use this phone too.
    #[n(1)]
    pub is_shared: bool,
    /// Whether they have chosen a PIN.
    #[n(2)]
    pub has_pin: bool,
}

shared::read_record!(Seat { number, is_shared, has_pin });

/// Somebody who can take the phone up.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct ProfileView {
    /// Their number.
    #[n(0)]
    pub number: u32,
    /// Their name.
    #[n(1)]
    pub name: String,
    /// Their badge number.
    #[n(2)]
    pub badge: String,
    /// Their station's name.
    #[n(3)]
    pub station_name: Label,
    /// What was only on this phone when they left it.
    #[n(4)]
    pub unsent: u32,
    /// Wrong PINs that cost no wait yet.
    #[n(5)]
    pub tries_left: u32,
    /// From when on their PIN is taken again; none when it is taken now.
    #[n(6)]
    pub barred_until: Option<Timestamp>,
}

shared::read_record!(ProfileView { number, name, badge, station_name, unsent, tries_left, barred_until });

/// What somebody of this phone has not sent, and the one who uses it brings along.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct LeftView {
    /// Whose it is.
    #[n(0)]
    pub name: String,
    /// How many records, photos and memos.
    #[n(1)]
    pub unsent: u32,
}

shared::read_record!(LeftView { name, unsent });
