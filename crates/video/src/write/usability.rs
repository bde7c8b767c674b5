//! Adding what an encoder leaves out of its sequence parameter set: colours, and that pictures come in order.
//!
//! Without the first, players guess the colours from the picture size; without the second, some hold back frames.

use rusty_h264_common::nal::{emulation_prevent_into, emulation_unprevent};
use rusty_h264_common::{BitReader, BitWriter};

use crate::h264::sequence::Sequence;

/// Code point of BT.709 for primaries, transfer and matrix (H.273).
const BT709: u32 = 1;

/// A sequence parameter set NAL unit with video usability information (H.264, annex E) for BT.709 in limited range.
///
/// `None` where the unit already has such information or is damaged.
pub(crate) fn with_usability(nal_unit: &[u8]) -> Option<Vec<u8>> {
    let (&header, escaped) = nal_unit.split_first()?;
    let payload = emulation_unprevent(escaped);
    // The last set bit ends the payload; the bit before it says that no usability information follows.
    let last = payload.iter().rposition(|&byte| byte != 0)?;
    let end = 8 * last + 7 - payload.get(last)?.trailing_zeros() as usize;
    let flag = end.checked_sub(1)?;
    let mut bits = BitReader::new(&payload);
    let mut writer = BitWriter::with_capacity(payload.len() + 16);
    for _ in 0..flag {
        writer.write_bit(bits.read_bit().ok()?);
    }
    if bits.read_bit().ok()? {
        return None;
    }
    writer.write_bit(true);
    write_usability(&mut writer);
    writer.rbsp_trailing_bits();
    let mut unit = vec![header];
    emulation_prevent_into(&writer.into_bytes(), &mut unit);
    let (before, after) = (Sequence::read(nal_unit)?, Sequence::read(&unit)?);
    (before.matrix.is_none() && after.matrix.is_some() && before.size == after.size).then_some(unit)
}

fn write_usability(writer: &mut BitWriter) {
    const UNSPECIFIED_FORMAT: u32 = 5;
    writer.write_bit(false); // aspect ratio
    writer.write_bit(false); // overscan
    writer.write_bit(true); // video signal type
    writer.write_bits(UNSPECIFIED_FORMAT, 3);
    writer.write_bit(false); // full range
    writer.write_bit(true); // colour description
    for _ in 0..3 {
        writer.write_bits(BT709, 8);
    }
    writer.write_bit(false); // chroma location
    writer.write_bit(false); // timing
    writer.write_bit(false); // NAL decoder parameters
    writer.write_bit(false); // VCL decoder parameters
    writer.write_bit(false); // picture structure
    writer.write_bit(true); // restrictions
    writer.write_bit(true); // motion vectors may point outside
    writer.write_ue(0); // any number of bytes per picture
    writer.write_ue(0); // any number of bits per macroblock
    writer.write_ue(15); // longest horizontal motion vector, log2
    writer.write_ue(15); // longest vertical motion vector, log2
    writer.write_ue(0); // no reordered frames
    writer.write_ue(1); // one frame in the decoder
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    /// 176×144, Constrained Baseline, without usability information.
    const PLAIN: [u8; 8] = [0x67, 0x42, 0x40, 0x1e, 0xf4, 0x0b, 0x13, 0x20];

    #[test]
    fn colours_can_be_read_back() {
        let before = Sequence::read(&PLAIN).unwrap();
        assert_eq!(before.matrix, None);
        let with = with_usability(&PLAIN).unwrap();
        let after = Sequence::read(&with).unwrap();
        assert_eq!((after.matrix, after.full_range), (Some(1), Some(false)));
        assert_eq!(after.size, before.size);
        assert_eq!(with_usability(&with), None);
    }
}
