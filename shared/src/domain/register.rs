//! A station's register, folded from its events. A function of a *set* of events: order, repetition and clocks do not
//! enter. An event takes the place of those that its author had on the screen; what nobody has seen stands beside it, so
//! two issues made apart are both shown ("with A or B") until somebody who saw both says more.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::answer::Condition;
use super::asset::{Asset, ExpiryBand, LifeSource, RegisterEntry};
use super::custody::{Custody, Handing};
use crate::gather::{Gather, sort_by};
use crate::ids::{AssetId, EventKey, OfficerId, StationCode};
use crate::time::Date;

/// An entry as it stands in the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// Its key.
    pub key: EventKey,
    /// The operation counter that it was written at: a cause always has a smaller one than its effect.
    pub counter: u64,
    /// Authentic, but from a device that was revoked before it arrived: it does not count until it is released.
    pub is_held: bool,
    /// What it says.
    pub entry: RegisterEntry,
}

/// A station's register.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Register {
    /// What the station answers for now, with holder and place as they stand.
    pub assets: Arc<BTreeMap<AssetId, Asset>>,
    /// What has left for another station.
    pub left: BTreeMap<AssetId, Asset>,
    /// Of everything that ever changed hands or place.
    pub trails: BTreeMap<AssetId, Trail>,
}

/// How one thing went from hand to hand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trail {
    /// Who has it; several when people disagree, none when no event says.
    pub holders: Vec<Holder>,
    /// Where it belongs; several when people disagree, none when no event says.
    pub places: Vec<String>,
    /// The events that stand: what the next one `sees`.
    pub standing: Vec<EventKey>,
    /// Everything that was written, oldest first.
    pub steps: Vec<Step>,
}

/// One event of a trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its key.
    pub key: EventKey,
    /// What it says.
    pub custody: Custody,
    /// What became of it.
    pub fate: Fate,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It stands.
    Standing,
    /// Somebody who saw it has written since.
    Replaced,
    /// Its author took it back.
    Withdrawn,
    /// It waits for a supervisor's release.
    Held,
}

/// Who has a thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// The station.
    Store,
    /// A person.
    Officer(OfficerId),
    /// It has left for another station.
    Station(StationCode),
}

impl Trail {
    /// Whether people disagree about who has it or where it is.
    pub fn is_disputed(&self) -> bool {
        self.holders.len() > 1 || self.places.len() > 1
    }

    /// The station that it has left for, when nobody says otherwise.
    pub fn left_for(&self) -> Option<&StationCode> {
        match self.holders.as_slice() {
            [Holder::Station(station)] => Some(station),
            _ => None,
        }
    }

    fn of(mut events: Vec<(EventKey, u64, bool, Custody)>) -> Self {
        sort_by(&mut events, |a, b| (a.1, &a.0, a.3.act.word()).cmp(&(b.1, &b.0, b.3.act.word())));
        events.dedup();
        let sight = Sight::of(&events);
        let live = events.iter().filter(|(key, counter, is_held, custody)| {
            let is_withdrawal = matches!(custody.act, Handing::Withdrawn { .. });
            !is_held && !is_withdrawal && !sight.is_withdrawn(key, *counter, &custody.by)
        });
        let mut trail = Self::default();
        for (key, counter, _, custody) in live {
            let holds = custody.act.is_about_holder() && !Sight::saw(&sight.by_holder, key, *counter);
            let places = custody.act.place().is_some() && !Sight::saw(&sight.by_place, key, *counter);
            if holds {
                trail.holders.extend(holder(&custody.act));
            }
            if places {
                trail.places.extend(custody.act.place().map(str::to_owned));
            }
            if holds || places {
                trail.standing.push(key.clone());
            }
        }
        sort_by(&mut trail.holders, Ord::cmp);
        trail.holders.dedup();
        sort_by(&mut trail.places, Ord::cmp);
        trail.places.dedup();
        sort_by(&mut trail.standing, Ord::cmp);
        trail.standing.dedup();
        let fate = |key: &EventKey, counter: u64, is_held: bool, custody: &Custody| {
            if is_held {
                Fate::Held
            } else if sight.is_withdrawn(key, counter, &custody.by) {
                Fate::Withdrawn
            } else if trail.standing.binary_search(key).is_ok() {
                Fate::Standing
            } else {
                Fate::Replaced
            }
        };
        let steps = events.iter().filter(|event| !matches!(event.3.act, Handing::Withdrawn { .. }));
        let steps: Vec<Step> = steps
            .map(|(key, counter, is_held, custody)| Step {
                key: key.clone(),
                custody: custody.clone(),
                fate: fate(key, *counter, *is_held, custody),
            })
            .collect();
        Self { steps, ..trail }
    }
}

/// What later events saw and took back. Who has a thing and where it belongs are two questions: a move says nothing about
/// the first.
#[derive(Default)]
struct Sight<'a> {
    withdrawn: BTreeMap<(&'a EventKey, &'a OfficerId), u64>,
    by_holder: BTreeMap<&'a EventKey, u64>,
    by_place: BTreeMap<&'a EventKey, u64>,
}

impl<'a> Sight<'a> {
    fn of(events: &'a [(EventKey, u64, bool, Custody)]) -> Self {
        let mut sight = Self::default();
        let counts = || events.iter().filter(|(_, _, is_held, _)| !is_held);
        for (_, counter, _, custody) in counts() {
            if let Handing::Withdrawn { event } = &custody.act {
                raise(&mut sight.withdrawn, (event, &custody.by), *counter);
            }
        }
        for (key, counter, _, custody) in counts() {
            if sight.is_withdrawn(key, *counter, &custody.by) {
                continue;
            }
            for seen in &custody.sees {
                if custody.act.is_about_holder() {
                    raise(&mut sight.by_holder, seen, *counter);
                }
                if custody.act.place().is_some() {
                    raise(&mut sight.by_place, seen, *counter);
                }
            }
        }
        sight
    }

    fn is_withdrawn(&self, key: &EventKey, counter: u64, by: &OfficerId) -> bool {
        self.withdrawn.get(&(key, by)).is_some_and(|later| *later > counter)
    }

    fn saw(by: &BTreeMap<&EventKey, u64>, key: &EventKey, counter: u64) -> bool {
        by.get(key).is_some_and(|later| *later > counter)
    }
}

fn raise<K: Ord>(latest: &mut BTreeMap<K, u64>, key: K, counter: u64) {
    let known = latest.entry(key).or_default();
    *known = (*known).max(counter);
}

fn holder(act: &Handing) -> Option<Holder> {
    match act {
        Handing::Issued { to } => Some(Holder::Officer(to.clone())),
        Handing::Returned { .. } | Handing::Received { .. } => Some(Holder::Store),
        Handing::Sent { station, .. } => Some(Holder::Station(station.clone())),
        Handing::Moved { .. } | Handing::Withdrawn { .. } => None,
    }
}

/// What the bureau entered about one thing: the last word, with the dates that the strongest word gives.
#[derive(Default)]
struct Books {
    last: Option<((u64, EventKey), Asset)>,
    dates: Option<((LifeSource, u64, EventKey), Asset)>,
}

impl Books {
    fn take(&mut self, counter: u64, key: EventKey, asset: Asset) {
        let place = (asset.life(), counter, key.clone());
        if asset.expires.is_some() && self.dates.as_ref().is_none_or(|(before, _)| *before <= place) {
            self.dates = Some((place, asset.clone()));
        }
        let place = (counter, key);
        if self.last.as_ref().is_none_or(|(before, _)| *before <= place) {
            self.last = Some((place, asset));
        }
    }

    fn into_asset(self) -> Option<Asset> {
        let (_, mut asset) = self.last?;
        if let Some((_, dated)) = self.dates {
            (asset.made, asset.expires, asset.life) = (dated.made, dated.expires, dated.life);
        }
        Some(asset)
    }
}

impl Register {
    /// Folds a register's entries.
    pub fn fold(entries: impl IntoIterator<Item = Entered>) -> Self {
        let mut books: BTreeMap<AssetId, Books> = BTreeMap::new();
        let mut handed: BTreeMap<AssetId, Vec<(EventKey, u64, bool, Custody)>> = BTreeMap::new();
        for Entered { key, counter, is_held, entry } in entries {
            match entry {
                RegisterEntry::Asset(asset) if !is_held => {
                    books.entry(asset.id.clone()).or_default().take(counter, key, asset);
                }
                RegisterEntry::Asset(_) => {}
                RegisterEntry::Custody(custody) => {
                    let id = custody.asset.clone();
                    handed.entry(id).or_default().push((key, counter, is_held, custody));
                }
            }
        }
        let trails = handed.into_iter().map(|(id, events)| (id, Trail::of(events))).into_map();
        let mut all = BTreeMap::new();
        for (id, books) in books {
            if let Some(asset) = books.into_asset() {
                all.insert(id, asset);
            }
        }
        for (id, trail) in &trails {
            if !all.contains_key(id)
                && let Some(asset) = trail.received(id)
            {
                all.insert(id.clone(), asset);
            }
        }
        let (mut assets, mut left) = (BTreeMap::new(), BTreeMap::new());
        for (id, mut asset) in all {
            let Some(trail) = trails.get(&id) else {
                assets.insert(id, asset);
                continue;
            };
            trail.apply(&mut asset);
            let shelf = if trail.left_for().is_some() { &mut left } else { &mut assets };
            shelf.insert(id, asset);
        }
        Self { assets: Arc::new(assets), left, trails }
    }

    /// Whether people disagree about a thing.
    pub fn is_disputed(&self, asset: &AssetId) -> bool {
        self.trails.get(asset).is_some_and(Trail::is_disputed)
    }

    /// What stands about a thing: what the next event sees.
    pub fn standing(&self, asset: &AssetId) -> &[EventKey] {
        self.trails.get(asset).map_or(&[], |trail| trail.standing.as_slice())
    }
}

impl Trail {
    /// Holder and place as they stand; where people disagree, nobody is said to have it, and it has no place.
    fn apply(&self, asset: &mut Asset) {
        match self.holders.as_slice() {
            [] => {}
            [Holder::Officer(officer)] => asset.holder = Some(officer.clone()),
            _ => asset.holder = None,
        }
        match self.places.as_slice() {
            [] => {}
            [place] => asset.place.clone_from(place),
            _ => asset.place = self.places.join(" / "),
        }
    }

    /// What came from another station and is not on the books yet.
    fn received(&self, id: &AssetId) -> Option<Asset> {
        let mut steps = self.steps.iter().rev().filter(|step| step.fate <= Fate::Replaced);
        steps.find_map(|step| match &step.custody.act {
            Handing::Received { what, .. } => Some(Asset {
                id: id.clone(),
                kind: what.kind.clone(),
                name: what.name.clone(),
                model: String::new(),
                serial: String::new(),
                holder: None,
                place: String::new(),
                made: None,
                expires: what.expires,
                life: what.expires.map(|_| LifeSource::Maker),
            }),
            _ => None,
        })
    }
}

/// Why a thing is not ready, the gravest last.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    minicbor::Encode,
    minicbor::Decode,
)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum Shortfall {
    /// It was found in another place than it belongs.
    #[n(0)]
    Misplaced,
    /// People disagree about who has it.
    #[n(1)]
    Disputed,
    /// It is past its date.
    #[n(2)]
    Expired,
    /// It was reported out of order.
    #[n(3)]
    Fault,
    /// It was reported missing.
    #[n(4)]
    Missing,
}

/// What the latest rounds say about a thing, as far as they are known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// Its condition; none while nobody has looked.
    pub condition: Option<Condition>,
    /// Whether it was found elsewhere; none while nobody has said where it is.
    pub is_misplaced: Option<bool>,
}

/// The gravest reason why a thing is not ready: present, in date, fault-free, in its place. `None` is green, and nothing
/// else is.
pub fn shortfall(asset: &Asset, is_disputed: bool, seen: Seen, today: Date) -> Option<Shortfall> {
    let is = |is: bool, shortfall| is.then_some(shortfall);
    is(seen.condition == Some(Condition::Missing), Shortfall::Missing)
        .or(is(seen.condition == Some(Condition::Fault), Shortfall::Fault))
        .or(is(asset.expiry_band(today) == ExpiryBand::Expired, Shortfall::Expired))
        .or(is(is_disputed, Shortfall::Disputed))
        .or(is(seen.is_misplaced == Some(true), Shortfall::Misplaced))
}

#[cfg(test)]
mod tests;
