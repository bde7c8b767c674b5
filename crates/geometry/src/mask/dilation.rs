//! Growing a mask by a disk.
//!
//! Works on the words that hold pixels and skips the rest, so the cost follows the length of a boundary, not the frame.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the processor at hand"
)]

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use super::bits::{WORD_BITS, fill_run, low_bits};
use crate::Mask;

/// The pixels within a distance of a centre pixel: all `(dx, dy)` with `dx² + dy² ≤ radius²`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// For each distance along one axis, from 0 to the radius, the largest distance along the other that is inside.
    half_widths: Vec<usize>,
}

impl Disk {
    /// The disk of a radius in pixels; radius 0 is the centre alone.
    pub fn new(radius: usize) -> Self {
        let half_widths = (0..=radius)
            .map(|dy| (radius * radius - dy * dy).isqrt())
            .collect();
        Self { half_widths }
    }

    /// The radius in pixels.
    pub fn radius(&self) -> usize {
        self.half_widths.len() - 1
    }
}

impl Mask {
    /// The pixels within a disk of some pixel of the mask; outside the frame there is nothing.
    pub fn dilate(&self, disk: &Disk) -> Self {
        let mut result = Self::new(self.size());
        self.dilate_into(disk, &mut result);
        result
    }

    /// As [`Mask::dilate`], into a mask of the same size whose old pixels are lost.
    ///
    /// # Panics
    /// Where the sizes differ.
    pub fn dilate_into(&self, disk: &Disk, result: &mut Self) {
        assert_eq!(self.size(), result.size(), "masks of different sizes");
        result.clear();
        if disk.radius() < WORD_BITS {
            self.dilate_strips(disk, result);
        } else {
            self.dilate_runs(disk, result);
        }
    }

    /// Dilates strip by strip, for disks that reach no further than the neighbours of a word.
    fn dilate_strips(&self, disk: &Disk, result: &mut Self) {
        let mut dilation = StripDilation::new(disk);
        // The strip that is still growing in each column of words; none where its rows are empty.
        let mut open: Vec<Range<usize>> = vec![0..0; self.words_per_row()];
        for y in 0..self.height() {
            for (column, (&word, rows)) in self.row(y).iter().zip(&mut open).enumerate() {
                if word == 0 {
                    continue;
                }
                if rows.start < rows.end && y <= rows.end + 2 * disk.radius() {
                    rows.end = y + 1;
                } else {
                    let finished = std::mem::replace(rows, y..y + 1);
                    dilation.add(
                        self,
                        &Strip {
                            column,
                            rows: finished,
                        },
                        result,
                    );
                }
            }
        }
        for (column, rows) in open.into_iter().enumerate() {
            dilation.add(self, &Strip { column, rows }, result);
        }
        result.clear_beyond_last_column();
    }

    /// Dilates run by run, for disks of any radius.
    fn dilate_runs(&self, disk: &Disk, result: &mut Self) {
        let radius = disk.radius();
        for y in 0..self.height() {
            for run in self.row_runs(y) {
                for row in y.saturating_sub(radius)..(y + radius + 1).min(self.height()) {
                    let half_width = disk.half_widths[row.abs_diff(y)];
                    let start = run.start.saturating_sub(half_width);
                    let end = self.width().min(run.end + half_width);
                    fill_run(result.row_mut(row), start..end);
                }
            }
        }
    }
}

/// One column of words between two rows, 64 pixels wide.
struct Strip {
    column: usize,
    rows: Range<usize>,
}

/// Dilates strips. Words below one another are neighbours in its buffers, which suits vector instructions.
///
/// A disk is a stack of rectangles, one for each half width from the radius down to zero, and the narrower the taller.
/// So the pixels are grown upwards and downwards a little more for each half width, added to the result, and the result
/// is spread sideways by one: what was added first is spread furthest.
struct StripDilation<'a> {
    disk: &'a Disk,
    /// The strip's pixels grown upwards and downwards so far, with twice the radius of empty rows before and after.
    column: Vec<u64>,
    /// Room for the next `column`.
    grown: Vec<u64>,
    /// The result within the strip, from a radius above it to a radius below, and what spreads into the next strips.
    middle: Vec<u64>,
    left: Vec<u64>,
    right: Vec<u64>,
    /// Whether anything can spread into the next strips.
    reaches_sides: bool,
}

impl<'a> StripDilation<'a> {
    fn new(disk: &'a Disk) -> Self {
        let empty = Vec::new;
        let (column, grown, middle, left, right) = (empty(), empty(), empty(), empty(), empty());
        Self {
            disk,
            column,
            grown,
            middle,
            left,
            right,
            reaches_sides: false,
        }
    }

    /// Adds the disks around all pixels of a strip of `mask` to the result.
    fn add(&mut self, mask: &Mask, strip: &Strip, result: &mut Mask) {
        if !strip.rows.is_empty() {
            self.load(mask, strip);
            Arch::new().dispatch(&mut *self);
            self.store(strip, result);
        }
    }

    fn load(&mut self, mask: &Mask, strip: &Strip) {
        let radius = self.disk.radius();
        let length = strip.rows.len() + 2 * radius;
        for buffer in [&mut self.middle, &mut self.left, &mut self.right] {
            buffer.clear();
            buffer.resize(length, 0);
        }
        for buffer in [&mut self.column, &mut self.grown] {
            buffer.clear();
            buffer.resize(length + 2 * radius, 0);
        }
        let mut all = 0;
        let words_per_row = mask.words_per_row();
        let first = strip.rows.start * words_per_row + strip.column;
        let words = mask.words()[first..].iter().step_by(words_per_row);
        let rows = &mut self.column[2 * radius..][..strip.rows.len()];
        for (row, &word) in rows.iter_mut().zip(words) {
            *row = word;
            all |= word;
        }
        let edge = low_bits(radius);
        self.reaches_sides = all & (edge | edge.reverse_bits()) != 0;
    }

    /// Grows the pixels upwards and downwards from one height to another.
    #[inline(always)]
    fn grow(&mut self, height: &mut usize, target: usize) {
        let (radius, length) = (self.disk.radius(), self.middle.len());
        while *height < target {
            // Windows of the old height, moved by this much, still touch.
            let step = (target - *height).min(2 * *height + 1);
            *height += step;
            let above = &self.column[radius - step..][..length];
            let here = &self.column[radius..][..length];
            let below = &self.column[radius + step..][..length];
            let moved = above.iter().zip(here).zip(below);
            for (grown, ((above, here), below)) in self.grown[radius..].iter_mut().zip(moved) {
                *grown = above | here | below;
            }
            std::mem::swap(&mut self.column, &mut self.grown);
        }
    }

    /// Adds the grown pixels to the result and spreads it to either side.
    #[inline(always)]
    fn add_and_spread(&mut self, distance: usize) {
        for _ in 0..distance / 3 {
            self.add_and_spread_by::<3>();
        }
        match distance % 3 {
            1 => self.add_and_spread_by::<1>(),
            2 => self.add_and_spread_by::<2>(),
            _ => (),
        }
    }

    #[inline(always)]
    fn add_and_spread_by<const DISTANCE: usize>(&mut self) {
        let bits = &self.column[self.disk.radius()..];
        if !self.reaches_sides {
            for (middle, bits) in self.middle.iter_mut().zip(bits) {
                let mut all = *middle | bits;
                for _ in 0..DISTANCE {
                    all |= all << 1 | all >> 1;
                }
                *middle = all;
            }
            return;
        }
        let sides = self.left.iter_mut().zip(&mut self.right);
        for ((middle, bits), (left, right)) in self.middle.iter_mut().zip(bits).zip(sides) {
            let mut all = *middle | bits;
            for _ in 0..DISTANCE {
                *left |= *left >> 1 | all << (WORD_BITS - 1);
                *right |= *right << 1 | all >> (WORD_BITS - 1);
                all |= all << 1 | all >> 1;
            }
            *middle = all;
        }
    }

    fn store(&self, strip: &Strip, result: &mut Mask) {
        let radius = self.disk.radius();
        let first = strip.rows.start.saturating_sub(radius);
        let end = (strip.rows.end + radius).min(result.height());
        let above_frame = radius.saturating_sub(strip.rows.start);
        let words_per_row = result.words_per_row();
        let words = &mut result.words_mut()[first * words_per_row..end * words_per_row];
        for (row, index) in words.chunks_exact_mut(words_per_row).zip(above_frame..) {
            row[strip.column] |= self.middle[index];
            if self.reaches_sides {
                if strip.column > 0 {
                    row[strip.column - 1] |= self.left[index];
                }
                if strip.column + 1 < row.len() {
                    row[strip.column + 1] |= self.right[index];
                }
            }
        }
    }
}

/// The dilation of the strip that is loaded.
impl WithSimd for &mut StripDilation<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let (disk, radius) = (self.disk, self.disk.radius());
        let mut height = 0;
        for same_height in disk.half_widths[1..].chunk_by(PartialEq::eq).rev() {
            self.grow(&mut height, same_height[0]);
            self.add_and_spread(same_height.len());
        }
        self.grow(&mut height, radius);
        for (middle, bits) in self.middle.iter_mut().zip(&self.column[radius..]) {
            *middle |= bits;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bits::tests::{drawn, pairs, shapes};
    use super::*;
    use proptest::prelude::*;

    fn by_definition(mask: &Mask, radius: isize) -> Mask {
        let mut result = Mask::new(mask.size());
        for y in 0..mask.height() as isize {
            for x in 0..mask.width() as isize {
                let reached = (-radius..=radius).any(|dy| {
                    (-radius..=radius).any(|dx| {
                        let (column, row) = (x + dx, y + dy);
                        dx * dx + dy * dy <= radius * radius
                            && column >= 0
                            && row >= 0
                            && mask.get(column as usize, row as usize)
                    })
                });
                result.set(x as usize, y as usize, reached);
            }
        }
        result
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn dilation_reaches_what_the_definition_says(mask in shapes(), radius in 0usize..12) {
            prop_assert_eq!(mask.dilate(&Disk::new(radius)), by_definition(&mask, radius as isize));
        }

        #[test]
        fn wide_disks_cross_words(x in 0usize..140, radius in 60usize..140) {
            let mut mask = Mask::new(crate::FrameSize::new(140, 3));
            mask.set(x, 1, true);
            prop_assert_eq!(mask.dilate(&Disk::new(radius)), by_definition(&mask, radius as isize));
        }

        #[test]
        fn dilation_is_extensive_and_monotone((left, right) in pairs(), radius in 0usize..20) {
            let disk = Disk::new(radius);
            let larger = &left | &right;
            prop_assert!((&left - &left.dilate(&disk)).is_empty());
            prop_assert!((&left.dilate(&disk) - &larger.dilate(&disk)).is_empty());
        }
    }

    #[test]
    fn a_disk_of_two_is_round() {
        let dilated = drawn(&[".....", ".....", "..#..", ".....", "....."]).dilate(&Disk::new(2));
        assert_eq!(
            dilated,
            drawn(&["..#..", ".###.", "#####", ".###.", "..#.."])
        );
    }
}
