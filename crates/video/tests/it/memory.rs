//! Memory does not grow with the length of a video.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;

use tubelet_geometry::FrameSize;
use tubelet_video::{FrameReader, VideoSource};

use crate::written::write_clip;

const CLIP: &str = "TUBELET_MEMORY_CLIP";

/// Not a test: the work of a child process, whose peak memory the parent reads.
#[test]
#[ignore = "runs in a process of its own, started by the test below"]
fn decode_for_parent() {
    let Some(clip) = std::env::var_os(CLIP) else {
        return;
    };
    let mut source = VideoSource::open(&clip).unwrap();
    let count = source.info().frame_count.unwrap();
    assert_eq!(source.by_ref().map(Result::unwrap).count(), count);
    let mut reader = FrameReader::with_budget(source, 8 << 20);
    for index in (0..count).rev() {
        reader.frame(index).unwrap();
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    eprintln!(
        "{}",
        status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .unwrap()
    );
}

fn peak_kilobytes(clip: &Path) -> f64 {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "memory::decode_for_parent",
            "--ignored",
            "--nocapture",
        ])
        .env(CLIP, clip)
        .output()
        .unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stderr).unwrap();
    let line = text.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn decoding_two_thousand_frames_takes_the_memory_of_two_hundred() {
    let folder = tempfile::tempdir().unwrap();
    let peak_of = |count: usize| {
        let clip = folder.path().join(format!("{count}.mp4"));
        let times: Vec<f64> = (0..count).map(|index| index as f64 / 25.0).collect();
        write_clip(&clip, FrameSize::new(160, 112), &times, 60);
        peak_kilobytes(&clip)
    };
    let (short, long) = (peak_of(200), peak_of(2000));
    eprintln!("peak memory: {short} kB for 200 frames, {long} kB for 2,000");
    assert!(
        long < 1.05 * short,
        "{short} kB for 200 frames, {long} kB for 2,000"
    );
}
