//! Everything that there is in one simulation, and the clock that all of it goes by.

use std::collections::BTreeMap;

use shared::time::{DAY_MS, Timestamp};

use super::bureau::{self, RelayDocument};
use super::dice::Dice;
use super::disk::{Copy, Disk};
use super::errors::Errors;
use super::faults::Menu;
use super::model::Model;
use super::net::Connection;
use super::phone::{Phone, Tab};
use super::relay::RelayHost;

/// 2026-11-24, 10:00 in China.
const MORNING: Timestamp = Timestamp(1_795_485_600_000);

/// Of so many seeds, one plays over the real database.
const REAL_EVERY: u64 = 10;

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken(pub String);

/// The result of a step.
pub type Step<T = ()> = Result<T, Broken>;

/// Breaks unless a promise is kept.
pub fn holds(is_kept: bool, promise: impl FnOnce() -> String) -> Step {
    if is_kept { Ok(()) } else { Err(Broken(promise())) }
}

/// One simulation.
pub struct World {
    /// Chance.
    pub dice: Dice,
    /// What may go wrong in this one, and how often.
    pub menu: Menu,
    /// The true time.
    pub now: Timestamp,
    /// The relay's machine.
    pub relay: RelayHost,
    /// The phones.
    pub phones: Vec<Phone>,
    /// Connections, by number; those that are gone leave nothing behind.
    pub connections: BTreeMap<usize, Connection>,
    /// What must be true.
    pub model: Model,
    /// What was logged as an error.
    pub errors: Errors,
    /// What happened, if somebody wants to read it.
    pub trace: Trace,
    /// Copies of the relay's disk.
    pub copies: Vec<Copy>,
    /// Frames of phones that somebody has listened to.
    pub overheard: Vec<Vec<u8>>,
    /// Counts tabs and connections.
    pub count: u64,
}

/// What happened, in words.
#[derive(Debug, Default)]
pub struct Trace {
    /// Whether lines are kept.
    pub is_on: bool,
    /// The lines.
    pub lines: Vec<String>,
    /// A number that differs when anything differs.
    pub hash: u64,
}

impl Trace {
    /// Notes what happened.
    pub fn note(&mut self, line: impl FnOnce() -> String) {
        let line = line();
        for byte in line.bytes() {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if self.is_on {
            self.lines.push(line);
        }
    }
}

impl World {
    /// A bureau with its relay, and phones that have just enrolled.
    pub fn new(seed: u64, errors: Errors, is_on: bool) -> Step<Self> {
        let mut dice = Dice::new(seed);
        let menu = Menu::draw(&mut dice);
        // Some simulations begin where a month ends.
        let days = if dice.percent(30) { 6 } else { dice.between(-3, 3) };
        let now = MORNING.plus_ms(days * DAY_MS + dice.between(0, DAY_MS));
        // Most are quick; a few go through the real database.
        let disk =
            if seed.is_multiple_of(REAL_EVERY) { Disk::in_folder(dice.clone()) } else { Disk::in_memory() };
        let mut world = Self {
            relay: RelayHost::found(disk, now, &errors),
            dice,
            menu,
            now,
            phones: Vec::new(),
            connections: BTreeMap::new(),
            model: Model::default(),
            errors,
            trace: Trace { is_on, ..Trace::default() },
            copies: Vec::new(),
            overheard: Vec::new(),
            count: 0,
        };
        world.publish(RelayDocument::Directory, &bureau::directory())?;
        for template in bureau::templates(1) {
            world.publish(RelayDocument::Template(&template.id), std::slice::from_ref(&template))?;
        }
        let phones = 2 + world.dice.below(6);
        for key in 1..=phones {
            world.phones.push(Phone::new(key));
            world.open_tab(key - 1);
        }
        if world.dice.percent(80) {
            // They have met the relay before.
            world.settle()?;
        }
        Ok(world)
    }

    /// The relay writes entries into one of its documents; a relay that is down or full does not.
    pub fn publish<T: serde::Serialize>(&mut self, document: RelayDocument<'_>, entries: &[T]) -> Step {
        let (collection, id) = bureau::relay_document(document);
        let events: Vec<_> = entries.iter().map(bureau::event).collect();
        let outcome = self.relay.publish(&collection, id, &events);
        self.trace.note(|| format!("publish {document:?}: {outcome:?}"));
        self.after_relay()
    }

    /// Advances the clock.
    pub fn pass(&mut self, ms: i64) {
        self.now = self.now.plus_ms(ms);
        self.relay.set_now(self.now);
    }

    /// The next number of a tab or a connection.
    pub fn number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// A tab by its phone and number.
    pub fn tab(&mut self, phone: usize, number: u64) -> Option<&mut Tab> {
        self.phones[phone].tab(number)
    }

    /// Every open tab: its phone and its number.
    pub fn tabs(&self) -> Vec<(usize, u64)> {
        let of_phone = |(index, phone): (usize, &Phone)| {
            phone.tabs.iter().map(move |tab| (index, tab.number)).collect::<Vec<_>>()
        };
        self.phones.iter().enumerate().flat_map(of_phone).collect()
    }
}
