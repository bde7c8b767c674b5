//! Masks from and to one value per pixel, in row order.
//!
//! In: bytes, labels or logits. Out: masks, or bytes of 0 and 1.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the processor at hand"
)]

#[cfg(target_arch = "x86_64")]
use pulp::{Simd, WithSimd};

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
        let packing = Packing {
            mask: &mut mask,
            values,
            is_member,
        };
        packing.run();
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

/// The making of a mask from values.
struct Packing<'a, T, IsMember> {
    mask: &'a mut Mask,
    values: &'a [T],
    is_member: IsMember,
}

impl<T: Copy, IsMember: Fn(T) -> bool> Packing<'_, T, IsMember> {
    fn run(self) {
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V3::try_new() {
            return Simd::vectorize(
                simd,
                PackingWith {
                    packing: self,
                    pack: |flags| pack_vectors(simd, flags),
                },
            );
        }
        self.rows(pack);
    }

    #[inline(always)]
    fn rows(self, pack: impl Fn([u8; WORD_BITS]) -> u64) {
        let size = self.mask.size();
        for y in 0..size.height {
            let row = &self.values[y * size.width..(y + 1) * size.width];
            let (whole, rest) = row.as_chunks::<WORD_BITS>();
            let mut words = self.mask.row_mut(y).iter_mut();
            let flags = |pixels: &[T; WORD_BITS]| pixels.map(|value| flag((self.is_member)(value)));
            for (pixels, word) in whole.iter().zip(words.by_ref()) {
                *word = pack(flags(pixels));
            }
            let Some(word) = words.next() else { continue };
            *word = if let Some(last) = row.last_chunk() {
                pack(flags(last)) >> (WORD_BITS - rest.len())
            } else {
                let mut narrow = [0; WORD_BITS];
                for (byte, &value) in narrow.iter_mut().zip(rest) {
                    *byte = flag((self.is_member)(value));
                }
                pack(narrow)
            };
        }
    }
}

/// The making of a mask by a way to pack that this processor has.
#[cfg(target_arch = "x86_64")]
struct PackingWith<Packing, Pack> {
    packing: Packing,
    pack: Pack,
}

#[cfg(target_arch = "x86_64")]
impl<T: Copy, IsMember: Fn(T) -> bool, Pack: Fn([u8; WORD_BITS]) -> u64> WithSimd
    for PackingWith<Packing<'_, T, IsMember>, Pack>
{
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.packing.rows(self.pack);
    }
}

/// The byte by which a pixel is marked before packing: what vector compares give.
const fn flag(is_member: bool) -> u8 {
    if is_member { u8::MAX } else { 0 }
}

/// Packs 64 bytes of 0 or 255 into a word, 32 by one instruction.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn pack_vectors(simd: pulp::x86::V3, flags: [u8; WORD_BITS]) -> u64 {
    let halves: [[u8; 32]; 2] = pulp::cast(flags);
    let [low, high] = halves.map(|half| {
        let bits = simd.avx2._mm256_movemask_epi8(pulp::cast(half));
        u64::from(bits.cast_unsigned())
    });
    low | high << 32
}

/// Packs 64 bytes of 0 or 255 into a word, eight by one multiplication.
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
    (bytes & 0x0101_0101_0101_0101).wrapping_mul(0x0102_0408_1020_4080) >> 56
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

    proptest! {
        #[test]
        fn eight_are_packed_as_the_definition_says(word: u64) {
            let flags = std::array::from_fn(|bit| flag(word >> bit & 1 == 1));
            prop_assert_eq!(pack(flags), word);
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
