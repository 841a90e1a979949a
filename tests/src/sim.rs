//! The simulator: many phones and a relay in one thread, from a seed. Both ends are the real ones: the phone's state
//! machine over a disk of ours, the relay's connections, admission, log writer and projector over another. Time, disks,
//! networks and people are thrown dice, so that a run can be repeated to the letter from its seed.
//!
//! ```text
//! step -> deeds, shell (a phone's engine), net (lines), relay, faults, hostile -> checks, at each step
//! end  -> quiet: everything is healed, everybody comes back, and what was promised is true everywhere
//! ```

use std::panic::{AssertUnwindSafe, catch_unwind};

pub mod bureau;
mod checks;
mod deeds;
pub mod dice;
pub mod disk;
mod errors;
mod faults;
mod hostile;
pub mod keys;
mod model;
mod net;
mod phone;
mod quiet;
mod relay;
mod shell;
mod step;
pub mod store;
mod world;

use errors::Errors;
use world::{Step, World};

/// What a simulation is.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// What it is drawn from.
    pub seed: u64,
    /// Things that happen before everything is healed.
    pub steps: usize,
    /// Whether the lines of what happened are kept.
    pub is_traced: bool,
}

/// What came of a simulation.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The promise that was broken.
    pub broken: Option<String>,
    /// What happened, when it was asked for.
    pub trace: Vec<String>,
    /// The same number for the same run.
    pub hash: u64,
    /// Entries in the logs at the end.
    pub entries: u64,
    /// Deeds that people did.
    pub deeds: usize,
}

impl Plan {
    /// The one command that runs it again.
    pub fn command(&self) -> String {
        format!("cargo xtask sim --seed {} --steps {} --trace", self.seed, self.steps)
    }

    /// Runs it.
    pub fn run(&self) -> Outcome {
        let errors = Errors::default();
        let _listening = errors.listen();
        let mut world = match World::new(self.seed, errors, self.is_traced) {
            Ok(world) => world,
            Err(broken) => return Outcome { broken: Some(broken.0), ..Outcome::default() },
        };
        let ran = catch_unwind(AssertUnwindSafe(|| self.play(&mut world)));
        let broken = match ran {
            Ok(Ok(())) => None,
            Ok(Err(broken)) => Some(broken.0),
            Err(panic) => Some(format!("a panic: {}", said(panic.as_ref()))),
        };
        Outcome {
            broken,
            hash: world.trace.hash,
            entries: world.model.logs.values().map(|log| log.seq).sum(),
            deeds: world.model.deeds.len(),
            trace: world.trace.lines,
        }
    }

    fn play(&self, world: &mut World) -> Step {
        for _ in 0..self.steps {
            world.step()?;
        }
        world.end()
    }
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}
