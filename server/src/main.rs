//! The command line of the relay; `cli` says what it can do.

fn main() {}
