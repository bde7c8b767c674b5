//! Broken, wrong and hostile files give a named error, and never a panic.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tubelet_geometry::FrameSize;
use tubelet_video::{OpenOptions, VideoError, VideoSource};

use crate::outside::{ffmpeg, has_ffmpeg};
use crate::written::write_clip;

/// Without the `ffmpeg` process, so that the outcome is the same on every machine.
const ALONE: OpenOptions = OpenOptions {
    apply_rotation: true,
    allow_ffmpeg: false,
};

fn clip(folder: &TempDir, name: &str) -> PathBuf {
    let path = folder.path().join(name);
    let times: Vec<f64> = (0..12).map(|index| f64::from(index) / 10.0).collect();
    write_clip(&path, FrameSize::new(64, 48), &times, 5);
    path
}

fn error_of(path: &Path) -> VideoError {
    match VideoSource::open_with(path, ALONE) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

fn write(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn every_kind_of_wrong_input_has_its_own_error_and_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.mp4");
    let empty = write(&folder, "empty.mp4", b"");
    let text = write(&folder, "notes.mp4", b"these are notes, not a video\n");
    let page = write(&folder, "page.mp4", b"<!DOCTYPE html><html>404</html>");
    let noise = write(&folder, "noise.mp4", &[0xc3, 0x28, 0x99, 0x01].repeat(100));
    let wav = write(&folder, "sound.mp4", b"RIFF\x24\0\0\0WAVEfmt ");
    let webm = write(&folder, "clip.webm", b"\x1a\x45\xdf\xa3 and so on");
    let picture = folder.path().join("picture.mp4");
    tubelet_video::Frame::filled(FrameSize::new(4, 4), [1; 3])
        .write_png(&picture)
        .unwrap();
    let bare = folder.path().join("bare");
    fs::create_dir(&bare).unwrap();
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("a.txt"), b"a").unwrap();
    let torn = write(&folder, "torn.png", b"\x89PNG\r\n\x1a\n\0\0");
    let expected = [
        (missing, "missing.mp4: no such file or folder"),
        (empty, "empty.mp4: the file is empty"),
        (text, "notes.mp4: not a video (found text)"),
        (page, "page.mp4: not a video (found a web page)"),
        (
            noise,
            "noise.mp4: not a video (found unknown data starting with c3 28 99 01 c3 28 99 01)",
        ),
        (wav, "sound.mp4: no video track (found WAV sound)"),
        (
            webm,
            "clip.webm: Matroska or WebM needs the programs `ffmpeg` and `ffprobe`, which were not both found",
        ),
        (
            picture,
            "picture.mp4: named like a video, but the content is a PNG picture",
        ),
        (
            bare,
            "bare: the folder holds no JPEG or PNG files (it is empty)",
        ),
        (
            other,
            "other: the folder holds no JPEG or PNG files (found 1 `.txt` files)",
        ),
        (torn, "torn.png: not a readable picture:"),
    ];
    for (path, message) in expected {
        let error = error_of(&path);
        assert!(error.to_string().contains(message), "{error}");
        assert!(
            error.hint().is_some() || matches!(error, VideoError::Image { .. }),
            "{error}"
        );
    }
}

#[test]
fn frames_before_a_cut_are_delivered_and_the_cut_is_named() {
    let folder = tempfile::tempdir().unwrap();
    // The index is moved to the front, as in files made for streaming.
    let whole = fs::read(clip(&folder, "clip.mp4")).unwrap();
    let index_start = whole.windows(4).rposition(|word| word == b"moov").unwrap() - 4;
    let mut front = whole[index_start..].to_vec();
    let moved_by = front.len() as u64;
    let offsets = front.windows(4).position(|word| word == b"co64").unwrap() + 12;
    let count = u32::from_be_bytes(front[offsets - 4..offsets].try_into().unwrap());
    for offset in front[offsets..].chunks_exact_mut(8).take(count as usize) {
        let moved = u64::from_be_bytes(offset.try_into().unwrap()) + moved_by;
        offset.copy_from_slice(&moved.to_be_bytes());
    }
    let file_type = 32;
    let streamed = [&whole[..file_type], &front, &whole[file_type..index_start]].concat();
    let path = write(&folder, "streamed.mp4", &streamed);
    assert_eq!(
        VideoSource::open_with(&path, ALONE)
            .unwrap()
            .map(Result::unwrap)
            .count(),
        12
    );

    let media = streamed.len() - (streamed.len() - file_type - front.len()) / 2;
    let path = write(&folder, "cut.mp4", &streamed[..media]);
    let mut source = VideoSource::open_with(&path, ALONE).unwrap();
    let mut delivered = 0;
    let error = loop {
        match source.next_frame() {
            Ok(Some(frame)) => {
                assert_eq!(frame.index, delivered);
                delivered += 1;
            }
            Ok(None) => panic!("the cut was not noticed"),
            Err(error) => break error,
        }
    };
    assert!((1..11).contains(&delivered), "{delivered}");
    assert!(
        matches!(error, VideoError::Truncated { frame, .. } if frame == delivered),
        "{error}"
    );
    assert!(
        source.next_frame().unwrap().is_none(),
        "after an error the video has ended"
    );
    source.seek(0).unwrap();
    assert!(
        source.next_frame().unwrap().is_some(),
        "seeking starts again"
    );
}

#[test]
fn a_file_cut_before_its_index_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(clip(&folder, "clip.mp4")).unwrap();
    for share in [3, 2] {
        let path = write(&folder, "cut.mp4", &whole[..whole.len() / share]);
        let error = error_of(&path);
        assert!(matches!(error, VideoError::CutShort { .. }), "{error}");
        assert!(error.to_string().contains("`moov`"), "{error}");
    }
}

#[test]
fn a_damaged_picture_is_named_by_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = fs::read(clip(&folder, "clip.mp4")).unwrap();
    // The length in front of the first unit of the first picture, in the box of the first fragment.
    let media = bytes.windows(4).enumerate();
    let mut media = media.filter_map(|(at, word)| (word == b"mdat").then_some(at + 4));
    let picture = media.nth(1).unwrap();
    bytes[picture..picture + 4].copy_from_slice(&[0x7f; 4]);
    let path = write(&folder, "damaged.mp4", &bytes);
    let error = VideoSource::open_with(&path, ALONE)
        .unwrap()
        .next_frame()
        .unwrap_err();
    assert!(
        matches!(error, VideoError::Decode { frame: 0, .. }),
        "{error}"
    );
}

#[test]
fn sound_alone_is_named() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sound.mp4");
    ffmpeg(&[
        "-f",
        "lavfi",
        "-i",
        "sine=duration=0.2",
        "-c:a",
        "aac",
        path.to_str().unwrap(),
    ]);
    let error = error_of(&path);
    assert_eq!(
        error.to_string(),
        format!("{}: no video track (found sound `mp4a`)", path.display())
    );
}

/// Pseudo-random numbers (Marsaglia's xorshift), the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

fn read_to_the_end(path: &Path) {
    if let Ok(mut source) = VideoSource::open_with(path, ALONE) {
        let mut frames = 0;
        while let Ok(Some(_)) = source.next_planes() {
            frames += 1;
        }
        assert!(frames <= 64, "a clip of 12 frames gave {frames}");
        let _ = source.seek(7).and_then(|()| source.next_planes());
    }
}

#[test]
fn damage_anywhere_never_panics_or_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(clip(&folder, "clip.mp4")).unwrap();
    let index_start = whole.windows(4).rposition(|word| word == b"moov").unwrap();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for round in 0..600 {
        let mut bytes = whole.clone();
        // One third damages the index alone, which is small and read first.
        let (start, end) = if round % 3 == 0 {
            (index_start, bytes.len())
        } else {
            (0, bytes.len())
        };
        for _ in 0..=random.below(6) {
            let position = start + random.below(end - start);
            bytes[position] = match random.below(4) {
                0 => 0,
                1 => 0xff,
                2 => bytes[position] ^ (1 << random.below(8)),
                _ => random.below(256) as u8,
            };
        }
        if random.below(8) == 0 {
            bytes.truncate(random.below(bytes.len()));
        }
        read_to_the_end(&write(&folder, "damaged.mp4", &bytes));
    }
}

#[test]
fn a_coding_tool_that_turns_up_late_is_left_to_ffmpeg_or_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = fs::read(clip(&folder, "clip.mp4")).unwrap();
    // The second sync picture is relabelled as a slice of type SP, which nobody uses.
    let syncs: Vec<usize> = bytes
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| *pair == [0x65, 0x88])
        .map(|(at, _)| at)
        .collect();
    bytes[syncs[1] + 1] = 0x89;
    let path = write(&folder, "late.mp4", &bytes);
    let mut source = VideoSource::open_with(&path, ALONE).unwrap();
    for index in 0..5 {
        assert_eq!(source.next_frame().unwrap().unwrap().index, index);
    }
    let error = source.next_frame().unwrap_err();
    assert!(
        error
            .to_string()
            .contains("SP/SI slices needs the programs `ffmpeg`"),
        "{error}"
    );
    if has_ffmpeg() {
        let mut source = VideoSource::open(&path).unwrap();
        let mut delivered = 0;
        while let Ok(Some(frame)) = source.next_frame() {
            assert_eq!(frame.index, delivered);
            delivered += 1;
        }
        assert!(delivered >= 5, "{delivered}");
        assert!(!source.has_planes());
    }
}
