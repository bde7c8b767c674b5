//! What can be measured on one mask: area, extent and centre.

use super::bits::WORD_BITS;
use super::vector::vectorized;
use crate::{BoundingBox, Mask, PixelRect, Point};

impl Mask {
    /// Number of pixels.
    pub fn count(&self) -> usize {
        vectorized(|| {
            let words = self.words().iter();
            words.map(|word| word.count_ones() as usize).sum()
        })
    }

    /// Whether there is no pixel.
    pub fn is_empty(&self) -> bool {
        self.words().iter().all(|&word| word == 0)
    }

    /// The smallest rectangle around all pixels; `None` for an empty mask.
    pub fn bounds(&self) -> Option<PixelRect> {
        let is_occupied = |&y: &usize| self.row(y).iter().fold(0, |all, word| all | word) != 0;
        let top = (0..self.height()).find(is_occupied)?;
        let bottom = (top..self.height()).rfind(is_occupied)? + 1;
        let mut columns = vec![0; self.words_per_row()];
        vectorized(|| {
            for y in top..bottom {
                for (column, word) in columns.iter_mut().zip(self.row(y)) {
                    *column |= word;
                }
            }
        });
        let first = columns.iter().position(|&word| word != 0)?;
        let last = columns.iter().rposition(|&word| word != 0)?;
        let left = first * WORD_BITS + columns[first].trailing_zeros() as usize;
        let right = (last + 1) * WORD_BITS - columns[last].leading_zeros() as usize;
        Some(PixelRect {
            left,
            top,
            right,
            bottom,
        })
    }

    /// The smallest box around all pixels; `None` for an empty mask.
    pub fn bounding_box(&self) -> Option<BoundingBox> {
        self.bounds().map(BoundingBox::from)
    }

    /// The mean of all pixel centres; `None` for an empty mask. It may lie outside a hollow or bent mask.
    pub fn centroid(&self) -> Option<Point> {
        let (mut count, mut sum_x, mut sum_y) = (0, 0.0, 0.0);
        for y in 0..self.height() {
            for run in self.row_runs(y) {
                count += run.len();
                // Centres of the run's pixels average to the middle of the run.
                sum_x += run.len() as f64 * (run.start + run.end) as f64 / 2.0;
                sum_y += run.len() as f64 * (y as f64 + 0.5);
            }
        }
        let count = if count == 0 {
            return None;
        } else {
            count as f64
        };
        Some(Point::new((sum_x / count) as f32, (sum_y / count) as f32))
    }
}

#[cfg(test)]
mod tests {
    use super::super::bits::tests::{drawn, shapes};
    use super::*;
    use crate::FrameSize;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bounds_touch_the_mask_on_every_side(mask in shapes()) {
            let pixels = || {
                let columns = mask.width();
                (0..mask.size().pixel_count()).map(move |i| (i % columns, i / columns))
                    .filter(|&(x, y)| mask.get(x, y))
            };
            let expected = pixels().next().map(|_| PixelRect {
                left: pixels().map(|(x, _)| x).min().unwrap_or(0),
                top: pixels().map(|(_, y)| y).min().unwrap_or(0),
                right: pixels().map(|(x, _)| x + 1).max().unwrap_or(0),
                bottom: pixels().map(|(_, y)| y + 1).max().unwrap_or(0),
            });
            prop_assert_eq!(mask.bounds(), expected);
            prop_assert_eq!(mask.count(), pixels().count());
            prop_assert_eq!(mask.is_empty(), expected.is_none());
        }
    }

    #[test]
    fn the_centroid_is_the_mean_of_pixel_centres() {
        assert_eq!(
            drawn(&["#..#", "...."]).centroid(),
            Some(Point::new(2.0, 0.5))
        );
        assert_eq!(Mask::new(FrameSize::new(4, 4)).centroid(), None);
    }
}
