//! Time to build a drive of the three-dimensional world and to draw its pictures, on one thread.
//!
//! `cargo bench -p tubelet-datasets --bench driving_world_speed -- [width] [clips]`
#![expect(clippy::print_stdout, reason = "a bench prints its numbers")]

use std::time::Instant;

use tubelet_datasets::{DatasetError, DrivingWorldConfig, driving_clip};
use tubelet_geometry::FrameSize;

fn main() -> Result<(), DatasetError> {
    let numbers: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse().ok())
        .collect();
    let width = numbers.first().copied().unwrap_or(256);
    let clips = numbers.get(1).copied().unwrap_or(30).max(1);
    let config = DrivingWorldConfig {
        size: FrameSize::new(width, width * 9 / 16),
        ..DrivingWorldConfig::default()
    };
    let (mut building, mut drawing, mut pictures) = (0.0, 0.0, 0);
    for seed in 0..clips as u64 {
        let started = Instant::now();
        let clip = driving_clip(seed, &config)?;
        building += started.elapsed().as_secs_f64();
        let started = Instant::now();
        for step in clip.steps() {
            pictures += std::hint::black_box(step?).pictures.len();
        }
        drawing += started.elapsed().as_secs_f64();
    }
    let per_picture = 1e3 / pictures.max(1) as f64;
    println!(
        "{clips} clips of {} steps, six cameras of {}, one thread: a clip is built in {:.1} ms, a picture drawn in {:.2} ms; {:.0} pictures per second, building included",
        config.steps,
        config.size,
        building * 1e3 / clips as f64,
        drawing * per_picture,
        pictures as f64 / (building + drawing)
    );
    Ok(())
}
