//! Exchanging rows and columns of a mask, in blocks of 64 × 64 bits.

use super::bits::WORD_BITS;
use crate::{FrameSize, Mask};

impl Mask {
    /// The mask with rows and columns exchanged: pixel `(x, y)` becomes pixel `(y, x)`.
    pub fn transpose(&self) -> Self {
        let mut result = Self::new(FrameSize::new(self.height(), self.width()));
        let (from_stride, to_stride) = (self.words_per_row(), result.words_per_row());
        let mut block = [0; WORD_BITS];
        for top in (0..self.height()).step_by(WORD_BITS) {
            let rows = WORD_BITS.min(self.height() - top);
            for word in 0..from_stride {
                let mut any = 0;
                for (row, bits) in block.iter_mut().enumerate().take(rows) {
                    *bits = self.words()[(top + row) * from_stride + word];
                    any |= *bits;
                }
                if any == 0 {
                    continue;
                }
                block[rows..].fill(0);
                transpose_block(&mut block);
                let left = word * WORD_BITS;
                let columns = WORD_BITS.min(self.width() - left);
                for (column, &bits) in block.iter().enumerate().take(columns) {
                    result.words_mut()[(left + column) * to_stride + top / WORD_BITS] = bits;
                }
            }
        }
        result
    }
}

/// Transposes a square of 64 × 64 bits by exchanging its off-diagonal quarters, then theirs, down to single bits
/// (Warren, *Hacker's Delight*, section 7-3, with the lowest bit first).
fn transpose_block(block: &mut [u64; WORD_BITS]) {
    let mut half = WORD_BITS / 2;
    let mut low_half = u64::MAX >> half;
    while half > 0 {
        for start in (0..WORD_BITS).step_by(2 * half) {
            for row in start..start + half {
                let exchanged = (block[row] >> half ^ block[row + half]) & low_half;
                block[row] ^= exchanged << half;
                block[row + half] ^= exchanged;
            }
        }
        half /= 2;
        low_half ^= low_half << half;
    }
}

#[cfg(test)]
mod tests {
    use super::super::bits::tests::shapes;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_and_columns_change_places(mask in shapes()) {
            let transposed = mask.transpose();
            for y in 0..mask.height() {
                for x in 0..mask.width() {
                    prop_assert_eq!(mask.get(x, y), transposed.get(y, x));
                }
            }
            prop_assert_eq!(transposed.count(), mask.count());
            prop_assert_eq!(transposed.transpose(), mask);
        }
    }
}
