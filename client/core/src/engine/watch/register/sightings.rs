//! What rounds say about each thing of a register: its latest reading, whichever round it is in. What a round says is kept
//! as long as the round is as it was, so that a register of thousands is not read again at every tap.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use shared::document::read::Round;
use shared::domain::register::Seen;
use shared::domain::round::RoundName;
use shared::domain::template::SubjectKind;
use shared::gather::sort_by;
use shared::ids::{AssetId, StationCode};
use shared::projection::{self, seen};
use shared::sync::device::Device;
use shared::time::Timestamp;

use super::super::round::before;

/// Days that are looked back: a month, and what is left of its last week. A phone holds this month and the last; what
/// nobody has looked at for so long the monthly checklists ask for.
const DAYS_BACK: i64 = 37;

/// What is known of things, by station, for one look at them.
type AllSeen = Rc<BTreeMap<AssetId, Seen>>;

/// What rounds said.
#[derive(Default)]
pub struct Sightings {
    rounds: Vec<Kept>,
    last: Option<(StationCode, AllSeen)>,
}

/// What one round says, as long as it and its checklist are those.
struct Kept {
    name: RoundName,
    round: Arc<Round>,
    version: u32,
    told: seen::Told,
}

impl Sightings {
    /// Something may have changed: the next look is a new one.
    pub fn look_again(&mut self) {
        self.last = None;
    }

    /// What the rounds of a station say about each of its things.
    pub(super) fn at(&mut self, device: &mut Device, station: &StationCode, now: Timestamp) -> AllSeen {
        if let Some((_, seen)) = self.last.as_ref().filter(|(of, _)| of == station) {
            return Rc::clone(seen);
        }
        let register = device.register(station);
        let kits = seen::kits(&register);
        let mut seen = BTreeMap::new();
        let mut kept = Vec::new();
        for name in rounds(device, station, now) {
            if let Some(round) = self.kept(device, name) {
                seen::add(&round.told, &kits, &mut seen);
                kept.push(round);
            }
        }
        self.rounds = kept;
        for defect in device.defects(Some(station)).iter().filter(|defect| defect.state.is_open()) {
            seen::add_open(&defect.name.subject, &defect.name.item, defect.is_missing, &kits, &mut seen);
        }
        let seen = Rc::new(seen);
        self.last = Some((station.clone(), Rc::clone(&seen)));
        seen
    }

    /// What a round says; `None` for one about the station itself.
    fn kept(&mut self, device: &mut Device, name: RoundName) -> Option<Kept> {
        let template = device.templates().get(&name.template)?;
        let version = template.version;
        if template.subject == SubjectKind::Station {
            return None;
        }
        let round = device.round(&name);
        let before =
            self.rounds.iter().position(|kept| kept.name == name).map(|at| self.rounds.swap_remove(at));
        let is_same = |kept: &Kept| Arc::ptr_eq(&kept.round, &round) && kept.version == version;
        if let Some(kept) = before.filter(is_same) {
            return Some(kept);
        }
        let template = device.template(&name)?;
        let expected = device.expected(&name, &template);
        let subjects = projection::expected_subjects(&template, &name.station, device.directory(), &expected);
        let told = seen::told(&projection::round(&template, subjects, &round));
        Some(Kept { name, round, version, told })
    }
}

/// The rounds of a station that were begun in these days, the newest first.
fn rounds(device: &Device, station: &StationCode, now: Timestamp) -> Vec<RoundName> {
    let (at, zone) = (device.corrected(now), device.identity().zone);
    let today = zone.date(at);
    let since = today.plus_days(-DAYS_BACK);
    let mut rounds: Vec<RoundName> = Vec::new();
    let mut add = |name: RoundName| {
        if device.has_round(&name) && !rounds.contains(&name) {
            rounds.push(name);
        }
    };
    for due in device.calendar().due(station, at, zone) {
        let name = due.name;
        let earlier = (1..=DAYS_BACK).map_while(|back| before(&name.period, back));
        let earlier = earlier.take_while(|period| period.start() >= since);
        let earlier: Vec<_> = earlier.map(|period| RoundName { period, ..name.clone() }).collect();
        add(name);
        earlier.into_iter().for_each(&mut add);
    }
    // What is not due now, on a day on which it was.
    for back in 0..=DAYS_BACK {
        let noon = zone.moment(today.plus_days(-back), 12 * 60);
        device.calendar().due(station, noon, zone).into_iter().for_each(|due| add(due.name));
    }
    sort_by(&mut rounds, |a, b| b.period.start().cmp(&a.period.start()));
    rounds
}
