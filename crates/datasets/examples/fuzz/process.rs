//! A process for each parser, and a line about each.
//!
//! In: the turn that every parser has. Out: a table; inputs that ended a process are kept.

use std::fs;
use std::process::{Command, ExitCode, Stdio};

use crate::damage::all_targets;
use crate::turn::Turn;

/// First argument of a process that is to show files to one parser.
pub(crate) const MARK: &str = "--one";

/// Address space of a process, in KiB. A parser of small files that asks for more has been deceived.
const MEMORY: u64 = 1 << 20;

/// Lets the parsers whose names hold a text have their turns, one after the other.
pub(crate) fn run_all(turn: &Turn, part: &str) -> ExitCode {
    println!("| parser | inputs | accepted | seconds | failures | slowest, ms | memory, MiB |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    let names = all_targets().into_iter().map(|target| target.name);
    let failed = names
        .filter(|name| name.contains(part))
        .filter(|name| !run_one(turn, name))
        .count();
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// One parser's turn; whether nothing failed.
fn run_one(turn: &Turn, name: &str) -> bool {
    let program = std::env::current_exe().unwrap();
    let (seed, seconds) = (turn.seed.to_string(), turn.seconds.to_string());
    let limited = format!("ulimit -c 0; ulimit -v {MEMORY}; exec \"$0\" \"$@\"");
    let output = Command::new("sh")
        .args(["-c", &limited])
        .arg(program)
        .args([MARK, name, &seed, &seconds])
        .arg(&turn.folder)
        .env("RUST_BACKTRACE", "0")
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && !said.trim().is_empty() {
        println!("{}", said.trim());
        return true;
    }
    if !said.trim().is_empty() {
        println!("{}", said.trim());
    }
    let input = turn.input(name);
    let kept = turn.kept(name, "ended");
    if input.is_file() {
        fs::copy(&input, &kept).unwrap();
        println!(
            "| {name} | | | | ended: {}, see {} | | |",
            output.status,
            kept.display()
        );
    }
    false
}
