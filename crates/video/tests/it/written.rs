//! Videos that the writer wrote are read again: by this crate, by `ffprobe`, with every kind of timing.

use std::path::Path;

use tubelet_geometry::FrameSize;
use tubelet_video::{Frame, VideoSource, VideoWriter, WriteOptions};

use crate::outside::{RawFrames, ffprobe, has_ffmpeg};

/// A smooth picture that moves with time.
pub(crate) fn picture(size: FrameSize, index: usize) -> Frame {
    let mut frame = Frame::filled(size, [0; 3]);
    for (position, pixel) in frame.pixels.chunks_exact_mut(3).enumerate() {
        let (x, y) = (
            position % size.width + 2 * index,
            position / size.width + index,
        );
        let wave = |phase: usize| (127.0 + 100.0 * ((phase as f64) / 11.0).sin()) as u8;
        pixel.copy_from_slice(&[wave(x), wave(y), wave(x + y)]);
    }
    frame
}

/// Writes pictures shown at the given times.
pub(crate) fn write_clip(path: &Path, size: FrameSize, times: &[f64], sync_distance: u32) {
    let mut writer = VideoWriter::create(
        path,
        size,
        WriteOptions {
            quantizer: 20,
            sync_distance,
        },
    )
    .unwrap();
    for (index, &seconds) in times.iter().enumerate() {
        writer
            .write(&picture(size, index).at(index, seconds))
            .unwrap();
    }
    writer.finish().unwrap();
}

fn mean_difference(left: &Frame, right: &Frame) -> f64 {
    let sum: u64 = left
        .pixels
        .iter()
        .zip(&right.pixels)
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / left.pixels.len() as f64
}

#[test]
fn pictures_numbers_and_times_survive() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.mp4");
    let size = FrameSize::new(80, 48);
    let times = [0.25, 0.3, 0.5, 0.75, 2.0, 2.04];
    write_clip(&path, size, &times, 3);
    let mut source = VideoSource::open(&path).unwrap();
    assert_eq!(
        (source.info().size, source.info().frame_count),
        (size, Some(6))
    );
    for (index, seconds) in times.into_iter().enumerate() {
        let frame = source.next_frame().unwrap().unwrap();
        assert_eq!(frame.index, index);
        assert!(
            (frame.seconds - seconds).abs() < 1e-4,
            "{} and {seconds}",
            frame.seconds
        );
        assert!(mean_difference(&frame, &picture(size, index)) < 4.0);
    }
    assert!(source.next_frame().unwrap().is_none());
}

#[test]
fn what_a_killed_writer_leaves_can_be_played_up_to_its_last_sync_picture() {
    let folder = tempfile::tempdir().unwrap();
    let size = FrameSize::new(80, 48);
    let times = [0.25, 0.3, 0.5, 0.75, 2.0, 2.04, 2.5, 2.6, 2.7, 2.8];
    let whole = folder.path().join("whole.mp4");
    write_clip(&whole, size, &times, 4);
    let options = WriteOptions {
        quantizer: 20,
        sync_distance: 4,
    };
    let left = folder.path().join("left.mp4.partial");
    let mut writer = VideoWriter::create(folder.path().join("left.mp4"), size, options).unwrap();
    for (index, seconds) in times.into_iter().enumerate() {
        let frame = picture(size, index).at(index, seconds);
        writer.write(&frame).unwrap();
    }
    // A killed program runs no destructor.
    std::mem::forget(writer);
    let mut whole = VideoSource::open(&whole).unwrap();
    let mut cut = VideoSource::open(&left).unwrap();
    assert_eq!(cut.info().frame_count, Some(8));
    for _ in 0..8 {
        let frame = cut.next_frame().unwrap().unwrap();
        assert_eq!(frame, whole.next_frame().unwrap().unwrap());
    }
    assert!(cut.next_frame().unwrap().is_none());
    if has_ffmpeg() {
        let listed = ffprobe(&left, "frame=pts_time");
        let found = listed
            .lines()
            .map(|line| line.trim_start_matches("pts_time="));
        let found: Vec<f64> = found.map(|time| time.parse().unwrap()).collect();
        assert_eq!(found.len(), 8);
        for (found, expected) in found.into_iter().zip(times) {
            assert!((found - expected).abs() < 1e-4, "{found} and {expected}");
        }
    }
}

#[test]
fn odd_sizes_grow_to_even_ones() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.mp4");
    write_clip(&path, FrameSize::new(33, 17), &[0.0, 0.1], 10);
    assert_eq!(
        VideoSource::open(&path).unwrap().info().size,
        FrameSize::new(34, 18)
    );
}

#[test]
fn ffmpeg_reads_the_same_planes_times_and_colours() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.mp4");
    let size = FrameSize::new(178, 100);
    let times = [0.5, 0.6, 0.8, 0.9, 1.5, 1.6, 1.7];
    write_clip(&path, size, &times, 4);
    let stream = ffprobe(
        &path,
        "stream=codec_name,pix_fmt,color_range,color_space,color_primaries,has_b_frames",
    );
    for line in [
        "codec_name=h264",
        "pix_fmt=yuv420p",
        "color_range=tv",
        "color_space=bt709",
        "has_b_frames=0",
    ] {
        assert!(
            stream.lines().any(|found| found == line),
            "{line} in {stream}"
        );
    }
    let listed = ffprobe(&path, "frame=pts_time");
    for (line, expected) in listed.lines().zip(times) {
        let found: f64 = line.trim_start_matches("pts_time=").parse().unwrap();
        assert!((found - expected).abs() < 1e-4, "{found} and {expected}");
    }
    assert_eq!(listed.lines().count(), times.len());
    let mut source = VideoSource::open(&path).unwrap();
    for expected in RawFrames::start(&path, &["-pix_fmt", "yuv420p"], size.pixel_count() * 3 / 2) {
        let planes = source.next_planes().unwrap().unwrap().planes;
        assert!([planes.luma, planes.blue, planes.red].concat() == expected);
    }
    assert!(source.next_planes().unwrap().is_none());
}

#[test]
fn every_seek_gives_the_frame_that_reading_in_order_gives() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.mp4");
    let times: Vec<f64> = (0..25).map(|index| f64::from(index) / 10.0).collect();
    write_clip(&path, FrameSize::new(64, 48), &times, 7);
    let mut source = VideoSource::open(&path).unwrap();
    let frames: Vec<Frame> = source.by_ref().map(Result::unwrap).collect();
    assert_eq!(frames.len(), 25);
    for target in [24, 0, 13, 14, 12, 6, 7, 8, 20, 3] {
        source.seek(target).unwrap();
        assert_eq!(source.next_index(), target);
        assert_eq!(source.next_frame().unwrap().unwrap(), frames[target]);
    }
    assert!(source.seek(25).is_err());
}
