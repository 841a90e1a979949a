//! The relay's disk: in memory, or a folder with the real database in it. It can be full, fail, and lose its power at
//! any transaction. What was committed is on it; a transaction that the power took away is there or not, and whoever
//! asked for it never learns which. On the real one, of what was being written any part may have reached the disk.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use server::store::{Moment, Result, Store, StoreError};

use super::dice::Dice;
use super::store::{Content, MemoryStore};

mod folder;

use folder::Folder;

/// What the disk does to the next transactions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fault {
    /// Takes them.
    #[default]
    None,
    /// Has no room.
    Full,
    /// Fails this many times, and then takes them again.
    Failing(u32),
    /// Loses its power at the transaction after this many others.
    PowerCut {
        /// Transactions that it still takes.
        after: u32,
        /// What is there of the one that it happens at.
        kept: Kept,
    },
}

/// What is there of a transaction that the power took away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Nothing.
    Nothing,
    /// Some of what was being written, and not the rest.
    Torn,
    /// All of it.
    All,
}

/// A disk. Its content outlives every store that is opened on it.
#[derive(Debug)]
pub struct Disk {
    switch: Arc<Switch>,
    media: Media,
}

#[derive(Debug)]
enum Media {
    Memory(Arc<Content>),
    Folder(Arc<Folder>),
}

/// A copy of what was on a disk.
#[derive(Debug, Clone)]
pub enum Copy {
    /// Of one in memory.
    Memory(Arc<super::store::Tables>),
    /// Of a folder.
    Folder(Arc<tempfile::TempDir>),
}

/// Lets transactions through, or not.
#[derive(Debug, Default)]
pub struct Switch(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    fault: Fault,
    has_power: bool,
    refused: u64,
}

impl Switch {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether stores can work.
    pub fn has_power(&self) -> bool {
        self.state().has_power
    }

    /// Asked at each moment of a transaction; `cut` is called when the power goes, before anything else happens.
    ///
    /// # Errors
    /// What the disk does to the transaction.
    pub fn ask(&self, moment: Moment, cut: impl FnOnce(Kept)) -> Result<()> {
        let mut state = self.state();
        if !state.has_power {
            return Err(gone());
        }
        let is_before = moment == Moment::BeforeCommit;
        match state.fault {
            Fault::Full if is_before => {
                state.refused += 1;
                Err(StoreError::Full(std::io::Error::from(std::io::ErrorKind::StorageFull).into()))
            }
            Fault::Failing(times) if is_before => {
                state.refused += 1;
                state.fault = if times > 1 { Fault::Failing(times - 1) } else { Fault::None };
                Err(StoreError::Failed("the disk does not answer".into()))
            }
            Fault::PowerCut { after: 0, kept } if (kept == Kept::Nothing) == is_before => {
                *state = State { fault: Fault::None, has_power: false, refused: state.refused + 1 };
                cut(kept);
                Err(gone())
            }
            Fault::PowerCut { after, kept } if after > 0 && !is_before => {
                state.fault = Fault::PowerCut { after: after - 1, kept };
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Disk {
    /// An empty one in memory.
    pub fn in_memory() -> Self {
        Self { switch: Arc::default(), media: Media::Memory(Arc::default()) }
    }

    /// An empty folder for the real database.
    pub fn in_folder(dice: Dice) -> Self {
        Self { switch: Arc::default(), media: Media::Folder(Arc::new(Folder::new(dice))) }
    }

    /// Opens it, once the power is back.
    pub fn open(&self) -> Arc<dyn Store> {
        self.switch.state().has_power = true;
        match &self.media {
            Media::Memory(content) => Arc::new(MemoryStore::open(content, &self.switch)),
            Media::Folder(folder) => Arc::new(folder.open(&self.switch)),
        }
    }

    /// Sets what it does to the next transactions.
    pub fn set_fault(&self, fault: Fault) {
        self.switch.state().fault = fault;
    }

    /// What it does to the next transactions.
    pub fn fault(&self) -> Fault {
        self.switch.state().fault
    }

    /// Whether the store that was opened last can still work.
    pub fn has_power(&self) -> bool {
        self.switch.has_power()
    }

    /// Transactions that were refused because of a fault.
    pub fn refused(&self) -> u64 {
        self.switch.state().refused
    }

    /// Takes the power away, between two transactions.
    pub fn cut_power(&self) {
        let mut state = self.switch.state();
        if std::mem::take(&mut state.has_power)
            && let Media::Folder(folder) = &self.media
        {
            folder.freeze(Kept::All);
        }
        state.fault = Fault::None;
    }

    /// A copy of what is on it.
    pub fn copy(&self) -> Copy {
        match &self.media {
            Media::Memory(content) => Copy::Memory(content.now()),
            Media::Folder(folder) => Copy::Folder(Arc::new(folder.copy())),
        }
    }

    /// Sets it back to a copy, while no store is open.
    pub fn set_back(&self, copy: &Copy) {
        match (&self.media, copy) {
            (Media::Memory(content), Copy::Memory(tables)) => content.set(Arc::clone(tables)),
            (Media::Folder(folder), Copy::Folder(copy)) => folder.set_back(copy),
            _ => unreachable!("a copy of this disk"),
        }
    }
}

fn gone() -> StoreError {
    StoreError::Failed("the power is gone".into())
}
