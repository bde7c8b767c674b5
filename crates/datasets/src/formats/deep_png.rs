//! Label pictures of 16 bits, as driving data sets store class and instance in one number.
//!
//! In: a PNG, grey, of 8 or 16 bits. Out: one number for each pixel.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::Path;

use png::{BitDepth, ColorType, Decoder, Limits, Transformations};
use tubelet_geometry::{FrameSize, Mask};

use super::run_length_json::checked_size;
use super::text::{damaged, read_bytes};
use crate::error::Result;

/// Most memory that a picture may take while it is read.
const MOST_BYTES: usize = 1 << 29;

/// What deflate packs shrinks to a 1032nd at most, so that a short file cannot hold a large picture.
const LARGEST_RATIO: usize = 1032;

/// Numbers of up to 16 bits, row after row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeepLabels {
    size: FrameSize,
    values: Vec<u16>,
}

impl DeepLabels {
    /// Reads a grey PNG.
    ///
    /// # Errors
    /// [`DatasetError::Read`](crate::DatasetError::Read) for the file, [`DatasetError::Bytes`](crate::DatasetError::Bytes)
    /// for what is no grey PNG.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Self::decode(path, &read_bytes(path)?)
    }

    /// Reads the bytes of a PNG that came from a file.
    pub(crate) fn decode(path: &Path, bytes: &[u8]) -> Result<Self> {
        let broken = |reason: String| damaged(path, 0, format!("a label picture: {reason}"));
        let refused = |error: png::DecodingError| broken(error.to_string());
        let limits = Limits { bytes: MOST_BYTES };
        let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
        decoder.set_transformations(Transformations::IDENTITY);
        let mut reader = decoder.read_info().map_err(refused)?;
        let size = checked_size(reader.info().width as usize, reader.info().height as usize)
            .map_err(broken)?;
        let (color, depth) = reader.output_color_type();
        let length = reader
            .output_buffer_size()
            .filter(|length| *length <= MOST_BYTES && *length / LARGEST_RATIO <= bytes.len());
        let mut raw = vec![0; length.ok_or_else(|| broken("too large".to_owned()))?];
        reader.next_frame(&mut raw).map_err(refused)?;
        let values: Vec<u16> = match (color, depth) {
            (ColorType::Grayscale, BitDepth::Sixteen) => raw
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
                .collect(),
            (ColorType::Grayscale, BitDepth::Eight) => raw.into_iter().map(u16::from).collect(),
            _ => {
                return Err(broken(format!(
                    "a grey PNG of 8 or 16 bits is needed, this is {color:?} {depth:?}"
                )));
            }
        };
        if values.len() != size.pixel_count() {
            return Err(broken(format!("{} values for {size}", values.len())));
        }
        Ok(Self { size, values })
    }

    /// Width and height.
    pub fn size(&self) -> FrameSize {
        self.size
    }

    /// The numbers, row after row.
    pub fn values(&self) -> &[u16] {
        &self.values
    }

    /// The numbers that occur, ascending.
    pub fn distinct(&self) -> Vec<u16> {
        let mut distinct = BTreeSet::new();
        let mut last = None;
        for &value in &self.values {
            if last.replace(value) != Some(value) {
                distinct.insert(value);
            }
        }
        distinct.into_iter().collect()
    }

    /// The pixels that hold a number.
    pub fn mask(&self, value: u16) -> Mask {
        let mut mask = Mask::new(self.size);
        for (y, row) in self.values.chunks_exact(self.size.width).enumerate() {
            for (x, _) in row.iter().enumerate().filter(|(_, found)| **found == value) {
                mask.set(x, y, true);
            }
        }
        mask
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn encoded(depth: BitDepth, color: ColorType, data: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 2, 1);
        encoder.set_depth(depth);
        encoder.set_color(color);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(data).unwrap();
        writer.finish().unwrap();
        bytes
    }

    #[test]
    fn sixteen_bits_arrive_whole() {
        let path = Path::new("x.png");
        let bytes = encoded(BitDepth::Sixteen, ColorType::Grayscale, &[0x07, 0xd2, 0, 3]);
        let labels = DeepLabels::decode(path, &bytes).unwrap();
        assert_eq!(labels.values(), [2002, 3]);
        assert_eq!(labels.distinct(), [3, 2002]);
        assert_eq!(labels.mask(2002).to_bytes(), [1, 0]);
        let bytes = encoded(BitDepth::Eight, ColorType::Grayscale, &[9, 8]);
        assert_eq!(DeepLabels::decode(path, &bytes).unwrap().values(), [9, 8]);
        let bytes = encoded(BitDepth::Eight, ColorType::Rgb, &[0; 6]);
        let error = DeepLabels::decode(path, &bytes).unwrap_err().to_string();
        assert!(error.contains("Rgb Eight"), "{error}");
    }
}
