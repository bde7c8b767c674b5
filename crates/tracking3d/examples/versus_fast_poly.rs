//! Frames a second, and whether the tracks are those of the public implementation.
//!
//! In: a folder that `fixtures/tracking3d/fast_poly.py --output FOLDER` wrote, of any scale, and the frames a second that
//! it printed. Out: one line. Run:
//! `cargo run --release -p tubelet-tracking3d --example versus_fast_poly -- FOLDER [FRAMES_PER_SECOND]`.
#![expect(clippy::print_stdout, reason = "a program for people at a terminal")]

#[path = "../tests/it/recording.rs"]
mod recording;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tubelet_tracking3d::{Tracker, TrackerConfig, VelocityInput};

/// Times that everything is played; the fastest counts.
const TIMES: usize = 5;
/// Largest difference of a centre, in metres, that counts as the same.
const TOLERANCE: f64 = 1e-6;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder: PathBuf = arguments.next().context("which folder?")?.into();
    let reference: Option<f64> = arguments.next().map(|it| it.parse()).transpose()?;
    let scenes = recording::detections(&folder)?;
    let wanted = recording::tracks(&folder, "default")?;
    let mut tracker = Tracker::new(TrackerConfig::nu_scenes(VelocityInput::Measured))?;
    let (mut frames, mut boxes, mut same) = (0, 0, 0);
    let mut fastest = Duration::MAX;
    for _ in 0..TIMES {
        (frames, boxes, same) = (0, 0, 0);
        let mut spent = Duration::ZERO;
        for (scene, its) in &scenes {
            tracker.reset();
            let last = its.keys().max().copied().unwrap_or_default();
            for frame in 0..=last {
                let found = its.get(&frame).map_or(&[][..], Vec::as_slice);
                let start = Instant::now();
                let tracked = tracker.step(frame as f64, found)?;
                spent += start.elapsed();
                let frame_wanted = wanted.get(scene).and_then(|scene| scene.get(&frame));
                let pairs = tracked.iter().zip(frame_wanted.into_iter().flatten());
                let center = |it: &tubelet_tracking3d::TrackedBox| it.bounds.pose.translation();
                same += pairs
                    .filter(|(own, other)| own.track == other.track)
                    .filter(|(own, other)| center(own).distance(center(other)) < TOLERANCE)
                    .count();
                boxes += tracked.len();
                frames += 1;
            }
        }
        fastest = fastest.min(spent);
    }
    let speed = frames as f64 / fastest.as_secs_f64();
    print!("{frames} frames, {boxes} boxes ({same} as the reference), {speed:.0} frames a second");
    match reference {
        Some(reference) => println!(", {:.0} times the reference", speed / reference),
        None => println!(),
    }
    Ok(())
}
