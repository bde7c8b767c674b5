//! Shows damaged files to every parser for as long as wanted, and says what they did.
//!
//! ```console
//! $ cargo run --release -p tubelet-datasets --example fuzz -- SECONDS [SEED [NAME [FOLDER [TIMES]]]]
//! ```
//!
//! `SECONDS` of processor time for each parser, `NAME` a part of the parsers' names, `FOLDER` for inputs that did harm
//! (and for the damaged files, so that it is best kept in memory). `TIMES` is a table in which seconds and inputs of each
//! parser add up over runs with different seeds; the parser with the least processor time is shown files first. Each
//! parser runs in a process of its own, on a stack of two MiB, with a limit on its memory (where there is `sh` with
//! `ulimit -v`); a panic, an abort, a refused allocation and an input that takes too long are failures, whose input is
//! kept.
//!
//! With `CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS=true` and `CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS=true` the program also
//! stops at numbers that overflow.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example for people at a terminal"
)]
#![allow(
    clippy::unwrap_used,
    reason = "files written for the tests are known to be good"
)]

#[path = "../../tests/it/damage/mod.rs"]
mod damage;
mod process;
#[path = "../../tests/it/shared.rs"]
mod shared;
mod times;
mod turn;

use std::process::ExitCode;

fn main() -> ExitCode {
    process::run()
}
