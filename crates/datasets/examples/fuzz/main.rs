//! Shows damaged files to every parser for as long as wanted, and says what they did.
//!
//! ```console
//! $ cargo run --release -p tubelet-datasets --example fuzz -- SECONDS [SEED [NAME [FOLDER]]]
//! ```
//!
//! `SECONDS` for each parser, `NAME` a part of the parsers' names, `FOLDER` for inputs that did harm. Each parser runs
//! in a process of its own, on a stack of two MiB, with a limit on its memory (where there is `sh` with `ulimit -v`);
//! a panic, an abort, a refused allocation and an input that takes too long are failures, whose input is kept.
#![expect(clippy::print_stdout, reason = "an example for people at a terminal")]
#![allow(
    clippy::unwrap_used,
    reason = "files written for the tests are known to be good"
)]

#[path = "../../tests/it/damage/mod.rs"]
mod damage;
mod process;
#[path = "../../tests/it/shared.rs"]
mod shared;
mod turn;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::turn::Turn;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mark, name, seed, seconds, folder] = arguments.as_slice()
        && mark == process::MARK
    {
        let turn = Turn {
            seed: seed.parse().unwrap_or(1),
            seconds: seconds.parse().unwrap_or(1.0),
            folder: PathBuf::from(folder),
        };
        return turn.run(name);
    }
    let argument = |place: usize| arguments.get(place).cloned().unwrap_or_default();
    let Ok(seconds) = argument(0).parse() else {
        println!("fuzz SECONDS [SEED [NAME [FOLDER]]]");
        return ExitCode::from(2);
    };
    let folder = arguments
        .get(3)
        .map_or_else(|| std::env::temp_dir().join("tubelet-fuzz"), PathBuf::from);
    let turn = Turn {
        seed: argument(1).parse().unwrap_or(1),
        seconds,
        folder,
    };
    process::run_all(&turn, &argument(2))
}
