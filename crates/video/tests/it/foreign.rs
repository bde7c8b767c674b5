//! Files that `ffmpeg` made: everything it decodes for us, and MP4 features that our writer does not use.

use std::fs;
use std::path::Path;

use tubelet_video::{Frame, FrameReader, OpenOptions, VideoError, VideoSource};

use crate::outside::{RawFrames, ffmpeg, ffprobe, has_ffmpeg, make};

fn expect_planes(path: &Path) {
    let mut source = VideoSource::open_with(
        path,
        OpenOptions {
            allow_ffmpeg: false,
            ..OpenOptions::default()
        },
    )
    .unwrap();
    let size = source.info().size;
    let mut count = 0;
    for expected in RawFrames::start(path, &["-pix_fmt", "yuv420p"], size.pixel_count() * 3 / 2) {
        let planes = source.next_planes().unwrap().unwrap().planes;
        assert!(
            [planes.luma, planes.blue, planes.red].concat() == expected,
            "{} frame {count}",
            path.display()
        );
        count += 1;
    }
    assert!(source.next_planes().unwrap().is_none());
    assert_eq!(source.info().frame_count, Some(count));
}

fn expect_times(path: &Path) {
    let source = VideoSource::open(path).unwrap();
    for (index, line) in ffprobe(path, "frame=pts_time").lines().enumerate() {
        let expected: f64 = line.trim_start_matches("pts_time=").parse().unwrap();
        let found = source.seconds_of(index).unwrap();
        assert!(
            (found - expected).abs() < 1e-4,
            "{} frame {index}: {found} and {expected}",
            path.display()
        );
    }
}

#[test]
fn constructions_of_x264_and_of_the_muxer_decode_to_equal_planes() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let x264 = |name: &str, options: &[&str]| {
        make(
            &folder,
            name,
            &[&["-c:v", "libx264", "-pix_fmt", "yuv420p"], options].concat(),
        )
    };
    let made = [
        x264("plain.mp4", &[]),
        x264("baseline.mp4", &["-profile:v", "baseline"]),
        x264(
            "open.mp4",
            &[
                "-x264-params",
                "open-gop=1:keyint=8:bframes=3:b-pyramid=normal",
            ],
        ),
        x264("slices.mp4", &["-x264-params", "slices=4:weightp=2:ref=4"]),
        x264(
            "fragments.mp4",
            &["-movflags", "frag_keyframe+empty_moov", "-g", "7"],
        ),
        x264(
            "base.mp4",
            &["-movflags", "frag_keyframe+default_base_moof", "-g", "7"],
        ),
        x264("front.mp4", &["-movflags", "faststart"]),
        x264("quick.mov", &[]),
        x264("negative.mp4", &["-movflags", "negative_cts_offsets"]),
        x264(
            "variable.mp4",
            &["-vf", "setpts='(N+floor(N/3))/10/TB'", "-vsync", "vfr"],
        ),
        x264("mono_fps.mp4", &["-r", "1"]),
        x264("tiny.mp4", &["-s", "16x16"]),
        x264("lossy8.mp4", &["-preset", "veryslow", "-crf", "40"]),
    ];
    for path in made.into_iter().flatten() {
        expect_planes(&path);
        expect_times(&path);
    }
}

#[test]
fn edit_lists_cut_and_shift() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let Some(whole) = make(
        &folder,
        "whole.mp4",
        &["-c:v", "libx264", "-g", "30", "-pix_fmt", "yuv420p"],
    ) else {
        return;
    };
    let cut = folder.path().join("cut.mp4");
    ffmpeg(&[
        "-ss",
        "1.25",
        "-i",
        whole.to_str().unwrap(),
        "-c",
        "copy",
        cut.to_str().unwrap(),
    ]);
    expect_planes(&cut);
    let count = VideoSource::open(&cut).unwrap().info().frame_count.unwrap();
    assert!(count < 30, "frames before the cut are not shown: {count}");
}

#[test]
fn matrix_and_range_follow_the_stream() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, options) in [
        ("bt709.mp4", ["-colorspace", "bt709", "-color_range", "tv"]),
        (
            "bt601.mp4",
            ["-colorspace", "smpte170m", "-color_range", "tv"],
        ),
        (
            "bt2020.mp4",
            ["-colorspace", "bt2020nc", "-color_range", "tv"],
        ),
        (
            "smpte240.mp4",
            ["-colorspace", "smpte240m", "-color_range", "tv"],
        ),
        ("full.mp4", ["-colorspace", "bt709", "-color_range", "pc"]),
    ] {
        let options = [&["-c:v", "libx264", "-pix_fmt", "yuv420p"][..], &options].concat();
        let Some(path) = make(&folder, name, &options) else {
            return;
        };
        let mut source = VideoSource::open(&path).unwrap();
        for expected in RawFrames::start(
            &path,
            &["-pix_fmt", "rgb24", "-frames:v", "5"],
            162 * 90 * 3,
        ) {
            let frame = source.next_frame().unwrap().unwrap();
            let largest = frame
                .pixels
                .iter()
                .zip(&expected)
                .map(|(a, b)| a.abs_diff(*b))
                .max();
            assert!(largest <= Some(2), "{name}: {largest:?}");
        }
    }
}

#[test]
fn other_codecs_come_through_the_process() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let made = [
        make(&folder, "part2.avi", &["-c:v", "mpeg4", "-bf", "2"]),
        make(&folder, "part2.mp4", &["-c:v", "mpeg4"]),
        make(
            &folder,
            "ffv1.mkv",
            &["-c:v", "ffv1", "-pix_fmt", "yuv444p"],
        ),
        make(
            &folder,
            "vp8.webm",
            &["-c:v", "libvpx", "-deadline", "realtime"],
        ),
        make(
            &folder,
            "deep.mp4",
            &["-c:v", "libx264", "-pix_fmt", "yuv420p10le"],
        ),
        make(
            &folder,
            "full_chroma.mp4",
            &["-c:v", "libx264", "-pix_fmt", "yuv444p"],
        ),
        make(
            &folder,
            "interlaced.mp4",
            &[
                "-s",
                "160x96",
                "-c:v",
                "libx264",
                "-flags",
                "+ilme+ildct",
                "-pix_fmt",
                "yuv420p",
            ],
        ),
        make(&folder, "anim.gif", &["-c:v", "gif"]),
    ];
    for path in made.into_iter().flatten() {
        let mut source = VideoSource::open(&path).unwrap();
        assert!(
            source.info().codec.ends_with("(ffmpeg)"),
            "{}",
            source.info().codec
        );
        assert!(matches!(
            source.next_planes(),
            Err(VideoError::NoPlanes { .. })
        ));
        source.seek(0).unwrap();
        let frame_bytes = source.info().size.pixel_count() * 3;
        let expected: Vec<Vec<u8>> =
            RawFrames::start(&path, &["-pix_fmt", "rgb24"], frame_bytes).collect();
        let frames: Vec<Frame> = source.by_ref().map(Result::unwrap).collect();
        assert_eq!(frames.len(), expected.len(), "{}", path.display());
        assert!(
            frames
                .iter()
                .zip(&expected)
                .all(|(frame, expected)| frame.pixels == *expected),
            "{}",
            path.display()
        );
        assert_eq!(source.info().frame_count, Some(frames.len()));
        let mut reader = FrameReader::new(source);
        for index in [frames.len() - 1, 3, 17, 2, 0] {
            assert!(
                reader.frame(index).unwrap() == frames[index],
                "{} frame {index}",
                path.display()
            );
        }
    }
}

#[test]
fn a_url_that_cannot_be_opened_is_an_error() {
    if !has_ffmpeg() {
        return;
    }
    let Err(error) = VideoSource::open("http://127.0.0.1:9/none.mp4") else {
        panic!("it was opened")
    };
    assert!(matches!(error, VideoError::Ffmpeg { .. }), "{error}");
}

#[test]
fn a_broken_foreign_file_names_what_ffmpeg_says() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.mkv");
    fs::write(&path, [&b"\x1a\x45\xdf\xa3"[..], &[0x42; 600]].concat()).unwrap();
    let Err(error) = VideoSource::open(&path) else {
        panic!("it was opened")
    };
    assert!(matches!(error, VideoError::Ffmpeg { .. }), "{error}");
}
