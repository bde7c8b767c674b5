//! Masks as sets: union, intersection, difference, complement, and the counts that compare two masks.
//!
//! Operators of two masks take masks of one size and panic otherwise: a size that comes from outside is checked where
//! it enters, with [`Mask::same_size`].

use std::ops::{
    BitAnd, BitAndAssign, BitOr, BitOrAssign, BitXor, BitXorAssign, Not, Sub, SubAssign,
};

use super::vector::vectorized;
use crate::{GeometryError, Mask};

impl Mask {
    /// Checks that another mask has this mask's size.
    ///
    /// # Errors
    /// [`GeometryError::SizeMismatch`] where it has not.
    pub fn same_size(&self, other: &Self) -> Result<(), GeometryError> {
        if self.size() == other.size() {
            return Ok(());
        }
        Err(GeometryError::SizeMismatch {
            left: self.size(),
            right: other.size(),
        })
    }

    /// Number of pixels in both masks.
    ///
    /// # Panics
    /// Where the sizes differ, as for every comparison and operator of two masks.
    pub fn intersection_count(&self, other: &Self) -> usize {
        self.count_words(other, |left, right| left & right)
    }

    /// Number of pixels in either mask.
    pub fn union_count(&self, other: &Self) -> usize {
        self.count_words(other, |left, right| left | right)
    }

    /// Intersection divided by union, and 1 where both masks are empty (the convention of the video protocols; COCO's
    /// tools say 0).
    pub fn iou(&self, other: &Self) -> f64 {
        match self.union_count(other) {
            0 => 1.0,
            union => self.intersection_count(other) as f64 / union as f64,
        }
    }

    fn count_words(&self, other: &Self, combine: impl Fn(u64, u64) -> u64) -> usize {
        self.assert_same_size(other);
        vectorized(|| {
            let pairs = self.words().iter().zip(other.words());
            pairs
                .map(|(&left, &right)| combine(left, right).count_ones() as usize)
                .sum()
        })
    }

    fn combine(&mut self, other: &Self, combine: impl Fn(u64, u64) -> u64) {
        self.assert_same_size(other);
        for (left, &right) in self.words_mut().iter_mut().zip(other.words()) {
            *left = combine(*left, right);
        }
    }

    fn assert_same_size(&self, other: &Self) {
        assert_eq!(self.size(), other.size(), "masks of different sizes");
    }
}

/// Intersection in place.
impl BitAndAssign<&Mask> for Mask {
    fn bitand_assign(&mut self, other: &Mask) {
        self.combine(other, |left, right| left & right);
    }
}

/// Union in place.
impl BitOrAssign<&Mask> for Mask {
    fn bitor_assign(&mut self, other: &Mask) {
        self.combine(other, |left, right| left | right);
    }
}

/// Symmetric difference in place.
impl BitXorAssign<&Mask> for Mask {
    fn bitxor_assign(&mut self, other: &Mask) {
        self.combine(other, |left, right| left ^ right);
    }
}

/// Takes the other mask's pixels out in place.
impl SubAssign<&Mask> for Mask {
    fn sub_assign(&mut self, other: &Mask) {
        self.combine(other, |left, right| left & !right);
    }
}

/// Pixels in both.
impl BitAnd for &Mask {
    type Output = Mask;
    fn bitand(self, other: Self) -> Mask {
        let mut result = self.clone();
        result &= other;
        result
    }
}

/// Pixels in either.
impl BitOr for &Mask {
    type Output = Mask;
    fn bitor(self, other: Self) -> Mask {
        let mut result = self.clone();
        result |= other;
        result
    }
}

/// Pixels in exactly one.
impl BitXor for &Mask {
    type Output = Mask;
    fn bitxor(self, other: Self) -> Mask {
        let mut result = self.clone();
        result ^= other;
        result
    }
}

/// Pixels of the first that are not in the second.
impl Sub for &Mask {
    type Output = Mask;
    fn sub(self, other: Self) -> Mask {
        let mut result = self.clone();
        result -= other;
        result
    }
}

/// Pixels of the frame that are not in the mask.
impl Not for &Mask {
    type Output = Mask;
    fn not(self) -> Mask {
        let mut result = Mask::full(self.size());
        result -= self;
        result
    }
}

#[cfg(test)]
mod tests {
    use super::super::bits::tests::{pairs, shapes};
    use super::*;
    use crate::FrameSize;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn set_operations_agree_pixel_by_pixel((left, right) in pairs()) {
            let (both, either, one, rest) = (&left & &right, &left | &right, &left ^ &right, &left - &right);
            for y in 0..left.height() {
                for x in 0..left.width() {
                    let (l, r) = (left.get(x, y), right.get(x, y));
                    prop_assert_eq!(both.get(x, y), l && r);
                    prop_assert_eq!(either.get(x, y), l || r);
                    prop_assert_eq!(one.get(x, y), l != r);
                    prop_assert_eq!(rest.get(x, y), l && !r);
                }
            }
            prop_assert_eq!(left.intersection_count(&right), both.count());
            prop_assert_eq!(left.union_count(&right), either.count());
        }

        #[test]
        fn iou_is_symmetric_and_within_zero_and_one((left, right) in pairs()) {
            let iou = left.iou(&right);
            prop_assert!((0.0..=1.0).contains(&iou));
            prop_assert_eq!(iou, right.iou(&left));
            prop_assert_eq!(left.iou(&left), 1.0);
        }

        #[test]
        fn the_complement_is_everything_else(mask in shapes()) {
            let complement = !&mask;
            prop_assert_eq!(complement.count(), mask.size().pixel_count() - mask.count());
            prop_assert!((&complement & &mask).is_empty());
            prop_assert_eq!(!&complement, mask);
        }
    }

    #[test]
    fn different_sizes_are_named() {
        let (left, right) = (FrameSize::new(3, 4), FrameSize::new(4, 3));
        let error = Mask::new(left).same_size(&Mask::new(right));
        assert_eq!(error, Err(GeometryError::SizeMismatch { left, right }));
    }
}
