//! Decoding speed beside `ffmpeg` on the same clips, in one run.
//!
//! In: paths of MP4 files with H.264. Out: a table on the terminal. Run it with
//! `cargo run --release -p tubelet-video --example versus_ffmpeg -- clip.mp4 …`.
//!
//! Every number is the median of three runs. `CPU` columns count processor time, which other programs on the machine
//! disturb less; ratios above 1 mean that this crate is faster. `ffmpeg` decodes to nowhere (`-f null`), this crate to
//! planes that are dropped.
#![expect(clippy::print_stdout, reason = "a program for people at a terminal")]

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use tubelet_video::{Frame, ObjectDrawing, OverlayStyle, VideoSource, VideoWriter, WriteOptions};

/// Seconds of a run.
#[derive(Clone, Copy)]
struct Cost {
    wall: f64,
    cpu: f64,
}

fn main() -> Result<()> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        bail!("give the paths of MP4 files");
    }
    println!("frames per second, and ratios to ffmpeg's processor time");
    println!(
        "{:<24} {:>6} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "clip", "frames", "planes", "RGB", "ffmpeg 1", "ffmpeg 2", "CPU here", "CPU ffmp.", "ratio"
    );
    for file in &files {
        let file = Path::new(file);
        let frames = VideoSource::open(file)?.info().frame_count.unwrap_or(0);
        let planes = median(|| decode_planes(file))?;
        let rgb = median(|| decode_rgb(file))?;
        let one = median(|| decode_with_ffmpeg(file, "1"))?;
        let two = median(|| decode_with_ffmpeg(file, "2"))?;
        let rate = |seconds: f64| frames as f64 / seconds;
        println!(
            "{:<24} {frames:>6} {:>9.0} {:>9.0} {:>9.0} {:>9.0} {:>9.0} {:>9.0} {:>9.2}",
            file.file_name().unwrap_or_default().to_string_lossy(),
            rate(planes.wall),
            rate(rgb.wall),
            rate(one.wall),
            rate(two.wall),
            rate(planes.cpu),
            rate(one.cpu),
            one.cpu / planes.cpu,
        );
    }
    if let Some(file) = files.first() {
        write_overlay(Path::new(file))?;
    }
    Ok(())
}

/// The run of median wall time among three.
fn median(mut run: impl FnMut() -> Result<Cost>) -> Result<Cost> {
    let mut costs = [run()?, run()?, run()?];
    costs.sort_by(|left, right| left.wall.total_cmp(&right.wall));
    Ok(costs[1])
}

/// Processor seconds of this thread so far (Linux).
fn thread_seconds() -> Result<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: f64 = text.split(' ').next().context("empty schedstat")?.parse()?;
    Ok(nanoseconds / 1e9)
}

fn measure(work: impl FnOnce() -> Result<()>) -> Result<Cost> {
    let (start, cpu) = (Instant::now(), thread_seconds()?);
    work()?;
    Ok(Cost {
        wall: start.elapsed().as_secs_f64(),
        cpu: thread_seconds()? - cpu,
    })
}

fn decode_planes(file: &Path) -> Result<Cost> {
    measure(|| {
        let mut source = VideoSource::open(file)?;
        while source.next_planes()?.is_some() {}
        Ok(())
    })
}

fn decode_rgb(file: &Path) -> Result<Cost> {
    measure(|| {
        let mut source = VideoSource::open(file)?;
        while source.next_frame()?.is_some() {}
        Ok(())
    })
}

fn decode_with_ffmpeg(file: &Path, threads: &str) -> Result<Cost> {
    let start = Instant::now();
    let output = Command::new("ffmpeg")
        .args([
            "-nostdin",
            "-hide_banner",
            "-benchmark",
            "-threads",
            threads,
            "-i",
        ])
        .arg(file)
        .args(["-map", "0:v:0", "-f", "null", "-"])
        .output()
        .context("ffmpeg is not installed")?;
    let wall = start.elapsed().as_secs_f64();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let field = |name: &str| -> Result<f64> {
        let start = text
            .rfind(name)
            .with_context(|| format!("no {name} from ffmpeg"))?
            + name.len();
        let digits: String = text[start..]
            .chars()
            .take_while(|letter| letter.is_ascii_digit() || *letter == '.')
            .collect();
        Ok(digits.parse()?)
    };
    Ok(Cost {
        wall,
        cpu: field("utime=")? + field("stime=")?,
    })
}

/// Speed of drawing an object on frames and of encoding them.
fn write_overlay(file: &Path) -> Result<()> {
    let mut source = VideoSource::open(file)?;
    let frames: Vec<Frame> = source.by_ref().take(60).collect::<Result<_, _>>()?;
    let size = source.info().size;
    let mut mask = tubelet_geometry::Mask::new(size);
    let disk = (size.height / 4) as f32;
    for y in 0..size.height {
        for x in 0..size.width {
            let center =
                tubelet_geometry::Point::new(size.width as f32 / 2.0, size.height as f32 / 2.0);
            if tubelet_geometry::Point::pixel_center(x, y).distance(center) < disk {
                mask.set(x, y, true);
            }
        }
    }
    let object = ObjectDrawing {
        mask: Some(&mask),
        label: Some("object 1"),
        color: [255, 64, 64],
        ..Default::default()
    };
    let path = std::env::temp_dir().join("tubelet-versus.mp4");
    let mut drawn = frames.clone();
    let drawing = measure(|| {
        for frame in &mut drawn {
            frame.draw_object(&object, OverlayStyle::default())?;
        }
        Ok(())
    })?;
    let encoding = measure(|| {
        let mut writer = VideoWriter::create(&path, size, WriteOptions::default())?;
        for frame in &drawn {
            writer.write(frame)?;
        }
        Ok(writer.finish()?)
    })?;
    println!(
        "overlay {size}: drawing {:.0}, encoding {:.0} frames per second of processor time, {:.0} kB per frame",
        drawn.len() as f64 / drawing.cpu,
        drawn.len() as f64 / encoding.cpu,
        std::fs::metadata(&path)?.len() as f64 / drawn.len() as f64 / 1000.0
    );
    std::fs::remove_file(&path)?;
    Ok(())
}
