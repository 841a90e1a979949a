//! The relay: keeps each collection's log, admits what the phones push, delivers it to the others, and serves the
//! PWA. `main` is the command line around it; the tests run it in-process through [`serve`]. Rules that the phone
//! shares are in `shared`; here are the shells around them, the disk and the network.

pub mod authoring;
pub mod bundles;
pub mod cli;
pub mod clock;
pub mod config;
pub mod content;
pub mod demo;
pub mod doctor;
pub mod error;
pub mod founding;
pub mod handling;
pub mod http;
pub mod identity;
pub mod labels;
pub mod lan;
pub mod load;
pub mod machine;
pub mod metrics;
pub mod photos;
pub mod projector;
pub mod publishing;
pub mod relay;
pub mod restoring;
mod running;
mod shutdown;
pub mod state;
pub mod store;
pub mod sync;
mod telemetry;
pub mod tls;

pub use running::{Invitation, Running, ServeError, serve};
