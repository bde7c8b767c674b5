//! Filled rectangles, disks and masks on a frame, opaque or blended.

use tubelet_geometry::{Mask, PixelRect, Point};

use crate::frame::Frame;

/// Colour and coverage of a stroke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ink {
    pub(crate) color: [u8; 3],
    /// 0 leaves the frame as it is, 256 covers it.
    pub(crate) coverage: u16,
}

impl Ink {
    pub(crate) const fn opaque(color: [u8; 3]) -> Self {
        Self {
            color,
            coverage: 256,
        }
    }

    /// Ink with a share of coverage between 0 and 1.
    pub(crate) fn blended(color: [u8; 3], opacity: f32) -> Self {
        Self {
            color,
            coverage: (opacity.clamp(0.0, 1.0) * 256.0).round() as u16,
        }
    }
}

impl Frame {
    /// Blends a stretch of a row.
    fn blend_run(&mut self, y: usize, columns: std::ops::Range<usize>, ink: Ink) {
        let start = 3 * (y * self.size.width + columns.start);
        let end = start + 3 * columns.len();
        let Some(pixels) = self.pixels.get_mut(start..end) else {
            return;
        };
        if ink.coverage >= 256 {
            pixels
                .chunks_exact_mut(3)
                .for_each(|pixel| pixel.copy_from_slice(&ink.color));
            return;
        }
        let keep = 256 - ink.coverage;
        let added = ink
            .color
            .map(|channel| u16::from(channel) * ink.coverage + 128);
        for pixel in pixels.chunks_exact_mut(3) {
            for (value, added) in pixel.iter_mut().zip(added) {
                *value = ((u16::from(*value) * keep + added) >> 8) as u8;
            }
        }
    }

    /// Colours the pixels of a mask of the frame's size.
    pub(crate) fn fill_mask(&mut self, mask: &Mask, ink: Ink) {
        for y in 0..mask.height().min(self.size.height) {
            for run in mask.row_runs(y) {
                self.blend_run(y, run, ink);
            }
        }
    }

    /// Colours a rectangle; parts outside the frame are left out.
    pub(crate) fn fill_rect(&mut self, rect: PixelRect, ink: Ink) {
        let rect = rect.clip(self.size);
        if rect.is_empty() {
            return;
        }
        for y in rect.rows() {
            self.blend_run(y, rect.columns(), ink);
        }
    }

    /// Colours the edges of a rectangle, `width` pixels inwards.
    pub(crate) fn stroke_rect(&mut self, rect: PixelRect, width: usize, ink: Ink) {
        let rect = rect.clip(self.size);
        let inner = PixelRect {
            left: (rect.left + width).min(rect.right),
            top: (rect.top + width).min(rect.bottom),
            right: rect.right.saturating_sub(width).max(rect.left),
            bottom: rect.bottom.saturating_sub(width).max(rect.top),
        };
        if inner.is_empty() {
            self.fill_rect(rect, ink);
            return;
        }
        self.fill_rect(
            PixelRect {
                bottom: inner.top,
                ..rect
            },
            ink,
        );
        self.fill_rect(
            PixelRect {
                top: inner.bottom,
                ..rect
            },
            ink,
        );
        self.fill_rect(
            PixelRect {
                right: inner.left,
                top: inner.top,
                bottom: inner.bottom,
                ..rect
            },
            ink,
        );
        self.fill_rect(
            PixelRect {
                left: inner.right,
                top: inner.top,
                bottom: inner.bottom,
                ..rect
            },
            ink,
        );
    }

    /// Colours the pixels whose centres lie within a distance of a point.
    pub(crate) fn fill_disk(&mut self, center: Point, radius: f32, ink: Ink) {
        if !(center.x.is_finite() && center.y.is_finite()) {
            return;
        }
        let top = (center.y - radius).floor().max(0.0) as usize;
        let bottom = ((center.y + radius).ceil().max(0.0) as usize).min(self.size.height);
        for y in top..bottom {
            let from_center = y as f32 + 0.5 - center.y;
            if from_center.abs() > radius {
                continue;
            }
            let half = (radius * radius - from_center * from_center).sqrt();
            let left = (center.x - half - 0.5).ceil().max(0.0) as usize;
            let right = ((center.x + half + 0.5).floor().max(0.0) as usize).min(self.size.width);
            if left < right {
                self.blend_run(y, left..right, ink);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tubelet_geometry::FrameSize;

    use super::*;

    const WHITE: Ink = Ink::opaque([255; 3]);

    fn painted(frame: &Frame) -> usize {
        frame
            .pixels
            .chunks_exact(3)
            .filter(|pixel| *pixel != [0; 3])
            .count()
    }

    #[test]
    fn blending_lies_between_frame_and_colour() {
        let mut frame = Frame::filled(FrameSize::new(4, 1), [100, 0, 255]);
        frame.fill_mask(&Mask::full(frame.size), Ink::blended([200, 255, 0], 0.5));
        assert_eq!(frame.pixel(3, 0), Some([150, 128, 128]));
        frame.fill_mask(&Mask::full(frame.size), Ink::blended([9, 9, 9], 1.0));
        assert_eq!(frame.pixel(0, 0), Some([9; 3]));
    }

    #[test]
    fn a_stroke_covers_the_edge_and_nothing_else() {
        let mut frame = Frame::filled(FrameSize::new(10, 10), [0; 3]);
        let rect = PixelRect {
            left: 1,
            top: 1,
            right: 9,
            bottom: 7,
        };
        frame.stroke_rect(rect, 2, WHITE);
        assert_eq!(painted(&frame), 8 * 6 - 4 * 2);
        assert_eq!(frame.pixel(4, 4), Some([0; 3]));
    }

    #[test]
    fn shapes_outside_the_frame_are_left_out() {
        let mut frame = Frame::filled(FrameSize::new(8, 8), [0; 3]);
        frame.fill_disk(Point::new(-50.0, 3.0), 4.0, WHITE);
        frame.fill_disk(Point::new(3.0, 1e9), 4.0, WHITE);
        frame.fill_disk(Point::new(f32::NAN, 3.0), 4.0, WHITE);
        frame.stroke_rect(
            PixelRect {
                left: 20,
                top: 0,
                right: 30,
                bottom: 5,
            },
            3,
            WHITE,
        );
        assert_eq!(painted(&frame), 0);
        frame.fill_disk(Point::new(0.0, 0.0), 1.6, WHITE);
        assert_eq!(painted(&frame), 3);
    }
}
