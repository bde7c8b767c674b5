//! Masks in video pixels from logits at the model's resolution.
//!
//! In: what the model said about each object in a frame. Out: one mask for each. Logits are interpolated row by row, so
//! that no image of logits at the video's size ever exists.

use tubelet_geometry::{FrameSize, GeometryError, Mask};

use crate::outcome::Outcome;

/// The masks of all objects in a frame: the pixels whose interpolated logit is above zero. If `separate`, a pixel
/// belongs to the object with the highest logit only, the first of them where several are highest.
///
/// Interpolation is PyTorch's `bilinear` without aligned corners.
pub(crate) fn masks(
    outcomes: &[&Outcome],
    size: FrameSize,
    separate: bool,
) -> Result<Vec<Mask>, GeometryError> {
    let mut bytes = vec![vec![0_u8; size.pixel_count()]; outcomes.len()];
    let mut rows: Vec<Row> = outcomes
        .iter()
        .map(|outcome| Row::new(outcome, size))
        .collect();
    for y in 0..size.height {
        for row in &mut rows {
            row.interpolate(y);
        }
        let pixels = y * size.width..(y + 1) * size.width;
        for (index, bytes) in bytes.iter_mut().enumerate() {
            let row = &rows[index].wide;
            let others = || rows.iter().map(|other| &other.wide).enumerate();
            for (x, byte) in bytes[pixels.clone()].iter_mut().enumerate() {
                let wins = !separate
                    || others().all(|(other, values)| {
                        row[x] > values[x] || (row[x] == values[x] && index <= other)
                    });
                *byte = u8::from(row[x] > 0.0 && wins);
            }
        }
    }
    bytes
        .iter()
        .map(|bytes| Mask::from_bytes(size, bytes))
        .collect()
}

/// One object's logits in one row of the video.
struct Row<'a> {
    outcome: &'a Outcome,
    height: usize,
    /// For every column of the video: the two columns of the model around it, and the weight of the second.
    columns: Vec<(usize, usize, f32)>,
    narrow: Vec<f32>,
    wide: Vec<f32>,
}

impl<'a> Row<'a> {
    fn new(outcome: &'a Outcome, size: FrameSize) -> Self {
        let columns = (0..size.width)
            .map(|x| neighbours(x, outcome.size.width, size.width))
            .collect();
        Self {
            outcome,
            height: size.height,
            columns,
            narrow: vec![0.0; outcome.size.width],
            wide: vec![0.0; size.width],
        }
    }

    fn interpolate(&mut self, y: usize) {
        let width = self.outcome.size.width;
        let (upper, lower, weight) = neighbours(y, self.outcome.size.height, self.height);
        let row = |index: usize| &self.outcome.logits[index * width..(index + 1) * width];
        for ((value, above), below) in self.narrow.iter_mut().zip(row(upper)).zip(row(lower)) {
            *value = (1.0 - weight) * above + weight * below;
        }
        for (value, &(left, right, weight)) in self.wide.iter_mut().zip(&self.columns) {
            *value = (1.0 - weight) * self.narrow[left] + weight * self.narrow[right];
        }
    }
}

/// The two places of `from` around place `index` of `to`, and the weight of the second.
fn neighbours(index: usize, from: usize, to: usize) -> (usize, usize, f32) {
    let scale = from as f32 / to as f32;
    let centre = ((index as f32 + 0.5) * scale - 0.5).max(0.0);
    let first = (centre as usize).min(from - 1);
    let second = (first + 1).min(from - 1);
    (first, second, centre - first as f32)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    fn outcome(logits: [f32; 4]) -> Outcome {
        Outcome {
            size: FrameSize::new(2, 2),
            logits: logits.to_vec(),
            object_score: 1.0,
            iou: 1.0,
        }
    }

    #[test]
    fn the_border_runs_where_logits_cross_zero() {
        let left = outcome([3.0, -1.0, 3.0, -1.0]);
        let masks = masks(&[&left], FrameSize::new(8, 3), false).unwrap();
        // Centres of the two columns are at 2 and 6; the logits cross zero at 5.
        let inside: Vec<bool> = (0..8).map(|x| masks[0].get(x, 1)).collect();
        assert_eq!(inside, [true, true, true, true, true, false, false, false]);
    }

    #[test]
    fn separated_objects_share_no_pixel_and_lose_none() {
        let (first, second) = (
            outcome([2.0, 1.0, 2.0, 1.0]),
            outcome([1.0, 2.0, -1.0, 2.0]),
        );
        let size = FrameSize::new(9, 6);
        let together = masks(&[&first, &second], size, false).unwrap();
        let apart = masks(&[&first, &second], size, true).unwrap();
        assert_eq!(apart[0].intersection_count(&apart[1]), 0);
        let union = |masks: &[Mask]| &masks[0] | &masks[1];
        assert_eq!(union(&apart), union(&together));
        assert!(together[0].intersection_count(&together[1]) > 0);
    }

    #[test]
    fn an_absent_object_has_an_empty_mask() {
        let absent = outcome([-1024.0; 4]);
        let masks = masks(&[&absent], FrameSize::new(5, 5), true).unwrap();
        assert!(masks[0].is_empty());
    }
}
