//! Pictures: labels of all depths, and frames.

use std::fs;
use std::path::Path;

use png::{BitDepth, ColorType};
use tubelet_datasets::{Annotation, DeepLabels, LabelEncoding, MotsSequence};
use tubelet_geometry::{FrameSize, RunLength};
use tubelet_video::{Frame, LabelMap, read_image};

use super::repair;
use super::target::Target;

pub(super) fn targets() -> Vec<Target> {
    let indexed = [
        BitDepth::One,
        BitDepth::Two,
        BitDepth::Four,
        BitDepth::Eight,
    ];
    let labels = || indexed.map(|depth| picture(ColorType::Indexed, depth));
    let with_grey = || {
        let mut files = labels().to_vec();
        files.push(picture(ColorType::Grayscale, BitDepth::Eight));
        files
    };
    let deep = || {
        [BitDepth::Sixteen, BitDepth::Eight]
            .map(|depth| picture(ColorType::Grayscale, depth))
            .to_vec()
    };
    let mut frames = vec![
        picture(ColorType::Rgb, BitDepth::Eight),
        picture(ColorType::Rgba, BitDepth::Eight),
        picture(ColorType::Rgb, BitDepth::Sixteen),
        picture(ColorType::GrayscaleAlpha, BitDepth::Eight),
    ];
    frames.extend(with_grey());
    let png = |name, seeds, read: fn(&Path) -> bool| {
        Target::new("pictures", name, seeds, read).repaired(repair::png)
    };
    vec![
        png("map.png", with_grey(), |path| {
            LabelMap::read_png(path).is_ok()
        }),
        png("frame.png", frames, |path| read_image(path, true).is_ok()),
        png("labels.png", with_grey(), |path| {
            use LabelEncoding::{Binary, Objects, ObjectsAndVoid, OneObject};
            let read = |encoding| Annotation::read(path, encoding).is_ok();
            [Binary, ObjectsAndVoid, Objects, OneObject]
                .into_iter()
                .any(read)
        }),
        png("deep.png", deep(), |path| {
            let objects = MotsSequence::read_picture(path).is_ok();
            DeepLabels::read(path).is_ok() && objects
        }),
        Target::new("pictures", "frame.jpg", vec![jpeg()], |path| {
            read_image(path, true).is_ok()
        }),
        Target::new(
            "pictures",
            "code.txt",
            vec![b"9 7 o1".to_vec(), code()],
            read_code,
        ),
    ]
}

/// Width, height and a run-length code.
fn read_code(path: &Path) -> bool {
    let bytes = fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let mut parts = text.splitn(3, ' ');
    let mut side = || parts.next()?.parse().ok();
    let (Some(width), Some(height)) = (side(), side()) else {
        return false;
    };
    let code = RunLength::from_text(
        FrameSize::new(width, height),
        parts.next().unwrap_or_default(),
    );
    let Ok(code) = code else {
        return false;
    };
    let whole: u64 = code.counts().iter().map(|count| u64::from(*count)).sum();
    assert_eq!(whole, code.size().pixel_count() as u64, "{text}");
    assert!(code.bounds().is_none() == code.is_empty(), "{text}");
    assert_eq!(
        RunLength::from_text(code.size(), &code.to_text()).unwrap(),
        code
    );
    if code.size().width.max(code.size().height) < 1 << 12 {
        assert_eq!(RunLength::encode(&code.decode()), code);
    }
    true
}

fn code() -> Vec<u8> {
    let code = RunLength::new(FrameSize::new(9, 7), &[3, 2, 5, 2, 5, 2, 44]).unwrap();
    format!("9 7 {}", code.to_text()).into_bytes()
}

/// A small PNG of a kind, whose samples run through all values.
pub(super) fn picture(color: ColorType, depth: BitDepth) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (width, height) = (9, 5);
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if color == ColorType::Indexed {
        encoder.set_palette((0..768).map(|it| it as u8).collect::<Vec<u8>>());
    }
    let row = (width as usize * color.samples() * depth as usize).div_ceil(8);
    let samples: Vec<u8> = (0..row * height as usize)
        .map(|it| (it * 7 % 4) as u8)
        .collect();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&samples).unwrap();
    writer.finish().unwrap();
    bytes
}

fn jpeg() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jpg");
    let size = FrameSize::new(24, 17);
    let pixels = (0..size.pixel_count() * 3)
        .map(|it| (it * 5) as u8)
        .collect();
    Frame::new(size, pixels)
        .unwrap()
        .write_jpeg(&path, 90)
        .unwrap();
    fs::read(path).unwrap()
}
