//! Time to build a clip of the procedural world and to draw its frames, on one thread.
//!
//! `cargo bench -p tubelet-datasets --bench world_speed -- [side] [clips]`
#![expect(clippy::print_stdout, reason = "a bench prints its numbers")]

use std::time::Instant;

use tubelet_datasets::{DatasetError, World, WorldConfig};

fn main() -> Result<(), DatasetError> {
    let numbers: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse().ok())
        .collect();
    let side = numbers.first().copied().unwrap_or(256);
    let clips = numbers.get(1).copied().unwrap_or(60).max(1);
    let mut builds = Vec::with_capacity(clips);
    let mut frames = Vec::with_capacity(clips * 8);
    for seed in 0..clips as u64 {
        let started = Instant::now();
        let world = World::new(WorldConfig::training(side), seed)?;
        builds.push(started.elapsed().as_secs_f64() * 1e3);
        for index in 0..world.config().frames {
            let started = Instant::now();
            std::hint::black_box(world.frame(index));
            frames.push(started.elapsed().as_secs_f64() * 1e3);
        }
    }
    let total: f64 = builds.iter().chain(&frames).sum();
    println!("{clips} clips of 8 frames, {side}x{side}, one thread, milliseconds");
    print_line("build a clip", &mut builds);
    print_line("draw a frame", &mut frames);
    println!(
        "a frame, building included: mean {:.2}",
        total / frames.len() as f64
    );
    Ok(())
}

fn print_line(what: &str, times: &mut [f64]) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| {
        times
            .get((share * (times.len() - 1) as f64) as usize)
            .copied()
            .unwrap_or(0.0)
    };
    let mean = times.iter().sum::<f64>() / times.len().max(1) as f64;
    println!(
        "{what}: median {:.2}, mean {mean:.2}, 95th percentile {:.2}",
        at(0.5),
        at(0.95)
    );
}
