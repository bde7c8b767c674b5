//! The sample description (`stsd`): codec, picture size, H.264 settings and colours.

use tubelet_geometry::FrameSize;

use super::boxes::{Kind, Numbers, boxes, find};
use super::refusal::Refusal;

/// Bytes of a visual sample entry before the boxes inside it.
const VISUAL_ENTRY_BYTES: usize = 78;

/// What a track's samples are.
#[derive(Debug, Clone)]
pub(crate) struct Description {
    /// Four-character name of the codec.
    pub(crate) codec: Kind,
    /// Picture size that the container announces; zero for sound.
    pub(crate) size: FrameSize,
    /// H.264 settings, if it is H.264.
    pub(crate) avc: Option<AvcSettings>,
    /// Colours that the container announces.
    pub(crate) color: Option<ContainerColor>,
}

/// The decoder configuration record of H.264 (`avcC`, ISO/IEC 14496-15).
#[derive(Debug, Clone, Default)]
pub(crate) struct AvcSettings {
    /// Bytes of the length in front of each NAL unit.
    pub(crate) length_bytes: usize,
    /// Sequence parameter sets, as NAL units.
    pub(crate) sequence_sets: Vec<Vec<u8>>,
    /// Picture parameter sets, as NAL units.
    pub(crate) picture_sets: Vec<Vec<u8>>,
}

/// Contents of a `colr` box.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ContainerColor {
    /// Matrix code point of H.273.
    pub(crate) matrix: u8,
    /// Whether samples use the full range, where the box says so.
    pub(crate) full_range: Option<bool>,
}

impl Description {
    /// Reads the first entry of an `stsd` payload.
    pub(crate) fn read(payload: &[u8]) -> Result<Self, Refusal> {
        let (_, _, mut numbers) = Numbers::versioned(payload)?;
        numbers.u32()?;
        let Some(entry) = boxes(numbers.rest()).next().transpose()? else {
            return Refusal::damaged("no sample description");
        };
        let mut description = Self {
            codec: entry.kind,
            size: FrameSize::new(0, 0),
            avc: None,
            color: None,
        };
        let Some((fixed, inner)) = entry.payload.split_at_checked(VISUAL_ENTRY_BYTES) else {
            return Ok(description);
        };
        let mut numbers = Numbers::new(fixed);
        numbers.take(24)?;
        description.size = FrameSize::new(usize::from(numbers.u16()?), usize::from(numbers.u16()?));
        description.avc = find(inner, *b"avcC").map(AvcSettings::read).transpose()?;
        description.color = find(inner, *b"colr").and_then(ContainerColor::read);
        Ok(description)
    }
}

impl AvcSettings {
    fn read(payload: &[u8]) -> Result<Self, Refusal> {
        let mut numbers = Numbers::new(payload);
        numbers.take(4)?;
        let length_bytes = usize::from(numbers.u8()? & 3) + 1;
        let mut read_sets = |mask: u8| -> Result<Vec<Vec<u8>>, Refusal> {
            let count = numbers.u8()? & mask;
            (0..count)
                .map(|_| {
                    let size = usize::from(numbers.u16()?);
                    Ok(numbers.take(size)?.to_vec())
                })
                .collect()
        };
        Ok(Self {
            length_bytes,
            sequence_sets: read_sets(0x1f)?,
            picture_sets: read_sets(0xff)?,
        })
    }
}

impl ContainerColor {
    fn read(payload: &[u8]) -> Option<Self> {
        match payload {
            [b'n', b'c', b'l', b'x', _, _, _, _, 0, matrix, range, ..] => Some(Self {
                matrix: *matrix,
                full_range: Some(range & 0x80 != 0),
            }),
            [b'n', b'c', b'l', b'c', _, _, _, _, 0, matrix, ..] => Some(Self {
                matrix: *matrix,
                full_range: None,
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn parameter_sets_are_separated() {
        let payload = [
            1, 100, 0, 30, 0xff, 0xe1, 0, 2, 0x67, 100, 2, 0, 1, 0x68, 0, 2, 0x68, 9,
        ];
        let settings = AvcSettings::read(&payload).unwrap();
        assert_eq!(settings.length_bytes, 4);
        assert_eq!(settings.sequence_sets, [vec![0x67, 100]]);
        assert_eq!(settings.picture_sets, [vec![0x68], vec![0x68, 9]]);
        for cut in 0..payload.len() {
            assert!(AvcSettings::read(&payload[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn both_kinds_of_colour_box_are_read() {
        let nclx = ContainerColor::read(&[b'n', b'c', b'l', b'x', 0, 1, 0, 1, 0, 1, 0x80]).unwrap();
        assert_eq!((nclx.matrix, nclx.full_range), (1, Some(true)));
        let nclc = ContainerColor::read(b"nclc\0\x05\0\x05\0\x06").unwrap();
        assert_eq!((nclc.matrix, nclc.full_range), (6, None));
        assert!(ContainerColor::read(b"prof").is_none());
    }
}
