//! The runs of neighbouring pixels in a row, found word by word.

use std::ops::Range;

use super::bits::WORD_BITS;
use crate::Mask;

impl Mask {
    /// The maximal runs of neighbouring pixels of a row, from left to right, as ranges of columns.
    ///
    /// # Panics
    /// Where the frame has no such row.
    pub fn row_runs(&self, y: usize) -> impl Iterator<Item = Range<usize>> + '_ {
        word_runs(self.row(y))
    }
}

/// The maximal runs of one bits in a row of words.
pub(crate) fn word_runs(row: &[u64]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut column = 0;
    std::iter::from_fn(move || {
        let start = next_bit(row, column, 0)?;
        let end = next_bit(row, start, u64::MAX).unwrap_or(row.len() * WORD_BITS);
        column = end;
        Some(start..end)
    })
}

/// The first column at or after `column` whose bit differs from those of `background` (all zeros or all ones).
fn next_bit(row: &[u64], column: usize, background: u64) -> Option<usize> {
    let mut index = column / WORD_BITS;
    let mut word = (row.get(index)? ^ background) & (u64::MAX << (column % WORD_BITS));
    while word == 0 {
        index += 1;
        word = row.get(index)? ^ background;
    }
    Some(index * WORD_BITS + word.trailing_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use super::super::bits::tests::shapes;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn runs_are_maximal_and_cover_the_row(mask in shapes()) {
            for y in 0..mask.height() {
                let runs: Vec<_> = mask.row_runs(y).collect();
                for run in &runs {
                    prop_assert!(run.clone().all(|x| mask.get(x, y)));
                    prop_assert!(run.start == 0 || !mask.get(run.start - 1, y));
                    prop_assert!(!mask.get(run.end, y));
                }
                let covered: usize = runs.iter().map(ExactSizeIterator::len).sum();
                prop_assert_eq!(covered, (0..mask.width()).filter(|&x| mask.get(x, y)).count());
            }
        }
    }
}
