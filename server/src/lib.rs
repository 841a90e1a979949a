//! The relay: keeps each collection's log, admits what the phones push, delivers it to the others, and serves the
//! PWA. `main` is the command line around it; the tests run it in-process through [`serve`]. Rules that the phone
//! shares are in `shared`; here are the shells around them, the disk and the network.

pub mod clock;
pub mod content;
pub mod identity;
pub mod store;
