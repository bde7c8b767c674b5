//! Peak memory of training steps of an adapter with and without computing blocks again, as sequences grow:
//! `cargo run --release -p tubelet-qwen-vl --example training_memory` (`-- TOKENS TOKENS …` for other lengths).
//!
//! In: nothing; the model is a quarter of the 2B shape in width, with all of its 28 blocks, random and frozen, with an adapter of rank
//! eight to every projection; the prompt is text. Out: a table with what the step adds to the peak of the resident memory, as the
//! operating system counts it, and its seconds. Each step is a process of its own, so that none starts with what another has left.
#![allow(clippy::print_stdout, reason = "an example's output is what it is for")]

use std::{process::Command, time::Instant};

use anyhow::{Context, Result, bail};
use burn::{module::Module, tensor::Device};
use tubelet_qwen_vl::{AdapterConfig, AdapterUse, QwenVlConfig, TokenSequence};

/// The argument that tells a process to be one step.
const STEP: &str = "--step";
const CONFIG: &str = r#"{
 "model_type": "qwen3_vl", "image_token_id": 1001, "video_token_id": 1002, "vision_start_token_id": 1003, "vision_end_token_id": 1004,
 "tie_word_embeddings": true,
 "text_config": {"vocab_size": 1024, "hidden_size": 512, "intermediate_size": 1536, "num_hidden_layers": 28, "num_attention_heads": 8,
  "num_key_value_heads": 4, "head_dim": 64, "max_position_embeddings": 262144, "rms_norm_eps": 1e-6, "tie_word_embeddings": true,
  "rope_parameters": {"rope_type": "default", "rope_theta": 5000000.0, "mrope_section": [12, 10, 10], "mrope_interleaved": true}},
 "vision_config": {"depth": 2, "hidden_size": 64, "intermediate_size": 128, "num_heads": 2, "patch_size": 16, "spatial_merge_size": 2,
  "temporal_patch_size": 2, "in_channels": 3, "out_hidden_size": 512, "num_position_embeddings": 64, "deepstack_visual_indexes": [0],
  "hidden_act": "gelu_pytorch_tanh"}
}"#;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, tokens, way] = &arguments[..]
        && first == STEP
    {
        return step(tokens.parse()?, way == "again");
    }
    let lengths = if arguments.is_empty() {
        ["256", "512", "1024", "2048"].map(str::to_owned).to_vec()
    } else {
        arguments
    };
    println!("| tokens | kept, MB | seconds | computed again, MB | seconds |");
    println!("|---:|---:|---:|---:|---:|");
    for tokens in lengths {
        let [kept, again] = ["kept", "again"].map(|way| child(&tokens, way));
        println!("| {tokens} | {} | {} |", kept?, again?);
    }
    Ok(())
}

fn child(tokens: &str, way: &str) -> Result<String> {
    let output = Command::new(std::env::current_exe()?)
        .args([STEP, tokens, way])
        .output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn step(tokens: u32, again: bool) -> Result<()> {
    let place = tempfile::tempdir()?;
    let path = place.path().join("config.json");
    std::fs::write(&path, CONFIG)?;
    let device = Device::default();
    device.seed(1);
    let model = QwenVlConfig::read(&path)?.init(&device);
    let targets = [
        "q_proj",
        "k_proj",
        "v_proj",
        "o_proj",
        "gate_proj",
        "up_proj",
        "down_proj",
    ];
    let config = AdapterConfig {
        rank: 8,
        alpha: 16.0,
        dropout: 0.0,
        targets: targets.map(str::to_owned).to_vec(),
    };
    let adapter = model.new_adapter(config, &device)?.train();
    let mut used = AdapterUse::training(&adapter);
    if again {
        used = used.recomputing(1);
    }
    // The weights are made when they are first used.
    let pass = |tokens: u32, used: AdapterUse| -> Result<_> {
        let sequence = TokenSequence {
            tokens: (0..tokens).map(|index| index * 7 % 900).collect(),
            visuals: Vec::new(),
        };
        let embedded = model.embed(&sequence, Some(used), 0)?;
        Ok(model.states(embedded, None, Some(used)))
    };
    pass(8, AdapterUse::fixed(&adapter.valid()))?;
    let before = peak()?;
    let start = Instant::now();
    let loss = pass(tokens, used)?.powf_scalar(2.0).mean();
    let gradients = loss.backward();
    let first = adapter.matrices("decoder.blocks.0.attention.query");
    let [_, up] = first.context("the adapter adds to every projection")?;
    up.grad(&gradients)
        .context("the first block has a gradient")?;
    let seconds = start.elapsed().as_secs_f64();
    println!("{:.0} | {seconds:.1}", peak()? - before);
    Ok(())
}

/// Megabytes that the process had in memory at most.
fn peak() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    let kilobytes: f64 = kilobytes.context("no peak is known here")?.parse()?;
    Ok(kilobytes / 1024.0)
}
