//! The demo bureau as it stands before anything happens: 18 stations named after the real townships of Chaohu, and
//! invented people, badge numbers and serials. Every person and every serial here is made up.

use std::collections::BTreeSet;

use serde::Deserialize;
use shared::domain::Label;
use shared::domain::asset::{Asset, LifeSource};
use shared::domain::directory::{Bureau, Officer, Station};
use shared::ids::{AssetId, BureauId, OfficerId, StationCode};
use shared::time::{Date, Zone};
use shared::trust::rights::Role;

use super::dice::Dice;

/// The station of the two officers whom the demo's links enrol.
pub const HOME: &str = "zhongmiao";
/// The station that has not been heard for three days.
pub const SILENT: &str = "langanji";
/// The station whose officers disagree.
pub const DISPUTED: &str = "sanbing";

/// One number for all of the demo's chances.
const SEED: u64 = 0x4d55_5354_4552;

/// The bureau before anything happens.
#[derive(Debug, Clone)]
pub struct DemoBureau {
    /// Stations, in the order of the bureau's list.
    pub stations: Vec<DemoStation>,
    /// People of 警务保障大队.
    pub supervisors: Vec<Officer>,
}

/// One station.
#[derive(Debug, Clone)]
pub struct DemoStation {
    /// The station.
    pub station: Station,
    /// Its people: 所长 first, then 装备员, then the others.
    pub officers: Vec<Officer>,
    /// Its register.
    pub assets: Vec<Asset>,
}

#[derive(Deserialize)]
struct People {
    stations: Vec<StationLine>,
    surnames: Vec<String>,
    given_names: Vec<String>,
}

#[derive(Deserialize)]
struct StationLine {
    code: StationCode,
    prefix: String,
    name: Label,
}

#[derive(Deserialize)]
struct Equipment {
    personal: Vec<EquipmentLine>,
    shared: Vec<EquipmentLine>,
}

#[derive(Deserialize)]
struct EquipmentLine {
    kind: String,
    name: Label,
    model: String,
    place: String,
    serial: String,
    life_months: Option<i64>,
    count: u32,
}

/// The tenant.
pub fn bureau() -> Bureau {
    Bureau {
        id: BureauId::parse("chaohu").expect("a literal"),
        name: Label::new("巢湖市公安局", "Chaohu Public Security Bureau"),
        zone: Zone::CHINA,
    }
}

/// Dice for one purpose.
pub fn dice(words: &[&str]) -> Dice {
    Dice::of(SEED, words)
}

/// The bureau as it is on a date: equipment is as old as it would be then.
pub fn invent(today: Date) -> DemoBureau {
    let people: People =
        serde_json::from_str(include_str!("../../content/demo/people.json")).expect("a test reads it");
    let equipment: Equipment =
        serde_json::from_str(include_str!("../../content/demo/equipment.json")).expect("a test reads it");
    let mut names = Names { people: &people, dice: dice(&["names"]), taken: BTreeSet::new() };
    let supervisors = (1..=3).map(|n| supervisor(n, &mut names)).collect();
    let stations = people
        .stations
        .iter()
        .map(|line| {
            let officers = officers(line, &mut names);
            let assets = assets(line, &officers, &equipment, today);
            let station = Station { code: line.code.clone(), name: line.name.clone() };
            DemoStation { station, officers, assets }
        })
        .collect();
    DemoBureau { stations, supervisors }
}

/// Draws names that nobody has yet.
struct Names<'a> {
    people: &'a People,
    dice: Dice,
    taken: BTreeSet<String>,
}

impl Names<'_> {
    fn draw(&mut self) -> String {
        loop {
            let surname = self.dice.pick(&self.people.surnames).clone();
            let name = surname + self.dice.pick(&self.people.given_names).as_str();
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }

    fn badge(&self) -> String {
        format!("01{:04}", 3_100 + self.taken.len() * 17)
    }
}

/// The id of the n-th supervisor, from 1.
pub fn supervisor_id(n: u32) -> OfficerId {
    OfficerId::parse(&format!("jb-{n:02}")).expect("digits and a dash")
}

fn supervisor(n: u32, names: &mut Names<'_>) -> Officer {
    Officer {
        id: supervisor_id(n),
        name: names.draw(),
        badge: names.badge(),
        station: None,
        role: Role::Supervisor,
    }
}

fn officers(line: &StationLine, names: &mut Names<'_>) -> Vec<Officer> {
    let count = 5 + dice(&["roster", line.code.as_str()]).below(4);
    let officer = |n: u32| Officer {
        id: OfficerId::parse(&format!("{}-{n:02}", line.prefix.to_lowercase())).expect("letters and digits"),
        name: names.draw(),
        badge: names.badge(),
        station: Some(line.code.clone()),
        role: if n <= 2 { Role::Lead } else { Role::Officer },
    };
    (1..=count).map(officer).collect()
}

fn assets(line: &StationLine, officers: &[Officer], equipment: &Equipment, today: Date) -> Vec<Asset> {
    let mut dice = dice(&["assets", line.code.as_str()]);
    let mut assets = Vec::new();
    for kind in &equipment.personal {
        for (officer, n) in officers.iter().zip(1..) {
            assets.push(asset(line, kind, n, Some(officer), today, &mut dice));
        }
    }
    for kind in &equipment.shared {
        assets.extend((1..=kind.count).map(|n| asset(line, kind, n, None, today, &mut dice)));
    }
    assets
}

/// More shared things for a station, as at one with a large store: for trying what is slow.
pub fn stock(station: &DemoStation, count: u32) -> Vec<Asset> {
    let Some(pattern) = station.assets.iter().find(|asset| asset.holder.is_none()) else { return Vec::new() };
    let (kinds, prefix) = (["JACKET", "LAMP", "GEN", "P15"], pattern.id.as_str().split('-').next());
    let of_kind = |kind: &str| station.assets.iter().find(|asset| asset.kind == kind).unwrap_or(pattern);
    let one = |n: u32| {
        let like = of_kind(kinds[n as usize % kinds.len()]);
        let id = format!("{}-S{n:04}", prefix.unwrap_or_default());
        Asset {
            id: AssetId::parse(&id).expect("letters, digits and a dash"),
            serial: format!("S{n:06}"),
            place: format!("{} {} 层", like.place, n % 20 + 1),
            holder: None,
            ..like.clone()
        }
    };
    (1..=count).map(one).collect()
}

fn asset(
    line: &StationLine,
    kind: &EquipmentLine,
    n: u32,
    holder: Option<&Officer>,
    today: Date,
    dice: &mut Dice,
) -> Asset {
    let id = format!("{}-{}-{n:02}", line.prefix, kind.kind);
    let days = |months: i64| months * 365 / 12;
    let (made, expires) = match kind.life_months {
        // Most have life left; about one in twelve is past its date, and as many are close to it.
        Some(life) => {
            let left = match dice.below(12) {
                0 => -dice.between(3, 60),
                1 => dice.between(1, 28),
                2 => dice.between(30, 90),
                _ => dice.between(120, days(life) - 60),
            };
            let expires = today.plus_days(left);
            (expires.plus_days(-days(life)), Some(expires))
        }
        None => (today.plus_days(-dice.between(200, 1_800)), None),
    };
    Asset {
        id: AssetId::parse(&id).expect("letters, digits and dashes"),
        kind: kind.kind.clone(),
        name: kind.name.clone(),
        model: kind.model.clone(),
        serial: format!("{}{:02}{:05}", kind.serial, made.month().year.rem_euclid(100), dice.below(100_000)),
        holder: holder.map(|officer| officer.id.clone()),
        place: kind.place.clone(),
        made: Some(made),
        expires,
        // What GA and GB standards have printed on it; the other lives are the bureau's rule.
        life: expires.map(|_| match kind.kind.as_str() {
            "P03" | "P13" | "P14" | "JACKET" => LifeSource::Maker,
            _ => LifeSource::Bureau,
        }),
    }
}

#[cfg(test)]
mod tests {
    use shared::domain::asset::ExpiryBand;

    use super::*;

    #[test]
    fn eighteen_stations_have_people_and_equipment() {
        let today = Date::new(2026, 11, 24).expect("a date");
        let bureau = invent(today);
        assert_eq!(bureau.stations.len(), 18);
        let mut ids = BTreeSet::new();
        let mut names = BTreeSet::new();
        let mut serials = BTreeSet::new();
        for DemoStation { station, officers, assets } in &bureau.stations {
            assert!((5..=8).contains(&officers.len()), "{}", station.code);
            assert!((30..=50).contains(&assets.len()), "{}: {}", station.code, assets.len());
            assert_eq!(officers.iter().filter(|officer| officer.role == Role::Lead).count(), 2);
            for officer in officers {
                assert!(ids.insert(officer.id.to_string()) && names.insert(officer.name.clone()));
            }
            for asset in assets {
                assert!(
                    ids.insert(asset.id.to_string()) && serials.insert(asset.serial.clone()),
                    "{asset:?}"
                );
            }
        }
        for code in [HOME, SILENT, DISPUTED] {
            assert!(bureau.stations.iter().any(|station| station.station.code.as_str() == code), "{code}");
        }
        let bands: Vec<_> =
            bureau.stations.iter().flat_map(|s| &s.assets).map(|asset| asset.expiry_band(today)).collect();
        for band in [ExpiryBand::Expired, ExpiryBand::Days7, ExpiryBand::Days30, ExpiryBand::Days90] {
            assert!(bands.contains(&band), "{band:?}");
        }
    }

    #[test]
    fn the_same_date_gives_the_same_bureau() {
        let today = Date::new(2026, 11, 24).expect("a date");
        assert_eq!(format!("{:?}", invent(today)), format!("{:?}", invent(today)));
    }
}
