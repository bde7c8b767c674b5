//! Shows damaged weights, recipes, prompts and model folders to their readers for as long as wanted, and says what they did.
//!
//! ```console
//! $ cargo run --release -p tubelet-cli --example fuzz_models -- SECONDS [SEED [NAME [FOLDER [TIMES]]]]
//! ```
//!
//! The arguments are those of the example `fuzz` of `tubelet-datasets`, which does the same with readers of data sets.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example for people at a terminal"
)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "files written for the tests are known to be good"
)]

#[path = "../../tests/it/damage/mod.rs"]
mod damage;
#[expect(dead_code, reason = "prompts fail in few of the program's ways")]
#[path = "../../src/failure.rs"]
mod failure;
#[path = "../../src/prompts/file.rs"]
mod file;
#[path = "../../../datasets/examples/fuzz/process.rs"]
mod process;
#[path = "../../../datasets/examples/fuzz/times.rs"]
mod times;
#[path = "../../../datasets/examples/fuzz/turn.rs"]
mod turn;

use std::process::ExitCode;

fn main() -> ExitCode {
    process::run()
}
