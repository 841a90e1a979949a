//! The end of a simulation: everything that was broken is whole again, everybody comes back, and what was promised must
//! then be true everywhere.

use std::collections::{BTreeMap, BTreeSet};

use shared::document::Document;
use shared::document::read::{self, Round};
use shared::domain::round::RoundName;
use shared::ids::{CollectionId, DocumentKind};
use shared::projection;
use shared::sync::device::{Input, LinkState};
use shared::time::Zone;

use server::projector::{Projector, RoundRow};
use server::store::Store;

use super::bureau;
use super::disk::Fault;
use super::model::Said;
use super::phone::ChangeName;
use super::shell::Ending;
use super::world::{Broken, Step, World, holds};

/// Times that everybody may have to be woken until nothing happens any more.
const ROUNDS_MAX: usize = 80;
/// Things that may happen between two of them.
const WORK_MAX: usize = 200_000;

impl World {
    /// Heals everything, waits until nothing happens any more, and checks what was promised.
    pub fn end(&mut self) -> Step {
        self.heal()?;
        self.settle()?;
        self.check_quiet()
    }

    fn heal(&mut self) -> Step {
        self.trace.note(|| "everything is whole again".to_owned());
        self.relay.disk.set_fault(Fault::None);
        if !self.relay.is_up() {
            self.start_relay()?;
        }
        for phone in 0..self.phones.len() {
            self.phones[phone].is_full = false;
            if self.phones[phone].tabs.is_empty() {
                self.open_tab(phone);
            }
        }
        Ok(())
    }

    /// Until everybody has asked twice and nothing new came of it.
    pub(super) fn settle(&mut self) -> Step {
        for phone in 0..self.phones.len() {
            self.pass_lock(phone)?;
        }
        let mut calm = 0;
        for _ in 0..ROUNDS_MAX {
            let before = (self.lengths(), self.disks());
            self.work()?;
            self.pass_to_timers()?;
            for (phone, number) in self.tabs() {
                self.input(phone, number, Input::Nudge)?;
            }
            self.work()?;
            let is_calm = self.is_calm() && before == (self.lengths(), self.disks());
            calm = if is_calm { calm + 1 } else { 0 };
            if calm == 2 {
                return Ok(());
            }
        }
        let waiting: Vec<_> = self.tabs_status();
        Err(Broken(format!("it does not become quiet: {waiting:#?}")))
    }

    fn tabs_status(&self) -> Vec<String> {
        let tabs = self.phones.iter().enumerate().flat_map(|(index, phone)| {
            phone
                .tabs
                .iter()
                .map(move |tab| format!("phone {index}.{}: {:?}", tab.number, tab.device.status()))
        });
        tabs.collect()
    }

    fn is_calm(&self) -> bool {
        let of_tab = |tab: &super::phone::Tab| {
            let status = tab.device.status();
            let is_linked = status.link == LinkState::Online || !tab.is_syncing;
            status.pending == 0 && is_linked && status.problem.is_none()
        };
        self.model.unanswered() == 0 && self.phones.iter().all(|phone| phone.tabs.iter().all(of_tab))
    }

    fn lengths(&self) -> Vec<u64> {
        self.model.logs.values().map(|log| log.seq).collect()
    }

    fn disks(&self) -> Vec<[usize; 3]> {
        let sizes =
            |disk: &super::phone::PhoneDisk| [disk.changes.len(), disk.marks.len(), disk.snapshots.len()];
        self.phones.iter().map(|phone| sizes(&phone.disk)).collect()
    }

    /// Wakes everybody whose time has come, after waiting for the next of them.
    fn pass_to_timers(&mut self) -> Step {
        let mut wait = 0;
        for phone in &self.phones {
            let now = self.now.plus_ms(phone.clock_ms);
            let timers = phone.tabs.iter().filter_map(|tab| tab.timer);
            // A timer that a jump of the clock has moved far away is overtaken by the nudge.
            wait = timers.map(|at| at.since(now)).filter(|ms| *ms < 120_000).fold(wait, i64::max);
        }
        self.pass(wait + 1);
        for (phone, number) in self.tabs() {
            self.wake(phone, number)?;
        }
        Ok(())
    }

    /// Does what there is to do, in turn, until there is nothing.
    fn work(&mut self) -> Step {
        for _ in 0..WORK_MAX {
            let mut is_busy = false;
            for (phone, number) in self.tabs() {
                let Some(tab) = self.tab(phone, number) else { continue };
                let (persist, signing) = (tab.persist.is_some(), tab.signing.is_some());
                let verifying = tab.verifying.is_some();
                let (connecting, lost, hears) =
                    (tab.connecting.is_some(), tab.lost.is_some(), !tab.inbox.is_empty());
                let doubts = !hears && self.has_doubt(phone, number);
                is_busy |= persist || signing || verifying || connecting || lost || hears || doubts;
                if persist {
                    self.end_persist(phone, number, Ending::Done)?;
                }
                if signing {
                    self.end_signing(phone, number)?;
                }
                if verifying {
                    self.end_verifying(phone, number)?;
                }
                if connecting {
                    self.end_connecting(phone, number, true)?;
                }
                if lost {
                    self.end_lost(phone, number)?;
                }
                if hears {
                    self.hear_tab(phone, number)?;
                }
                if doubts {
                    self.look_up(phone, number)?;
                }
            }
            let lines: Vec<usize> = self.connections.keys().copied().collect();
            for line in lines {
                let Some(connection) = self.connections.get(&line) else { continue };
                let (up, poke) = (!connection.up.is_empty(), !connection.pokes.is_empty());
                let is_gone = matches!(connection.end, super::net::End::Gone);
                let down = !connection.down.is_empty() || is_gone;
                is_busy |= up || poke || down;
                if up {
                    self.deliver_up(&[line])?;
                }
                if poke {
                    self.deliver_poke(line)?;
                }
                if down {
                    self.deliver_down(line, false)?;
                }
            }
            if !is_busy {
                return Ok(());
            }
        }
        Err(Broken("there is no end of work".to_owned()))
    }

    fn check_quiet(&mut self) -> Step {
        self.trace.note(|| "it is quiet".to_owned());
        self.project()?;
        let store = self.relay.store().cloned().ok_or_else(|| Broken("the relay is down".to_owned()))?;
        self.check_saved()?;
        for phone in 0..self.phones.len() {
            self.check_phone(store.as_ref(), phone)?;
        }
        self.check_deeds(store.as_ref())?;
        self.check_rows(&store)
    }

    /// Every change that a phone's disk took is at the relay, or was visibly rejected.
    fn check_saved(&self) -> Step {
        for (change, phone) in &self.model.saved {
            let is_told = self.phones[*phone].disk.rejected.contains_key(change);
            holds(self.model.is_in_log(*change) || is_told, || {
                format!("phone {phone} saved {} {}, and the relay never got it", change.0, change.1)
            })?;
        }
        Ok(())
    }

    /// A phone has what the relay has, and its tabs read the same.
    fn check_phone(&mut self, store: &dyn Store, index: usize) -> Step {
        let numbers: Vec<u64> = self.phones[index].tabs.iter().map(|tab| tab.number).collect();
        let Some(syncing) = self.phones[index].tabs.iter().find(|tab| tab.is_syncing) else { return Ok(()) };
        let wanted = syncing.device.wanted(self.now.plus_ms(self.phones[index].clock_ms));
        for collection in &wanted {
            self.check_holding(index, collection)?;
        }
        let bureau = bureau::bureau().id;
        for name in self.rounds().into_iter().filter(|name| wanted.contains(&name.collection())) {
            let document = load(store, name.document(&bureau))?;
            let heads = document.heads();
            for number in &numbers {
                let Some(tab) = self.tab(index, *number) else { continue };
                let theirs = tab.device.heads(&name);
                let is_untouched =
                    theirs.is_empty() && document.heads() == Document::new(document.id()).heads();
                holds(theirs == heads || is_untouched, || {
                    format!("phone {index}.{number} has other heads of {name:?}: {theirs:?}, not {heads:?}")
                })?;
                let round = tab.device.round(&name);
                // Which day ends it is up to the phone's calendar, and not to the document.
                let read = Round { until: round.until, ..read::round(&document, &bureau) };
                holds(is_untouched || *round == read, || {
                    format!("phone {index}.{number} reads {name:?} otherwise")
                })?;
            }
        }
        Ok(())
    }

    /// A phone's disk has exactly what the log of a collection has.
    fn check_holding(&self, phone: usize, collection: &CollectionId) -> Step {
        let held = self.phones[phone].disk.changes.values().filter(|change| change.collection == *collection);
        let mut held: BTreeSet<ChangeName> = held.map(|change| (change.document, change.hash)).collect();
        for saved in self.phones[phone].disk.snapshots.values().filter(|s| s.collection == *collection) {
            let loaded = Document::load(saved.document, &saved.bytes, saved.digest);
            let loaded =
                loaded.map_err(|error| Broken(format!("phone {phone} kept a bad snapshot: {error}")))?;
            for hash in loaded.hashes() {
                let is_new = held.insert((saved.document, hash));
                holds(is_new, || format!("phone {phone} keeps {hash} of {} twice", saved.document))?;
            }
        }
        let logged: BTreeSet<ChangeName> = self
            .model
            .logs
            .get(collection)
            .map(|log| log.places.keys().copied().collect())
            .unwrap_or_default();
        let is_rejected = |change: &&ChangeName| self.phones[phone].disk.rejected.contains_key(*change);
        let missing = logged.difference(&held).count();
        let extra = held.difference(&logged).filter(|change| !is_rejected(change)).count();
        holds(missing == 0 && extra == 0, || {
            format!(
                "phone {phone} lacks {missing} changes of {collection} and has {extra} that are in no log"
            )
        })
    }

    /// What was done is there, and what was not done is not.
    fn check_deeds(&self, store: &dyn Store) -> Step {
        let bureau = bureau::bureau().id;
        let mut notes: BTreeMap<&RoundName, Vec<String>> = BTreeMap::new();
        for deed in &self.model.deeds {
            if !notes.contains_key(&deed.round) {
                let round = read::round(&load(store, deed.round.document(&bureau))?, &bureau);
                let note = |o: &shared::domain::observation::Observation| match &o.act {
                    shared::domain::observation::Act::Answer { note, .. } => Some(note.clone()),
                    shared::domain::observation::Act::Withdraw(_) => None,
                };
                notes.insert(&deed.round, round.observations.iter().filter_map(note).collect());
            }
            let count = notes[&deed.round].iter().filter(|note| **note == deed.note).count();
            let id = deed.round.document(&bureau);
            let is_rejected =
                self.phones[deed.phone].disk.rejected.keys().any(|(document, _)| *document == id);
            let is_right = match deed.said {
                Said::Done => count == 1 || (count == 0 && (is_rejected || deed.is_excused)),
                Said::Failed => count == 0,
                Said::Unknown | Said::Nothing => count <= 1,
            };
            holds(is_right, || format!("{deed:?} is at the relay {count} times"))?;
        }
        Ok(())
    }

    /// Rows are what the documents say, whether they were followed or are made anew, and a phone counts the same.
    fn check_rows(&mut self, store: &std::sync::Arc<dyn Store>) -> Step {
        let today = Zone::CHINA.date(self.now);
        let followed = self.relay.projector().map(|projector| projector.model()).unwrap_or_default();
        let failed = |error| Broken(format!("the projector does not open: {error}"));
        let anew =
            Projector::open(std::sync::Arc::clone(store), bureau::bureau().id, today).map_err(failed)?;
        anew.rebuild(today).map_err(failed)?;
        holds(anew.model().rounds == followed.rounds, || {
            format!("rows that were followed differ: {:#?}, anew {:#?}", followed.rounds, anew.model().rounds)
        })?;
        for row in followed.rounds.values() {
            for index in 0..self.phones.len() {
                self.check_row(index, row)?;
            }
        }
        Ok(())
    }

    fn check_row(&mut self, index: usize, row: &RoundRow) -> Step {
        let now = self.now.plus_ms(self.phones[index].clock_ms);
        let Some(tab) = self.phones[index].tabs.iter_mut().find(|tab| tab.is_syncing) else { return Ok(()) };
        if !tab.device.wanted(now).contains(&row.name.collection()) {
            return Ok(());
        }
        let round = tab.device.round(&row.name);
        let Some(template) = tab.device.templates().get(&row.name.template).cloned() else {
            return Err(Broken(format!("phone {index} has no checklist {}", row.name.template)));
        };
        let register = tab.device.expected(&row.name, &template);
        let subjects =
            projection::expected_subjects(&template, &row.name.station, tab.device.directory(), &register);
        let sheet = projection::round(&template, subjects, &round);
        let phone = (sheet.answered, sheet.total, sheet.faults, sheet.disputes, sheet.late);
        let relay = (row.answered, row.total, row.faults, row.disputes, row.late);
        holds(phone == relay, || {
            format!("phone {index} counts {phone:?} in {:?}, the relay {relay:?}", row.name)
        })
    }

    /// Every round that a log has something of.
    fn rounds(&self) -> BTreeSet<RoundName> {
        let documents: BTreeSet<_> = self
            .model
            .logs
            .values()
            .flat_map(|log| log.places.keys().map(|(document, _)| *document))
            .collect();
        let bureau = bureau::bureau().id;
        let days = (-40..=10).map(|days| self.now.plus_ms(days * shared::time::DAY_MS));
        let stations = bureau::stations();
        let names =
            days.flat_map(|day| stations.iter().flat_map(move |station| bureau::rounds(station, day)));
        names
            .filter(|name| documents.contains(&name.document(&bureau)))
            .filter(|name| name.document(&bureau).kind() == DocumentKind::Round)
            .collect()
    }
}

fn load(store: &dyn Store, id: shared::ids::DocumentId) -> Step<Document> {
    let entries = store.document(id).map_err(|error| Broken(format!("the store does not read: {error}")))?;
    let mut document = Document::new(id);
    document
        .apply(entries.iter().map(|entry| entry.change.as_slice()))
        .map_err(|error| Broken(format!("{id} does not load at the relay: {error}")))?;
    Ok(document)
}
