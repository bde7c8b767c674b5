//! Frames brought to another size, as pictures are before a segmenter looks at them.
//!
//! In and out: a [`LabelledFrame`]. Pictures are interpolated between pixel centres, identities are not; proportions are not kept.

use tubelet_geometry::FrameSize;

use super::{
    augment::{blend, nearest},
    clip::LabelledFrame,
};

/// The frame in another size; itself where the size is the same.
pub(crate) fn resized(frame: LabelledFrame, from: FrameSize, to: FrameSize) -> LabelledFrame {
    if from == to {
        return frame;
    }
    let size = [from.width, from.height];
    let places = |from: usize, to: usize| -> Vec<f32> {
        let scale = from as f32 / to as f32;
        let last = from.saturating_sub(1) as f32;
        (0..to)
            .map(|place| ((place as f32 + 0.5) * scale - 0.5).clamp(0.0, last))
            .collect()
    };
    let (columns, rows) = (places(from.width, to.width), places(from.height, to.height));
    let mut result = LabelledFrame {
        rgb: Vec::with_capacity(3 * to.pixel_count()),
        ids: Vec::with_capacity(to.pixel_count()),
    };
    for &row in &rows {
        for &column in &columns {
            result.rgb.extend(blend(&frame, size, [column, row]));
            result.ids.push(nearest(&frame, size, [column, row]));
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_interpolated_and_identities_are_not() {
        let frame = LabelledFrame {
            rgb: [[0; 3], [100; 3]].concat(),
            ids: vec![7, 9],
        };
        let (from, to) = (FrameSize::new(2, 1), FrameSize::new(4, 2));
        let result = resized(frame.clone(), from, to);
        let row = [0, 25, 75, 100].map(|value| [value; 3]).concat();
        assert_eq!(result.rgb, row.repeat(2));
        assert_eq!(result.ids, [7, 7, 9, 9, 7, 7, 9, 9]);
        assert_eq!(resized(frame.clone(), from, from), frame);
    }
}
