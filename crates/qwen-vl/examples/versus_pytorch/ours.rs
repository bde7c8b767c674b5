//! This project's side.
//!
//! In: a model folder and lines on the standard input. Out: milliseconds on the standard output.

use std::{
    io::{BufRead, Write},
    path::Path,
    time::Instant,
};

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use tubelet_nn::WeightShards;
use tubelet_qwen_vl::{
    Compression, KeyValueCache, QwenVl, TokenSequence, VisionGrid, Visual, VisualKind, WeightType,
};

/// Tokens before an answer.
const CONTEXT: u32 = 256;

/// Answers lines until there are no more.
pub(crate) fn work(folder: &Path, side: &str) -> Result<()> {
    let model = load(folder, side)?;
    let mut conversation = None;
    let mut out = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let time = match words[..] {
            ["ready"] => 0.0,
            ["prefill", count] => prefill(&model, count.parse()?, &mut KeyValueCache::new())?,
            ["vision", count] => vision(&model, count.parse()?)?,
            ["decode", count] => {
                let mut cache = if let Some(cache) = conversation.take() {
                    cache
                } else {
                    let mut cache = KeyValueCache::new();
                    prefill(&model, CONTEXT, &mut cache)?;
                    cache
                };
                cache.truncate(CONTEXT as usize, i64::from(CONTEXT));
                let time = decode(&model, count.parse()?, &mut cache)?;
                conversation = Some(cache);
                time
            }
            _ => bail!("what is {line}?"),
        };
        writeln!(out, "{time}")?;
        out.flush()?;
    }
    Ok(())
}

fn load(folder: &Path, side: &str) -> Result<QwenVl> {
    let (weights, compression) = match side {
        "single" => (WeightType::Single, None),
        "stored" => (WeightType::Stored, None),
        "8bit" => (WeightType::Stored, Some(Compression::EightBit)),
        "4bit" => (WeightType::Stored, Some(Compression::FourBit)),
        other => bail!("no side is called {other}"),
    };
    let model = QwenVl::load(folder, weights, &Device::default())?;
    Ok(match compression {
        Some(compression) => model.compressed(compression),
        None => model,
    })
}

fn text(tokens: Vec<u32>) -> TokenSequence {
    TokenSequence {
        tokens,
        visuals: Vec::new(),
    }
}

/// Reads a prompt, with logits of its last token.
fn prefill(model: &QwenVl, count: u32, cache: &mut KeyValueCache) -> Result<f64> {
    let prompt = text((0..count).map(|index| 17 + index * 7 % 900).collect());
    let start = Instant::now();
    let states = model.states(model.embed(&prompt, None, 0)?, Some(cache), None);
    let [_, count, _] = states.dims();
    let logits = model.logits(states.narrow(1, count - 1, 1));
    logits.try_into_vec_as::<f32>().ok().context("logits")?;
    Ok(1e3 * start.elapsed().as_secs_f64())
}

/// One token after the other, each the likeliest after those before it.
fn decode(model: &QwenVl, count: usize, cache: &mut KeyValueCache) -> Result<f64> {
    let mut token = 17;
    let start = Instant::now();
    for _ in 0..count {
        let next = model.embed(&text(vec![token]), None, cache.next_position())?;
        let states = model.states(next, Some(cache), None);
        let logits = model.logits(states).try_into_vec_as::<f32>();
        let logits = logits.ok().context("logits")?;
        let best = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        token = u32::try_from(best.context("a vocabulary")?.0)?;
    }
    Ok(1e3 * start.elapsed().as_secs_f64())
}

fn vision(model: &QwenVl, patches: usize) -> Result<f64> {
    let sizes = &model.config().vision;
    let numbers = sizes.image_channels * sizes.patch_frames * sizes.patch * sizes.patch;
    let rows = 32;
    let visual = Visual {
        kind: VisualKind::Image,
        grid: VisionGrid {
            frames: 1,
            rows,
            columns: patches / rows,
        },
        patches: (0..patches / rows * rows * numbers)
            .map(|index| (index % 251) as f32 / 125.0 - 1.0)
            .collect(),
    };
    let start = Instant::now();
    let features = model.see(&visual, None)?;
    features
        .tokens
        .try_into_vec_as::<f32>()
        .ok()
        .context("features")?;
    Ok(1e3 * start.elapsed().as_secs_f64())
}

/// Bytes of weights that an answered token needs from memory.
pub(crate) fn bytes_of_a_token(folder: &Path, side: &str) -> Result<f64> {
    let shards = WeightShards::open(folder, "model")?;
    let numbers: usize = shards
        .tensors()
        .filter(|(name, _)| name.contains("language_model"))
        .map(|(_, tensor)| tensor.shape().iter().product::<usize>())
        .sum();
    let width = match side {
        "single" | "torch-f32" => 4.0,
        // Thirty-two numbers share two bytes.
        "8bit" => 1.0 + 2.0 / 32.0,
        "4bit" => 0.5 + 2.0 / 32.0,
        _ => 2.0,
    };
    Ok(numbers as f64 * width)
}
