//! A round: one filling of one template by one station for one period. Its id is derived from just that, so two
//! officers who start the same round without a network have started one document.

use std::fmt;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::ids::{BureauId, CollectionId, DocumentId, DocumentKind, IdError, Shelf, StationCode, TemplateId};
use crate::time::Date;

/// The version of the round document's layout; part of the derived id.
const KIND_VERSION: &str = "1";

/// The time that a round is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Period {
    /// One civil day: `2026-11-23`.
    Day(Date),
    /// One ISO week, named by its Monday: `week/2026-11-23`.
    Week(Date),
    /// One month, named by its first day: `month/2026-11-01`.
    Month(Date),
    /// A shift, which belongs to the date it starts on: `shift/2026-11-23/night`.
    Shift(Date, String),
    /// An event such as a flood operation, from its start: `event/2026-07-01/meiyu`.
    Event(Date, String),
    /// A check that occurs several times a shift: `occasion/2026-11-23/{random}`.
    Occasion(Date, String),
}

impl Period {
    /// Parses the text form.
    ///
    /// # Errors
    /// When it is none of the six forms, or a week or month is not named by its first day.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let wrong = || IdError::new("period", text);
        let date = |text: &str| Date::parse(text).ok_or_else(wrong);
        let mut parts = text.splitn(3, '/');
        let period = match (parts.next(), parts.next(), parts.next()) {
            (Some(day), None, None) => Self::Day(date(day)?),
            (Some("week"), Some(monday), None) => Self::Week(date(monday)?),
            (Some("month"), Some(first), None) => Self::Month(date(first)?),
            (Some("shift"), Some(day), Some(name)) => Self::Shift(date(day)?, name.to_owned()),
            (Some("event"), Some(day), Some(name)) => Self::Event(date(day)?, name.to_owned()),
            (Some("occasion"), Some(day), Some(name)) => Self::Occasion(date(day)?, name.to_owned()),
            _ => return Err(wrong()),
        };
        let is_whole = match &period {
            Self::Week(monday) => monday.weekday() == 0,
            Self::Month(first) => first.day() == 1,
            Self::Shift(_, name) | Self::Event(_, name) | Self::Occasion(_, name) => {
                (1..=32).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            }
            Self::Day(_) => true,
        };
        is_whole.then_some(period).ok_or_else(wrong)
    }

    /// The first day, which also decides the collection.
    pub fn start(&self) -> Date {
        match self {
            Self::Day(date) | Self::Week(date) | Self::Month(date) => *date,
            Self::Shift(date, _) | Self::Event(date, _) | Self::Occasion(date, _) => *date,
        }
    }

    /// The last day.
    pub fn end(&self) -> Date {
        match self {
            Self::Week(monday) => monday.plus_days(6),
            Self::Month(first) => first.month().after().first().plus_days(-1),
            _ => self.start(),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(date) => write!(f, "{date}"),
            Self::Week(date) => write!(f, "week/{date}"),
            Self::Month(date) => write!(f, "month/{date}"),
            Self::Shift(date, name) => write!(f, "shift/{date}/{name}"),
            Self::Event(date, name) => write!(f, "event/{date}/{name}"),
            Self::Occasion(date, name) => write!(f, "occasion/{date}/{name}"),
        }
    }
}

impl TryFrom<String> for Period {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<Period> for String {
    fn from(period: Period) -> String {
        period.to_string()
    }
}

impl<C> Encode<C> for Period {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(&self.to_string())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Period {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::parse(d.str()?).map_err(|_| minicbor::decode::Error::message("not a period"))
    }
}

/// What makes a round the round it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Encode)]
pub struct RoundName {
    /// Whose checklist is filled.
    #[n(0)]
    pub station: StationCode,
    /// Which checklist.
    #[n(1)]
    pub template: TemplateId,
    /// For which time.
    #[n(2)]
    pub period: Period,
}

crate::read_both!(RoundName { station, template, period });

impl RoundName {
    /// The document that everybody who fills this round writes into.
    pub fn document(&self, bureau: &BureauId) -> DocumentId {
        let period = self.period.to_string();
        let parts = [bureau.as_str(), self.station.as_str(), self.template.as_str(), &period, KIND_VERSION];
        DocumentId::derive(DocumentKind::Round, &parts)
    }

    /// The collection the document is in: the station's rounds of the month the period starts in.
    pub fn collection(&self) -> CollectionId {
        CollectionId::of(&Shelf::Rounds(self.station.clone(), self.period.start().month()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_survives_its_text_and_refuses_others() {
        for good in [
            "2026-11-23",
            "week/2026-11-23",
            "month/2026-11-01",
            "shift/2026-11-23/night",
            "event/2026-07-01/meiyu",
            "occasion/2026-11-23/k3x9",
        ] {
            assert_eq!(Period::parse(good).unwrap().to_string(), good);
        }
        for bad in
            ["week/2026-11-24", "month/2026-11-02", "shift/2026-11-23", "event/2026-07-01/a/b", "2026", ""]
        {
            assert!(Period::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn two_phones_name_one_document() {
        let name = |period: &str| RoundName {
            station: StationCode::parse("zhongmiao").unwrap(),
            template: TemplateId::parse("flood-departure").unwrap(),
            period: Period::parse(period).unwrap(),
        };
        let bureau = BureauId::parse("chaohu").unwrap();
        assert_eq!(name("2026-11-23").document(&bureau), name("2026-11-23").document(&bureau));
        assert_ne!(name("2026-11-23").document(&bureau), name("week/2026-11-23").document(&bureau));
        assert_eq!(name("shift/2026-11-30/night").collection().as_str(), "station/zhongmiao/2026-11");
    }
}
