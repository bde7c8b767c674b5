//! Run-length codes against pycocotools; `fixtures/geometry/run_length_vectors.py` makes the vectors.
#![expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]

use serde::Deserialize;
use tubelet_geometry::{BoundingBox, FrameSize, Mask, PixelRect, RunLength};

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
    large: Vec<LargeCase>,
}

/// A filled rectangle.
#[derive(Deserialize)]
struct LargeCase {
    width: usize,
    height: usize,
    /// Left, top, right, bottom.
    rect: [usize; 4],
    text: String,
}

#[derive(Deserialize)]
struct Case {
    width: usize,
    height: usize,
    /// Row-major bits, lowest first, in hexadecimal bytes.
    pixels: String,
    counts: Vec<u32>,
    text: String,
    area: usize,
    box_xywh: [f32; 4],
    other_text: String,
    union_text: String,
    intersection_text: String,
    iou: f64,
}

impl Case {
    fn size(&self) -> FrameSize {
        FrameSize::new(self.width, self.height)
    }

    fn mask(&self) -> Mask {
        let bit = |index: usize| {
            let byte =
                u8::from_str_radix(&self.pixels[index / 8 * 2..index / 8 * 2 + 2], 16).unwrap();
            byte >> (index % 8) & 1
        };
        let bytes: Vec<u8> = (0..self.size().pixel_count()).map(bit).collect();
        Mask::from_bytes(self.size(), &bytes).unwrap()
    }
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../data/run_length.json")).unwrap()
}

#[test]
fn encoding_equals_pycocotools() {
    for case in vectors().cases {
        let code = RunLength::encode(&case.mask());
        assert_eq!(code.counts(), case.counts);
        assert_eq!(code.to_text(), case.text);
        assert_eq!(code.area(), case.area);
        let [x, y, width, height] = case.box_xywh;
        let expected = BoundingBox::new(x, y, x + width, y + height);
        let found = code
            .bounds()
            .map_or(BoundingBox::new(0.0, 0.0, 0.0, 0.0), BoundingBox::from);
        assert_eq!(found, expected);
    }
}

#[test]
fn decoding_equals_pycocotools() {
    for case in vectors().cases {
        let code = RunLength::from_text(case.size(), &case.text).unwrap();
        assert_eq!(code.decode(), case.mask());
        assert_eq!(RunLength::new(case.size(), &case.counts).unwrap(), code);
    }
}

#[test]
fn merging_and_overlap_equal_pycocotools() {
    for case in vectors().cases {
        let code = RunLength::encode(&case.mask());
        let other = RunLength::from_text(case.size(), &case.other_text).unwrap();
        assert_eq!(code.union(&other).unwrap().to_text(), case.union_text);
        assert_eq!(
            code.intersection(&other).unwrap().to_text(),
            case.intersection_text
        );
        // Two empty masks are alike here and have no overlap in pycocotools.
        let expected = if code.is_empty() && other.is_empty() {
            1.0
        } else {
            case.iou
        };
        assert_eq!(code.iou(&other).unwrap(), expected);
    }
}

#[test]
fn counts_of_several_bytes_equal_pycocotools() {
    for case in vectors().large {
        let size = FrameSize::new(case.width, case.height);
        let [left, top, right, bottom] = case.rect;
        let rect = PixelRect {
            left,
            top,
            right,
            bottom,
        };
        let mut mask = Mask::new(size);
        mask.fill_rect(rect);
        let code = RunLength::encode(&mask);
        assert_eq!(code.to_text(), case.text);
        assert_eq!(RunLength::from_text(size, &case.text).unwrap(), code);
        assert_eq!(
            (code.bounds(), code.area()),
            (Some(rect), rect.size().pixel_count())
        );
    }
}
