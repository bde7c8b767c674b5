//! Union, intersection, difference and overlap of run-length codes, without decoding them.

use super::counts::Builder;
use crate::{GeometryError, RunLength};

impl RunLength {
    /// Pixels in either mask.
    ///
    /// # Errors
    /// [`GeometryError::SizeMismatch`] where the frames differ in size, as for all functions of two codes.
    pub fn union(&self, other: &Self) -> Result<Self, GeometryError> {
        self.combine(other, |left, right| left || right)
    }

    /// Pixels in both masks.
    ///
    /// # Errors
    /// As [`RunLength::union`].
    pub fn intersection(&self, other: &Self) -> Result<Self, GeometryError> {
        self.combine(other, |left, right| left && right)
    }

    /// Pixels of this mask that are not in the other.
    ///
    /// # Errors
    /// As [`RunLength::union`].
    pub fn difference(&self, other: &Self) -> Result<Self, GeometryError> {
        self.combine(other, |left, right| left && !right)
    }

    /// Number of pixels in both masks.
    ///
    /// # Errors
    /// As [`RunLength::union`].
    pub fn intersection_count(&self, other: &Self) -> Result<usize, GeometryError> {
        let mut count = 0;
        self.walk(other, |piece| {
            if piece.left && piece.right {
                count += piece.length as usize;
            }
        })?;
        Ok(count)
    }

    /// Intersection divided by union, and 1 where both masks are empty, as [`crate::Mask::iou`].
    ///
    /// # Errors
    /// As [`RunLength::union`].
    pub fn iou(&self, other: &Self) -> Result<f64, GeometryError> {
        let intersection = self.intersection_count(other)?;
        let union = self.area() + other.area() - intersection;
        Ok(if union == 0 {
            1.0
        } else {
            intersection as f64 / union as f64
        })
    }

    fn combine(
        &self,
        other: &Self,
        keep: impl Fn(bool, bool) -> bool,
    ) -> Result<Self, GeometryError> {
        let mut builder = Builder::default();
        let mut position = 0;
        self.walk(other, |piece| {
            if keep(piece.left, piece.right) {
                builder.push(position..position + piece.length);
            }
            position += piece.length;
        })?;
        Ok(Self::from_builder(self.size(), builder, position))
    }

    /// Visits the frame in pieces in which neither mask changes.
    fn walk(&self, other: &Self, mut visit: impl FnMut(Piece)) -> Result<(), GeometryError> {
        if self.size() != other.size() {
            return Err(GeometryError::SizeMismatch {
                left: self.size(),
                right: other.size(),
            });
        }
        let (mut left_counts, mut right_counts) = (self.counts().iter(), other.counts().iter());
        let (mut left_rest, mut right_rest) = (0, 0);
        // Flipped by the first, background count.
        let (mut left, mut right) = (true, true);
        loop {
            if left_rest == 0 {
                let Some(&count) = left_counts.next() else {
                    return Ok(());
                };
                left_rest = count;
                left = !left;
            }
            if right_rest == 0 {
                let Some(&count) = right_counts.next() else {
                    return Ok(());
                };
                right_rest = count;
                right = !right;
            }
            let length = left_rest.min(right_rest);
            left_rest -= length;
            right_rest -= length;
            visit(Piece {
                length,
                left,
                right,
            });
        }
    }
}

/// Neighbouring positions that are alike: their number and whether they belong to either mask.
struct Piece {
    length: u32,
    left: bool,
    right: bool,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use crate::mask::bits::tests::pairs;
    use crate::{FrameSize, Mask};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn codes_combine_as_their_masks_do((left, right) in pairs()) {
            let (left_code, right_code) = (RunLength::encode(&left), RunLength::encode(&right));
            prop_assert_eq!(left_code.union(&right_code).unwrap(), RunLength::encode(&(&left | &right)));
            prop_assert_eq!(left_code.intersection(&right_code).unwrap(), RunLength::encode(&(&left & &right)));
            prop_assert_eq!(left_code.difference(&right_code).unwrap(), RunLength::encode(&(&left - &right)));
            prop_assert_eq!(left_code.intersection_count(&right_code).unwrap(), left.intersection_count(&right));
            prop_assert_eq!(left_code.iou(&right_code).unwrap(), left.iou(&right));
        }
    }

    #[test]
    fn frames_of_different_sizes_are_refused() {
        let code = |width, height| RunLength::encode(&Mask::new(FrameSize::new(width, height)));
        let error = code(3, 4).union(&code(4, 3)).unwrap_err();
        let (left, right) = (FrameSize::new(3, 4), FrameSize::new(4, 3));
        assert_eq!(error, GeometryError::SizeMismatch { left, right });
    }
}
