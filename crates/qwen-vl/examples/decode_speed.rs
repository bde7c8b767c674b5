//! How fast a model folder is loaded, reads a prompt and answers, beside the speed of memory in the same run.
//!
//! `cargo run --release -p tubelet-qwen-vl --example decode_speed -- FOLDER [stored|single|half|8bit|4bit] [PROMPT TOKENS]`
//!
//! Prints a line for each measurement. With `TUBELET_STATES=FILE`, the prompt is that of `fixtures/qwen_vl/full_size.py` and its
//! last logits are compared with the file's.
#![allow(clippy::print_stdout, reason = "an example's output is what it is for")]

use std::{path::Path, time::Instant};

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use rayon::prelude::*;
use tubelet_nn::WeightFile;
use tubelet_qwen_vl::{
    AnswerOptions, Compression, KeyValueCache, QwenVl, TokenSequence, WeightType,
};

/// Tokens of the answer that is timed.
const ANSWER: usize = 24;
/// Bytes that are read to time the memory.
const BYTES: usize = 1 << 30;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().context("which folder?")?;
    let kind = arguments.next().unwrap_or_else(|| "stored".to_owned());
    let count: usize = arguments.next().map_or(Ok(256), |count| count.parse())?;
    println!("memory   {:8.1} GB/s", bandwidth());
    let start = Instant::now();
    let model = load(Path::new(&folder), &kind)?;
    println!("load     {:8.2} s as {kind}", start.elapsed().as_secs_f64());
    if let Ok(path) = std::env::var("TUBELET_STATES") {
        return compare(&model, Path::new(&path));
    }
    let sequence = TokenSequence {
        tokens: (0..count as u32)
            .map(|index| 17 + index * 7 % 900)
            .collect(),
        visuals: Vec::new(),
    };
    let mut cache = KeyValueCache::new();
    let prompt = model.embed(&sequence, None, 0)?;
    let start = Instant::now();
    let options = AnswerOptions {
        max_tokens: ANSWER,
        ..AnswerOptions::default()
    };
    let answer = model.answer(prompt, &mut cache, options)?;
    let read = start.elapsed().as_secs_f64();
    println!("prompt   {:8.1} tokens/s of {count}", count as f64 / read);
    let mut times = Vec::new();
    let mut start = Instant::now();
    for token in answer {
        token?;
        times.push(start.elapsed().as_secs_f64());
        start = Instant::now();
    }
    // The first token needs no pass of its own.
    let times = &mut times[1..];
    times.sort_unstable_by(f64::total_cmp);
    println!(
        "answer   {:8.2} tokens/s, median",
        1.0 / times[times.len() / 2]
    );
    println!("peak     {:8.2} GB resident", peak()?);
    Ok(())
}

fn load(folder: &Path, kind: &str) -> Result<QwenVl> {
    let (weights, compression) = match kind {
        "stored" => (WeightType::Stored, None),
        "single" => (WeightType::Single, None),
        "half" => (WeightType::Half, None),
        "8bit" => (WeightType::Stored, Some(Compression::EightBit)),
        "4bit" => (WeightType::Stored, Some(Compression::FourBit)),
        other => bail!("no kind of weights is called {other}"),
    };
    let model = QwenVl::load(folder, weights, &Device::default())?;
    Ok(match compression {
        Some(compression) => model.compressed(compression),
        None => model,
    })
}

/// The reference's last logits of its prompt beside ours.
fn compare(model: &QwenVl, path: &Path) -> Result<()> {
    let file = WeightFile::open(path)?;
    let tokens = file.read_f32("tokens")?;
    let sequence = TokenSequence {
        tokens: tokens.iter().map(|token| *token as u32).collect(),
        visuals: Vec::new(),
    };
    let states = model.states(model.embed(&sequence, None, 0)?, None, None);
    let [_, count, _] = states.dims();
    let logits = model.logits(states.narrow(1, count - 1, 1));
    let found = logits.try_into_vec_as::<f32>().unwrap_or_default();
    let expected = file.read_f32("logits")?;
    let largest = expected.iter().fold(0.0, |most: f32, x| most.max(x.abs()));
    let differences: Vec<f32> = found
        .iter()
        .zip(&expected)
        .map(|(a, b)| (a - b).abs())
        .collect();
    let most = differences.iter().fold(0.0, |most: f32, x| most.max(*x));
    let squares: f32 = differences.iter().map(|x| x * x).sum();
    let root = (squares / differences.len() as f32).sqrt();
    let spread: f32 = expected.iter().map(|x| x * x).sum();
    let spread = (spread / expected.len() as f32).sqrt();
    println!(
        "logits   {:.2e} of the largest at most, {:.2e} of their spread on average",
        most / largest,
        root / spread
    );
    Ok(())
}

/// Gigabytes that all threads read in a second; the best of several passes.
fn bandwidth() -> f64 {
    let data = vec![1.0_f32; BYTES / 4];
    let pass = || {
        let start = Instant::now();
        let sum: f32 = data
            .par_chunks(1 << 16)
            .map(|chunk| {
                let mut sums = [0.0_f32; 64];
                for numbers in chunk.as_chunks::<64>().0 {
                    for (sum, number) in sums.iter_mut().zip(numbers) {
                        *sum += number;
                    }
                }
                sums.iter().sum::<f32>()
            })
            .sum();
        assert!(sum > 0.0, "the sum is used");
        BYTES as f64 / 1e9 / start.elapsed().as_secs_f64()
    };
    (0..6).map(|_| pass()).fold(0.0, f64::max)
}

/// Most memory that the process has had in use, mapped files included.
fn peak() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    let kilobytes: f64 = kilobytes.context("no peak is known here")?.parse()?;
    Ok(kilobytes / 1e6)
}
