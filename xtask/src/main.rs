//! `cargo xtask`: builds, serves, tests and measures Muster with Rust's toolchain alone.
//!
//! It holds no part of the product: the interface's web files are in `client/web`, the relay in `server`.
//! Each subcommand has a file of its own; `commands` runs programs, `progress` says what is going on.

mod bench;
mod commands;
mod fuzz;
mod product;
mod progress;
mod pwa;
mod sim;
mod stages;
mod tools;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::pwa::Profile;
use crate::workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, serves, tests and measures Muster")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything and start the relay on this machine
    Serve {
        /// Fill an empty data folder with a demo bureau and print enrolment links
        #[arg(long)]
        demo: bool,
        /// Serve the phones of this local network over TLS too, and draw the picture that lets them in
        #[arg(long)]
        lan: bool,
        /// The TCP port on 127.0.0.1
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Where the relay keeps its database
        #[arg(long, default_value = "data")]
        data: PathBuf,
    },
    /// Build the release binary, with the interface inside it
    Build,
    /// Run every check and every test
    Test {
        /// Run this stage only; may be given more than once
        #[arg(long, value_name = "STAGE")]
        only: Vec<String>,
    },
    /// Simulate phones and a relay under faults; stops at the first broken promise and says how to repeat it
    Sim {
        /// For the simulator: --seeds FIRST..LAST, --seed N, --steps N, --trace, --go-on
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run the benchmarks and write their tables into docs/BENCHMARKS.md
    Bench {
        /// Run these parts only: sizes, browser, or sections of tests/src/bench.rs
        #[arg(long, value_name = "PART", value_delimiter = ',')]
        only: Vec<String>,
        /// Measure little, print it, write nothing
        #[arg(long)]
        quick: bool,
    },
    /// Look for inputs that break a decoder of foreign bytes (cargo-fuzz)
    Fuzz {
        /// The target; all of them when none is named
        target: Option<String>,
        /// Seconds for each target
        #[arg(long, default_value_t = 900)]
        seconds: u32,
    },
    /// Build the interface into target/pwa/<profile>
    Pwa {
        /// How the wasm modules are compiled
        #[arg(long, value_enum, default_value_t = Profile::Test)]
        profile: Profile,
    },
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            progress::say(format!("xtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let workspace = Workspace::locate()?;
    match Arguments::parse().task {
        Task::Serve { demo, lan, port, data } => product::serve(&workspace, demo, lan, port, &data),
        Task::Build => product::build(&workspace).map(drop),
        Task::Test { only } => stages::run(&workspace, &only),
        Task::Bench { only, quick } => bench::run(&workspace, &only, quick),
        Task::Fuzz { target, seconds } => fuzz::run(&workspace, target.as_deref(), seconds),
        Task::Sim { arguments } => sim::run(&workspace, &arguments),
        Task::Pwa { profile } => pwa::build(&workspace, profile).map(drop),
    }
}
