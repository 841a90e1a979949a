//! `cargo xtask sim`: runs simulations one after the other and stops at the first that breaks a promise, with the one
//! command that repeats it.
#![expect(clippy::print_stdout, reason = "what it found is what this program is for")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tests::sim::Plan;

/// How often it says how far it is.
const REPORT: Duration = Duration::from_secs(30);

/// What was asked for.
struct Arguments {
    first: u64,
    last: u64,
    steps: usize,
    is_traced: bool,
    goes_on: bool,
}

fn main() -> ExitCode {
    match arguments() {
        Ok(arguments) => run(&arguments),
        Err(error) => {
            println!(
                "{error:#}\nusage: sim [--seeds FIRST..LAST | --seed N] [--steps N] [--trace] [--go-on]"
            );
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> anyhow::Result<Arguments> {
    let mut found = Arguments { first: 1, last: 1_000, steps: 400, is_traced: false, goes_on: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} needs a value"));
        match word.as_str() {
            "--seeds" => {
                let range = value()?;
                let (first, last) = range.split_once("..").context("seeds are FIRST..LAST")?;
                (found.first, found.last) = (first.parse()?, last.parse()?);
            }
            "--seed" => {
                let seed = value()?.parse()?;
                (found.first, found.last) = (seed, seed);
            }
            "--steps" => found.steps = value()?.parse()?,
            "--trace" => found.is_traced = true,
            "--go-on" => found.goes_on = true,
            other => bail!("what is {other}?"),
        }
    }
    Ok(found)
}

fn run(arguments: &Arguments) -> ExitCode {
    let (begun, mut reported) = (Instant::now(), Instant::now());
    let (mut entries, mut deeds, mut broken) = (0, 0, 0);
    for seed in arguments.first..=arguments.last {
        let plan = Plan { seed, steps: arguments.steps, is_traced: arguments.is_traced };
        let outcome = plan.run();
        entries += outcome.entries;
        deeds += outcome.deeds;
        outcome.trace.iter().for_each(|line| println!("{line}"));
        if let Some(promise) = outcome.broken {
            println!("seed {seed} broke a promise: {promise}\nagain: {}", plan.command());
            broken += 1;
            if !arguments.goes_on {
                return ExitCode::FAILURE;
            }
        }
        if reported.elapsed() > REPORT {
            reported = Instant::now();
            println!("{} s: seed {seed}, {deeds} deeds, {entries} entries", begun.elapsed().as_secs());
        }
    }
    let seeds = arguments.last.saturating_sub(arguments.first) + 1;
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{seeds} seeds of {} steps in {seconds:.1} s: {deeds} deeds, {entries} entries, {broken} broken",
        arguments.steps
    );
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
