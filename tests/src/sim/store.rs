//! The relay's disk in the simulation: a store in memory that can be full, fail, and lose its power at every write.
//! What was committed is on the disk; a transaction that the power took away is there wholly or not at all, as the
//! disk decides, and whoever asked for it never learns which. It tells the same story as every other store.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use server::store::{Result, StoreError};

mod log;
mod people;
mod tables;

pub use tables::Tables;

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
        /// Whether the one that it happens at is there afterwards.
        is_kept: bool,
    },
}

/// A disk. Its content outlives every store that is opened on it.
#[derive(Debug, Default)]
pub struct Disk {
    state: Mutex<State>,
    /// Held while a transaction is open: there is one writer.
    writing: Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    content: Arc<Tables>,
    fault: Fault,
    /// Stores that were opened on it; only the last one is alive.
    opened: u64,
    has_power: bool,
    /// Transactions that it refused because of a fault.
    refused: u64,
    /// Transactions that it took.
    taken: u64,
}

impl Disk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets what it does to the next transactions.
    pub fn set_fault(&self, fault: Fault) {
        self.state().fault = fault;
    }

    /// What it does to the next transactions.
    pub fn fault(&self) -> Fault {
        self.state().fault
    }

    /// Whether the store that was opened last can still work.
    pub fn has_power(&self) -> bool {
        self.state().has_power
    }

    /// Transactions that were refused because of a fault.
    pub fn refused(&self) -> u64 {
        self.state().refused
    }

    /// Transactions that were taken.
    pub fn taken(&self) -> u64 {
        self.state().taken
    }

    /// Takes the power away, between two transactions.
    pub fn cut_power(&self) {
        let mut state = self.state();
        state.has_power = false;
        state.fault = Fault::None;
    }

    /// What is on it: a backup.
    pub fn content(&self) -> Arc<Tables> {
        Arc::clone(&self.state().content)
    }

    /// Puts a backup on it.
    pub fn restore(&self, content: Arc<Tables>) {
        self.state().content = content;
    }
}

/// A store on a disk, until the power goes or another one is opened.
#[derive(Debug)]
pub struct MemoryStore {
    disk: Arc<Disk>,
    number: u64,
}

impl MemoryStore {
    /// Opens the disk.
    pub fn open(disk: &Arc<Disk>) -> Self {
        let mut state = disk.state();
        state.opened += 1;
        state.has_power = true;
        let number = state.opened;
        drop(state);
        Self { disk: Arc::clone(disk), number }
    }

    fn alive(&self) -> Result<MutexGuard<'_, State>> {
        let state = self.disk.state();
        if state.has_power && state.opened == self.number { Ok(state) } else { Err(gone()) }
    }

    /// What is there now.
    fn read(&self) -> Result<Arc<Tables>> {
        Ok(Arc::clone(&self.alive()?.content))
    }

    /// Runs work on a copy, which takes the place of the content when the disk takes it.
    fn transact<T>(&self, work: impl FnOnce(&mut Tables) -> Result<T>) -> Result<T> {
        let _writing = self.disk.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = Tables::clone(&*self.read()?);
        let done = work(&mut next)?;
        let mut state = self.alive()?;
        let outcome = match state.fault {
            Fault::None => Ok(()),
            Fault::Full => Err(full()),
            Fault::Failing(times) => {
                state.fault = if times > 1 { Fault::Failing(times - 1) } else { Fault::None };
                Err(StoreError::Failed("the disk does not answer".into()))
            }
            Fault::PowerCut { after: 0, is_kept } => {
                state.fault = Fault::None;
                state.has_power = false;
                if is_kept {
                    state.content = Arc::new(next);
                }
                return Err(gone());
            }
            Fault::PowerCut { after, is_kept } => {
                state.fault = Fault::PowerCut { after: after - 1, is_kept };
                Ok(())
            }
        };
        match outcome {
            Ok(()) => {
                state.taken += 1;
                state.content = Arc::new(next);
                Ok(done)
            }
            Err(error) => {
                state.refused += 1;
                Err(error)
            }
        }
    }
}

fn gone() -> StoreError {
    StoreError::Failed("the power is gone".into())
}

fn full() -> StoreError {
    StoreError::Full(std::io::Error::from(std::io::ErrorKind::StorageFull).into())
}

#[cfg(test)]
mod tests {
    use server::store::conformance;
    use server::store::{Log, People};
    use shared::ids::DeviceId;
    use shared::time::Timestamp;

    use super::*;

    #[test]
    fn memory_tells_the_story_of_every_store() {
        conformance::tell(&MemoryStore::open(&Arc::default()));
    }

    #[test]
    fn the_power_takes_a_transaction_wholly_or_not_at_all() {
        for is_kept in [false, true] {
            let disk: Arc<Disk> = Arc::default();
            let store = MemoryStore::open(&disk);
            disk.set_fault(Fault::PowerCut { after: 0, is_kept });
            let founding = server::store::Founding {
                bureau: crate::sim::bureau::bureau(),
                epoch: 1,
                relay_key: vec![1],
            };
            assert!(store.found(&founding).is_err());
            assert!(store.devices().is_err(), "it is dead");
            assert_eq!(MemoryStore::open(&disk).founding().unwrap().is_some(), is_kept);
        }
    }

    #[test]
    fn a_store_that_was_left_behind_writes_nothing() {
        let disk: Arc<Disk> = Arc::default();
        let old = MemoryStore::open(&disk);
        let new = MemoryStore::open(&disk);
        assert!(old.put_heard(&[(DeviceId::from([1; 16]), Timestamp(1))]).is_err());
        assert!(new.devices().unwrap().is_empty());
    }
}
