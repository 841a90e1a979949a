//! A registered thing and its dates. Who holds it and where it is, is a fold over the register's events:
//! `domain::register`.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::Label;
use super::custody::{Custody, Handing};
use crate::ids::{AssetId, OfficerId};
use crate::time::Date;

/// One event of a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "type")]
pub enum RegisterEntry {
    /// The asset is on the books: the relay's word. A later entry with the same id replaces an earlier one.
    Asset(Asset),
    /// Somebody issued, took back, moved or transferred one.
    #[serde(untagged)]
    Custody(Custody),
}

impl RegisterEntry {
    /// The entry as it is written.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("the domain's values have string keys only")
    }

    /// Reads an entry: by its word, then as that. `None` for what this version cannot read.
    pub fn from_json(json: &[u8]) -> Option<Self> {
        match super::type_of(json)?.as_str() {
            "asset" => serde_json::from_slice(json).ok().map(Self::Asset),
            word if Handing::is_word(word) => serde_json::from_slice(json).ok().map(Self::Custody),
            _ => None,
        }
    }
}

/// A registered thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asset {
    /// Its id, printed on its label.
    pub id: AssetId,
    /// Code of its kind, such as `P03`.
    pub kind: String,
    /// What it is called.
    pub name: Label,
    /// Model.
    pub model: String,
    /// Serial number, as the maker printed it.
    pub serial: String,
    /// Who holds it; none for shared things.
    pub holder: Option<OfficerId>,
    /// Where it belongs.
    pub place: String,
    /// Date of manufacture.
    pub made: Option<Date>,
    /// Until when it may be used.
    pub expires: Option<Date>,
    /// Who says until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub life: Option<LifeSource>,
}

crate::read_object!(Asset {
    id, kind, name, model as default, serial as default, holder as default, place as default, made as
    default, expires as default, life as default
});

/// Who says how long a thing may be used, the weakest word first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum LifeSource {
    /// What is usual for its kind.
    #[n(0)]
    Default,
    /// The bureau's rule.
    #[n(1)]
    Bureau,
    /// Printed on it by its maker.
    #[n(2)]
    Maker,
}

/// The kind of every vehicle of the register.
pub const VEHICLE: &str = "VEH";

/// How near the end of its life a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum ExpiryBand {
    /// More than 90 days, or no date at all.
    #[n(0)]
    Far,
    /// Within 90 days.
    #[n(1)]
    Days90,
    /// Within 30 days.
    #[n(2)]
    Days30,
    /// Within 7 days.
    #[n(3)]
    Days7,
    /// Past its date.
    #[n(4)]
    Expired,
}

/// Kinds that must not be carried past their date: spray, stab and ballistic vests. An expired one is a hard stop.
const HARD_STOPS: [&str; 3] = ["P03", "P13", "P14"];

impl ExpiryBand {
    /// The band of a date; the last day of use still counts as in date.
    pub fn of(expires: Option<Date>, today: Date) -> Self {
        let Some(expires) = expires else { return Self::Far };
        match expires.days() - today.days() {
            ..0 => Self::Expired,
            0..=7 => Self::Days7,
            8..=30 => Self::Days30,
            31..=90 => Self::Days90,
            _ => Self::Far,
        }
    }
}

impl Asset {
    /// The band on a date; the last day of use still counts as in date.
    pub fn expiry_band(&self, today: Date) -> ExpiryBand {
        ExpiryBand::of(self.expires, today)
    }

    /// Whether it is past its date and of a kind that must then not be carried.
    pub fn is_hard_stop(&self, today: Date) -> bool {
        HARD_STOPS.contains(&self.kind.as_str()) && self.expiry_band(today) == ExpiryBand::Expired
    }

    /// Who says until when it may be used; what nobody vouches for is the default of its kind.
    pub fn life(&self) -> LifeSource {
        self.life.unwrap_or(LifeSource::Default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_is_still_in_date() {
        let today = Date::new(2026, 11, 23).unwrap();
        let mut asset = Asset {
            id: AssetId::parse("ZM-P03-01").unwrap(),
            kind: "P03".into(),
            name: Label::new("催泪喷射器", "OC spray"),
            model: String::new(),
            serial: String::new(),
            holder: None,
            place: String::new(),
            made: None,
            expires: None,
            life: None,
        };
        for (days, band) in [
            (-1, ExpiryBand::Expired),
            (0, ExpiryBand::Days7),
            (7, ExpiryBand::Days7),
            (8, ExpiryBand::Days30),
            (31, ExpiryBand::Days90),
            (91, ExpiryBand::Far),
        ] {
            asset.expires = Some(today.plus_days(days));
            assert_eq!(asset.expiry_band(today), band, "{days} days");
            assert_eq!(asset.is_hard_stop(today), days < 0, "{days} days");
        }
        asset.kind = "P11".into();
        asset.expires = Some(today.plus_days(-1));
        assert!(!asset.is_hard_stop(today), "a radio is not carried against blades");
    }
}
