//! Masks cut out, moved and resized.

use super::bits::{WORD_BITS, fill_run};
use crate::{FrameSize, Mask, PixelRect};

impl Mask {
    /// The part of the mask inside a rectangle, as a mask of the rectangle's size.
    ///
    /// The rectangle is clipped to the frame first, so the result may be smaller than asked for.
    pub fn crop(&self, rect: PixelRect) -> Self {
        let rect = rect.clip(self.size());
        let mut result = Self::new(rect.size());
        if rect.is_empty() {
            return result;
        }
        let (first, shift) = (rect.left / WORD_BITS, rect.left % WORD_BITS);
        for y in 0..result.height() {
            let source = &self.row(rect.top + y)[first..];
            let row = result.row_mut(y);
            for (index, word) in row.iter_mut().enumerate() {
                let next = source.get(index + 1).copied().unwrap_or(0);
                *word = source[index] >> shift | shift_carry(next, shift);
            }
        }
        result.clear_beyond_last_column();
        result
    }

    /// The mask moved by whole pixels, to the right and down for positive distances; what leaves the frame is lost.
    pub fn translate(&self, right: isize, down: isize) -> Self {
        let mut result = Self::new(self.size());
        let width = self.width() as isize;
        for y in 0..self.height() {
            let Some(target) = y
                .checked_add_signed(down)
                .filter(|&row| row < self.height())
            else {
                continue;
            };
            for run in self.row_runs(y) {
                let start = (run.start as isize).saturating_add(right).clamp(0, width) as usize;
                let end = (run.end as isize).saturating_add(right).clamp(0, width) as usize;
                fill_run(result.row_mut(target), start..end);
            }
        }
        result
    }

    /// The mask at another size: each pixel takes the value at its centre (nearest neighbour).
    pub fn resize_nearest(&self, size: FrameSize) -> Self {
        let mut result = Self::new(size);
        for y in 0..self.height() {
            let rows =
                covered(y, self.height(), size.height)..covered(y + 1, self.height(), size.height);
            for run in self.row_runs(y) {
                let start = covered(run.start, self.width(), size.width);
                let end = covered(run.end, self.width(), size.width);
                for row in rows.clone() {
                    fill_run(result.row_mut(row), start..end);
                }
            }
        }
        result
    }
}

/// The bits of the following word that move into this one when a row is shifted right by `shift` below 64.
fn shift_carry(next: u64, shift: usize) -> u64 {
    if shift == 0 {
        0
    } else {
        next << (WORD_BITS - shift)
    }
}

/// How many pixels of the destination have their centres before a source pixel begins, along one axis.
fn covered(source_pixel: usize, source: usize, destination: usize) -> usize {
    (2 * destination * source_pixel).div_ceil(source) / 2
}

#[cfg(test)]
mod tests {
    use super::super::bits::tests::{drawn, shapes, sizes};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_crop_shows_the_pixels_of_its_rectangle(
            mask in shapes(), left in 0usize..140, top in 0usize..24, right in 0usize..150, bottom in 0usize..30
        ) {
            let rect = PixelRect { left, top, right, bottom };
            let crop = mask.crop(rect);
            prop_assert_eq!(crop.size(), rect.clip(mask.size()).size());
            for y in 0..crop.height() {
                for x in 0..crop.width() {
                    prop_assert_eq!(crop.get(x, y), mask.get(left + x, top + y));
                }
            }
            // Equal only without stray bits beyond the last column.
            prop_assert_eq!(&!&!&crop, &crop);
        }

        #[test]
        fn moving_moves_every_pixel(mask in shapes(), right in -150isize..150, down in -30isize..30) {
            let moved = mask.translate(right, down);
            for y in 0..mask.height() {
                for x in 0..mask.width() {
                    let from = (x.checked_add_signed(-right), y.checked_add_signed(-down));
                    let expected = matches!(from, (Some(x), Some(y)) if mask.get(x, y));
                    prop_assert_eq!(moved.get(x, y), expected);
                }
            }
        }

        #[test]
        fn resizing_looks_up_the_pixel_under_each_centre(mask in shapes(), size in sizes()) {
            let resized = mask.resize_nearest(size);
            for y in 0..size.height {
                for x in 0..size.width {
                    let under = |index: usize, from: usize, to: usize| {
                        ((index as f64 + 0.5) * from as f64 / to as f64).floor() as usize
                    };
                    let expected = mask.get(
                        under(x, mask.width(), size.width),
                        under(y, mask.height(), size.height),
                    );
                    prop_assert_eq!(resized.get(x, y), expected);
                }
            }
        }
    }

    #[test]
    fn doubling_turns_pixels_into_squares() {
        let doubled = drawn(&["#.", ".#"]).resize_nearest(FrameSize::new(4, 4));
        assert_eq!(doubled, drawn(&["##..", "##..", "..##", "..##"]));
    }
}
