//! Every decoder of foreign bytes as a function of bytes that must come back: no panic, no endless work, and what was
//! understood means the same when it is written and read again. `fuzz/` runs them under cargo-fuzz, which finds the
//! bytes; `tests/it/fuzz_replay.rs` runs them on the inputs that are kept in `fuzz/corpus-kept`.
//!
//! Checksums, lengths, chains and signatures would keep a fuzzer at the door: where they do, a target makes them right
//! around the input, as an attacker would.
#![allow(clippy::missing_panics_doc, reason = "panicking is how a target tells what it found")]

#[cfg(feature = "relay")]
mod admission;
mod bundle;
mod change;
mod chunks;
mod frame;
mod phone;
mod read;
mod seeds;
mod stored;
mod texts;

/// A target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, as cargo-fuzz knows it.
    pub name: &'static str,
    /// What is done with an input.
    pub run: fn(&[u8]),
    /// Inputs to start from, made of real frames, changes and documents.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target { name: "frame", run: frame::run, seeds: frame::seeds },
    Target { name: "phone", run: phone::run, seeds: phone::seeds },
    Target { name: "change", run: change::run, seeds: change::seeds },
    #[cfg(feature = "relay")]
    Target { name: "admission", run: admission::run, seeds: admission::seeds },
    Target { name: "read", run: read::run, seeds: read::seeds },
    Target { name: "stored", run: stored::run, seeds: stored::seeds },
    Target { name: "bundle", run: bundle::run, seeds: bundle::seeds },
    Target { name: "texts", run: texts::run, seeds: texts::seeds },
];

/// Runs a target.
///
/// # Panics
/// When there is none of this name, and when the target finds something.
pub fn run(name: &str, input: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.expect("a target of this name").run)(input);
}
