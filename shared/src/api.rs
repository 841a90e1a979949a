//! Bodies of the HTTP interface, used by both sides, and its problem types. Paths are in docs/PROTOCOL.md.

pub mod board;
pub mod bundle;
pub mod enrolment;
pub mod handling;
pub mod officer;
pub mod photo;
pub mod problem;
pub mod quarantine;
pub mod session;
