//! The HTTP interface, one file a resource, as in `server/src/http`.

mod assets;
mod authoring;
mod board;
mod enrolments;
mod labels;
mod operation;
mod problems;
mod quarantine;
mod sessions;
