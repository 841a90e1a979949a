//! A note that outlives this worker: of what it is doing just now, so that the next start knows what it died of. The page
//! keeps it, for the page lives on when the worker traps or spins, and what is posted to it arrives before the news of the
//! death. The phone's database does not keep it: its writes stand in one queue, and a tap would wait for two more. One note
//! for each slot, so that tabs do not share one.

use std::cell::RefCell;

use link::{Note, ToUi};
use shared::digits::BASE64URL;
use shared::sync::device::{Applying, Recorder};

use super::state::post;
use super::store;
use crate::platform::clock::Timer;

#[derive(Default)]
struct Open {
    slot: u32,
    /// Whether it accuses: such a note must be gone before anything else is done that may kill.
    is_suspect: bool,
    /// Until it fires, the next note may spare it.
    clearing: Option<Timer>,
}

thread_local! {
    static OPEN: RefCell<Open> = RefCell::default();
}

/// The slot that a note is kept under: each person of a phone has slots of their own.
pub fn slot_of(slot: u32, number: u32) -> u32 {
    slot.wrapping_add(number << 24)
}

/// What the last life of this slot was doing when it ended, of the notes that the page kept; the slot's is written from now on.
pub fn open(slot: u32, kept: &[Note]) -> Option<Applying> {
    OPEN.with_borrow_mut(|open| open.slot = slot);
    let text = kept.iter().find(|note| note.slot == slot)?.text.as_ref()?;
    minicbor::decode(&BASE64URL.decode(text)?).ok()
}

/// The two calls that the phone's end writes it by.
pub const RECORDER: Recorder = Recorder { applying: write, applied: clear_soon };

fn write(applying: &Applying) {
    OPEN.with_borrow_mut(|open| open.is_suspect = applying.is_suspect);
    put(Some(BASE64URL.encode(&store::bytes(applying))));
}

/// Clears the note, unless the next one comes first.
fn clear_soon() {
    if OPEN.with_borrow(|open| open.is_suspect) {
        return clear();
    }
    let timer = Timer::after(0, clear);
    OPEN.with_borrow_mut(|open| open.clearing = Some(timer));
}

/// Clears the note.
pub fn clear() {
    put(None);
}

fn put(text: Option<String>) {
    let slot = OPEN.with_borrow_mut(|open| {
        open.clearing = None;
        open.slot
    });
    post(&ToUi::Note(Note { slot, text }));
}
