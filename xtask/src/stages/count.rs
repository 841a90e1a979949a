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

/// Reads a line of the end of node's report, such as `# pass 3`.
pub fn tap_line(tally: &mut Tally, line: &str) {
    let mut words = line.split_whitespace();
    let (Some("#"), Some(word), Some(Ok(count)), None) =
        (words.next(), words.next(), words.next().map(str::parse::<u64>), words.next())
    else {
        return;
    };
    match word {
        "pass" => tally.passed += count,
        "fail" | "cancelled" | "skipped" | "todo" => tally.failed += count,
        _ => {}
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
    fn node_results_are_read_from_the_summary_only() {
        let lines = [
            "# Subtest: pass 9",
            "ok 1 - x",
            "# tests 4",
            "# pass 2",
            "# fail 1",
            "# skipped 1",
            "# duration_ms 9.5",
        ];
        assert_eq!(counts(tap_line, &lines), (2, 2));
    }
}
