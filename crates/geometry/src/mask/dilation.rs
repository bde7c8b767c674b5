//! Growing a mask by a disk.
//!
//! Works on words that hold pixels and skips the rest, so the cost follows the length of a boundary, not the frame.

use super::bits::WORD_BITS;
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
        let reach = disk.radius().div_ceil(WORD_BITS);
        let mut spread = vec![0; 2 * reach + 1];
        for y in 0..self.height() {
            for (index, &word) in self.row(y).iter().enumerate() {
                if word != 0 {
                    stamp(disk, Source { word, index, y }, &mut spread, result);
                }
            }
        }
        let last_word_bits = result.last_word_bits();
        for y in 0..result.height() {
            if let Some(last) = result.row_mut(y).last_mut() {
                *last &= last_word_bits;
            }
        }
    }
}

/// A word of pixels and where it stands.
struct Source {
    word: u64,
    index: usize,
    y: usize,
}

/// Adds the disks around all pixels of one word, from the disk's narrow far rows to its wide middle row, so that one
/// horizontal `spread` of the word only ever grows. `spread` holds the words the disk can reach on either side.
fn stamp(disk: &Disk, source: Source, spread: &mut [u64], result: &mut Mask) {
    let reach = spread.len() / 2;
    let words_per_row = result.words_per_row();
    let first = source.index.saturating_sub(reach);
    let end = (source.index + reach + 1).min(words_per_row);
    let skipped = first + reach - source.index;
    spread.fill(0);
    spread[reach] = source.word;
    let mut width = 0;
    for (distance, &half_width) in disk.half_widths.iter().enumerate().rev() {
        while width < half_width {
            width += 1;
            widen(spread, source.word, width);
        }
        let reached = &spread[skipped..skipped + end - first];
        let above = source.y.checked_sub(distance);
        let below = (distance > 0)
            .then_some(source.y + distance)
            .filter(|&y| y < result.height());
        for y in [above, below].into_iter().flatten() {
            let start = y * words_per_row;
            for (target, bits) in result.words_mut()[start + first..start + end]
                .iter_mut()
                .zip(reached)
            {
                *target |= bits;
            }
        }
    }
}

/// Adds the word shifted by `distance` columns to either side; `spread` has the word itself in the middle.
fn widen(spread: &mut [u64], word: u64, distance: usize) {
    let middle = spread.len() / 2;
    let (words, bits) = (distance / WORD_BITS, distance % WORD_BITS);
    spread[middle + words] |= word << bits;
    spread[middle - words] |= word >> bits;
    if bits > 0 {
        spread[middle + words + 1] |= word >> (WORD_BITS - bits);
        spread[middle - words - 1] |= word << (WORD_BITS - bits);
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
