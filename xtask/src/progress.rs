//! Plain lines that say which step runs and how long it took. It measures; it decides nothing.

use std::time::Instant;

use anyhow::Result;

/// Prints one line for whoever waits.
#[expect(clippy::print_stdout, reason = "the lines of xtask are its interface")]
pub fn say(line: impl AsRef<str>) {
    println!("{}", line.as_ref());
}

/// A known number of steps, told one by one.
pub struct Steps {
    subject: &'static str,
    count: usize,
    done: usize,
}

impl Steps {
    /// `count` steps are about to run.
    pub fn new(subject: &'static str, count: usize) -> Self {
        Self { subject, count, done: 0 }
    }

    /// Runs the next step between two lines.
    ///
    /// # Errors
    /// Those of the step.
    pub fn step<T>(&mut self, what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.done += 1;
        let head = format!("[{} {}/{}]", self.subject, self.done, self.count);
        say(format!("{head} {what} ..."));
        let start = Instant::now();
        let result = work();
        let word = if result.is_ok() { "done" } else { "failed" };
        say(format!("{head} {what}: {word} in {:.1} s", start.elapsed().as_secs_f64()));
        result
    }
}
