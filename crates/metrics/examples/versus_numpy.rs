//! Times J and F against NumPy and OpenCV on real results, and compares the values.
//!
//! In: a folder of ground truth and one of results, each with a folder of PNGs per sequence; a Python with NumPy, OpenCV
//! and Pillow. Out: time per frame of both, their ratio, the largest difference of any score. Both run on one thread and
//! are timed without decoding; ours also with packing label maps of bytes into masks of bits.
//!
//! `cargo run --release -p tubelet-metrics --example versus_numpy -- TRUTH RESULTS [PYTHON]`

#[path = "../tests/it/label_image.rs"]
mod label_image;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use label_image::{LabelImage, images};
use serde::Deserialize;
use tubelet_geometry::Mask;
use tubelet_metrics::{
    Davis2016Sequence, DecayPositions, FrameScore, ObjectReport, ReportFold, SeriesStatistics,
};

/// A frame is scored several times, here as there, and its quickest run counts: other programs do not disturb.
const REPETITIONS: usize = 5;

#[derive(Deserialize)]
struct Reference {
    seconds: f64,
    scores: BTreeMap<String, Vec<[f64; 2]>>,
}

#[expect(clippy::print_stdout, reason = "a program that prints its measurement")]
fn main() -> anyhow::Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [truth_root, prediction_root, python @ ..] = arguments.as_slice() else {
        anyhow::bail!("usage: versus TRUTH RESULTS [PYTHON]");
    };
    let names = common_sequences(truth_root, prediction_root)?;
    ensure!(!names.is_empty(), "no sequence is in both folders");

    let python = python
        .first()
        .map_or(Path::new("python3"), PathBuf::as_path);
    let reference = reference(python, [truth_root, prediction_root], &names)?;

    let mut report = ReportFold::default();
    let (mut frames, mut largest_difference) = (0, 0.0_f64);
    let (mut scoring, mut packing) = (Duration::ZERO, Duration::ZERO);
    for name in &names {
        let truth = packed(&images(&truth_root.join(name)), &mut packing);
        let prediction = packed(&images(&prediction_root.join(name)), &mut packing);
        ensure!(
            truth.len() == prediction.len(),
            "{name}: results for other frames"
        );

        let (scores, object) = score(&truth, &prediction, &mut scoring)?;
        report.push(&object);
        let expected = reference
            .scores
            .get(name)
            .context("a sequence without reference")?;
        ensure!(
            expected.len() == scores.len(),
            "{name}: reference for other frames"
        );
        for (score, [region, boundary]) in scores.iter().zip(expected) {
            let difference = (score.region - region)
                .abs()
                .max((score.boundary - boundary).abs());
            largest_difference = largest_difference.max(difference);
        }
        frames += scores.len();
    }
    let report = report.finish()?;

    let per_frame = |seconds: f64| seconds / frames as f64 * 1e6;
    let (ours, theirs) = (scoring.as_secs_f64(), reference.seconds);
    let packed = ours + packing.as_secs_f64();
    println!("{} sequences, {frames} frames", names.len());
    print_statistics("J", report.region);
    print_statistics("F", report.boundary);
    println!("largest difference      {largest_difference:.1e}");
    println!(
        "NumPy and OpenCV        {:9.1} µs per frame",
        per_frame(theirs)
    );
    println!(
        "tubelet                 {:9.1} µs per frame",
        per_frame(ours)
    );
    println!(
        "tubelet with packing    {:9.1} µs per frame",
        per_frame(packed)
    );
    println!(
        "ratio                   {:9.1} ({:.1} with packing)",
        theirs / ours,
        theirs / packed
    );
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a program that prints its measurement")]
fn print_statistics(name: &str, statistics: SeriesStatistics) {
    let SeriesStatistics {
        mean,
        recall,
        decay,
    } = statistics;
    println!("{name}  mean {mean:.4}  recall {recall:.4}  decay {decay:.4}");
}

fn common_sequences(truth_root: &Path, prediction_root: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(truth_root).with_context(|| truth_root.display().to_string())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if prediction_root.join(&name).is_dir() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn reference(python: &Path, roots: [&PathBuf; 2], names: &[String]) -> anyhow::Result<Reference> {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/metrics/davis_scores.py"
    );
    let output = Command::new(python)
        .arg(script)
        .args(roots)
        .args(names)
        .output()?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{} failed: {complaint}",
        python.display()
    );
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Packs label maps into masks of their foregrounds and adds the time it takes.
fn packed(images: &[LabelImage], time: &mut Duration) -> Vec<Mask> {
    let pack = |image: &LabelImage| {
        let (mask, quickest) = quickest(|| image.map().foreground());
        *time += quickest;
        mask
    };
    images.iter().map(pack).collect()
}

/// Scores a sequence and adds the time it takes.
fn score(
    truth: &[Mask],
    prediction: &[Mask],
    time: &mut Duration,
) -> anyhow::Result<(Vec<FrameScore>, ObjectReport)> {
    let size = truth.first().context("a sequence without frames")?.size();
    let mut fold = Davis2016Sequence::new(size, truth.len(), DecayPositions::Exact)?;
    let mut scores = Vec::new();
    for (truth, prediction) in truth.iter().zip(prediction) {
        let (score, quickest) = quickest(|| fold.clone().push(truth, prediction));
        if score?.is_some() {
            *time += quickest;
        }
        scores.extend(fold.push(truth, prediction)?);
    }
    Ok((scores, fold.finish()?))
}

/// What an action gives, and the time of its quickest run.
fn quickest<T>(mut action: impl FnMut() -> T) -> (T, Duration) {
    let mut timed = || {
        let start = Instant::now();
        let result = action();
        (result, start.elapsed())
    };
    let first = timed();
    (1..REPETITIONS).map(|_| timed()).fold(
        first,
        |best, next| if next.1 < best.1 { next } else { best },
    )
}
