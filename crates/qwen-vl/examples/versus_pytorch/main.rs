//! Times Qwen3-VL beside transformers in PyTorch: reading a prompt, the vision tower, answering; same weights, in turns in one run, each
//! side in a process of its own, beside the speed of memory measured between them.
//!
//! `versus_pytorch FOLDER [--sides single,stored,8bit,4bit,torch-f32,torch-bf16] [--parts "prefill 512,vision 1024,decode 8"] [--rounds N]`.
//! `prefill` and `decode` count tokens, `vision` patches of one picture; an answer follows a prompt of 256 tokens. The folder is one of
//! `fixtures/qwen_vl/full_size.py` (`LAYERS=4` for less). `TUBELET_PYTHON` names the Python that has `transformers` (`python3` otherwise),
//! `RAYON_NUM_THREADS` the threads of all sides (all cores otherwise).

#[path = "../../../kernels/examples/versus/memory.rs"]
mod memory;
mod ours;
mod worker;

use std::{io::Write, path::Path};

use anyhow::{Context, Result, bail, ensure};
use memory::read_speed;
use worker::Worker;

/// Bytes that are read to time the memory.
const BYTES: usize = 1 << 30;

/// What is asked for.
struct Settings {
    sides: Vec<String>,
    parts: Vec<String>,
    rounds: usize,
}

impl Settings {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let list = |text: &str| text.split(',').map(|word| word.trim().to_owned()).collect();
        let mut settings = Self {
            sides: list("single,stored,8bit,4bit,torch-f32,torch-bf16"),
            parts: list("prefill 512,vision 1024,decode 8"),
            rounds: 5,
        };
        while let Some(option) = words.next() {
            let value = words
                .next()
                .with_context(|| format!("{option} needs a value"))?;
            match option.as_str() {
                "--sides" => settings.sides = list(&value),
                "--parts" => settings.parts = list(&value),
                "--rounds" => settings.rounds = value.parse()?,
                _ => bail!("unknown option {option}"),
            }
        }
        ensure!(settings.rounds > 0, "--rounds must be at least 1");
        Ok(settings)
    }
}

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let first = words.next().context("which folder?")?;
    if first == worker::WORK {
        let [folder, side] = [words.next(), words.next()];
        let folder = folder.context("work needs a folder")?;
        return ours::work(Path::new(&folder), &side.context("work needs a side")?);
    }
    compare(Path::new(&first), &Settings::parse(words)?)
}

fn compare(folder: &Path, settings: &Settings) -> Result<()> {
    let threads = rayon::current_num_threads();
    let (mut out, mut progress) = (std::io::stdout(), std::io::stderr());
    let mut sides = Vec::new();
    for name in &settings.sides {
        writeln!(progress, "starting {name}")?;
        let mut side = Worker::start(folder, name, threads)?;
        side.ask("ready")?;
        sides.push(side);
    }
    let memory = vec![1.0_f32; BYTES / 4];
    let mut bandwidths = Vec::new();
    let mut table = Vec::new();
    for part in &settings.parts {
        // The first round warms up.
        let mut times = vec![Vec::new(); sides.len()];
        for round in 0..=settings.rounds {
            writeln!(progress, "{part}: round {round} of {}", settings.rounds)?;
            bandwidths.push(bandwidth(&memory));
            for (side, times) in sides.iter_mut().zip(&mut times) {
                let time = side.ask(part)?;
                if round > 0 {
                    times.push(time);
                }
            }
        }
        table.push(times.into_iter().map(median).collect::<Vec<_>>());
    }
    let most = bandwidths.iter().copied().fold(0.0, f64::max);
    writeln!(
        out,
        "level {}, threads {threads}, rounds {}; memory read at {most:.1} GB/s at most, {:.1} median; milliseconds, medians\n",
        tubelet_kernels::processor_level(),
        settings.rounds,
        median(bandwidths)
    )?;
    writeln!(out, "| part | {} |", settings.sides.join(" | "))?;
    writeln!(out, "|---|{}", "--:|".repeat(sides.len()))?;
    for (part, times) in settings.parts.iter().zip(&table) {
        let cells: Vec<String> = times.iter().map(|time| format!("{time:.1}")).collect();
        writeln!(out, "| {part} | {} |", cells.join(" | "))?;
        if let Some(count) = part.strip_prefix("decode ") {
            let count: f64 = count.parse()?;
            let (mut speeds, mut shares) = (Vec::new(), Vec::new());
            for (side, time) in settings.sides.iter().zip(times) {
                let speed = 1e3 * count / time;
                let read = ours::bytes_of_a_token(folder, side)? / 1e9;
                speeds.push(format!("{speed:.2}"));
                shares.push(format!("{:.0} %", 100.0 * speed * read / most));
            }
            writeln!(out, "| tokens each second | {} |", speeds.join(" | "))?;
            writeln!(
                out,
                "| share of the memory's speed | {} |",
                shares.join(" | ")
            )?;
        }
    }
    let peaks = sides.iter().map(Worker::peak_memory);
    let peaks: Vec<String> = peaks
        .map(|peak| Ok(format!("{:.2}", peak?)))
        .collect::<Result<_>>()?;
    writeln!(
        out,
        "| peak memory, GB, mapped files included | {} |",
        peaks.join(" | ")
    )?;
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Gigabytes that all threads read in a second; the best of three passes.
fn bandwidth(data: &[f32]) -> f64 {
    (0..3).map(|_| read_speed(data)).fold(0.0, f64::max)
}
