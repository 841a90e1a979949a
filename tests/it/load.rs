//! Many, and too many: who is turned away, who waits, and that none of it costs the others or stays in memory.

mod busy;
mod connections;
mod slow_bundles;
mod slow_readers;
