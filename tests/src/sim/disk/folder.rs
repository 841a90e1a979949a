//! A folder with the real database in it. A copy of its files is what a crash leaves: of the write-ahead log, the
//! sectors that the last transaction was writing reach the disk or do not, each for itself.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use server::store::sqlite::{FILE_NAME, Options, Sqlite};
use server::store::{Faults, Moment};
use tempfile::TempDir;

use super::{Kept, Switch};
use crate::sim::dice::Dice;

/// Bytes that a disk writes wholly or not at all.
const SECTOR: usize = 512;

/// The folder.
#[derive(Debug)]
pub(super) struct Folder(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    live: TempDir,
    /// What a crash has left, until it is opened.
    left: Option<TempDir>,
    /// Files as they were before the transaction under way.
    before: Option<TempDir>,
    dice: Dice,
}

fn new_folder() -> TempDir {
    // Memory where there is some: what a real disk does is what this pretends.
    let shm = Path::new("/dev/shm");
    let folder = if shm.is_dir() { TempDir::new_in(shm) } else { TempDir::new() };
    folder.expect("there is room for a folder")
}

/// The database's files; its shared memory is made anew by whoever opens it.
fn copy_files(from: &Path) -> TempDir {
    let to = new_folder();
    for name in [FILE_NAME.to_owned(), format!("{FILE_NAME}-wal")] {
        if from.join(&name).exists() {
            fs::copy(from.join(&name), to.path().join(&name)).expect("a file is copied");
        }
    }
    to
}

fn file(folder: &TempDir, suffix: &str) -> Vec<u8> {
    fs::read(folder.path().join(format!("{FILE_NAME}{suffix}"))).unwrap_or_default()
}

impl Folder {
    pub(super) fn new(dice: Dice) -> Self {
        Self(Mutex::new(Inner { live: new_folder(), left: None, before: None, dice }))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(self: &Arc<Self>, switch: &Arc<Switch>) -> Sqlite {
        let mut inner = self.inner();
        if let Some(left) = inner.left.take() {
            inner.live = left;
        }
        let folder = inner.live.path().to_owned();
        drop(inner);
        let (disk, switch) = (Arc::clone(self), Arc::clone(switch));
        let faults = Faults::scripted(move |moment| {
            if moment == Moment::BeforeCommit {
                disk.remember();
            }
            switch.ask(moment, |kept| disk.freeze(kept))
        });
        Sqlite::open(Options { folder, page_count_max: None, faults }).expect("what a crash leaves opens")
    }

    /// Files as they are before a transaction, for one that is torn.
    fn remember(&self) {
        let mut inner = self.inner();
        inner.before = Some(copy_files(inner.live.path()));
    }

    /// Keeps what is on the disk at this moment; what happens to the files afterwards happened never.
    pub(super) fn freeze(&self, kept: Kept) {
        let mut inner = self.inner();
        let left = copy_files(inner.live.path());
        if kept == Kept::Torn
            && let Some(before) = inner.before.take()
            && file(&before, "") == file(&left, "")
        {
            let torn = tear(&file(&before, "-wal"), file(&left, "-wal"), &mut inner.dice);
            fs::write(left.path().join(format!("{FILE_NAME}-wal")), torn).expect("a file is written");
        }
        inner.left = Some(left);
    }

    pub(super) fn copy(&self) -> TempDir {
        let inner = self.inner();
        copy_files(inner.left.as_ref().unwrap_or(&inner.live).path())
    }

    pub(super) fn set_back(&self, copy: &TempDir) {
        self.inner().left = Some(copy_files(copy.path()));
    }
}

/// A file of which some sectors were written and others not; the last of them was not.
fn tear(before: &[u8], mut after: Vec<u8>, dice: &mut Dice) -> Vec<u8> {
    let is_changed = |at: usize| {
        after[at..].chunks(SECTOR).next() != before.get(at..).and_then(|b| b.chunks(SECTOR).next())
    };
    let changed: Vec<usize> = (0..after.len()).step_by(SECTOR).filter(|at| is_changed(*at)).collect();
    for at in &changed {
        let is_last = Some(at) == changed.last();
        if is_last || dice.percent(50) {
            let end = (at + SECTOR).min(after.len());
            for (offset, byte) in after[*at..end].iter_mut().enumerate() {
                *byte = before.get(at + offset).copied().unwrap_or_default();
            }
        }
    }
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_file_is_neither_the_old_nor_the_new_one() {
        let (before, after) = (vec![1; 4 * SECTOR], vec![2; 6 * SECTOR]);
        let torn = tear(&before, after.clone(), &mut Dice::new(3));
        assert_ne!(torn, after);
        assert_eq!(torn.len(), after.len());
        assert!(torn.contains(&2), "something of it was written");
        assert_eq!(torn[5 * SECTOR..], [0; SECTOR], "the last sector was not");
    }
}
