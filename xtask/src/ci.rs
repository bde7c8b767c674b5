//! Everything that must hold before a change is taken, in one run.
//!
//! In: the workspace root. Out: each step's output, then a table of results and times, then the test
//! runner's own summary. All steps run even when an early one fails, so one run shows everything.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::metadata::Workspace;
use crate::process::{answers, cargo, succeeds, succeeds_and_says};
use crate::{readme, tidy};

/// Runs all steps; true when every one passed.
pub(crate) fn run(root: &Path) -> bool {
    let mut report = Report::default();
    report.step("format", || {
        succeeds(&mut cargo(root, &["fmt", "--all", "--check"]))
    });
    report.step("tidy", || tidy::run(&Workspace::read(root)?));
    report.step("clippy", || succeeds(&mut cargo(root, CLIPPY)));
    let mut summary = Vec::new();
    report.step("tests", || {
        let (passed, lines) = tests(root)?;
        summary = lines;
        Ok(passed)
    });
    // Packages without a library have no documentation to test; cargo passes over them.
    report.step("doc tests", || {
        succeeds(&mut cargo(root, &["test", "--doc", "--workspace"]))
    });
    report.step("rustdoc", || {
        succeeds(cargo(root, RUSTDOC).env("RUSTDOCFLAGS", "-D warnings"))
    });
    report.step("README", || readme::run(root, readme::Binary::Built));
    println!("\n{report}");
    println!("The test runner's own summary:");
    for line in &summary {
        println!("  {line}");
    }
    report.passed()
}

const CLIPPY: &[&str] = &[
    "clippy",
    "--workspace",
    "--all-targets",
    "--",
    "-D",
    "warnings",
];
const RUSTDOC: &[&str] = &[
    "doc",
    "--workspace",
    "--no-deps",
    "--document-private-items",
];
const NEXTEST: &[&str] = &["nextest", "run", "--workspace", "--profile", "ci"];
// Documentation tests are a step of their own and benches are no tests.
const CARGO_TEST: &[&str] = &[
    "test",
    "--workspace",
    "--no-fail-fast",
    "--lib",
    "--bins",
    "--tests",
];

fn tests(root: &Path) -> Result<(bool, Vec<String>)> {
    if answers(&mut cargo(root, &["nextest", "--version"])) {
        return succeeds_and_says(&mut cargo(root, NEXTEST), |line| {
            line.trim_start().starts_with("Summary [")
        });
    }
    println!(
        "cargo-nextest is not installed, so `cargo test` runs the tests: the same tests without a \
         time limit for each.\nTo install it: cargo install cargo-nextest --locked"
    );
    succeeds_and_says(&mut cargo(root, CARGO_TEST), |line| {
        line.starts_with("test result:") && !line.contains(" 0 passed; 0 failed; 0 ignored")
    })
}

struct Outcome {
    name: &'static str,
    passed: bool,
    time: Duration,
}

#[derive(Default)]
struct Report {
    outcomes: Vec<Outcome>,
}

impl Report {
    fn step(&mut self, name: &'static str, work: impl FnOnce() -> Result<bool>) {
        println!("\n── {name} ──");
        let start = Instant::now();
        let passed = work().unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            false
        });
        self.outcomes.push(Outcome {
            name,
            passed,
            time: start.elapsed(),
        });
    }

    fn passed(&self) -> bool {
        self.outcomes.iter().all(|outcome| outcome.passed)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "step        result   seconds")?;
        for outcome in &self.outcomes {
            let result = if outcome.passed { "passed" } else { "FAILED" };
            let seconds = outcome.time.as_secs_f64();
            writeln!(f, "{:<12}{result:<9}{seconds:>7.1}", outcome.name)?;
        }
        let result = if self.passed() { "passed" } else { "FAILED" };
        let seconds: f64 = self.outcomes.iter().map(|o| o.time.as_secs_f64()).sum();
        writeln!(f, "{:<12}{result:<9}{seconds:>7.1}", "all")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failed_step_fails_the_run_and_the_rest_still_runs() {
        let mut report = Report::default();
        report.step("first", || Ok(false));
        report.step("second", || anyhow::bail!("broken"));
        report.step("third", || Ok(true));
        assert!(!report.passed());
        let table = report.to_string();
        assert!(table.contains("first       FAILED"), "{table}");
        assert!(table.contains("second      FAILED"), "{table}");
        assert!(table.contains("third       passed"), "{table}");
        assert!(table.contains("all         FAILED"), "{table}");
    }
}
