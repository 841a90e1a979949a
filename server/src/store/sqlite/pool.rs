//! The readers: a fixed number of connections, handed out one caller at a time. Callers block, so they come from the
//! runtime's blocking threads.

use std::path::Path;
use std::sync::{Condvar, Mutex, PoisonError};

use rusqlite::Connection;

use super::{Result, open_reader};

/// A fixed number of reading connections.
pub(super) struct Readers {
    free: Mutex<Vec<Connection>>,
    returned: Condvar,
}

impl Readers {
    /// Opens `count` connections.
    pub(super) fn open(path: &Path, count: usize) -> Result<Self> {
        Ok(Self::of((0..count).map(|_| open_reader(path)).collect::<Result<_>>()?))
    }

    /// Connections that are open already.
    pub(super) fn of(free: Vec<Connection>) -> Self {
        Self { free: Mutex::new(free), returned: Condvar::new() }
    }

    /// Runs work on a free connection, waiting for one.
    pub(super) fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let lent = Lent { readers: self, connection: Some(self.take()) };
        work(lent.connection.as_ref().expect("taken back only on drop"))
    }

    fn take(&self) -> Connection {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(connection) = free.pop() {
                return connection;
            }
            free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Gives the connection back even when the work panics: the pool never shrinks.
struct Lent<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut free = self.readers.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.extend(self.connection.take());
        self.readers.returned.notify_one();
    }
}
