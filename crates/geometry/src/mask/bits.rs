//! The bit-packed mask: its layout and its single pixels.
//!
//! In and out: pixels and words of 64 of them.

use std::fmt;
use std::ops::Range;

use crate::{FrameSize, PixelRect};

/// Pixels in a word of a mask.
pub const WORD_BITS: usize = 64;

/// A set of pixels of a frame, one bit each.
///
/// Rows start on a word boundary: row `y` is [`Mask::row`], column `x` is bit `x % 64` of its word `x / 64`, lowest bit
/// first. Bits beyond the last column are always zero, so equality, counting and set operations work on whole words.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Mask {
    size: FrameSize,
    words_per_row: usize,
    words: Vec<u64>,
}

impl Mask {
    /// A mask without any pixel. It takes one bit per pixel, rows rounded up to 64.
    pub fn new(size: FrameSize) -> Self {
        let words_per_row = size.width.div_ceil(WORD_BITS);
        Self {
            size,
            words_per_row,
            words: vec![0; words_per_row * size.height],
        }
    }

    /// A mask of every pixel.
    pub fn full(size: FrameSize) -> Self {
        let mut mask = Self::new(size);
        mask.fill_rect(PixelRect::whole(size));
        mask
    }

    /// Width and height of the frame.
    pub const fn size(&self) -> FrameSize {
        self.size
    }

    /// Columns of the frame.
    pub const fn width(&self) -> usize {
        self.size.width
    }

    /// Rows of the frame.
    pub const fn height(&self) -> usize {
        self.size.height
    }

    /// Words that hold one row.
    pub const fn words_per_row(&self) -> usize {
        self.words_per_row
    }

    /// All words, row after row.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// The words of a row.
    ///
    /// # Panics
    /// Where the frame has no such row.
    pub fn row(&self, y: usize) -> &[u64] {
        &self.words[self.row_range(y)]
    }

    /// Whether a pixel belongs to the mask; outside the frame none does.
    pub fn get(&self, x: usize, y: usize) -> bool {
        x < self.size.width
            && y < self.size.height
            && self.words[y * self.words_per_row + x / WORD_BITS] >> (x % WORD_BITS) & 1 == 1
    }

    /// Puts a pixel into the mask or takes it out.
    ///
    /// # Panics
    /// Where the pixel lies outside the frame.
    pub fn set(&mut self, x: usize, y: usize, member: bool) {
        assert!(
            x < self.size.width && y < self.size.height,
            "pixel ({x}, {y}) outside a {} mask",
            self.size
        );
        let word = &mut self.words[y * self.words_per_row + x / WORD_BITS];
        let bit = 1 << (x % WORD_BITS);
        if member {
            *word |= bit;
        } else {
            *word &= !bit;
        }
    }

    /// Puts every pixel of a rectangle into the mask; parts outside the frame are left out.
    pub fn fill_rect(&mut self, rect: PixelRect) {
        let rect = rect.clip(self.size);
        for y in rect.rows() {
            fill_run(self.row_mut(y), rect.columns());
        }
    }

    /// Takes every pixel out, keeping the allocation.
    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    pub(crate) fn row_mut(&mut self, y: usize) -> &mut [u64] {
        let range = self.row_range(y);
        &mut self.words[range]
    }

    /// The words; who writes them keeps the bits beyond the last column zero.
    pub(crate) fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }

    /// The bits of a row's last word that are pixels.
    fn last_word_bits(&self) -> u64 {
        match self.size.width % WORD_BITS {
            0 => u64::MAX,
            used => low_bits(used),
        }
    }

    /// Clears the bits beyond the last column, after words were written as a whole.
    pub(crate) fn clear_beyond_last_column(&mut self) {
        let last_word_bits = self.last_word_bits();
        for y in 0..self.size.height {
            if let Some(last) = self.row_mut(y).last_mut() {
                *last &= last_word_bits;
            }
        }
    }

    fn row_range(&self, y: usize) -> Range<usize> {
        y * self.words_per_row..(y + 1) * self.words_per_row
    }
}

/// Written as size and number of pixels; the pixels themselves would fill pages.
impl fmt::Debug for Mask {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Mask({}, {} pixels)", self.size, self.count())
    }
}

/// A word whose lowest `count` bits are one; `count` is below 64.
pub(crate) const fn low_bits(count: usize) -> u64 {
    (1 << count) - 1
}

/// Sets the bits of `run` in the words of a row.
pub(crate) fn fill_run(row: &mut [u64], run: Range<usize>) {
    if run.is_empty() {
        return;
    }
    let (first, last) = (run.start / WORD_BITS, (run.end - 1) / WORD_BITS);
    let from_start = u64::MAX << (run.start % WORD_BITS);
    let to_end = u64::MAX >> (WORD_BITS - 1 - (run.end - 1) % WORD_BITS);
    if first == last {
        row[first] |= from_start & to_end;
    } else {
        row[first] |= from_start;
        row[first + 1..last].fill(u64::MAX);
        row[last] |= to_end;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A mask from a drawing, `#` for its pixels.
    pub(crate) fn drawn(rows: &[&str]) -> Mask {
        let mut mask = Mask::new(FrameSize::new(rows[0].len(), rows.len()));
        for (y, row) in rows.iter().enumerate() {
            for (x, cell) in row.bytes().enumerate() {
                mask.set(x, y, cell == b'#');
            }
        }
        mask
    }

    /// Frame sizes around the word size, including frames without pixels.
    pub(crate) fn sizes() -> impl Strategy<Value = FrameSize> {
        (0usize..140, 0usize..24).prop_map(|(width, height)| FrameSize::new(width, height))
    }

    /// Random shapes of a given size: rectangles added and removed, then single pixels flipped.
    pub(crate) fn shapes_of(size: FrameSize) -> impl Strategy<Value = Mask> {
        let (width, height) = (size.width.max(1), size.height.max(1));
        let rect = (0..width, 0..height, 1..=width, 1..=height, any::<bool>());
        let speck = (0..width, 0..height);
        let rects = prop::collection::vec(rect, 0..6);
        (rects, prop::collection::vec(speck, 0..40)).prop_map(move |(rects, specks)| {
            let mut mask = Mask::new(size);
            for (left, top, right, bottom, adds) in rects {
                let mut shape = Mask::new(size);
                shape.fill_rect(PixelRect {
                    left,
                    top,
                    right: left + right,
                    bottom: top + bottom,
                });
                if adds {
                    mask |= &shape;
                } else {
                    mask -= &shape;
                }
            }
            if size.pixel_count() > 0 {
                for (x, y) in specks {
                    let member = mask.get(x, y);
                    mask.set(x, y, !member);
                }
            }
            mask
        })
    }

    /// Random shapes of random sizes.
    pub(crate) fn shapes() -> impl Strategy<Value = Mask> {
        sizes().prop_flat_map(shapes_of)
    }

    /// Two random shapes of the same size.
    pub(crate) fn pairs() -> impl Strategy<Value = (Mask, Mask)> {
        sizes().prop_flat_map(|size| (shapes_of(size), shapes_of(size)))
    }

    proptest! {
        #[test]
        fn a_filled_rectangle_is_its_pixels(
            size in sizes(), left in 0usize..150, top in 0usize..30, width in 0usize..150, height in 0usize..30
        ) {
            let rect = PixelRect { left, top, right: left + width, bottom: top + height };
            let mut mask = Mask::new(size);
            mask.fill_rect(rect);
            for y in 0..size.height {
                for x in 0..size.width {
                    prop_assert_eq!(mask.get(x, y), rect.columns().contains(&x) && rect.rows().contains(&y));
                }
            }
        }
    }

    #[test]
    fn outside_the_frame_there_is_nothing() {
        let mask = Mask::full(FrameSize::new(65, 2));
        assert!(mask.get(64, 1) && !mask.get(65, 1) && !mask.get(0, 2));
        assert_eq!(format!("{mask:?}"), "Mask(65×2, 130 pixels)");
    }

    #[test]
    fn a_pixel_can_be_taken_out_again() {
        let mut mask = Mask::full(FrameSize::new(3, 3));
        mask.set(1, 1, false);
        assert_eq!(mask, drawn(&["###", "#.#", "###"]));
        mask.clear();
        assert!(mask.is_empty());
    }
}
