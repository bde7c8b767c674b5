//! Pictures turned and mirrored as their track asks, beside `ffmpeg`.

use std::fs;
use std::path::Path;

use tubelet_geometry::FrameSize;
use tubelet_video::{OpenOptions, Rotation, VideoSource};

use crate::outside::{RawFrames, ffmpeg, has_ffmpeg, make};

/// Compares the first frame with that of `ffmpeg`, which turns and mirrors it too.
fn is_shown_as_by_ffmpeg(path: &Path, rotation: Rotation) {
    let mut source = VideoSource::open(path).unwrap();
    let size = rotation.turned_size(FrameSize::new(162, 90));
    assert_eq!(
        (source.info().rotation, source.info().size),
        (rotation, size)
    );
    let frame = source.next_frame().unwrap().unwrap();
    let expected = RawFrames::start(path, &["-pix_fmt", "rgb24"], 162 * 90 * 3)
        .next()
        .unwrap();
    let values = frame.pixels.iter().zip(&expected);
    let differing = values.filter(|(a, b)| a.abs_diff(**b) > 2).count();
    assert!(
        differing * 50 < expected.len(),
        "{rotation:?}: {differing} of {} values",
        expected.len()
    );
}

#[test]
fn pictures_are_mirrored_as_the_track_asks() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // The first is decoded by this crate, the second by the process.
    for encoder in ["libx264", "mpeg4"] {
        let options = ["-c:v", encoder, "-pix_fmt", "yuv420p"];
        let Some(upright) = make(&folder, &format!("{encoder}.mp4"), &options) else {
            continue;
        };
        let bytes = fs::read(upright).unwrap();
        // The matrix stands 40 bytes into the header of the track, row after row.
        let header = bytes.windows(4).position(|kind| kind == b"tkhd").unwrap();
        for (rotation, [a, b, c, d]) in [
            (Rotation::MirroredHorizontally, [-1, 0, 0, 1]),
            (Rotation::MirroredVertically, [1, 0, 0, -1]),
            (Rotation::Transposed, [0, 1, 1, 0]),
            (Rotation::Transversed, [0, -1, -1, 0]),
        ] {
            let mut mirrored = bytes.clone();
            let matrix = [a, b, 0, c, d].map(|it: i32| (it << 16).to_be_bytes());
            mirrored[header + 44..][..20].copy_from_slice(&matrix.concat());
            let path = folder.path().join("mirrored.mp4");
            fs::write(&path, mirrored).unwrap();
            is_shown_as_by_ffmpeg(&path, rotation);
        }
    }
}

#[test]
fn pictures_are_turned_as_the_track_asks() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let Some(upright) = make(
        &folder,
        "upright.mp4",
        &["-c:v", "libx264", "-pix_fmt", "yuv420p"],
    ) else {
        return;
    };
    for degrees in [90, 180, 270] {
        let turned = folder.path().join(format!("turned{degrees}.mp4"));
        let tag = format!("rotate={degrees}");
        ffmpeg(&[
            "-i",
            upright.to_str().unwrap(),
            "-c",
            "copy",
            "-metadata:s:v:0",
            &tag,
            turned.to_str().unwrap(),
        ]);
        let rotation = VideoSource::open(&turned).unwrap().info().rotation;
        if rotation == Rotation::None {
            eprintln!("skipped: this ffmpeg writes no rotation from a tag");
            return;
        }
        assert_eq!(rotation == Rotation::Half, degrees == 180);
        is_shown_as_by_ffmpeg(&turned, rotation);
        let stored = OpenOptions {
            apply_rotation: false,
            ..OpenOptions::default()
        };
        assert_eq!(
            VideoSource::open_with(&turned, stored).unwrap().info().size,
            FrameSize::new(162, 90)
        );
    }
}
