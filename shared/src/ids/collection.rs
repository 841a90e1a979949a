//! A collection: the unit of access, ordering and catch-up. A document is in exactly one.

use std::fmt;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::{IdError, StationCode};
use crate::time::Month;

/// A collection's name: `bureau`, `station/{code}/live` or `station/{code}/{yyyy-mm}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(try_from = "String", into = "String")]
#[cbor(transparent)]
pub struct CollectionId(#[n(0)] String);

/// What a collection holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shelf {
    /// Templates, calendar, and the directory of people, stations and device keys; written by the relay.
    Bureau,
    /// A station's register, defects and needs.
    Live(StationCode),
    /// A station's rounds whose period starts in this month, bureau time.
    Rounds(StationCode, Month),
}

impl CollectionId {
    /// The collection of a shelf.
    pub fn of(shelf: &Shelf) -> Self {
        Self(match shelf {
            Shelf::Bureau => "bureau".to_owned(),
            Shelf::Live(station) => format!("station/{station}/live"),
            Shelf::Rounds(station, month) => format!("station/{station}/{month}"),
        })
    }

    /// The bureau's own collection.
    pub fn bureau() -> Self {
        Self::of(&Shelf::Bureau)
    }

    /// Parses the text form.
    ///
    /// # Errors
    /// When it is none of the three forms.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        Self(text.to_owned()).shelf().map(|_| Self(text.to_owned()))
    }

    /// What it holds.
    ///
    /// # Errors
    /// When a foreign frame named a collection that cannot exist.
    pub fn shelf(&self) -> Result<Shelf, IdError> {
        let wrong = || IdError::new("collection", &self.0);
        if self.0 == "bureau" {
            return Ok(Shelf::Bureau);
        }
        let rest = self.0.strip_prefix("station/").ok_or_else(wrong)?;
        let (code, part) = rest.split_once('/').ok_or_else(wrong)?;
        let code = StationCode::parse(code)?;
        if part == "live" {
            return Ok(Shelf::Live(code));
        }
        Month::parse(part).map(|month| Shelf::Rounds(code, month)).ok_or_else(wrong)
    }

    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CollectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for CollectionId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<CollectionId> for String {
    fn from(id: CollectionId) -> String {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collection_is_one_of_three_forms() {
        for good in ["bureau", "station/zhongmiao/live", "station/zhongmiao/2026-11"] {
            let id = CollectionId::parse(good).expect(good);
            assert_eq!(CollectionId::of(&id.shelf().expect(good)).as_str(), good);
        }
        for bad in [
            "",
            "bureau/",
            "station/x",
            "station//live",
            "station/x/2026-13",
            "station/x/live/y",
            "station/x/26-1",
        ] {
            assert!(CollectionId::parse(bad).is_err(), "{bad}");
        }
    }
}
