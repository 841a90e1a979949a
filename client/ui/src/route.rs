//! Addresses of the screens: text to [`Route`] and back. Moving between them is `browser`'s, drawing them `app`'s.

use shared::domain::round::{Period, RoundName};
use shared::ids::{AssetId, ItemId, StationCode, SubjectId, TemplateId};

/// A screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// What is due, or the board for those who have no station.
    Home,
    /// Joining with a one-time code.
    Enrol,
    /// One round.
    Round(RoundName, RoundPart),
    /// What a code names.
    Scan,
    /// A line of a round that collects scans.
    Count(RoundName, SubjectId, ItemId),
    /// Labels to print.
    Labels,
    /// What this phone can do.
    SelfTest,
    /// What does not count: for supervisors.
    Quarantine,
    /// Defects.
    Defects,
    /// Needs.
    Needs,
    /// What is only on this phone.
    Sync,
    /// The person, and how they want the interface.
    Me,
    /// What the station adds to checklists.
    Lines,
    /// Handing a shared phone over.
    HandOver,
    /// A register: the own one, or, for those who see all, a station's.
    Register(Option<StationCode>),
    /// One thing of a register.
    Asset(StationCode, AssetId),
}

/// A part of the round's screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundPart {
    /// One card after the other.
    Cards,
    /// All items.
    List,
    /// Before signing.
    Summary,
}

impl Route {
    /// Reads a path with its query; what is not known is the home screen.
    pub fn from_address(address: &str) -> Self {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let mut parts = path.trim_matches('/').splitn(4, '/');
        match parts.next() {
            Some("enrol") => Self::Enrol,
            Some("sync") => Self::Sync,
            Some("me") => Self::Me,
            Some("hand-over") => Self::HandOver,
            Some("lines") => Self::Lines,
            Some("defects") => Self::Defects,
            Some("needs") => Self::Needs,
            Some("quarantine") => Self::Quarantine,
            Some("register") => register(parts.next(), parts.next()),
            Some("scan") => Self::Scan,
            Some("labels") => Self::Labels,
            Some("self-test") => Self::SelfTest,
            Some("count") => match (parts.next(), parts.next(), parts.next()) {
                (Some(station), Some(template), Some(period)) => {
                    count(round(station, template, period), query).unwrap_or(Self::Home)
                }
                _ => Self::Home,
            },
            Some("round") => match (parts.next(), parts.next(), parts.next()) {
                (Some(station), Some(template), Some(period)) => {
                    round(station, template, period).map_or(Self::Home, |name| Self::Round(name, part(query)))
                }
                _ => Self::Home,
            },
            _ => Self::Home,
        }
    }

    /// The path, with its query.
    pub fn address(&self) -> String {
        match self {
            Self::Home => "/".to_owned(),
            Self::Enrol => "/enrol".to_owned(),
            Self::Sync => "/sync".to_owned(),
            Self::Me => "/me".to_owned(),
            Self::HandOver => "/hand-over".to_owned(),
            Self::Lines => "/lines".to_owned(),
            Self::Defects => "/defects".to_owned(),
            Self::Needs => "/needs".to_owned(),
            Self::Quarantine => "/quarantine".to_owned(),
            Self::Register(None) => "/register".to_owned(),
            Self::Register(Some(station)) => ["/register/", station.as_str()].concat(),
            Self::Asset(station, asset) => ["/register/", station.as_str(), "/", asset.as_str()].concat(),
            Self::Scan => "/scan".to_owned(),
            Self::Labels => "/labels".to_owned(),
            Self::SelfTest => "/self-test".to_owned(),
            Self::Count(name, subject, item) => {
                [&path("/count/", name), "?", subject.as_str(), "&", item.as_str()].concat()
            }
            Self::Round(name, part) => {
                let query = match part {
                    RoundPart::Cards => "",
                    RoundPart::List => "?list",
                    RoundPart::Summary => "?summary",
                };
                [&path("/round/", name), query].concat()
            }
        }
    }
}

fn round(station: &str, template: &str, period: &str) -> Option<RoundName> {
    Some(RoundName {
        station: StationCode::parse(station).ok()?,
        template: TemplateId::parse(template).ok()?,
        period: Period::parse(period).ok()?,
    })
}

fn register(station: Option<&str>, asset: Option<&str>) -> Route {
    let station = station.and_then(|code| StationCode::parse(code).ok());
    match (station, asset.map(AssetId::parse)) {
        (Some(station), Some(Ok(asset))) => Route::Asset(station, asset),
        (station, _) => Route::Register(station),
    }
}

fn path(before: &str, name: &RoundName) -> String {
    [before, name.station.as_str(), "/", name.template.as_str(), "/", &name.period.to_string()].concat()
}

/// A line of a round, from the query `subject&item`.
fn count(name: Option<RoundName>, query: &str) -> Option<Route> {
    let (subject, item) = query.split_once('&')?;
    Some(Route::Count(name?, SubjectId::parse(subject).ok()?, ItemId::parse(item).ok()?))
}

fn part(query: &str) -> RoundPart {
    match query {
        "list" => RoundPart::List,
        "summary" => RoundPart::Summary,
        _ => RoundPart::Cards,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_survives_its_address() {
        let name = round("zhongmiao", "flood-departure", "event/2026-07-01/meiyu").unwrap();
        for route in [
            Route::Home,
            Route::Enrol,
            Route::Sync,
            Route::Me,
            Route::HandOver,
            Route::Lines,
            Route::Quarantine,
            Route::Register(None),
            Route::Register(Some(name.station.clone())),
            Route::Asset(name.station.clone(), AssetId::parse("ZM-P03-01").unwrap()),
            Route::Defects,
            Route::Needs,
            Route::Scan,
            Route::Labels,
            Route::SelfTest,
            Route::Count(name.clone(), SubjectId::station(), ItemId::parse("M02.scan").unwrap()),
            Route::Round(name.clone(), RoundPart::Cards),
            Route::Round(name.clone(), RoundPart::List),
            Route::Round(name, RoundPart::Summary),
        ] {
            assert_eq!(Route::from_address(&route.address()), route);
        }
    }

    #[test]
    fn an_unknown_address_is_home() {
        for address in ["/nowhere", "/round/a", "/round/a/b/2026-13-01", "/count/a/b/2026-11-01", ""] {
            assert_eq!(Route::from_address(address), Route::Home, "{address}");
        }
    }
}
