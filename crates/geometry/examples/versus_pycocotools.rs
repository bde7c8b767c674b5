//! Times run-length codes against pycocotools, and the other hot paths of masks alone.
//!
//! In: a Python with NumPy and pycocotools. Out: microseconds of the quickest of 200 runs, on one thread, for a ragged
//! disk that fills a fifth of a frame of 854 × 480.
//!
//! `cargo run --release -p tubelet-geometry --example versus_pycocotools -- [PYTHON]`
#![expect(clippy::print_stdout, reason = "a program that prints its measurement")]
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark may stop on what goes wrong"
)]

use std::hint::black_box;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde::Deserialize;
use tubelet_geometry::{Connectivity, Disk, FrameSize, Mask, RunLength};

const SIZE: FrameSize = FrameSize::new(854, 480);
const REPETITIONS: usize = 200;

#[derive(Deserialize)]
struct Reference {
    text: String,
    encode: f64,
    decode: f64,
    iou: f64,
}

fn main() {
    let python = std::env::args().nth(1).unwrap_or_else(|| "python3".into());
    let mask = ragged_disk();
    let bytes = mask.to_bytes();
    let code = RunLength::encode(&mask);
    let theirs = reference(&python, &bytes);
    assert_eq!(theirs.text, code.to_text(), "different codes");

    println!("µs                tubelet  pycocotools   ratio");
    let compare = |name: &str, ours: f64, theirs: f64| {
        println!("{name:16} {ours:8.1} {theirs:12.1} {:7.1}", theirs / ours);
    };
    let encode = quickest(|| RunLength::encode(black_box(&mask)).to_text());
    compare("encode", encode, theirs.encode);
    let decode = quickest(|| {
        RunLength::from_text(SIZE, black_box(&theirs.text))
            .unwrap()
            .decode()
    });
    compare("decode", decode, theirs.decode);
    let text = || RunLength::from_text(SIZE, black_box(&theirs.text)).unwrap();
    compare(
        "overlap",
        quickest(|| text().iou(&text()).unwrap()),
        theirs.iou,
    );

    let logits: Vec<f32> = bytes.iter().map(|&byte| f32::from(byte) - 0.5).collect();
    let boundary = mask.boundary();
    let disk = Disk::new(8);
    let alone = |name: &str, time: f64| println!("{name:16} {time:8.1}");
    alone(
        "from bytes",
        quickest(|| Mask::from_bytes(SIZE, black_box(&bytes)).unwrap()),
    );
    alone(
        "from logits",
        quickest(|| Mask::from_logits(SIZE, black_box(&logits)).unwrap()),
    );
    alone(
        "overlap of bits",
        quickest(|| mask.iou(black_box(&boundary))),
    );
    alone("boundary", quickest(|| black_box(&mask).boundary()));
    alone(
        "dilate by 8",
        quickest(|| black_box(&boundary).dilate(&disk)),
    );
    alone(
        "components",
        quickest(|| black_box(&mask).components(Connectivity::Eight)),
    );
    alone(
        "outlines",
        quickest(|| black_box(&mask).outlines(Connectivity::Eight)),
    );
    let filled = || {
        let mut mask = mask.clone();
        mask.fill_holes(8);
        mask
    };
    alone("fill holes", quickest(filled));
    let larger = FrameSize::new(1280, 720);
    alone(
        "resize to 720p",
        quickest(|| black_box(&mask).resize_nearest(larger)),
    );
}

fn ragged_disk() -> Mask {
    let mut mask = Mask::new(SIZE);
    for y in 0..SIZE.height {
        for x in 0..SIZE.width {
            let (dx, dy) = (x as f64 - 400.0, y as f64 - 240.0);
            let angle = dy.atan2(dx);
            let radius = 150.0 + 25.0 * (9.0 * angle).sin() + 6.0 * (37.0 * angle).sin();
            mask.set(x, y, dx.hypot(dy) < radius);
        }
    }
    mask
}

fn reference(python: &str, bytes: &[u8]) -> Reference {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/geometry/run_length_speed.py"
    );
    let mut child = Command::new(python)
        .args([script, &SIZE.width.to_string(), &SIZE.height.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap()
}

/// Microseconds of the quickest run.
fn quickest<T>(action: impl Fn() -> T) -> f64 {
    let run = |_| {
        let start = Instant::now();
        black_box(action());
        start.elapsed().as_secs_f64() * 1e6
    };
    (0..REPETITIONS).map(run).fold(f64::INFINITY, f64::min)
}
