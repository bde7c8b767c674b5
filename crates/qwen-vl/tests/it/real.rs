//! Real clips and pictures against transformers' Qwen3VLProcessor: frames, grids, token ids, and what is kept of the pixel values.
//!
//! `fixtures/qwen_vl/real.py` wrote the numbers; the clips and pictures are not stored here, and the tests say so where they are
//! not found.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;
use tubelet_qwen_vl::{Part, Picture, Processor, QwenVlConfig, TokenSequence, Visual};

use crate::golden::folder;

/// Largest difference of pixel values that passes: they are kept with six digits.
const TOLERANCE: f64 = 1e-5;

/// The folder of real data, or a printed reason why the test is skipped.
#[expect(clippy::print_stdout, reason = "says why nothing was compared")]
fn shared_data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let root = std::env::var_os("TUBELET_SHARED").map_or(beside, PathBuf::from);
    let data = root.join("data");
    if !data.is_dir() {
        println!(
            "skipped: {} is missing (set TUBELET_SHARED)",
            data.display()
        );
        return None;
    }
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        println!("skipped: ffmpeg, which decodes for both sides, is not installed");
        return None;
    }
    Some(data)
}

fn cases() -> Value {
    let text = fs::read_to_string(folder().join("real_cases.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The tiny folder's words with the settings of the cases.
fn processor(cases: &Value) -> Processor {
    let (place, model) = (tempfile::tempdir().unwrap(), folder().join("model"));
    for name in [
        "tokenizer.json",
        "tokenizer_config.json",
        "chat_template.jinja",
    ] {
        fs::copy(model.join(name), place.path().join(name)).unwrap();
    }
    let write = |name: &str, value: &Value| {
        fs::write(place.path().join(name), value.to_string()).unwrap();
    };
    write("preprocessor_config.json", &cases["image_settings"]);
    write("video_preprocessor_config.json", &cases["video_settings"]);
    let config = fs::read_to_string(model.join("config.json")).unwrap();
    let mut config: Value = serde_json::from_str(&config).unwrap();
    config["vision_config"]["patch_size"] = cases["image_settings"]["patch_size"].clone();
    write("config.json", &config);
    let config = QwenVlConfig::read(&place.path().join("config.json")).unwrap();
    Processor::load(place.path(), &config).unwrap()
}

/// Calls with every named frame of a file, RGB; `size` is width and height.
fn decode(file: &Path, size: [usize; 2], indices: &[usize], mut each: impl FnMut(Picture)) {
    let mut process = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(file)
        .args(["-fps_mode", "passthrough", "-pix_fmt", "rgb24"])
        .args(["-f", "rawvideo", "-"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = process.stdout.take().unwrap();
    let [width, height] = size;
    let mut pixels = vec![0; width * height * 3];
    let last = *indices.last().unwrap();
    for index in 0..=last {
        output.read_exact(&mut pixels).unwrap();
        if indices.contains(&index) {
            each(Picture {
                pixels: &pixels,
                width,
                height,
            });
        }
    }
    process.kill().unwrap();
    process.wait().unwrap();
}

fn size(case: &Value) -> [usize; 2] {
    ["width", "height"].map(|key| case[key].as_u64().unwrap() as usize)
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().unwrap();
    list.iter().map(|number| number.as_f64().unwrap()).collect()
}

/// Compares with a case; returns the largest difference of the pixel values that are kept.
fn check(case: &Value, sequence: &TokenSequence, visual: &Visual) -> f64 {
    let name = &case["file"];
    let grid = [visual.grid.frames, visual.grid.rows, visual.grid.columns];
    assert_eq!(
        grid.map(|size| size as f64)[..],
        numbers(&case["grid"]),
        "{name}"
    );
    let tokens: Vec<f64> = sequence
        .tokens
        .iter()
        .map(|token| f64::from(*token))
        .collect();
    assert_eq!(tokens, numbers(&case["tokens"]), "{name}");
    let count = visual.patches.len();
    assert_eq!(count as f64, case["count"].as_f64().unwrap(), "{name}");
    let values = || visual.patches.iter().map(|value| f64::from(*value));
    let mean = values().sum::<f64>() / count as f64;
    let squares = values().map(|value| (value - mean).powi(2)).sum::<f64>();
    for (found, key) in [(mean, "mean"), ((squares / count as f64).sqrt(), "spread")] {
        let expected = case[key].as_f64().unwrap();
        assert!(
            (found - expected).abs() <= TOLERANCE,
            "{name}: {key} {found}, expected {expected}"
        );
    }
    let expected = numbers(&case["values"]);
    let step = count / expected.len();
    let mut largest: f64 = 0.0;
    for (found, expected) in values().step_by(step).zip(expected) {
        largest = largest.max((found - expected).abs());
    }
    assert!(largest <= TOLERANCE, "{name}: values differ by {largest}");
    largest
}

#[test]
#[expect(clippy::print_stdout, reason = "says how near the values are")]
fn real_clips_become_the_same_frames_patches_and_tokens() {
    let Some(data) = shared_data() else { return };
    let cases = cases();
    let processor = processor(&cases);
    let question = cases["question"].as_str().unwrap();
    for case in cases["clips"].as_array().unwrap() {
        let file = case["file"].as_str().unwrap();
        let total = case["total"].as_u64().unwrap() as usize;
        let fps = case["fps"].as_f64().unwrap();
        let indices = processor.frame_indices(total, fps).unwrap();
        let chosen: Vec<f64> = indices.iter().map(|index| *index as f64).collect();
        assert_eq!(chosen, numbers(&case["indices"]), "{file}");
        let size = size(case);
        let mut seen = processor.video(indices.len(), size).unwrap();
        let mut times = indices.iter().map(|index| *index as f64 / fps);
        decode(&data.join(file), size, &indices, |frame| {
            seen.push(frame, times.next().unwrap()).unwrap();
        });
        let text = format!("<|vision_start|><|video_pad|><|vision_end|>{question}");
        let shown = vec![Part::Video(seen.finish().unwrap())];
        let sequence = processor.with_visuals(&text, shown).unwrap();
        let most = check(case, &sequence, &sequence.visuals[0]);
        println!("{file}: values within {most:.1e}");
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "says how near the values are")]
fn real_pictures_have_the_same_grids_tokens_and_values() {
    let Some(data) = shared_data() else { return };
    let cases = cases();
    let processor = processor(&cases);
    let question = cases["question"].as_str().unwrap();
    for case in cases["pictures"].as_array().unwrap() {
        let file = case["file"].as_str().unwrap();
        let mut shown = Vec::new();
        decode(&data.join(file), size(case), &[0], |picture| {
            shown.push(Part::Image(processor.image(picture).unwrap()));
        });
        let text = format!("<|vision_start|><|image_pad|><|vision_end|>{question}");
        let sequence = processor.with_visuals(&text, shown).unwrap();
        let most = check(case, &sequence, &sequence.visuals[0]);
        println!("{file}: values within {most:.1e}");
    }
}
