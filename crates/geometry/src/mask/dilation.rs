//! Growing a mask by a disk.
//!
//! Works on words that hold pixels and skips the rest, so the cost follows the length of a boundary, not the frame.

use std::ops::Range;

use super::bits::{WORD_BITS, fill_run, low_bits};
use crate::Mask;

/// The pixels within a distance of a centre pixel: all `(dx, dy)` with `dx² + dy² ≤ radius²`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// For each row distance from 0 to the radius, the largest column distance inside.
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
            let mut stamp = WordStamp::new(disk);
            for y in 0..self.height() {
                for (index, &word) in self.row(y).iter().enumerate() {
                    if word != 0 {
                        stamp.add(word, (index, y), result);
                    }
                }
            }
            result.clear_beyond_last_column();
        } else {
            for y in 0..self.height() {
                for run in self.row_runs(y) {
                    add_run(disk, run, y, result);
                }
            }
        }
    }
}

/// Adds the disks around all pixels of a word at once, for disks that reach no further than the word's neighbours.
struct WordStamp<'a> {
    disk: &'a Disk,
    /// For each width up to the radius, the word spread by it to either side: what falls into the left neighbour, the
    /// word itself, and the right neighbour.
    spreads: Vec<[u64; 3]>,
}

impl<'a> WordStamp<'a> {
    fn new(disk: &'a Disk) -> Self {
        Self {
            disk,
            spreads: vec![[0; 3]; disk.radius() + 1],
        }
    }

    fn add(&mut self, word: u64, (index, y): (usize, usize), result: &mut Mask) {
        self.spread(word);
        // Most words of a boundary hold a few pixels far from both neighbours, which then need not be touched.
        let stride = result.words_per_row();
        let edge = low_bits(self.disk.radius());
        let reaches_left = index > 0 && word & edge != 0;
        let reaches_right = index + 1 < stride && word.reverse_bits() & edge != 0;

        let first = y.saturating_sub(self.disk.radius());
        let last = (y + self.disk.radius()).min(result.height() - 1);
        let words = result.words_mut();
        let mut target = first * stride + index;
        for row in first..=last {
            let half_width = self.disk.half_widths[row.abs_diff(y)];
            let [left, middle, right] = self.spreads[half_width];
            words[target] |= middle;
            if reaches_left {
                words[target - 1] |= left;
            }
            if reaches_right {
                words[target + 1] |= right;
            }
            target += stride;
        }
    }

    fn spread(&mut self, word: u64) {
        let (mut left, mut middle, mut right) = (0, word, 0);
        self.spreads[0] = [left, middle, right];
        for (width, spread) in self.spreads.iter_mut().enumerate().skip(1) {
            left |= word << (WORD_BITS - width);
            middle |= word << width | word >> width;
            right |= word >> (WORD_BITS - width);
            *spread = [left, middle, right];
        }
    }
}

/// Adds the disks around all pixels of a run, for disks of any radius.
fn add_run(disk: &Disk, run: Range<usize>, y: usize, result: &mut Mask) {
    let first = y.saturating_sub(disk.radius());
    let last = (y + disk.radius()).min(result.height() - 1);
    for row in first..=last {
        let half_width = disk.half_widths[row.abs_diff(y)];
        let start = run.start.saturating_sub(half_width);
        let end = result.width().min(run.end + half_width);
        fill_run(result.row_mut(row), start..end);
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
