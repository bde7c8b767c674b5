//! The boundary map of a mask, as the DAVIS benchmark draws it.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the processor at hand"
)]

use pulp::{Arch, Simd, WithSimd};

use super::bits::WORD_BITS;
use crate::Mask;

impl Mask {
    /// The pixels that differ from their right, lower or lower right neighbour.
    ///
    /// So the boundary lies up and left of the edge between inside and outside, one pixel wide. Beyond the right and
    /// bottom edges the frame continues as its last column and row: a mask that reaches an edge has no boundary
    /// along it, and a full mask none at all. (DAVIS, Perazzi et al., CVPR 2016; the benchmark's `seg2bmap`.)
    pub fn boundary(&self) -> Self {
        let mut result = Self::new(self.size());
        self.boundary_into(&mut result);
        result
    }

    /// As [`Mask::boundary`], into a mask of the same size whose old pixels are lost.
    ///
    /// # Panics
    /// Where the sizes differ.
    pub fn boundary_into(&self, result: &mut Self) {
        assert_eq!(self.size(), result.size(), "masks of different sizes");
        if self.width() > 0 {
            Arch::new().dispatch(Drawing { mask: self, result });
        }
    }
}

/// The drawing of a boundary map.
struct Drawing<'a> {
    mask: &'a Mask,
    result: &'a mut Mask,
}

impl WithSimd for Drawing<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { mask, result } = self;
        let last_bit = 1 << ((mask.width() - 1) % WORD_BITS);
        for y in 0..mask.height() {
            let row = mask.row(y);
            let below = if y + 1 < mask.height() {
                mask.row(y + 1)
            } else {
                row
            };
            boundary_row(row, below, result.row_mut(y), last_bit);
        }
    }
}

/// Writes the boundary of one row; `last_bit` marks the last column within the last word.
#[inline(always)]
fn boundary_row(row: &[u64], below: &[u64], boundary: &mut [u64], last_bit: u64) {
    let last = row.len() - 1;
    let (below, boundary) = (&below[..=last], &mut boundary[..=last]);
    for index in 0..last {
        let right = row[index] >> 1 | row[index + 1] << (WORD_BITS - 1);
        let lower_right = below[index] >> 1 | below[index + 1] << (WORD_BITS - 1);
        boundary[index] = differing(row[index], [right, below[index], lower_right]);
    }
    let right = row[last] >> 1 | row[last] & last_bit;
    let lower_right = below[last] >> 1 | below[last] & last_bit;
    boundary[last] = differing(row[last], [right, below[last], lower_right]);
}

#[inline(always)]
fn differing(word: u64, [right, below, lower_right]: [u64; 3]) -> u64 {
    (word ^ right) | (word ^ below) | (word ^ lower_right)
}

#[cfg(test)]
mod tests {
    use super::super::bits::tests::{drawn, shapes};
    use super::*;
    use crate::FrameSize;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_boundary_is_where_neighbours_differ(mask in shapes()) {
            let boundary = mask.boundary();
            for y in 0..mask.height() {
                for x in 0..mask.width() {
                    let (right, below) = ((x + 1).min(mask.width() - 1), (y + 1).min(mask.height() - 1));
                    let here = mask.get(x, y);
                    let expected = [(right, y), (x, below), (right, below)]
                        .iter()
                        .any(|&(column, row)| mask.get(column, row) != here);
                    prop_assert_eq!(boundary.get(x, y), expected, "at {} {}", x, y);
                }
            }
            prop_assert_eq!((!&mask).boundary(), boundary);
        }
    }

    #[test]
    fn a_full_mask_has_no_boundary() {
        assert!(Mask::full(FrameSize::new(70, 5)).boundary().is_empty());
    }

    #[test]
    fn one_pixel_has_a_boundary_of_four() {
        let boundary = drawn(&["....", "..#.", "...."]).boundary();
        assert_eq!(boundary, drawn(&[".##.", ".##.", "...."]));
    }
}
