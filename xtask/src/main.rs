//! Checks of the house: `cargo xtask ci`, `tidy`, `readme`, `layers`.
//!
//! In: the name of a task. Out: text on the terminal and an exit code, 0 when everything holds.
//! It knows nothing about what the crates compute, only how they are arranged.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for people at a terminal"
)]

mod ci;
mod layers;
mod metadata;
mod picture;
mod process;
mod readme;
mod tidy;

use std::process::ExitCode;

use anyhow::Result;

use crate::metadata::Workspace;

const USAGE: &str = "\
Usage: cargo xtask TASK

Tasks:
  ci        everything below and the tests, with times and a summary
  tidy      rules that no compiler knows: layers, names, lengths, licences, …
  readme    run the commands that the README shows, as they are written
  layers    rewrite the generated parts of ARCHITECTURE.md and README.md
";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// True when the task found nothing to complain about.
fn run() -> Result<bool> {
    let mut arguments = std::env::args().skip(1);
    let task = arguments.next();
    if let Some(surplus) = arguments.next() {
        anyhow::bail!("unexpected argument `{surplus}`\n\n{USAGE}");
    }
    match task.as_deref() {
        Some("ci") => Ok(ci::run(&metadata::root()?)),
        Some("tidy") => tidy::run(&Workspace::read(&metadata::root()?)?),
        Some("readme") => readme::run(&metadata::root()?, readme::Binary::AsWritten),
        Some("layers") => picture::write(&Workspace::read(&metadata::root()?)?),
        Some("help" | "--help" | "-h") => {
            print!("{USAGE}");
            Ok(true)
        }
        Some(other) => anyhow::bail!("unknown task `{other}`\n\n{USAGE}"),
        None => anyhow::bail!("which task?\n\n{USAGE}"),
    }
}
