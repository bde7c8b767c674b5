//! Times tracking beside transformers' Sam2VideoModel in PyTorch, f32 and bf16: same random weights, same frame, in turns in one
//! run, each side in a process of its own. This project's side runs in f32 and with half products. Prints medians by part,
//! ratios within each precision, and the most memory each process held.
//!
//! `versus_transformers [--model tiny|base_plus] [--objects 1,5] [--rounds N]`. The timed frame looks back on seven spatial
//! memories and sixteen pointers, as every frame of a long video does. `TUBELET_PYTHON` names the Python that has `transformers`
//! (`python3` otherwise), `RAYON_NUM_THREADS` the threads of all sides (all cores otherwise).

mod ours;
mod worker;

use std::io::Write;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use worker::{PARTS, Worker, python};

/// Names of the precisions.
const SINGLE: &str = "float32";
const HALF: &str = "bfloat16";

/// What is asked for.
struct Settings {
    model: String,
    objects: Vec<usize>,
    rounds: usize,
}

impl Settings {
    fn parse(mut words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut settings = Self {
            model: "tiny".to_owned(),
            objects: vec![1, 5],
            rounds: 5,
        };
        while let Some(option) = words.next() {
            let value = words
                .next()
                .with_context(|| format!("{option} needs a value"))?;
            match option.as_str() {
                "--model" => settings.model = value,
                "--objects" => {
                    let counts = value.split(',').map(str::parse);
                    settings.objects = counts.collect::<Result<_, _>>()?;
                }
                "--rounds" => settings.rounds = value.parse()?,
                _ => anyhow::bail!("unknown option {option}"),
            }
        }
        ensure!(settings.rounds > 0, "--rounds must be at least 1");
        Ok(settings)
    }
}

fn main() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1).peekable();
    if words.next_if(|word| word == "work").is_some() {
        let folder = words.next().context("work needs a folder")?;
        let half_products = words.next().as_deref() == Some(HALF);
        return ours::work(Path::new(&folder), half_products);
    }
    let settings = Settings::parse(words)?;
    let folder = tempfile::tempdir()?;
    let written = Command::new(python())
        .args([worker::SCRIPT, "write"])
        .args([folder.path().as_os_str(), settings.model.as_ref()])
        .status()
        .context("starting Python; TUBELET_PYTHON names it")?;
    ensure!(written.success(), "writing the model failed: {written}");
    compare(&settings, folder.path())
}

fn compare(settings: &Settings, folder: &Path) -> anyhow::Result<()> {
    let threads = rayon::current_num_threads();
    let mut sides = [
        Worker::ours(folder, SINGLE, threads)?,
        Worker::ours(folder, HALF, threads)?,
        Worker::torch(folder, SINGLE, threads)?,
        Worker::torch(folder, HALF, threads)?,
    ];
    let mut out = std::io::stdout();
    let level = tubelet_kernels::processor_level();
    writeln!(
        out,
        "SAM 2.1 {}, level {level}, threads {threads}, rounds {}, milliseconds",
        settings.model, settings.rounds
    )?;
    for &objects in &settings.objects {
        let mut progress = std::io::stderr();
        writeln!(progress, "{objects} object(s): preparing")?;
        for side in &mut sides {
            side.prepare(objects)?;
        }
        // The first round warms up.
        let mut rounds = Vec::new();
        for round in 0..=settings.rounds {
            writeln!(progress, "round {round} of {}", settings.rounds)?;
            let mut times = Vec::new();
            for side in &mut sides {
                times.push(side.time()?);
            }
            if round > 0 {
                rounds.push(times);
            }
        }
        let medians: Vec<Vec<f64>> = (0..sides.len())
            .map(|side| {
                let by_part = (0..PARTS.len()).map(|part| {
                    let times = rounds.iter().map(|round| round[side][part]);
                    median(times.collect())
                });
                by_part.collect()
            })
            .collect();
        let memory = sides
            .iter()
            .map(Worker::peak_memory)
            .collect::<anyhow::Result<Vec<f64>>>()?;
        write_table(&mut out, objects, &medians, &memory)?;
    }
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn write_table(
    out: &mut impl Write,
    objects: usize,
    medians: &[Vec<f64>],
    memory: &[f64],
) -> std::io::Result<()> {
    writeln!(
        out,
        "\n| {objects} object(s) | Tubelet f32 | Tubelet half | PyTorch f32 | PyTorch bf16 | \
         f32: PyTorch / Tubelet | half: PyTorch / Tubelet |"
    )?;
    writeln!(out, "| --- | --- | --- | --- | --- | --- | --- |")?;
    let mut row = |name: &str, values: [f64; 4]| {
        let [single, half, torch, torch_half] = values;
        writeln!(
            out,
            "| {name} | {single:.0} | {half:.0} | {torch:.0} | {torch_half:.0} | {:.2} | {:.2} |",
            torch / single,
            torch_half / half
        )
    };
    for (part, name) in PARTS.iter().enumerate() {
        row(name, [0, 1, 2, 3].map(|side| medians[side][part]))?;
    }
    row("peak memory, MB", [0, 1, 2, 3].map(|side| memory[side]))
}
