//! Masks from and to one value per pixel, in row order.
//!
//! In: bytes, labels or logits. Out: masks, or bytes of 0 and 1.

use super::bits::WORD_BITS;
use crate::{FrameSize, GeometryError, Mask};

impl Mask {
    /// The pixels whose value passes a test; `values` holds one value per pixel, row after row.
    ///
    /// # Errors
    /// [`GeometryError::ValueCount`] where there are more or fewer values than pixels.
    pub fn from_values<T: Copy>(
        size: FrameSize,
        values: &[T],
        is_member: impl Fn(T) -> bool,
    ) -> Result<Self, GeometryError> {
        if values.len() != size.pixel_count() {
            return Err(GeometryError::ValueCount {
                size,
                expected: size.pixel_count(),
                found: values.len(),
            });
        }
        let mut mask = Self::new(size);
        for y in 0..size.height {
            let row = &values[y * size.width..(y + 1) * size.width];
            let (whole, rest) = row.as_chunks::<WORD_BITS>();
            let mut words = mask.row_mut(y).iter_mut();
            for (pixels, word) in whole.iter().zip(words.by_ref()) {
                *word = pack(pixels.map(|value| u8::from(is_member(value))));
            }
            if let Some(word) = words.next() {
                let mut flags = [0; WORD_BITS];
                for (flag, &value) in flags.iter_mut().zip(rest) {
                    *flag = u8::from(is_member(value));
                }
                *word = pack(flags);
            }
        }
        Ok(mask)
    }

    /// The pixels whose byte is not zero.
    ///
    /// # Errors
    /// [`GeometryError::ValueCount`] where there are more or fewer bytes than pixels.
    pub fn from_bytes(size: FrameSize, bytes: &[u8]) -> Result<Self, GeometryError> {
        Self::from_values(size, bytes, |byte| byte != 0)
    }

    /// The pixels whose logit is greater than zero (NaN is not).
    ///
    /// # Errors
    /// [`GeometryError::ValueCount`] where there are more or fewer logits than pixels.
    pub fn from_logits(size: FrameSize, logits: &[f32]) -> Result<Self, GeometryError> {
        Self::from_values(size, logits, |logit| logit > 0.0)
    }

    /// One byte per pixel in row order: 1 inside the mask, 0 outside.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.size().pixel_count()];
        self.write_bytes(&mut bytes, 1);
        bytes
    }

    /// Writes `value` at every pixel of the mask and leaves the others alone; `bytes` holds one byte per pixel in row
    /// order, such as a label map to which objects are added.
    ///
    /// # Panics
    /// Where `bytes` does not hold one byte per pixel.
    pub fn write_bytes(&self, bytes: &mut [u8], value: u8) {
        assert_eq!(bytes.len(), self.size().pixel_count(), "one byte per pixel");
        for y in 0..self.height() {
            let row = &mut bytes[y * self.width()..(y + 1) * self.width()];
            for run in self.row_runs(y) {
                row[run].fill(value);
            }
        }
    }
}

/// Packs 64 bytes of 0 or 1, which come from vector compares, into a word: eight at once by one multiplication.
fn pack(flags: [u8; WORD_BITS]) -> u64 {
    let (eights, _) = flags.as_chunks::<8>();
    let bytes = eights
        .iter()
        .map(|&eight| gather_bits(u64::from_le_bytes(eight)));
    bytes
        .enumerate()
        .fold(0, |word, (index, byte)| word | byte << (8 * index))
}

/// The lowest bits of eight bytes, side by side, the lowest byte's first.
const fn gather_bits(bytes: u64) -> u64 {
    // Byte i, multiplied by 2^(56 - 7 i), comes to lie at bit 56 + i; no two products meet, so nothing carries.
    bytes.wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::super::bits::tests::{drawn, shapes};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_lead_back_to_the_mask(mask in shapes()) {
            let bytes = mask.to_bytes();
            prop_assert_eq!(bytes.iter().map(|&byte| usize::from(byte)).sum::<usize>(), mask.count());
            prop_assert_eq!(Mask::from_bytes(mask.size(), &bytes).unwrap(), mask);
        }
    }

    #[test]
    fn logits_above_zero_are_members() {
        let logits = [0.0, -0.0, f32::MIN_POSITIVE, f32::NAN, -1.0, f32::INFINITY];
        let mask = Mask::from_logits(FrameSize::new(3, 2), &logits).unwrap();
        assert_eq!(mask, drawn(&["..#", "..#"]));
    }

    #[test]
    fn labels_choose_one_object() {
        let labels = [0u8, 2, 1, 2];
        let mask = Mask::from_values(FrameSize::new(2, 2), &labels, |label| label == 2).unwrap();
        assert_eq!(mask, drawn(&[".#", ".#"]));
        let mut written = vec![9; 4];
        mask.write_bytes(&mut written, 5);
        assert_eq!(written, [9, 5, 9, 5]);
    }

    #[test]
    fn a_wrong_number_of_values_is_refused() {
        let size = FrameSize::new(3, 2);
        let error = Mask::from_bytes(size, &[0; 5]).unwrap_err();
        assert_eq!(
            error,
            GeometryError::ValueCount {
                size,
                expected: 6,
                found: 5
            }
        );
    }
}
