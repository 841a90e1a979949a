//! The relay's disk: killed without warning, and full.

mod full_disk;
mod kill;
