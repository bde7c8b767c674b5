//! Writing single frames as PNG or JPEG, into files or memory.

use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};

use super::partial::write_whole;
use crate::error::{Result, VideoError};
use crate::frame::Frame;
use crate::palette::write_png;

impl Frame {
    /// Writes the frame as a PNG of 8-bit RGB.
    ///
    /// # Errors
    /// [`VideoError::DiskFull`] or [`VideoError::Write`]; [`VideoError::Encode`] for a frame without pixels.
    pub fn write_png(&self, path: impl AsRef<Path>) -> Result<()> {
        write_png(path.as_ref(), self.size, &self.pixels, |encoder| {
            encoder.set_color(png::ColorType::Rgb);
        })
    }

    /// Writes the frame as a JPEG of a quality from 1 to 100.
    ///
    /// # Errors
    /// [`VideoError::DiskFull`] or [`VideoError::Write`]; [`VideoError::Encode`] for a frame without pixels.
    pub fn write_jpeg(&self, path: impl AsRef<Path>, quality: u8) -> Result<()> {
        let path = path.as_ref();
        write_whole(path, &self.jpeg_bytes(path, quality)?)
    }

    /// The bytes of a JPEG of a quality from 1 to 100.
    ///
    /// # Errors
    /// [`VideoError::Encode`] for a frame without pixels.
    pub fn to_jpeg(&self, quality: u8) -> Result<Vec<u8>> {
        self.jpeg_bytes(Path::new("JPEG"), quality)
    }

    fn jpeg_bytes(&self, path: &Path, quality: u8) -> Result<Vec<u8>> {
        let refused = |reason: String| VideoError::Encode {
            path: path.to_owned(),
            size: self.size,
            reason,
        };
        let (Ok(width), Ok(height)) = (
            u32::try_from(self.size.width),
            u32::try_from(self.size.height),
        ) else {
            return Err(refused("too large".into()));
        };
        if self.pixels.is_empty() || self.pixels.len() != self.size.pixel_count() * 3 {
            return Err(refused("there are not three bytes for each pixel".into()));
        }
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100))
            .write_image(&self.pixels, width, height, ExtendedColorType::Rgb8)
            .map_err(|error| refused(error.to_string()))?;
        Ok(bytes)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use tubelet_geometry::FrameSize;

    use super::*;
    use crate::image_folder::read_image;

    #[test]
    fn pictures_survive_the_way_through_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let pixels: Vec<u8> = (0..48 * 32 * 3).map(|value| (value / 24) as u8).collect();
        let frame = Frame::new(FrameSize::new(48, 32), pixels).unwrap();
        let (png, jpeg) = (folder.path().join("a.png"), folder.path().join("a.jpg"));
        frame.write_png(&png).unwrap();
        frame.write_jpeg(&jpeg, 95).unwrap();
        assert_eq!(read_image(&png, true).unwrap(), frame);
        let read = read_image(&jpeg, true).unwrap();
        assert!(
            read.pixels
                .iter()
                .zip(&frame.pixels)
                .all(|(a, b)| a.abs_diff(*b) < 24)
        );
    }

    #[test]
    fn a_picture_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let frame = Frame::filled(FrameSize::new(4, 2), [9, 8, 7]);
        let path = folder.path().join("a.png");
        frame.write_png(&path).unwrap();
        assert_eq!(read_image(&path, true).unwrap().pixels, frame.pixels);
        let taken = folder.path().join("b.png");
        std::fs::create_dir(&taken).unwrap();
        assert!(frame.write_png(&taken).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn frames_without_pixels_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let empty = Frame::filled(FrameSize::new(0, 0), [0; 3]);
        assert!(matches!(
            empty.write_png(folder.path().join("a.png")),
            Err(VideoError::Encode { .. })
        ));
        assert!(matches!(
            empty.write_jpeg(folder.path().join("a.jpg"), 90),
            Err(VideoError::Encode { .. })
        ));
    }
}
