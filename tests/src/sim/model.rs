//! What must be true, kept beside what is: every deed and what its phone said about it, every change that a phone's
//! disk took, and every log as far as it was seen.

use std::collections::BTreeMap;

use shared::domain::round::RoundName;
use shared::ids::{Chain, CollectionId};
use shared::sync::device::Write;

use super::phone::ChangeName;
use super::world::{Broken, Step};

/// What the phone said about a deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Nothing yet.
    Nothing,
    /// It is done: it must never be lost.
    Done,
    /// It is not done: it must never be seen.
    Failed,
    /// The tab died first: it may be there or not.
    Unknown,
}

/// A deed that can be found again by its note.
#[derive(Debug, Clone)]
pub struct Noted {
    /// Which phone.
    pub phone: usize,
    /// In which round.
    pub round: RoundName,
    /// The note, which no other deed has.
    pub note: String,
    /// What the phone said.
    pub said: Said,
    /// Whether the phone may have lost it: it was destroyed, or set back.
    pub is_excused: bool,
}

/// A log as far as it was seen.
#[derive(Debug, Clone)]
pub struct SeenLog {
    /// The last position.
    pub seq: u64,
    /// The chain there.
    pub chain: Chain,
    /// Where each change stands.
    pub places: BTreeMap<ChangeName, u64>,
}

/// What must be true.
#[derive(Debug, Default)]
pub struct Model {
    /// Deeds with a note.
    pub deeds: Vec<Noted>,
    /// Commands that are not answered, with the deed's number if it has a note.
    open: BTreeMap<(usize, u64, u32), Option<usize>>,
    /// Own changes that are on a phone's disk.
    pub saved: BTreeMap<ChangeName, usize>,
    /// The logs.
    pub logs: BTreeMap<CollectionId, SeenLog>,
    /// Whether something has happened after which honest changes can be rejected.
    pub may_reject: bool,
    /// Refused transactions that were accounted for.
    pub refused: u64,
}

impl Model {
    /// A tab was told to do something.
    pub fn told(&mut self, phone: usize, tab: u64, command: u32, noted: Option<(RoundName, String)>) {
        let deed = noted.map(|(round, note)| {
            self.deeds.push(Noted { phone, round, note, said: Said::Nothing, is_excused: false });
            self.deeds.len() - 1
        });
        self.open.insert((phone, tab, command), deed);
    }

    /// A phone says that a deed is done.
    pub fn done(&mut self, phone: usize, tab: u64, command: u32) -> Step {
        self.answered(phone, tab, command, Said::Done)
    }

    /// A phone says that a deed is not done.
    pub fn failed(&mut self, phone: usize, tab: u64, command: u32) -> Step {
        self.answered(phone, tab, command, Said::Failed)
    }

    fn answered(&mut self, phone: usize, tab: u64, command: u32, said: Said) -> Step {
        let Some(deed) = self.open.remove(&(phone, tab, command)) else {
            return Err(Broken(format!("phone {phone}.{tab}: command {command} was answered twice")));
        };
        if let Some(deed) = deed {
            self.deeds[deed].said = said;
        }
        Ok(())
    }

    /// A tab is gone: what it did not answer stays open for ever.
    pub fn forget_tab(&mut self, phone: usize, tab: u64) {
        let gone: Vec<_> =
            self.open.range((phone, tab, 0)..=(phone, tab, u32::MAX)).map(|(key, _)| *key).collect();
        for key in gone {
            if let Some(Some(deed)) = self.open.remove(&key) {
                self.deeds[deed].said = Said::Unknown;
            }
        }
    }

    /// Commands that wait for their answer.
    pub fn unanswered(&self) -> usize {
        self.open.len()
    }

    /// A phone's disk took writes.
    pub fn saved(&mut self, phone: usize, writes: &[Write]) {
        for write in writes {
            match write {
                Write::Mark(mark) => {
                    self.saved.insert((mark.document, mark.hash), phone);
                }
                // It was made again under another name, or is kept as rejected.
                Write::DropChange { document, hash } => {
                    self.saved.remove(&(*document, *hash));
                }
                _ => {}
            }
        }
    }

    /// A phone was destroyed or set back: what it had not brought to the relay may be lost.
    pub fn excuse(&mut self, phone: usize) {
        self.deeds.iter_mut().filter(|deed| deed.phone == phone).for_each(|deed| deed.is_excused = true);
        self.saved.retain(|_, owner| *owner != phone);
    }

    /// Whether a change is in a log.
    pub fn is_in_log(&self, change: ChangeName) -> bool {
        self.logs.values().any(|log| log.places.contains_key(&change))
    }
}
