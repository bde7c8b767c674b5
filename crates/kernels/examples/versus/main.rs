//! Times the kernels beside PyTorch and burn's own operations, in turns in one run, and prints medians and ratios.
//!
//! `TUBELET_PYTHON` names the Python that has PyTorch (`python3` otherwise), `RAYON_NUM_THREADS` the threads of both
//! (all cores otherwise). Arguments choose operations by their names' beginnings.

mod cases;
mod decoding;
mod half;
mod memory;
mod sampling;
mod transformer;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use cases::{CASES, Call, Side, prepare};

/// Rounds of one case; in each, everyone has a turn. The first round warms up.
const ROUNDS: usize = 6;
/// Milliseconds that a turn takes about, and how many calls it has at least and at most. The first quarter wakes the
/// threads and fills the caches; it does not count, because a model calls one kernel right after another.
const TURN: f64 = 80.0;
const CALLS: [usize; 2] = [4, 80];
/// Rest before a turn: by then the threads of whoever came before no longer wait for work on a core of their own.
const REST: Duration = Duration::from_millis(30);

struct Torch {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Torch {
    fn start(threads: usize) -> std::io::Result<Self> {
        let python = std::env::var("TUBELET_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/versus/worker.py");
        let mut process = Command::new(python)
            .arg(script)
            .env("RAYON_NUM_THREADS", threads.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (input, output) = (process.stdin.take(), process.stdout.take());
        match (input, output) {
            (Some(input), Some(output)) => Ok(Self {
                process,
                input,
                output: BufReader::new(output),
            }),
            _ => Err(std::io::Error::other("no pipes")),
        }
    }

    /// Milliseconds of each call of a turn.
    fn turn(&mut self, calls: usize, case: &str) -> std::io::Result<Vec<f64>> {
        std::thread::sleep(REST);
        writeln!(self.input, "{calls} {case}")?;
        self.input.flush()?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        line.split_whitespace()
            .map(|nanoseconds| {
                let nanoseconds: f64 = nanoseconds.parse().map_err(std::io::Error::other)?;
                Ok(nanoseconds / 1e6)
            })
            .collect()
    }
}

impl Drop for Torch {
    fn drop(&mut self) {
        // The process ends by itself when its input closes; this is for the case that it hangs.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Milliseconds of each call of a turn.
fn turn(calls: usize, call: &Call) -> Vec<f64> {
    std::thread::sleep(REST);
    (0..calls)
        .map(|_| {
            let start = Instant::now();
            call();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect()
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() -> std::io::Result<()> {
    tubelet_kernels::compute_on_this_thread();
    let chosen: Vec<String> = std::env::args().skip(1).collect();
    let threads = rayon::current_num_threads();
    let mut torch = Torch::start(threads)?;
    let mut out = std::io::stdout();
    writeln!(
        out,
        "level {}, threads {threads}",
        tubelet_kernels::processor_level()
    )?;
    writeln!(
        out,
        "| operation | ours, ms | PyTorch, ms | burn-flex, ms | ours / PyTorch | ours / burn-flex |"
    )?;
    writeln!(out, "| --- | --- | --- | --- | --- | --- |")?;
    let is_chosen =
        |case: &str| chosen.is_empty() || chosen.iter().any(|name| case.starts_with(name.as_str()));
    for case in CASES.iter().filter(|case| is_chosen(case)) {
        let (ours, plain) = (prepare(case, Side::Ours), prepare(case, Side::Plain));
        let calls = (TURN / median(&mut turn(4, &ours)).max(1e-3)) as usize;
        let calls = calls.clamp(CALLS[0], CALLS[1]);
        let mut times = [Vec::new(), Vec::new(), Vec::new()];
        for round in 0..ROUNDS {
            let turns = [
                turn(calls, &ours),
                torch.turn(calls, case)?,
                turn(calls, &plain),
            ];
            if round > 0 {
                for (times, turn) in times.iter_mut().zip(turns) {
                    times.extend(turn.into_iter().skip(calls / 4));
                }
            }
        }
        let [ours, torch, plain] = times.map(|mut times| median(&mut times));
        writeln!(
            out,
            "| {case} | {ours:.3} | {torch:.3} | {plain:.3} | {:.2} | {:.2} |",
            ours / torch,
            ours / plain
        )?;
    }
    models(&mut torch, &mut out, &is_chosen)?;
    decoding(&mut torch, &mut out, &is_chosen)
}

/// Medians of our calls and PyTorch's, in turns of `calls`; `between` runs after each round.
fn in_turns(
    torch: &mut Torch,
    (case, ours): (&str, &Call),
    calls: usize,
    mut between: impl FnMut(),
) -> std::io::Result<[f64; 2]> {
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        let turns = [turn(calls, ours), torch.turn(calls, case)?];
        between();
        if round > 0 {
            for (times, turn) in times.iter_mut().zip(turns) {
                times.extend(turn.into_iter().skip(calls / 4));
            }
        }
    }
    Ok(times.map(|mut times| median(&mut times)))
}

/// Whole models, and products in bfloat16.
fn models(
    torch: &mut Torch,
    out: &mut impl Write,
    is_chosen: &impl Fn(&str) -> bool,
) -> std::io::Result<()> {
    let kinds = [
        (transformer::CASES, transformer::prepare as fn(&str) -> Call),
        (half::CASES, half::prepare),
    ];
    writeln!(
        out,
        "\n| model or product in half | ours, ms | PyTorch, ms | ours / PyTorch |"
    )?;
    writeln!(out, "| --- | --- | --- | --- |")?;
    for (cases, prepare) in kinds {
        for case in cases.iter().filter(|case| is_chosen(case)) {
            let ours = prepare(case);
            let calls = (TURN / median(&mut turn(2, &ours)).max(1e-3)) as usize;
            let calls = calls.clamp(2, CALLS[1]);
            let [ours, torch] = in_turns(torch, (case, &ours), calls, || ())?;
            writeln!(
                out,
                "| {case} | {ours:.3} | {torch:.3} | {:.2} |",
                ours / torch
            )?;
        }
    }
    Ok(())
}

/// Products of one row, beside the speed of memory.
fn decoding(
    torch: &mut Torch,
    out: &mut impl Write,
    is_chosen: &impl Fn(&str) -> bool,
) -> std::io::Result<()> {
    let memory = decoding::Memory::new();
    writeln!(
        out,
        "\n| product of one row | ours, ms | PyTorch, ms | ours / PyTorch | memory, GB/s | ours reads at | PyTorch |"
    )?;
    writeln!(out, "| --- | --- | --- | --- | --- | --- | --- |")?;
    for case in decoding::CASES.iter().filter(|case| is_chosen(case)) {
        let (ours, bytes) = decoding::prepare(case);
        let mut rates = Vec::new();
        let [ours, torch] = in_turns(torch, (case, &ours), CALLS[1], || {
            rates.push(memory.bandwidth());
        })?;
        let gigabytes = median(&mut rates);
        let share = |time: f64| 100.0 * bytes as f64 / 1e6 / time / gigabytes;
        writeln!(
            out,
            "| {case} | {ours:.3} | {torch:.3} | {:.2} | {gigabytes:.1} | {:.0} % | {:.0} % |",
            ours / torch,
            share(ours),
            share(torch)
        )?;
    }
    Ok(())
}
