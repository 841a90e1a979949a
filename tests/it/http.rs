//! The HTTP interface, one file a resource, as in `server/src/http`.

mod assets;
mod authoring;
mod board;
mod bundles;
mod enrolments;
mod handling;
mod labels;
mod operation;
mod photos;
mod problems;
mod quarantine;
mod sessions;
