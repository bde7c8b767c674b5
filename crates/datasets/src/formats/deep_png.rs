//! Label pictures of 16 bits, as driving data sets store class and instance in one number.
//!
//! In: a PNG, grey of 8 or 16 bits or with a palette of 8. Out: one number for each pixel, and back as a grey one of 16.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufReader, Cursor};
use std::path::Path;

use png::{BitDepth, ColorType, Decoder, Encoder, Limits, Transformations};
use tubelet_geometry::{FrameSize, GeometryError, Mask, PixelRect};

use super::run_length_json::checked_size;
use super::text::{damaged, read_bytes};
use crate::error::{DatasetError, Result};

/// Most memory that a picture may take while it is read.
const MOST_BYTES: usize = 1 << 29;

/// What deflate packs shrinks to a 1032nd at most, so that a short file cannot hold a large picture.
const LARGEST_RATIO: usize = 1032;

/// What the pixels of a PNG are made of; `None` for what has no head of a PNG.
pub(crate) fn pixel_form(path: &Path) -> Option<(ColorType, BitDepth)> {
    let mut decoder = Decoder::new(BufReader::new(File::open(path).ok()?));
    let head = decoder.read_header_info().ok()?;
    Some((head.color_type, head.bit_depth))
}

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
    /// [`DatasetError::Read`] for the file, [`DatasetError::Bytes`]
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
            (ColorType::Grayscale | ColorType::Indexed, BitDepth::Eight) => {
                raw.into_iter().map(u16::from).collect()
            }
            _ => {
                return Err(broken(format!(
                    "a grey PNG of 8 or 16 bits or one with a palette is needed, this is {color:?} {depth:?}"
                )));
            }
        };
        if values.len() != size.pixel_count() {
            return Err(broken(format!("{} values for {size}", values.len())));
        }
        Ok(Self { size, values })
    }

    /// A picture of zeros.
    pub fn new(size: FrameSize) -> Self {
        Self {
            size,
            values: vec![0; size.pixel_count()],
        }
    }

    /// Gives the pixels of a mask a value, over what was there.
    ///
    /// # Errors
    /// [`DatasetError::Masks`] where the mask has another size.
    pub fn paint(&mut self, mask: &Mask, value: u16) -> Result<()> {
        if mask.size() != self.size {
            return Err(DatasetError::Masks(GeometryError::SizeMismatch {
                left: self.size,
                right: mask.size(),
            }));
        }
        let rows = self.values.chunks_exact_mut(self.size.width.max(1));
        for (y, row) in rows.enumerate() {
            for run in mask.row_runs(y) {
                if let Some(run) = row.get_mut(run) {
                    run.fill(value);
                }
            }
        }
        Ok(())
    }

    /// The bytes of a grey PNG of 16 bits.
    ///
    /// # Errors
    /// [`DatasetError::Labels`] for a picture without pixels, with the name of the file that it is for.
    pub(crate) fn encode(&self, path: &Path) -> Result<Vec<u8>> {
        let refuse = |error: png::EncodingError| DatasetError::Labels {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        let mut bytes = Vec::new();
        let (width, height) = (self.size.width as u32, self.size.height as u32);
        let mut encoder = Encoder::new(&mut bytes, width, height);
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(BitDepth::Sixteen);
        let mut writer = encoder.write_header().map_err(refuse)?;
        let raw: Vec<u8> = self.values.iter().flat_map(|it| it.to_be_bytes()).collect();
        writer.write_image_data(&raw).map_err(refuse)?;
        writer.finish().map_err(refuse)?;
        Ok(bytes)
    }

    /// Writes a grey PNG of 16 bits.
    ///
    /// # Errors
    /// [`DatasetError::Labels`] for a picture without pixels, [`DatasetError::Write`].
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let bytes = self.encode(path)?;
        fs::write(path, bytes).map_err(|source| DatasetError::Write {
            path: path.to_owned(),
            source,
        })
    }

    /// The pixels of every number that occurs, in one pass.
    pub fn masks(&self) -> BTreeMap<u16, Mask> {
        let mut masks: BTreeMap<u16, Mask> = BTreeMap::new();
        for (y, row) in self.values.chunks_exact(self.size.width.max(1)).enumerate() {
            let mut left = 0;
            for run in row.chunk_by(|one, next| one == next) {
                let right = left + run.len();
                let value = run.first().copied().unwrap_or_default();
                let mask = masks.entry(value).or_insert_with(|| Mask::new(self.size));
                mask.fill_rect(PixelRect {
                    left,
                    top: y,
                    right,
                    bottom: y + 1,
                });
                left = right;
            }
        }
        masks
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
        let mut encoder = Encoder::new(&mut bytes, 2, 1);
        encoder.set_depth(depth);
        encoder.set_color(color);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(data).unwrap();
        writer.finish().unwrap();
        bytes
    }

    #[test]
    fn a_small_file_that_claims_to_be_large_gets_no_memory() {
        let mut bytes = encoded(BitDepth::Sixteen, ColorType::Grayscale, &[0, 1, 0, 2]);
        bytes[16..24].copy_from_slice(&[0, 0, 0x40, 0, 0, 0, 0x20, 0]);
        let mut sum = flate2::Crc::new();
        sum.update(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&sum.sum().to_be_bytes());
        let error = DeepLabels::decode(Path::new("x.png"), &bytes).unwrap_err();
        assert!(error.to_string().contains("too large"), "{error}");
    }

    #[test]
    fn what_is_painted_is_written_and_comes_back_as_masks() {
        let size = FrameSize::new(70, 3);
        let mut labels = DeepLabels::new(size);
        let mut mask = Mask::new(size);
        for x in 60..69 {
            mask.set(x, 1, true);
        }
        labels.paint(&mask, 40_000).unwrap();
        let bytes = labels.encode(Path::new("x.png")).unwrap();
        let again = DeepLabels::decode(Path::new("x.png"), &bytes).unwrap();
        assert_eq!(again, labels);
        let masks = again.masks();
        assert_eq!(masks.keys().copied().collect::<Vec<_>>(), [0, 40_000]);
        assert_eq!((&masks[&40_000], masks[&0].count()), (&mask, 201));
        assert!(labels.paint(&Mask::new(FrameSize::new(3, 70)), 1).is_err());
        let none = DeepLabels::new(FrameSize::new(0, 0));
        assert!(none.encode(Path::new("x.png")).is_err());
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
