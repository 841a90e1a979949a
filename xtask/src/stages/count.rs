//! Counts tests from what cargo and node print about them. A test that was skipped is counted as a failure.

use anyhow::{Result, ensure};

/// How many tests ran, and how they ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed or did not run.
    pub failed: u64,
    /// Whether the runner itself ended with success.
    pub ended_well: bool,
}

impl Default for Tally {
    fn default() -> Self {
        Self { passed: 0, failed: 0, ended_well: true }
    }
}

impl Tally {
    /// Adds the numbers of another stage.
    pub fn add(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// # Errors
    /// When a test failed, or the runner did.
    pub fn require_success(&self) -> Result<()> {
        ensure!(self.failed == 0, "{} tests failed or were skipped", self.failed);
        ensure!(self.ended_well, "the test runner failed");
        Ok(())
    }
}

/// Reads a line such as `test result: ok. 3 passed; 0 failed; 0 ignored; ...`.
pub fn cargo_line(tally: &mut Tally, line: &str) {
    let Some(result) = line.strip_prefix("test result: ") else { return };
    let words: Vec<&str> = result.split([' ', ';']).filter(|word| !word.is_empty()).collect();
    for pair in words.windows(2) {
        let Ok(count) = pair[0].parse::<u64>() else { continue };
        match pair[1] {
            "passed" => tally.passed += count,
            "failed" | "ignored" => tally.failed += count,
            _ => {}
        }
    }
}

/// Reads a line of node's report that tells how a test ended, such as `ok 3 - two people count`; what is in a test is further in.
/// (The sums at the end are not written when the runner leaves at once.)
pub fn tap_line(tally: &mut Tally, line: &str) {
    let did_not_run = ["# SKIP", "# TODO"].iter().any(|mark| line.contains(mark));
    if line.starts_with("not ok ") || line.starts_with("ok ") && did_not_run {
        tally.failed += 1;
    } else if line.starts_with("ok ") {
        tally.passed += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(read: fn(&mut Tally, &str), lines: &[&str]) -> (u64, u64) {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| read(&mut tally, line));
        (tally.passed, tally.failed)
    }

    #[test]
    fn cargo_results_add_up_and_an_ignored_test_counts_as_failed() {
        let lines = [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 2 filtered out; finished in 0.01s",
            "test result: FAILED. 4 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 1.00s",
        ];
        assert_eq!(counts(cargo_line, &lines), (7, 3));
    }

    #[test]
    fn nodes_tests_are_counted_one_by_one_and_a_skipped_one_counts_as_failed() {
        let lines = [
            "# Subtest: ok 9",
            "ok 1 - x",
            "    ok 1 - a part of y",
            "ok 2 - y",
            "not ok 3 - z",
            "ok 4 - later # SKIP",
            "# pass 2",
        ];
        assert_eq!(counts(tap_line, &lines), (2, 2));
    }
}
