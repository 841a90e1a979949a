//! The only place that names automerge: what our documents look like inside, how one event becomes exactly one
//! change, and how a document is read into the domain's values whatever it contains.
//!
//! A document is its genesis (a constant per kind) and changes that only insert maps under fresh keys. Bytes from
//! elsewhere pass [`chunk`] first.

pub mod chunk;
pub(crate) mod compact;
pub mod decode;
mod engine;
pub mod genesis;
pub mod inspect;
pub mod prewalk;
pub mod read;
pub mod saved;
mod schema;
pub mod write;

pub use engine::{ApplyError, Document, Written};
