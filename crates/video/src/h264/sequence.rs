//! The sequence parameter set: picture size, cropping, colours, and whether our decoder can read the stream.
//!
//! In: the bytes of the NAL unit. Out: a [`Sequence`]. Section numbers are those of ITU-T H.264.

use rusty_h264_common::BitReader;
use rusty_h264_common::bit_reader::OutOfData;
use rusty_h264_common::nal::emulation_unprevent;
use tubelet_geometry::FrameSize;

/// What is needed of a sequence parameter set (section 7.3.2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sequence {
    /// Size of the pictures after cropping.
    pub(crate) size: FrameSize,
    /// Columns cut off at the left.
    pub(crate) crop_left: usize,
    /// Rows cut off at the top.
    pub(crate) crop_top: usize,
    /// Matrix code point of H.273, where the stream tells.
    pub(crate) matrix: Option<u8>,
    /// Whether samples use the full range, where the stream tells.
    pub(crate) full_range: Option<bool>,
    /// Whether pictures that nothing refers to may be left undecoded without harm to the others.
    pub(crate) skips_unreferenced: bool,
    /// A coding tool that the decoder does not know.
    pub(crate) foreign_tool: Option<&'static str>,
}

/// Profiles whose parameter sets tell the chroma format and bit depth.
const HIGH_PROFILES: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

impl Sequence {
    /// Reads a sequence parameter set; `None` where it ends too early or describes an impossible picture.
    pub(crate) fn read(nal_unit: &[u8]) -> Option<Self> {
        let payload = emulation_unprevent(nal_unit.get(1..)?);
        parse(&mut BitReader::new(&payload)).ok().flatten()
    }
}

fn parse(bits: &mut BitReader<'_>) -> Result<Option<Sequence>, OutOfData> {
    let profile = bits.read_bits(8)?;
    bits.skip_bits(16)?;
    bits.read_ue()?;
    let mut foreign_tool = None;
    let mut chroma_format = 1;
    if HIGH_PROFILES.contains(&profile) {
        chroma_format = bits.read_ue()?;
        if chroma_format == 3 {
            bits.skip_bits(1)?;
        }
        let (luma_depth, chroma_depth) = (bits.read_ue()?, bits.read_ue()?);
        if chroma_format != 1 {
            foreign_tool = Some("H.264 with other chroma than 4:2:0");
        } else if luma_depth != 0 || chroma_depth != 0 {
            foreign_tool = Some("H.264 with more than 8 bits");
        }
        bits.skip_bits(1)?;
        if bits.read_bit()? {
            skip_scaling_lists(bits, if chroma_format == 3 { 12 } else { 8 })?;
        }
    }
    bits.read_ue()?;
    let order_count_type = bits.read_ue()?;
    match order_count_type {
        0 => {
            bits.read_ue()?;
        }
        1 => {
            bits.skip_bits(1)?;
            bits.read_se()?;
            bits.read_se()?;
            for _ in 0..bits.read_ue()?.min(255) {
                bits.read_se()?;
            }
        }
        _ => {}
    }
    bits.read_ue()?;
    bits.skip_bits(1)?;
    let columns = bits.read_ue()? as usize + 1;
    let map_rows = bits.read_ue()? as usize + 1;
    let frames_only = bits.read_bit()?;
    if !frames_only && bits.read_bit()? {
        foreign_tool = Some("interlaced H.264");
    }
    bits.skip_bits(1)?;
    let mut crop = [0usize; 4];
    if bits.read_bit()? {
        for edge in &mut crop {
            *edge = bits.read_ue()? as usize;
        }
    }
    let (matrix, full_range) = if bits.read_bit()? {
        parse_colors(bits)?
    } else {
        (None, None)
    };
    let rows_per_unit = if frames_only { 1 } else { 2 };
    let unit_width = if matches!(chroma_format, 1 | 2) { 2 } else { 1 };
    let unit_height = if chroma_format == 1 { 2 } else { 1 } * rows_per_unit;
    let [left, right, top, bottom] = crop;
    let cropped = |whole: usize, unit: usize, edges: [usize; 2]| {
        let cut = edges[0].checked_add(edges[1])?.checked_mul(unit)?;
        whole
            .checked_mul(16)?
            .checked_sub(cut)
            .filter(|left| *left > 0)
    };
    let size = cropped(columns, unit_width, [left, right]).zip(cropped(
        map_rows * rows_per_unit,
        unit_height,
        [top, bottom],
    ));
    Ok(size.map(|(width, height)| Sequence {
        size: FrameSize::new(width, height),
        crop_left: left * unit_width,
        crop_top: top * unit_height,
        matrix,
        full_range,
        skips_unreferenced: order_count_type == 0,
        foreign_tool,
    }))
}

/// Scaling lists, section 7.3.2.1.1.1.
fn skip_scaling_lists(bits: &mut BitReader<'_>, count: usize) -> Result<(), OutOfData> {
    for list in 0..count {
        if !bits.read_bit()? {
            continue;
        }
        let (mut last, mut next) = (8i32, 8i32);
        for _ in 0..if list < 6 { 16 } else { 64 } {
            if next != 0 {
                next = last.wrapping_add(bits.read_se()?) & 0xff;
            }
            if next != 0 {
                last = next;
            }
        }
    }
    Ok(())
}

/// The start of the video usability information, annex E.1.1: matrix and range.
fn parse_colors(bits: &mut BitReader<'_>) -> Result<(Option<u8>, Option<bool>), OutOfData> {
    const EXTENDED_ASPECT: u32 = 255;
    if bits.read_bit()? && bits.read_bits(8)? == EXTENDED_ASPECT {
        bits.skip_bits(32)?;
    }
    if bits.read_bit()? {
        bits.skip_bits(1)?;
    }
    if !bits.read_bit()? {
        return Ok((None, None));
    }
    bits.skip_bits(3)?;
    let full_range = bits.read_bit()?;
    if !bits.read_bit()? {
        return Ok((None, Some(full_range)));
    }
    bits.skip_bits(16)?;
    Ok((Some(bits.read_bits(8)? as u8), Some(full_range)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    /// 1280×720, High profile, BT.709, as x264 writes it.
    const HIGH_720P: [u8; 27] = [
        0x67, 0x64, 0x00, 0x1f, 0xac, 0xd9, 0x40, 0x50, 0x05, 0xbb, 0x01, 0x6a, 0x02, 0x02, 0x02,
        0x80, 0x00, 0x01, 0xf4, 0x80, 0x00, 0x75, 0x30, 0x07, 0x8c, 0x18, 0xcb,
    ];

    #[test]
    fn size_and_colours_of_a_common_stream_are_read() {
        let sequence = Sequence::read(&HIGH_720P).unwrap();
        assert_eq!(sequence.size, FrameSize::new(1280, 720));
        assert_eq!(sequence.matrix, Some(1));
        assert_eq!(sequence.full_range, Some(false));
        assert_eq!(sequence.foreign_tool, None);
        assert!(sequence.skips_unreferenced);
    }

    #[test]
    fn damaged_sets_give_none_or_a_possible_picture() {
        for position in 1..HIGH_720P.len() {
            for value in 0..=255 {
                let mut damaged = HIGH_720P;
                damaged[position] = value;
                if let Some(sequence) = Sequence::read(&damaged) {
                    assert!(sequence.size.width > 0 && sequence.size.height > 0);
                }
            }
        }
        assert_eq!(Sequence::read(&HIGH_720P[..9]), None);
        assert_eq!(Sequence::read(&[]), None);
    }
}
