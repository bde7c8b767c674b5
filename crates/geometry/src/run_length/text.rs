//! The compressed text of a run-length code, as COCO's JSON files carry it.
//!
//! Each count from the fourth on is replaced by its difference to the count two places before. A number is written in
//! groups of five bits, lowest first; a sixth bit says that more follow, and the byte is the group plus 48. The fifth
//! bit of the last group is the sign.

use crate::{FrameSize, GeometryError, RunLength};

/// First byte of the alphabet of 64.
const FIRST_BYTE: u8 = b'0';
/// Set in a group that is followed by another.
const MORE: i64 = 0x20;
/// Sign bit of the last group.
const SIGN: i64 = 0x10;
/// Bits of a number in one group.
const GROUP_BITS: usize = 5;
/// Groups that hold any difference of two 32-bit counts.
const MOST_GROUPS: usize = 7;

impl RunLength {
    /// The compressed text; ASCII only.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for (index, &count) in self.counts().iter().enumerate() {
            let reference = if index > 2 {
                self.counts()[index - 2]
            } else {
                0
            };
            write_number(i64::from(count) - i64::from(reference), &mut text);
        }
        text
    }

    /// Reads a compressed text of outside origin.
    ///
    /// # Errors
    /// [`GeometryError::RunTextByte`], [`GeometryError::RunTextTruncated`] and [`GeometryError::RunTextNumber`] for a
    /// text that is no list of counts; otherwise as [`RunLength::new`].
    pub fn from_text(size: FrameSize, text: &str) -> Result<Self, GeometryError> {
        let mut counts: Vec<u32> = Vec::new();
        let mut rest = text.bytes().enumerate();
        while let Some(number) = read_number(&mut rest, text.len()) {
            let Number { value, position } = number?;
            let reference = match counts.len() {
                0..=2 => 0,
                length => counts[length - 2],
            };
            let count = u32::try_from(value + i64::from(reference))
                .map_err(|_| GeometryError::RunTextNumber { position })?;
            counts.push(count);
        }
        Self::new(size, &counts)
    }
}

fn write_number(mut value: i64, text: &mut String) {
    loop {
        let group = value & (MORE - 1);
        value >>= GROUP_BITS;
        // Done when what is left is nothing but copies of the sign bit just written.
        let done = value == if group & SIGN == 0 { 0 } else { -1 };
        let byte = if done { group } else { group | MORE };
        text.push(char::from(byte as u8 + FIRST_BYTE));
        if done {
            return;
        }
    }
}

/// A number and the position of its last byte.
struct Number {
    value: i64,
    position: usize,
}

/// Reads the next number; `None` at the end of the text.
fn read_number(
    rest: &mut impl Iterator<Item = (usize, u8)>,
    length: usize,
) -> Option<Result<Number, GeometryError>> {
    let mut value = 0;
    for group in 0..=MOST_GROUPS {
        let Some((position, byte)) = rest.next() else {
            return (group > 0).then_some(Err(GeometryError::RunTextTruncated { length }));
        };
        if group == MOST_GROUPS {
            return Some(Err(GeometryError::RunTextNumber { position }));
        }
        let Some(bits) = byte.checked_sub(FIRST_BYTE).filter(|&bits| bits < 64) else {
            return Some(Err(GeometryError::RunTextByte { position, byte }));
        };
        let bits = i64::from(bits);
        value |= (bits & (MORE - 1)) << (GROUP_BITS * group);
        if bits & MORE == 0 {
            if bits & SIGN != 0 {
                value |= -1 << (GROUP_BITS * (group + 1));
            }
            return Some(Ok(Number { value, position }));
        }
    }
    None
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use crate::mask::bits::tests::shapes;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_leads_back_to_the_code(mask in shapes()) {
            let code = RunLength::encode(&mask);
            prop_assert_eq!(RunLength::from_text(mask.size(), &code.to_text()).unwrap(), code);
        }

        #[test]
        fn large_counts_survive(first in 0u32..1 << 31, second in 0u32..1 << 30, third in 1u32..1 << 29, fourth in 1u32..1 << 28) {
            let counts = [first, second + 1, third, fourth];
            let size = FrameSize::new(1, counts.iter().map(|&count| count as usize).sum());
            let code = RunLength::new(size, &counts).unwrap();
            prop_assert_eq!(RunLength::from_text(size, &code.to_text()).unwrap(), code);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-o]{0,40}|.{0,12}", width in 0usize..70, height in 0usize..70) {
            let size = FrameSize::new(width, height);
            if let Ok(code) = RunLength::from_text(size, &text) {
                prop_assert_eq!(code.decode().size(), size);
            }
        }
    }

    fn refused(text: &str) -> GeometryError {
        RunLength::from_text(FrameSize::new(4, 4), text).unwrap_err()
    }

    #[test]
    fn malformed_texts_are_named() {
        assert_eq!(
            refused("4~"),
            GeometryError::RunTextByte {
                position: 1,
                byte: b'~'
            }
        );
        assert_eq!(refused("4P"), GeometryError::RunTextTruncated { length: 2 });
        assert_eq!(
            refused("ooooooooo"),
            GeometryError::RunTextNumber { position: 7 }
        );
        // 'O' is a single group of minus one.
        assert_eq!(refused("O"), GeometryError::RunTextNumber { position: 0 });
        assert!(matches!(
            refused(""),
            GeometryError::RunTotal { found: 0, .. }
        ));
    }
}
