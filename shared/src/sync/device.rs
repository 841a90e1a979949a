//! The phone's end: documents, outbox, places in the logs, and the link. Steps 4 to 6 and 13 of the walk.
//!
//! A deed becomes one change (`documents`), goes through the journal (one durable transaction at a time), and only then is
//! it `Done`. The outbox is pushed whenever there is a link; pulled changes are stored before they are applied. Nothing
//! before the link waits for a network.

mod port;

pub use port::{
    Deed, DeedError, Effect, Identity, Input, LinkState, Mark, Rejected, Status, Stored, StoredChange, Write,
};
