//! Who has a thing and where it is, as events: issue, return, move, and transfer between stations. Each names the people on
//! both sides and what was on the screen; what they amount to is `domain::register`. Written by phones as entries of their
//! own station's register; what a thing is, and its dates, are the bureau's to enter.

use minicbor::Encode;
use serde::{Deserialize, Serialize};

use super::Label;
use crate::ids::{AssetId, EventKey, OfficerId, StationCode};
use crate::time::{Date, Timestamp};

/// One event about one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Spelt", into = "Spelt")]
pub struct Custody {
    /// Which thing.
    pub asset: AssetId,
    /// What was done.
    pub act: Handing,
    /// Who did it: the person of the phone, which the relay checks.
    pub by: OfficerId,
    /// When, by the phone's clock, corrected as far as it knew.
    pub at: Timestamp,
    /// The events of this thing that stood on the author's screen: these it takes the place of, and no others.
    pub sees: Vec<EventKey>,
    /// In the author's words; empty for none.
    pub note: String,
}

/// What was done with a thing.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub enum Handing {
    /// 领用: it is with this person from now on.
    #[n(0)]
    Issued {
        /// Who has it.
        #[n(0)]
        to: OfficerId,
    },
    /// 归还: it is back in the station's keeping.
    #[n(1)]
    Returned {
        /// Who had it; none when nobody was known to.
        #[n(0)]
        from: Option<OfficerId>,
        /// Where it is put; empty for where it belongs.
        #[n(1)]
        place: String,
    },
    /// 移位: it belongs in another place from now on.
    #[n(2)]
    Moved {
        /// Where.
        #[n(0)]
        place: String,
    },
    /// 调出: it has left for another station.
    #[n(3)]
    Sent {
        /// Which.
        #[n(0)]
        station: StationCode,
        /// Who takes it there, or takes it over.
        #[n(1)]
        to: Option<OfficerId>,
    },
    /// 调入: it has come from another station, in whose register it was sent.
    #[n(4)]
    Received {
        /// Which.
        #[n(0)]
        station: StationCode,
        /// Who brought it.
        #[n(1)]
        from: Option<OfficerId>,
        /// What it is, as it says itself.
        #[n(2)]
        what: Described,
    },
    /// An own earlier event did not happen.
    #[n(5)]
    Withdrawn {
        /// Which.
        #[n(0)]
        event: EventKey,
    },
}

crate::read_choice!(Handing {
    0 => Issued { to },
    1 => Returned { from, place },
    2 => Moved { place },
    3 => Sent { station, to },
    4 => Received { station, from, what },
    5 => Withdrawn { event },
});

/// What a thing from elsewhere is, read off its label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Encode)]
pub struct Described {
    /// Code of its kind.
    #[n(0)]
    pub kind: String,
    /// What it is called.
    #[n(1)]
    pub name: Label,
    /// Until when it may be used, as printed.
    #[n(2)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
}

crate::read_object!(Described { kind, name, expires as default });

crate::read_record!(Described { kind, name, expires });

impl Handing {
    /// Its word in the register.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Issued { .. } => "issue",
            Self::Returned { .. } => "return",
            Self::Moved { .. } => "move",
            Self::Sent { .. } => "sent",
            Self::Received { .. } => "received",
            Self::Withdrawn { .. } => "withdraw",
        }
    }

    /// Whether a word is one of these.
    pub fn is_word(word: &str) -> bool {
        matches!(word, "issue" | "return" | "move" | "sent" | "received" | "withdraw")
    }

    /// Whether it says who has the thing.
    pub fn is_about_holder(&self) -> bool {
        !matches!(self, Self::Moved { .. } | Self::Withdrawn { .. })
    }

    /// The place that it gives the thing.
    pub fn place(&self) -> Option<&str> {
        match self {
            Self::Returned { place, .. } | Self::Moved { place } if !place.is_empty() => Some(place),
            _ => None,
        }
    }
}

/// An event as it is written. Flat, with one reader for all words: a tag inside of what it names would bring a second
/// reader of everything, which a phone downloads.
#[derive(Serialize, Deserialize)]
struct Spelt {
    r#type: String,
    asset: AssetId,
    by: OfficerId,
    at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<OfficerId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<OfficerId>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    place: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    station: Option<StationCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    what: Option<Described>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<EventKey>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sees: Vec<EventKey>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    note: String,
}

impl TryFrom<Spelt> for Custody {
    type Error = &'static str;

    fn try_from(spelt: Spelt) -> Result<Self, Self::Error> {
        let Spelt { r#type, asset, by, at, to, from, place, station, what, event, sees, note } = spelt;
        let station = station.ok_or("a transfer without its station");
        let act = match r#type.as_str() {
            "issue" => Handing::Issued { to: to.ok_or("an issue to nobody")? },
            "return" => Handing::Returned { from, place },
            "move" if !place.is_empty() => Handing::Moved { place },
            "move" => return Err("a move to nowhere"),
            "sent" => Handing::Sent { station: station?, to },
            "received" => {
                Handing::Received { station: station?, from, what: what.ok_or("a receipt of nothing")? }
            }
            "withdraw" => Handing::Withdrawn { event: event.ok_or("nothing is withdrawn")? },
            _ => return Err("no word of a register"),
        };
        Ok(Self { asset, act, by, at, sees, note })
    }
}

impl From<Custody> for Spelt {
    fn from(custody: Custody) -> Self {
        let Custody { asset, act, by, at, sees, note } = custody;
        let r#type = act.word().to_owned();
        let (mut to_, mut from_, mut place_, mut station_) = (None, None, String::new(), None);
        let (mut what_, mut event_) = (None, None);
        match act {
            Handing::Issued { to } => to_ = Some(to),
            Handing::Returned { from, place } => (from_, place_) = (from, place),
            Handing::Moved { place } => place_ = place,
            Handing::Sent { station, to } => (station_, to_) = (Some(station), to),
            Handing::Received { station, from, what } => {
                (station_, from_, what_) = (Some(station), from, Some(what));
            }
            Handing::Withdrawn { event } => event_ = Some(event),
        }
        Self {
            r#type,
            asset,
            by,
            at,
            to: to_,
            from: from_,
            place: place_,
            station: station_,
            what: what_,
            event: event_,
            sees,
            note,
        }
    }
}
