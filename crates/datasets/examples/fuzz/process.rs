//! A process for each parser, and a line about each.
//!
//! In: the program's arguments. Out: a table, and times that add up over runs; inputs that ended a process are kept.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use crate::damage::all_targets;
use crate::times::Times;
use crate::turn::{Counts, Turn};

/// First argument of a process that is to show files to one parser.
const MARK: &str = "--one";

/// Address space of a process, in KiB. A parser of small files that asks for more has been deceived.
const MEMORY: u64 = 1 << 20;

/// Does what the arguments ask for.
pub(crate) fn run() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mark, parser, seed, seconds, folder] = arguments.as_slice()
        && mark == MARK
    {
        let turn = Turn {
            seed: seed.parse().unwrap_or(1),
            seconds: seconds.parse().unwrap_or(1.0),
            folder: PathBuf::from(folder),
        };
        return turn.run(parser);
    }
    let argument = |place: usize| arguments.get(place).cloned().unwrap_or_default();
    let Ok(seconds) = argument(0).parse() else {
        println!("SECONDS [SEED [NAME [FOLDER [TIMES]]]]");
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
    run_all(&turn, &argument(2), arguments.get(4).map(PathBuf::from))
}

/// Lets the parsers whose names hold a text have their turns, one after the other.
fn run_all(turn: &Turn, part: &str, table: Option<PathBuf>) -> ExitCode {
    println!(
        "| parser | inputs | accepted | seconds | of the processor | failures | slowest, ms | memory, MiB |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|");
    let mut times = Times::open(table);
    let mut parsers: Vec<String> = all_targets()
        .into_iter()
        .map(|target| target.parser)
        .filter(|parser| parser.contains(part))
        .collect();
    parsers.sort();
    parsers.dedup();
    parsers.sort_by(|one, other| times.seconds(one).total_cmp(&times.seconds(other)));
    let mut failed = 0;
    for parser in &parsers {
        let counts = run_one(turn, parser);
        failed += counts.failures;
        times.add(parser, &counts);
    }
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// One parser's turn.
fn run_one(turn: &Turn, parser: &str) -> Counts {
    let program = std::env::current_exe().unwrap();
    let (seed, seconds) = (turn.seed.to_string(), turn.seconds.to_string());
    let limited = format!("ulimit -c 0; ulimit -v {MEMORY}; exec \"$0\" \"$@\"");
    let output = Command::new("sh")
        .args(["-c", &limited])
        .arg(program)
        .args([MARK, parser, &seed, &seconds])
        .arg(&turn.folder)
        .env("RUST_BACKTRACE", "0")
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    if let Some(counts) = Counts::parse(said.trim()) {
        println!("| {parser} | {counts} |");
        return counts;
    }
    let input = turn.last_input(parser);
    let kept = input.map_or_else(
        || "no input".to_owned(),
        |(name, input)| {
            let kept = turn.kept(&name, "ended");
            fs::copy(input, &kept).unwrap();
            kept.display().to_string()
        },
    );
    println!(
        "| {parser} | | | | | ended: {}, see {kept} | | |",
        output.status
    );
    Counts::of_failure()
}
