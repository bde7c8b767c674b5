//! Label maps: one number for each pixel, stored as PNG with the DAVIS palette.
//!
//! In: masks, or a PNG as DAVIS and YouTube-VOS distribute them. Out: a PNG, or masks. Label 0 is the background. The
//! palette is the colour map of PASCAL VOC, whose first entries DAVIS uses.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use png::{BitDepth, ColorType, Transformations};
use tubelet_geometry::{FrameSize, Mask};

use crate::error::{Result, VideoError};
use crate::write::partial::write_whole;

/// Most bytes of a label picture that is read: 16384 by 16384 pixels.
const MOST_BYTES: usize = 1 << 28;

/// Longest side of a label picture: masks of narrow pictures take a word for each row.
const LONGEST_SIDE: usize = 1 << 16;

/// Whether a PNG file of a length can unpack to so many bytes: what deflate packs shrinks to a 1032nd at most. A file of
/// a hundred bytes that claims to be a large picture gets no memory.
pub(crate) fn png_can_hold(file_length: u64, bytes: usize) -> bool {
    const LARGEST_RATIO: u64 = 1032;
    bytes as u64 <= file_length.saturating_mul(LARGEST_RATIO)
}

/// The colour of a label: bit `k` of the label's red, green and blue parts comes from bits `3k`, `3k + 1` and `3k + 2`,
/// highest first.
pub const fn label_color(label: u8) -> [u8; 3] {
    let (mut color, mut rest, mut bit) = ([0; 3], label, 7);
    while rest != 0 {
        color[0] |= (rest & 1) << bit;
        color[1] |= ((rest >> 1) & 1) << bit;
        color[2] |= ((rest >> 2) & 1) << bit;
        rest >>= 3;
        bit -= 1;
    }
    color
}

/// One label for each pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelMap {
    size: FrameSize,
    labels: Vec<u8>,
}

impl LabelMap {
    /// A map of background.
    pub fn new(size: FrameSize) -> Self {
        Self {
            size,
            labels: vec![0; size.pixel_count()],
        }
    }

    /// A map from its labels, row after row.
    ///
    /// # Errors
    /// [`VideoError::PixelCount`] where there is not one label for each pixel.
    pub fn from_labels(size: FrameSize, labels: Vec<u8>) -> Result<Self> {
        if labels.len() != size.pixel_count() {
            return Err(VideoError::PixelCount {
                size,
                expected: size.pixel_count(),
                found: labels.len(),
            });
        }
        Ok(Self { size, labels })
    }

    /// Width and height.
    pub fn size(&self) -> FrameSize {
        self.size
    }

    /// The labels, row after row.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// Gives the pixels of a mask a label, over what was there.
    ///
    /// # Errors
    /// [`VideoError::SizeMismatch`] where the mask has another size.
    pub fn paint(&mut self, mask: &Mask, label: u8) -> Result<()> {
        if mask.size() != self.size {
            return Err(VideoError::SizeMismatch {
                expected: self.size,
                found: mask.size(),
            });
        }
        mask.write_bytes(&mut self.labels, label);
        Ok(())
    }

    /// The labels that occur, ascending, without the background.
    pub fn objects(&self) -> Vec<u8> {
        let mut occurs = [false; 256];
        self.labels
            .iter()
            .for_each(|&label| occurs[usize::from(label)] = true);
        (1..=255)
            .filter(|&label| occurs[usize::from(label)])
            .collect()
    }

    /// The pixels of a label.
    pub fn mask(&self, label: u8) -> Mask {
        let mut mask = Mask::new(self.size);
        for (y, row) in self.labels.chunks_exact(self.size.width.max(1)).enumerate() {
            for (x, _) in row.iter().enumerate().filter(|(_, found)| **found == label) {
                mask.set(x, y, true);
            }
        }
        mask
    }

    /// Writes an indexed PNG of 8 bits with the DAVIS palette.
    ///
    /// # Errors
    /// [`VideoError::DiskFull`] or [`VideoError::Write`].
    pub fn write_png(&self, path: impl AsRef<Path>) -> Result<()> {
        let palette: Vec<u8> = (0..=255).flat_map(label_color).collect();
        write_png(path.as_ref(), self.size, &self.labels, |encoder| {
            encoder.set_color(ColorType::Indexed);
            encoder.set_palette(palette);
        })
    }

    /// Reads an indexed or grey PNG; the index or grey level is the label.
    ///
    /// # Errors
    /// [`VideoError::NotFound`] or [`VideoError::Read`] for the file, [`VideoError::Image`] for its content.
    pub fn read_png(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let broken = |reason: String| VideoError::Image {
            path: path.to_owned(),
            reason,
        };
        let file = File::open(path).map_err(|error| VideoError::from_read(path, error))?;
        let length = file
            .metadata()
            .map_err(|error| VideoError::from_read(path, error))?
            .len();
        let limits = png::Limits { bytes: MOST_BYTES };
        let mut decoder = png::Decoder::new_with_limits(BufReader::new(file), limits);
        decoder.set_transformations(Transformations::IDENTITY);
        let mut reader = decoder
            .read_info()
            .map_err(|error| broken(error.to_string()))?;
        let (color, depth) = reader.output_color_type();
        if !matches!(color, ColorType::Indexed | ColorType::Grayscale) || depth == BitDepth::Sixteen
        {
            return Err(broken(format!(
                "labels need an indexed or grey PNG of up to 8 bits, this is {color:?} {depth:?}"
            )));
        }
        let info = reader.info();
        let size = FrameSize::new(info.width as usize, info.height as usize);
        let bytes = reader.output_buffer_size();
        let bytes = bytes.filter(|bytes| *bytes <= MOST_BYTES && png_can_hold(length, *bytes));
        let bytes = bytes.filter(|_| size.width.max(size.height) <= LONGEST_SIDE);
        let bytes = bytes.ok_or_else(|| broken(format!("{size} is too large")))?;
        let mut packed = vec![0; bytes];
        let row_bytes = reader
            .next_frame(&mut packed)
            .map_err(|error| broken(error.to_string()))?
            .line_size;
        let bits = depth as usize;
        if bits == 8 {
            return Self::from_labels(size, packed);
        }
        let unpack = |row: &[u8]| -> Vec<u8> {
            let samples = row.iter().flat_map(|byte| {
                (0..8 / bits).map(move |part| byte << (part * bits) >> (8 - bits))
            });
            samples.take(size.width).collect()
        };
        Self::from_labels(
            size,
            packed
                .chunks_exact(row_bytes.max(1))
                .flat_map(unpack)
                .collect(),
        )
    }
}

/// Writes 8-bit samples as PNG; `describe` says what they are.
pub(crate) fn write_png(
    path: &Path,
    size: FrameSize,
    samples: &[u8],
    describe: impl FnOnce(&mut png::Encoder<'_, &mut Vec<u8>>),
) -> Result<()> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size.width as u32, size.height as u32);
    encoder.set_depth(BitDepth::Eight);
    describe(&mut encoder);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(samples)?;
        writer.finish()
    });
    written.map_err(|error| VideoError::Encode {
        path: path.to_owned(),
        size,
        reason: error.to_string(),
    })?;
    write_whole(path, &bytes)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn the_first_colours_are_those_of_davis() {
        let expected = [
            [0, 0, 0],
            [128, 0, 0],
            [0, 128, 0],
            [128, 128, 0],
            [0, 0, 128],
            [128, 0, 128],
        ];
        for (label, color) in expected.into_iter().enumerate() {
            assert_eq!(label_color(label as u8), color);
        }
        assert_eq!(label_color(8), [64, 0, 0]);
        assert_eq!(label_color(255), [224, 224, 192]);
    }

    #[test]
    fn masks_survive_the_way_through_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("00000.png");
        let size = FrameSize::new(70, 5);
        let mut first = Mask::new(size);
        let mut second = Mask::new(size);
        (0..70).for_each(|x| first.set(x, 2, true));
        second.set(69, 2, true);
        second.set(0, 4, true);
        let mut map = LabelMap::new(size);
        map.paint(&first, 1).unwrap();
        map.paint(&second, 200).unwrap();
        map.write_png(&path).unwrap();
        let read = LabelMap::read_png(&path).unwrap();
        assert_eq!(read, map);
        assert_eq!(read.objects(), [1, 200]);
        assert_eq!(read.mask(200), second);
        assert_eq!(read.mask(1), &first - &second);
    }

    #[test]
    fn a_small_file_that_claims_to_be_large_gets_no_memory() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("claim.png");
        LabelMap::new(FrameSize::new(9, 5))
            .write_png(&path)
            .unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        for claim in [[0xf3, 0, 0, 5], [0, 0, 0x40, 0]] {
            bytes[16..20].copy_from_slice(&[0, 0, 0x40, 0]);
            bytes[20..24].copy_from_slice(&claim);
            let mut sum = flate2::Crc::new();
            sum.update(&bytes[12..29]);
            bytes[29..33].copy_from_slice(&sum.sum().to_be_bytes());
            std::fs::write(&path, &bytes).unwrap();
            let error = LabelMap::read_png(&path).unwrap_err().to_string();
            assert!(error.contains("claim.png"), "{error}");
        }
        // Black pictures shrink most.
        let black = LabelMap::new(FrameSize::new(3000, 2000));
        black.write_png(&path).unwrap();
        assert_eq!(LabelMap::read_png(&path).unwrap(), black);
    }

    #[test]
    fn narrow_indices_are_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("narrow.png");
        let mut encoder = png::Encoder::new(File::create(&path).unwrap(), 5, 2);
        encoder.set_color(ColorType::Indexed);
        encoder.set_depth(BitDepth::Two);
        encoder.set_palette(vec![0; 12]);
        encoder
            .write_header()
            .unwrap()
            .write_image_data(&[0b00_01_10_11, 0b01_000000, 0b11_11_00_00, 0b10_000000])
            .unwrap();
        let map = LabelMap::read_png(&path).unwrap();
        assert_eq!(map.labels(), [0, 1, 2, 3, 1, 3, 3, 0, 0, 2]);
    }

    #[test]
    fn other_pictures_are_refused_with_a_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rgb.png");
        write_png(&path, FrameSize::new(1, 1), &[1, 2, 3], |encoder| {
            encoder.set_color(ColorType::Rgb);
        })
        .unwrap();
        let error = LabelMap::read_png(&path).unwrap_err();
        assert!(error.to_string().contains("this is Rgb Eight"), "{error}");
        std::fs::write(&path, b"\x89PNG\r\n\x1a\nnonsense").unwrap();
        assert!(matches!(
            LabelMap::read_png(&path),
            Err(VideoError::Image { .. })
        ));
    }
}
