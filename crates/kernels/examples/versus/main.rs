//! Times the kernels beside PyTorch and burn's own operations, in turns in one run, and prints medians and ratios.
//!
//! `TUBELET_PYTHON` names the Python that has PyTorch (`python3` otherwise), `RAYON_NUM_THREADS` the threads of both
//! (all cores otherwise). Arguments choose operations by their names' beginnings.

mod cases;
mod sampling;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use cases::{CASES, Call, Side, prepare};

/// Rounds of one case; the first two warm up.
const ROUNDS: usize = 17;
const WARM_UP: usize = 2;

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

    fn time(&mut self, case: &str) -> std::io::Result<f64> {
        writeln!(self.input, "{case}")?;
        self.input.flush()?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        let nanoseconds: f64 = line.trim().parse().map_err(std::io::Error::other)?;
        Ok(nanoseconds / 1e6)
    }
}

impl Drop for Torch {
    fn drop(&mut self) {
        // The process ends by itself when its input closes; this is for the case that it hangs.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn time(call: &Call) -> f64 {
    let start = Instant::now();
    call();
    start.elapsed().as_secs_f64() * 1e3
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() -> std::io::Result<()> {
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
    for case in CASES {
        if !chosen.is_empty() && !chosen.iter().any(|name| case.starts_with(name.as_str())) {
            continue;
        }
        let (ours, plain) = (prepare(case, Side::Ours), prepare(case, Side::Plain));
        let mut times = [Vec::new(), Vec::new(), Vec::new()];
        for round in 0..ROUNDS {
            let row = [time(&ours), torch.time(case)?, time(&plain)];
            if round >= WARM_UP {
                for (times, time) in times.iter_mut().zip(row) {
                    times.push(time);
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
    Ok(())
}
