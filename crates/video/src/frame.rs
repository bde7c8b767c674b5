//! A decoded frame: RGB pixels, or the luma and chroma planes they come from, with number and time.

use tubelet_geometry::FrameSize;

use crate::color::ColorSpace;
use crate::error::{Result, VideoError};

/// RGB pixels of one frame of a video.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Width and height in pixels.
    pub size: FrameSize,
    /// Three bytes (red, green, blue) per pixel, row after row: `size.width * size.height * 3` bytes.
    pub pixels: Vec<u8>,
    /// Number of the frame in presentation order, from 0.
    pub index: usize,
    /// When the frame is shown, in seconds from the start of the video.
    pub seconds: f64,
}

impl Frame {
    /// A frame from its pixels.
    ///
    /// # Errors
    /// [`VideoError::PixelCount`] where there are not three bytes per pixel.
    pub fn new(size: FrameSize, pixels: Vec<u8>) -> Result<Self> {
        let expected = size.pixel_count().saturating_mul(3);
        if pixels.len() != expected {
            return Err(VideoError::PixelCount {
                size,
                expected,
                found: pixels.len(),
            });
        }
        Ok(Self {
            size,
            pixels,
            index: 0,
            seconds: 0.0,
        })
    }

    /// A frame of one colour (red, green, blue).
    pub fn filled(size: FrameSize, color: [u8; 3]) -> Self {
        Self {
            size,
            pixels: color.repeat(size.pixel_count()),
            index: 0,
            seconds: 0.0,
        }
    }

    /// The same pixels with a number and a time in seconds.
    pub fn at(self, index: usize, seconds: f64) -> Self {
        Self {
            index,
            seconds,
            ..self
        }
    }

    /// Red, green and blue of a pixel; `None` outside the frame.
    pub fn pixel(&self, x: usize, y: usize) -> Option<[u8; 3]> {
        if x >= self.size.width {
            return None;
        }
        let start = y
            .checked_mul(self.size.width)?
            .checked_add(x)?
            .checked_mul(3)?;
        self.pixels.get(start..start + 3)?.try_into().ok()
    }
}

/// Luma and chroma planes of one frame (I420: 8 bits, chroma at half the width and height, rounded up).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planes {
    /// Width and height of the luma plane.
    pub size: FrameSize,
    /// Luma, one byte per pixel.
    pub luma: Vec<u8>,
    /// Blue difference, one byte per 2×2 pixels.
    pub blue: Vec<u8>,
    /// Red difference, one byte per 2×2 pixels.
    pub red: Vec<u8>,
    /// How the samples map to RGB.
    pub color: ColorSpace,
}

impl Planes {
    /// Width and height of the chroma planes.
    pub fn chroma_size(&self) -> FrameSize {
        FrameSize::new(self.size.width.div_ceil(2), self.size.height.div_ceil(2))
    }

    /// Bytes of all three planes.
    pub fn byte_count(&self) -> usize {
        self.luma.len() + self.blue.len() + self.red.len()
    }

    /// The part of the planes that begins `left` columns and `top` rows in; both are even.
    pub(crate) fn crop(self, left: usize, top: usize) -> Self {
        if left == 0 && top == 0 {
            return self;
        }
        let chroma = self.chroma_size();
        let size = FrameSize::new(
            self.size.width.saturating_sub(left),
            self.size.height.saturating_sub(top),
        );
        Self {
            luma: crop_plane(&self.luma, self.size.width, left, top),
            blue: crop_plane(&self.blue, chroma.width, left / 2, top / 2),
            red: crop_plane(&self.red, chroma.width, left / 2, top / 2),
            size,
            color: self.color,
        }
    }
}

fn crop_plane(plane: &[u8], width: usize, left: usize, top: usize) -> Vec<u8> {
    let rows = plane.chunks_exact(width.max(1)).skip(top);
    rows.flat_map(|row| row.iter().skip(left).copied())
        .collect()
}

/// Luma and chroma planes of one frame of a video, before rotation.
#[derive(Debug, Clone, PartialEq)]
pub struct YuvFrame {
    /// The planes.
    pub planes: Planes,
    /// Number of the frame in presentation order, from 0.
    pub index: usize,
    /// When the frame is shown, in seconds from the start of the video.
    pub seconds: f64,
}

impl YuvFrame {
    /// The frame in RGB, not rotated.
    pub fn to_rgb(&self) -> Frame {
        Frame {
            size: self.planes.size,
            pixels: crate::color::rgb_from_planes(&self.planes),
            index: self.index,
            seconds: self.seconds,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn pixels_outside_are_none() {
        let frame = Frame::filled(FrameSize::new(3, 2), [1, 2, 3]);
        assert_eq!(frame.pixel(2, 1), Some([1, 2, 3]));
        assert_eq!(frame.pixel(3, 0), None);
        assert_eq!(frame.pixel(0, 2), None);
    }

    #[test]
    fn the_number_of_bytes_is_checked() {
        let error = Frame::new(FrameSize::new(2, 2), vec![0; 11]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "11 bytes of pixels for a frame of 2×2, which needs 12"
        );
    }

    #[test]
    fn cropping_keeps_luma_and_chroma_together() {
        let planes = Planes {
            size: FrameSize::new(6, 4),
            luma: (0..24).collect(),
            blue: (0..6).collect(),
            red: (10..16).collect(),
            color: ColorSpace::default(),
        };
        let cropped = planes.crop(2, 2);
        assert_eq!(cropped.size, FrameSize::new(4, 2));
        assert_eq!(cropped.luma, [14, 15, 16, 17, 20, 21, 22, 23]);
        assert_eq!(cropped.blue, [4, 5]);
        assert_eq!(cropped.red, [14, 15]);
    }
}
