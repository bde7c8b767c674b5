//! Peak memory of tracking a long video beside that of a short one: `cargo run --release -p tubelet-session --example long_video`
//! (`-- FRAMES FRAMES` for other lengths than 200 and 2,000).
//!
//! In: nothing; frames of two discs on a moving texture are drawn as they are asked for. Out: the peak of the resident memory
//! of each run, as the operating system counts it, and their ratio. Each run is a process of its own, so that none starts
//! with what another has left.

use std::{
    error::Error,
    io::Write,
    process::{Command as Process, ExitCode},
    sync::Arc,
    time::Instant,
};

use burn::tensor::Device;
use tubelet_geometry::FrameSize;
use tubelet_segmentation::{EmbeddedModel, Segmenter, SegmenterConfig};
use tubelet_session::{
    Click, Command, Event, FrameSource, ObjectId, Place, Propagation, Session, SessionOptions,
};
use tubelet_video::{Frame, VideoError};

type Fallible<T> = Result<T, Box<dyn Error>>;

const SIZE: FrameSize = FrameSize::new(256, 256);
/// The argument that tells a process to be one run.
const RUN: &str = "--run";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let text = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => compare("200", "2000"),
        [short, long] if short != RUN => compare(short, long),
        [RUN, frames] => run(frames),
        _ => Err("usage: long_video [FRAMES FRAMES]".into()),
    };
    match text {
        Ok(text) => {
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(short: &str, long: &str) -> Fallible<String> {
    let (short_peak, short_seconds) = measure(short)?;
    let (long_peak, long_seconds) = measure(long)?;
    Ok(format!(
        "| frames | peak memory, MB | seconds |\n|---:|---:|---:|\n\
         | {short} | {short_peak:.1} | {short_seconds:.1} |\n\
         | {long} | {long_peak:.1} | {long_seconds:.1} |\n\
         \nratio {:.4}\n",
        long_peak / short_peak
    ))
}

/// Peak memory in megabytes and seconds of tracking that many frames.
fn measure(frames: &str) -> Fallible<(f64, f64)> {
    let output = Process::new(std::env::current_exe()?)
        .args([RUN, frames])
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    match (numbers.next(), numbers.next()) {
        (Some(peak), Some(seconds)) => Ok((peak?, seconds?)),
        _ => Err(String::from_utf8_lossy(&output.stderr).into()),
    }
}

/// Tracks two objects from the first frame to the last.
fn run(frames: &str) -> Fallible<String> {
    let frames = frames.parse()?;
    let file = EmbeddedModel::Nano.weights()?;
    let config = SegmenterConfig::of(&file)?;
    let (segmenter, _) = Segmenter::load(&config, &file, &Device::default())?;
    let clip = Box::new(Discs { frames });
    let mut session = Session::new(Arc::new(segmenter), clip, SessionOptions::default())?;
    let start = Instant::now();
    for disc in 0..2 {
        let place = Place {
            object: ObjectId(disc),
            frame: 0,
        };
        let [x, y] = centre(disc, 0);
        let click = Click::include(x, y);
        session
            .apply(Command::AddClicks(place, vec![click]))?
            .try_for_each(|event| event.map(drop))?;
    }
    let mut tracked = 0;
    for event in session.apply(Command::Propagate(Propagation::default()))? {
        if let Event::Tracked(masks) = event? {
            tracked += usize::from(masks.masks.len() == 2);
        }
    }
    if tracked != frames {
        return Err(format!("{tracked} of {frames} frames were tracked").into());
    }
    let seconds = start.elapsed().as_secs_f64();
    Ok(format!("{} {seconds}\n", peak_memory()?))
}

/// Megabytes that the process had in memory at most.
fn peak_memory() -> Fallible<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .ok_or("the system tells no peak memory")?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes / 1024.0)
}

/// Two discs that never leave the frame.
struct Discs {
    frames: usize,
}

impl FrameSource for Discs {
    fn size(&self) -> FrameSize {
        SIZE
    }

    fn frame_count(&self) -> Option<usize> {
        Some(self.frames)
    }

    fn frame(&mut self, index: usize) -> Result<Option<Frame>, VideoError> {
        if index >= self.frames {
            return Ok(None);
        }
        let centres = [centre(0, index), centre(1, index)];
        let mut pixels = Vec::with_capacity(3 * SIZE.pixel_count());
        for y in 0..SIZE.height {
            for x in 0..SIZE.width {
                let inside = |[left, top]: [f32; 2]| {
                    (x as f32 - left).powi(2) + (y as f32 - top).powi(2) < 30.0 * 30.0
                };
                pixels.extend(match centres.map(inside) {
                    [true, _] => [220, 60, 40],
                    [_, true] => [40, 80, 230],
                    _ => [
                        90 + ((x + index) % 32) as u8 * 2,
                        120 + (y % 16) as u8 * 4,
                        90,
                    ],
                });
            }
        }
        Frame::new(SIZE, pixels).map(|frame| Some(frame.at(index, index as f64 / 25.0)))
    }
}

fn centre(disc: u32, frame: usize) -> [f32; 2] {
    let time = frame as f32 * 0.05 + 3.0 * disc as f32;
    [128.0 + 70.0 * time.cos(), 128.0 + 70.0 * (0.7 * time).sin()]
}
