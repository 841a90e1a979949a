//! A store in memory, on a disk of ours: everything that the relay keeps, and nothing of how a database keeps it. It
//! tells the same story as every other store.

use std::sync::{Arc, Mutex, PoisonError};

use server::store::{Moment, Result, StoreError};

use super::disk::{Kept, Switch};

mod examine;
mod log;
mod people;
mod quarantine;
mod tables;

pub use tables::Tables;

/// What is on the disk.
#[derive(Debug, Default)]
pub struct Content {
    tables: Mutex<Arc<Tables>>,
    /// Held while a transaction is open: there is one writer.
    writing: Mutex<()>,
}

impl Content {
    /// What is there now.
    pub fn now(&self) -> Arc<Tables> {
        Arc::clone(&self.tables.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts something else there.
    pub fn set(&self, tables: Arc<Tables>) {
        *self.tables.lock().unwrap_or_else(PoisonError::into_inner) = tables;
    }
}

/// A store, while its disk has power.
#[derive(Debug)]
pub struct MemoryStore {
    content: Arc<Content>,
    switch: Arc<Switch>,
}

impl MemoryStore {
    /// A store on what is there.
    pub fn open(content: &Arc<Content>, switch: &Arc<Switch>) -> Self {
        Self { content: Arc::clone(content), switch: Arc::clone(switch) }
    }

    fn read(&self) -> Result<Arc<Tables>> {
        if self.switch.has_power() {
            Ok(self.content.now())
        } else {
            Err(StoreError::Failed("the power is gone".into()))
        }
    }

    /// Runs work on a copy, which takes the place of the content when the disk takes it.
    fn transact<T>(&self, work: impl FnOnce(&mut Tables) -> Result<T>) -> Result<T> {
        let _writing = self.content.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.read()?;
        let mut next = Tables::clone(&before);
        let done = work(&mut next)?;
        self.switch.ask(Moment::BeforeCommit, |_| ())?;
        self.content.set(Arc::new(next));
        // What is torn is not there: a store that is one finds out when it opens.
        self.switch.ask(Moment::AfterCommit, |kept| {
            if kept == Kept::Torn {
                self.content.set(before);
            }
        })?;
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use server::store::{Founding, conformance};

    use crate::sim::bureau;
    use crate::sim::dice::Dice;
    use crate::sim::disk::{Disk, Fault, Kept};

    #[test]
    fn memory_tells_the_story_of_every_store() {
        conformance::tell(Disk::in_memory().open().as_ref());
    }

    #[test]
    fn the_power_takes_a_transaction_wholly_or_not_at_all() {
        for disk in [Disk::in_memory(), Disk::in_folder(Dice::new(1))] {
            for (kept, is_there) in [(Kept::Nothing, false), (Kept::Torn, false), (Kept::All, true)] {
                let store = disk.open();
                disk.set_fault(Fault::PowerCut { after: 0, kept });
                let founding = Founding { bureau: bureau::bureau(), epoch: 1, relay_key: vec![1] };
                assert!(store.found(&founding).is_err());
                assert!(store.found(&founding).is_err(), "it has no power");
                drop(store);
                assert_eq!(disk.open().founding().unwrap().is_some(), is_there, "{disk:?} {kept:?}");
            }
        }
    }
}
