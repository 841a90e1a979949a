//! A registered thing and its dates. Condition, holder and place are a fold over the register's events.

use serde::{Deserialize, Serialize};

use super::Label;
use crate::ids::{AssetId, OfficerId};
use crate::time::Date;

/// One event of a register. Issue, return and transfer follow this shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "type")]
pub enum RegisterEntry {
    /// The asset is on the books; a later entry with the same id replaces an earlier one.
    Asset(Asset),
}

impl RegisterEntry {
    /// Reads an entry: by its word, then as that. `None` for what this version cannot read.
    pub fn from_json(json: &[u8]) -> Option<Self> {
        match super::type_of(json)?.as_str() {
            "asset" => serde_json::from_slice(json).ok().map(Self::Asset),
            _ => None,
        }
    }
}

/// A registered thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// Its id, printed on its label.
    pub id: AssetId,
    /// Code of its kind, such as `P03`.
    pub kind: String,
    /// What it is called.
    pub name: Label,
    /// Model.
    #[serde(default)]
    pub model: String,
    /// Serial number, as the maker printed it.
    #[serde(default)]
    pub serial: String,
    /// Who holds it; none for shared things.
    #[serde(default)]
    pub holder: Option<OfficerId>,
    /// Where it belongs.
    #[serde(default)]
    pub place: String,
    /// Date of manufacture.
    #[serde(default)]
    pub made: Option<Date>,
    /// Until when it may be used.
    #[serde(default)]
    pub expires: Option<Date>,
}

/// The kind of every vehicle of the register.
pub const VEHICLE: &str = "VEH";

/// How near the end of its life a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExpiryBand {
    /// More than 90 days, or no date at all.
    Far,
    /// Within 90 days.
    Days90,
    /// Within 30 days.
    Days30,
    /// Within 7 days.
    Days7,
    /// Past its date: a hard stop.
    Expired,
}

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
        }
    }
}
