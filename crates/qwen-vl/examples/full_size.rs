//! How a folder of a released size is loaded, and how near its numbers are to transformers'.
//!
//! `cargo run --release -p tubelet-qwen-vl --example full_size -- FOLDER [single|stored|8bit|4bit]`
//!
//! In: a folder of `fixtures/qwen_vl/full_size.py`, with a prompt with a picture and what transformers makes of it in f32. Out: seconds, what
//! is in memory, differences.
#![allow(clippy::print_stdout, reason = "an example's output is what it is for")]

use std::{path::Path, time::Instant};

use anyhow::{Context, Result, bail, ensure};
use burn::tensor::{Device, Tensor};
use tubelet_nn::WeightFile;
use tubelet_qwen_vl::{
    Compression, QwenVl, TokenSequence, VisionGrid, Visual, VisualKind, WeightType,
};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().context("which folder?")?;
    let folder = Path::new(&folder);
    let kind = arguments.next().unwrap_or_else(|| "single".to_owned());
    let (weights, compression) = match kind.as_str() {
        "single" => (WeightType::Single, None),
        "stored" => (WeightType::Stored, None),
        "8bit" => (WeightType::Stored, Some(Compression::EightBit)),
        "4bit" => (WeightType::Stored, Some(Compression::FourBit)),
        other => bail!("no kind of weights is called {other}"),
    };
    let bytes = std::fs::metadata(folder.join("model.safetensors"))?.len();
    println!("file      {:.2} GB", bytes as f64 / 1e9);
    let start = Instant::now();
    let mut model = QwenVl::load(folder, weights, &Device::default())?;
    if let Some(compression) = compression {
        model = model.compressed(compression);
    }
    println!("load      {:.2} s as {kind}", start.elapsed().as_secs_f64());
    println!("memory    {}", memory()?);
    compare(
        &model,
        &WeightFile::open(&folder.join("reference.safetensors"))?,
    )?;
    println!("memory    {}", memory()?);
    Ok(())
}

fn compare(model: &QwenVl, reference: &WeightFile) -> Result<()> {
    let whole = |name: &str| -> Result<Vec<usize>> {
        let numbers = reference.read_f32(name)?;
        Ok(numbers.iter().map(|number| *number as usize).collect())
    };
    let grid = whole("grid")?;
    ensure!(grid.len() == 3, "a grid has three sizes");
    let visual = Visual {
        kind: VisualKind::Image,
        grid: VisionGrid {
            frames: grid[0],
            rows: grid[1],
            columns: grid[2],
        },
        patches: reference.read_f32("patches")?,
    };
    let start = Instant::now();
    let seen = model.see(&visual, None)?;
    let features = Tensor::cat([vec![seen.tokens], seen.taps].concat(), 0);
    let features = features.try_into_vec_as::<f32>().ok().context("features")?;
    println!("vision    {:.2} s", start.elapsed().as_secs_f64());
    tell("features", &features, &reference.read_f32("features")?);
    let tokens = whole("tokens")?;
    let count = tokens.len();
    let sequence = TokenSequence {
        tokens: tokens.into_iter().map(|token| token as u32).collect(),
        visuals: vec![visual],
    };
    let start = Instant::now();
    let states = model.states(model.embed(&sequence, None, 0)?, None, None);
    let logits = model.logits(states).try_into_vec_as::<f32>();
    let logits = logits.ok().context("logits")?;
    println!("all       {:.2} s", start.elapsed().as_secs_f64());
    let expected = reference.read_f32("logits")?;
    tell("logits", &logits, &expected);
    let vocabulary = expected.len() / count;
    let best = |row: &[f32]| {
        let places = row.iter().enumerate();
        places.max_by(|a, b| a.1.total_cmp(b.1)).map(|best| best.0)
    };
    let rows = logits.chunks(vocabulary).zip(expected.chunks(vocabulary));
    let same = rows.filter(|(a, b)| best(a) == best(b)).count();
    println!("likeliest the same after {same} of {count} tokens");
    Ok(())
}

fn tell(name: &str, found: &[f32], expected: &[f32]) {
    let square = |sum: f64, x: f64| sum + x * x;
    let differences = || {
        let pairs = found.iter().zip(expected);
        pairs.map(|(a, b)| f64::from((a - b).abs()))
    };
    let numbers = || expected.iter().map(|x| f64::from(x.abs()));
    let ratio = differences().fold(0.0, f64::max) / numbers().fold(0.0, f64::max);
    let spread = (differences().fold(0.0, square) / numbers().fold(0.0, square)).sqrt();
    println!("{name:9} {ratio:.2e} of the largest at most, {spread:.2e} of their spread");
}

/// What the process has in memory: of its own, of mapped files, and both at their most.
fn memory() -> Result<String> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let gigabytes = |key: &str| -> Result<f64> {
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        let kilobytes = line.and_then(|line| line.split_whitespace().next());
        let kilobytes: f64 = kilobytes.context("no memory is known here")?.parse()?;
        Ok(kilobytes * 1024.0 / 1e9)
    };
    Ok(format!(
        "{:.2} GB of its own, {:.2} GB of mapped files, {:.2} GB at most",
        gigabytes("RssAnon:")?,
        gigabytes("RssFile:")?,
        gigabytes("VmHWM:")?
    ))
}
