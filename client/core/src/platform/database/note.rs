//! A note that outlives this worker: of what it is doing just now, so that the next start knows what it died of. It is
//! asked for and not waited for: the browser is another process, and puts it on the disk whatever becomes of this thread.
//! One for each slot, so that tabs do not share one. Sealing would have to be waited for, so it is not sealed, and must
//! hold nothing but ids.

use std::cell::RefCell;

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::IdbDatabase;

use super::transaction::{self, Durability};
use super::{Database, DatabaseError, Sealed};
use crate::engine::store::Shelf;
use crate::platform::clock::Timer;

#[derive(Default)]
struct Note {
    connection: Option<IdbDatabase>,
    slot: Option<u32>,
    /// Until it fires, the next note may spare it.
    clearing: Option<Timer>,
}

thread_local! {
    static NOTE: RefCell<Note> = RefCell::default();
}

impl Database {
    /// Opens the slot's note and gives what stands in it.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn open_note(&self, slot: u32) -> Result<Option<Vec<u8>>, DatabaseError> {
        let found = self.read_one(Shelf::Note, &slot.to_string()).await?;
        NOTE.with_borrow_mut(|note| note.slot = Some(slot));
        Ok(found.dyn_ref::<ArrayBuffer>().map(|bytes| Uint8Array::new(bytes).to_vec()))
    }
}

/// Replaces what stands in the note.
pub fn write(bytes: &[u8]) {
    NOTE.with_borrow_mut(|note| {
        note.clearing = None;
        note.put(Some(Uint8Array::from(bytes).buffer().into()));
    });
}

/// Clears the note, unless the next one comes first.
pub fn clear() {
    let timer = Timer::after(0, || NOTE.with_borrow(|note| note.put(None)));
    NOTE.with_borrow_mut(|note| note.clearing = Some(timer));
}

/// The connection that notes are written through from now on.
pub(super) fn connected(connection: &IdbDatabase) {
    NOTE.with_borrow_mut(|note| note.connection = Some(connection.clone()));
}

impl Note {
    #[expect(
        deprecated,
        reason = "web-sys calls `commit` that by mistake: the standard and every browser have it"
    )]
    fn put(&self, value: Option<JsValue>) {
        let (Some(connection), Some(slot)) = (&self.connection, self.slot) else { return };
        let record = Sealed { store: Shelf::Note, key: slot.to_string(), value };
        // A full disk or a lost connection: then a death is not explained, and everything else goes on. Left to itself, the
        // transaction would wait for this thread.
        let _ = transaction::issue(connection, &[record], Durability::Relaxed).and_then(|transaction| {
            transaction.commit().map_err(|error| DatabaseError::from_exception(&error))
        });
    }
}
