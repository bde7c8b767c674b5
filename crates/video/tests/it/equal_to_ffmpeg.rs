//! Real clips decode to the planes, times and (within 2) colours that `ffmpeg` gives.

use std::path::Path;

use tubelet_video::VideoSource;

use crate::outside::{RawFrames, clips, ffprobe, has_ffmpeg};

fn compare_planes(file: &Path) {
    let mut source = VideoSource::open(file).unwrap();
    let size = source.info().size;
    let mut expected = RawFrames::start(file, &["-pix_fmt", "yuv420p"], size.pixel_count() * 3 / 2);
    let mut count = 0;
    while let Some(frame) = source.next_planes().unwrap() {
        let planes = frame.planes;
        let bytes = [planes.luma, planes.blue, planes.red].concat();
        assert!(
            expected.next().unwrap() == bytes,
            "{} frame {count}",
            file.display()
        );
        count += 1;
    }
    assert_eq!(Some(count), source.info().frame_count);
    assert!(
        expected.next().is_none(),
        "{}: ffmpeg has more than {count} frames",
        file.display()
    );
}

fn compare_folder(folder: &str) {
    if has_ffmpeg() {
        for file in clips(folder) {
            compare_planes(&file);
        }
    }
}

#[test]
fn planes_of_the_short_clips_are_equal() {
    compare_folder("clips");
}

#[test]
fn planes_of_the_vidstg_videos_are_equal() {
    compare_folder("vidstg_videos");
}

#[test]
fn planes_of_the_charades_videos_are_equal() {
    compare_folder("charades_sta/videos");
}

/// Compared with the default flags of `ffmpeg -pix_fmt rgb24`: nearest chroma, no `accurate_rnd`.
#[test]
fn colours_are_within_two() {
    if !has_ffmpeg() {
        return;
    }
    for file in ["clips", "vidstg_videos", "charades_sta/videos"]
        .into_iter()
        .flat_map(clips)
    {
        let mut source = VideoSource::open(&file).unwrap();
        let bytes = source.info().size.pixel_count() * 3;
        let expected = RawFrames::start(&file, &["-frames:v", "40", "-pix_fmt", "rgb24"], bytes);
        let mut counts = [0usize; 4];
        for expected in expected {
            let frame = source.next_frame().unwrap().unwrap();
            for (found, expected) in frame.pixels.iter().zip(&expected) {
                counts[usize::from(found.abs_diff(*expected)).min(3)] += 1;
            }
        }
        assert_eq!(
            counts[3],
            0,
            "{}: {counts:?} differ by 0, 1, 2 and more",
            file.display()
        );
    }
}

#[test]
fn times_are_equal() {
    if !has_ffmpeg() {
        return;
    }
    for file in ["clips", "vidstg_videos", "charades_sta/videos"]
        .into_iter()
        .flat_map(clips)
    {
        let source = VideoSource::open(&file).unwrap();
        let listed = ffprobe(&file, "frame=pts_time");
        let expected: Vec<f64> = listed
            .lines()
            .map(|line| line.trim_start_matches("pts_time=").parse().unwrap())
            .collect();
        assert_eq!(source.info().frame_count, Some(expected.len()));
        for (frame, expected) in expected.into_iter().enumerate() {
            let found = source.seconds_of(frame).unwrap();
            assert!(
                (found - expected).abs() < 1e-5,
                "{} frame {frame}: {found} and {expected}",
                file.display()
            );
        }
    }
}
