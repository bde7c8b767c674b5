//! Showing what a model found on the frame it was found in.

use tubelet_geometry::{BoundingBox, Disk, Mask, Point};

use super::shapes::Ink;
use super::text::{text_scale, text_size};
use crate::error::{Result, VideoError};
use crate::frame::Frame;
use crate::palette::label_color;

/// One object to draw; what is `None` or empty is left out.
#[derive(Debug, Clone, Copy, Default)]
pub struct ObjectDrawing<'a> {
    /// The object's pixels.
    pub mask: Option<&'a Mask>,
    /// A box around the object.
    pub bounding_box: Option<BoundingBox>,
    /// Points by which the object was prompted.
    pub points: &'a [DrawnPoint],
    /// Text beside the object.
    pub label: Option<&'a str>,
    /// Red, green and blue; see [`object_color`].
    pub color: [u8; 3],
}

/// A point that says where an object is, or where it is not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DrawnPoint {
    /// Where the point is.
    pub position: Point,
    /// Whether the object is there.
    pub is_positive: bool,
}

/// How strongly objects are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OverlayStyle {
    /// Share of the object's colour on its pixels, between 0 and 1.
    pub opacity: f32,
    /// Width in pixels of lines around masks and boxes; `None` chooses by the size of the frame.
    pub line_width: Option<usize>,
}

impl Default for OverlayStyle {
    fn default() -> Self {
        Self {
            opacity: 0.45,
            line_width: None,
        }
    }
}

/// A colour for an object's number that is told easily from its neighbours' and from natural scenes.
pub const fn object_color(number: usize) -> [u8; 3] {
    const BRIGHT: [[u8; 3]; 10] = [
        [255, 64, 64],
        [64, 144, 255],
        [64, 220, 96],
        [255, 200, 32],
        [200, 80, 255],
        [32, 220, 220],
        [255, 128, 32],
        [255, 96, 180],
        [160, 220, 32],
        [128, 128, 255],
    ];
    if number < BRIGHT.len() {
        BRIGHT[number]
    } else {
        label_color((number % 254 + 1) as u8)
    }
}

impl Frame {
    /// Draws an object: its pixels tinted, a line around them, its box, points and label.
    ///
    /// # Errors
    /// [`VideoError::SizeMismatch`] where the mask has another size than the frame.
    pub fn draw_object(&mut self, object: &ObjectDrawing<'_>, style: OverlayStyle) -> Result<()> {
        let line_width = style
            .line_width
            .unwrap_or_else(|| (self.size.height.min(self.size.width) / 240).clamp(1, 6));
        let line = Ink::opaque(object.color);
        if let Some(mask) = object.mask {
            if mask.size() != self.size {
                return Err(VideoError::SizeMismatch {
                    expected: self.size,
                    found: mask.size(),
                });
            }
            self.fill_mask(mask, Ink::blended(object.color, style.opacity));
            if line_width > 0 {
                let mut border = mask.dilate(&Disk::new(line_width));
                border -= mask;
                self.fill_mask(&border, line);
            }
        }
        if let Some(edges) = object.bounding_box {
            self.stroke_rect(edges.covered_pixels(self.size), line_width.max(1), line);
        }
        for point in object.points {
            self.draw_point(*point);
        }
        if let Some(label) = object.label {
            let anchor = object
                .bounding_box
                .or_else(|| object.mask.and_then(Mask::bounding_box));
            self.write_text(self.label_corner(anchor, label), label, object.color);
        }
        Ok(())
    }

    /// A green point with a plus where the object is, a red one with a minus where it is not.
    fn draw_point(&mut self, point: DrawnPoint) {
        let radius = (self.size.height.min(self.size.width) as f32 / 70.0).max(4.0);
        let Point { x, y } = point.position;
        let color = if point.is_positive {
            [0, 170, 0]
        } else {
            [220, 0, 0]
        };
        self.fill_disk(
            point.position,
            radius + (radius / 4.0).max(1.0),
            Ink::opaque([255; 3]),
        );
        self.fill_disk(point.position, radius, Ink::opaque(color));
        let (long, short) = (radius * 0.6, (radius * 0.18).max(0.5));
        let mut bar = |half_width: f32, half_height: f32| {
            let edges = BoundingBox::new(
                x - half_width,
                y - half_height,
                x + half_width,
                y + half_height,
            );
            self.fill_rect(edges.covered_pixels(self.size), Ink::opaque([255; 3]));
        };
        bar(long, short);
        if point.is_positive {
            bar(short, long);
        }
    }

    /// Above the object where there is room, else inside its upper edge, and never beyond the frame.
    fn label_corner(&self, anchor: Option<BoundingBox>, label: &str) -> (usize, usize) {
        let size = text_size(label, text_scale(self.size));
        let Some(anchor) = anchor else { return (0, 0) };
        let edges = anchor.covered_pixels(self.size);
        let left = edges.left.min(self.size.width.saturating_sub(size.width));
        let top = edges.top.checked_sub(size.height).unwrap_or(edges.top);
        (left, top.min(self.size.height.saturating_sub(size.height)))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use tubelet_geometry::{FrameSize, PixelRect};

    use super::*;

    const SIZE: FrameSize = FrameSize::new(64, 48);

    fn square() -> Mask {
        let mut mask = Mask::new(SIZE);
        mask.fill_rect(PixelRect {
            left: 20,
            top: 20,
            right: 40,
            bottom: 30,
        });
        mask
    }

    #[test]
    fn inside_is_tinted_and_the_border_is_full_colour() {
        let mut frame = Frame::filled(SIZE, [0; 3]);
        let mask = square();
        let object = ObjectDrawing {
            mask: Some(&mask),
            color: [200, 100, 50],
            ..Default::default()
        };
        frame
            .draw_object(
                &object,
                OverlayStyle {
                    opacity: 0.5,
                    line_width: Some(2),
                },
            )
            .unwrap();
        assert_eq!(frame.pixel(30, 25), Some([100, 50, 25]));
        assert_eq!(frame.pixel(30, 18), Some([200, 100, 50]));
        assert_eq!(frame.pixel(30, 17), Some([0; 3]));
    }

    #[test]
    fn everything_at_the_edge_of_the_frame_stays_inside_it() {
        for position in [
            Point::new(0.0, 0.0),
            Point::new(64.0, 48.0),
            Point::new(-1e6, 5.0),
        ] {
            let mut frame = Frame::filled(SIZE, [0; 3]);
            let points = [
                DrawnPoint {
                    position,
                    is_positive: true,
                },
                DrawnPoint {
                    position,
                    is_positive: false,
                },
            ];
            let object = ObjectDrawing {
                bounding_box: Some(BoundingBox::new(
                    position.x - 9.0,
                    position.y - 9.0,
                    position.x + 9.0,
                    position.y + 9.0,
                )),
                points: &points,
                label: Some("a label longer than the frame"),
                color: object_color(3),
                ..Default::default()
            };
            frame.draw_object(&object, OverlayStyle::default()).unwrap();
            assert_eq!(frame.pixels.len(), 64 * 48 * 3);
        }
    }

    #[test]
    fn a_mask_of_another_size_is_refused() {
        let mask = Mask::new(FrameSize::new(8, 8));
        let object = ObjectDrawing {
            mask: Some(&mask),
            ..Default::default()
        };
        let result = Frame::filled(SIZE, [0; 3]).draw_object(&object, OverlayStyle::default());
        assert!(matches!(result, Err(VideoError::SizeMismatch { .. })));
    }

    #[test]
    fn neighbouring_objects_differ_in_colour() {
        let colors: Vec<_> = (0..200).map(object_color).collect();
        assert!(colors.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
