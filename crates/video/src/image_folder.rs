//! A folder of JPEG or PNG pictures as a video, and a single picture as a video of one frame.
//!
//! Pictures are ordered by name, numbers in names by their value (`2.jpg` before `10.jpg`), and read when needed.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};
use tubelet_geometry::FrameSize;

use crate::error::{Result, VideoError};
use crate::frame::Frame;
use crate::palette::png_can_hold;

/// Frames per second of a folder, which does not tell.
pub(crate) const FOLDER_FRAME_RATE: f64 = 24.0;

/// Most pixels of a picture that is read: 8192 by 8192. The head of a small file can ask for more memory than there is.
const MOST_PIXELS: usize = 1 << 26;

/// Pictures in the order they are shown.
pub(crate) struct ImageSequence {
    files: Vec<PathBuf>,
    size: FrameSize,
    apply_orientation: bool,
    next: usize,
}

impl ImageSequence {
    /// The pictures directly in a folder.
    pub(crate) fn open_folder(folder: &Path, apply_orientation: bool) -> Result<Self> {
        let read = |source| VideoError::from_read(folder, source);
        let mut files = Vec::new();
        let mut others: BTreeMap<String, usize> = BTreeMap::new();
        for entry in fs::read_dir(folder).map_err(read)? {
            let path = entry.map_err(read)?.path();
            let extension = path
                .extension()
                .map(|ending| ending.to_string_lossy().to_lowercase())
                .unwrap_or_default();
            let hidden = path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if matches!(extension.as_str(), "jpg" | "jpeg" | "png") && !hidden {
                files.push(path);
            } else {
                let kind = if path.is_dir() {
                    "folders".into()
                } else {
                    format!("`.{extension}` files")
                };
                *others.entry(kind).or_default() += 1;
            }
        }
        if files.is_empty() {
            let found = others
                .iter()
                .map(|(kind, count)| format!("{count} {kind}"))
                .collect::<Vec<_>>()
                .join(", ");
            let found = if found.is_empty() {
                "it is empty".into()
            } else {
                format!("found {found}")
            };
            return Err(VideoError::NoImages {
                path: folder.to_owned(),
                found,
            });
        }
        files.sort_by(|left, right| {
            natural_order(&left.to_string_lossy(), &right.to_string_lossy())
        });
        Self::open(files, apply_orientation)
    }

    /// A single picture.
    pub(crate) fn open_file(file: &Path, apply_orientation: bool) -> Result<Self> {
        Self::open(vec![file.to_owned()], apply_orientation)
    }

    fn open(files: Vec<PathBuf>, apply_orientation: bool) -> Result<Self> {
        let mut sequence = Self {
            files,
            size: FrameSize::new(0, 0),
            apply_orientation,
            next: 0,
        };
        if let Some(first) = sequence.files.first() {
            sequence.size = read_image(first, apply_orientation)?.size;
        }
        Ok(sequence)
    }

    pub(crate) fn size(&self) -> FrameSize {
        self.size
    }

    pub(crate) fn frame_count(&self) -> usize {
        self.files.len()
    }

    pub(crate) fn position(&self) -> usize {
        self.next
    }

    pub(crate) fn seek(&mut self, frame: usize) {
        self.next = frame;
    }

    pub(crate) fn next_frame(&mut self) -> Result<Option<Frame>> {
        let index = self.next;
        let Some(file) = self.files.get(index) else {
            return Ok(None);
        };
        let frame = read_image(file, self.apply_orientation)?;
        if frame.size != self.size {
            return Err(VideoError::FrameSizeChanged {
                path: file.clone(),
                frame: index,
                expected: self.size,
                found: frame.size,
            });
        }
        self.next += 1;
        Ok(Some(frame.at(index, index as f64 / FOLDER_FRAME_RATE)))
    }
}

/// Reads a JPEG or PNG file, told by its content, as 8-bit RGB; transparency is dropped.
///
/// # Errors
/// [`VideoError::NotFound`], [`VideoError::Read`] or [`VideoError::Empty`] for the file, [`VideoError::Image`] for its
/// content.
pub fn read_image(path: &Path, apply_orientation: bool) -> Result<Frame> {
    let broken = |error: image::ImageError| VideoError::Image {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let read = |source| VideoError::from_read(path, source);
    let length = fs::metadata(path).map_err(read)?.len();
    if length == 0 {
        return Err(VideoError::Empty {
            path: path.to_owned(),
        });
    }
    let reader = ImageReader::open(path)
        .and_then(ImageReader::with_guessed_format)
        .map_err(read)?;
    let is_png = reader.format() == Some(ImageFormat::Png);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    let size = FrameSize::new(width as usize, height as usize);
    // A palette of two colours takes one bit of a pixel.
    let least_bytes = size.pixel_count().div_ceil(8);
    if size.pixel_count() > MOST_PIXELS || is_png && !png_can_hold(length, least_bytes) {
        return Err(VideoError::Image {
            path: path.to_owned(),
            reason: format!("{size} is too large"),
        });
    }
    let orientation = decoder.orientation().map_err(broken)?;
    // The decoder takes the length of a palette for a multiple of three and panics where it is not.
    let decoded = catch_unwind(AssertUnwindSafe(|| DynamicImage::from_decoder(decoder)));
    let decoded = decoded.map_err(|_| VideoError::Image {
        path: path.to_owned(),
        reason: "the decoder gave up".to_owned(),
    })?;
    let mut picture = decoded.map_err(broken)?;
    if apply_orientation {
        picture.apply_orientation(orientation);
    }
    let picture = picture.into_rgb8();
    let size = FrameSize::new(picture.width() as usize, picture.height() as usize);
    Frame::new(size, picture.into_raw())
}

/// Compares texts as people sort file names: stretches of digits by their value.
fn natural_order(left: &str, right: &str) -> Ordering {
    let (mut left_rest, mut right_rest) = (left, right);
    loop {
        let (left_digits, right_digits) = (leading_digits(left_rest), leading_digits(right_rest));
        if !left_digits.is_empty() && !right_digits.is_empty() {
            let (left_value, right_value) = (
                left_digits.trim_start_matches('0'),
                right_digits.trim_start_matches('0'),
            );
            let order = left_value
                .len()
                .cmp(&right_value.len())
                .then_with(|| left_value.cmp(right_value));
            if order != Ordering::Equal {
                return order;
            }
            left_rest = &left_rest[left_digits.len()..];
            right_rest = &right_rest[right_digits.len()..];
            continue;
        }
        let (mut left_letters, mut right_letters) = (left_rest.chars(), right_rest.chars());
        match (left_letters.next(), right_letters.next()) {
            (None, None) => return left.cmp(right),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(first), Some(second)) if first != second => return first.cmp(&second),
            _ => {
                left_rest = left_letters.as_str();
                right_rest = right_letters.as_str();
            }
        }
    }
}

fn leading_digits(text: &str) -> &str {
    let end = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_sort_by_value() {
        let mut names = vec![
            "a10.png",
            "a9.png",
            "a09.png",
            "b.png",
            "a.png",
            "10.png",
            "9.png",
            "00011.png",
        ];
        names.sort_by(|left, right| natural_order(left, right));
        assert_eq!(
            names,
            [
                "9.png",
                "10.png",
                "00011.png",
                "a.png",
                "a09.png",
                "a9.png",
                "a10.png",
                "b.png"
            ]
        );
    }

    #[test]
    #[expect(clippy::unwrap_used, reason = "a test may panic")]
    fn a_palette_that_ends_within_a_colour_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("palette.png");
        let mut encoder = png::Encoder::new(fs::File::create(&path).unwrap(), 3, 2);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Four);
        encoder.set_palette(vec![7; 16]);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&[0x01, 0x20, 0x01, 0x20]).unwrap();
        writer.finish().unwrap();
        let error = read_image(&path, false).unwrap_err().to_string();
        assert!(error.contains("the decoder gave up"), "{error}");
    }

    #[test]
    #[expect(clippy::unwrap_used, reason = "a test may panic")]
    fn a_large_mask_of_few_bytes_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mask.png");
        let size = FrameSize::new(1920, 1280);
        crate::LabelMap::new(size).write_png(&path).unwrap();
        let length = path.metadata().unwrap().len();
        assert!(!png_can_hold(length, 3 * size.pixel_count()));
        assert_eq!(read_image(&path, false).unwrap().size, size);
    }

    #[test]
    #[expect(clippy::unwrap_used, reason = "a test may panic")]
    fn a_small_file_that_claims_to_be_large_gets_no_memory() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("claim.jpg");
        let frame = Frame::new(FrameSize::new(8, 8), vec![9; 192]).unwrap();
        frame.write_jpeg(&path, 90).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        let start = bytes.windows(2).position(|it| it == [0xff, 0xc0]).unwrap();
        bytes[start + 5..start + 9].fill(0xff);
        fs::write(&path, bytes).unwrap();
        let error = read_image(&path, false).unwrap_err().to_string();
        assert!(error.contains("65535×65535 is too large"), "{error}");
    }

    #[test]
    fn numbers_longer_than_any_integer_sort_too() {
        let (small, large) = ("1".repeat(40), "1".repeat(41));
        assert_eq!(natural_order(&small, &large), Ordering::Less);
    }
}
