//! Small text on frames, in an 8×8 bitmap font.

use font8x8::legacy::BASIC_LEGACY;
use tubelet_geometry::{FrameSize, PixelRect};

use super::shapes::Ink;
use crate::frame::Frame;

/// Width and height of a letter at scale 1, in pixels.
const CELL: usize = 8;
/// Empty pixels around the text at scale 1.
const MARGIN: usize = 2;

/// The scale at which text is read comfortably on frames of a height.
pub(crate) fn text_scale(size: FrameSize) -> usize {
    (size.height.min(size.width) / 300).max(1)
}

/// Width and height of a line of text with its background.
pub(crate) fn text_size(text: &str, scale: usize) -> FrameSize {
    FrameSize::new(
        (text.chars().count() * CELL + 2 * MARGIN) * scale,
        (CELL + 2 * MARGIN) * scale,
    )
}

impl Frame {
    /// Writes a line of text on a background, its upper left corner at a pixel. The text turns black on light
    /// backgrounds; letters outside ASCII become question marks.
    pub(crate) fn write_text(&mut self, corner: (usize, usize), text: &str, background: [u8; 3]) {
        let scale = text_scale(self.size);
        let (left, top) = corner;
        let size = text_size(text, scale);
        let [red, green, blue] = background.map(u32::from);
        let is_light = 2 * red + 5 * green + blue > 8 * 140;
        let ink = Ink::opaque(if is_light { [0; 3] } else { [255; 3] });
        let area = PixelRect {
            left,
            top,
            right: left + size.width,
            bottom: top + size.height,
        };
        self.fill_rect(area, Ink::opaque(background));
        for (place, letter) in text.chars().enumerate() {
            let rows = BASIC_LEGACY
                .get(letter as usize)
                .unwrap_or(&BASIC_LEGACY['?' as usize]);
            for (row, bits) in rows.iter().enumerate() {
                for column in (0..CELL).filter(|column| bits >> column & 1 == 1) {
                    let x = left + (MARGIN + place * CELL + column) * scale;
                    let y = top + (MARGIN + row) * scale;
                    self.fill_rect(
                        PixelRect {
                            left: x,
                            top: y,
                            right: x + scale,
                            bottom: y + scale,
                        },
                        ink,
                    );
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_drawn_inside_their_background() {
        let mut frame = Frame::filled(FrameSize::new(60, 30), [10; 3]);
        frame.write_text((5, 7), "A1é", [0, 0, 90]);
        let size = text_size("A1é", 1);
        for y in 0..30 {
            for x in 0..60 {
                let inside = (5..5 + size.width).contains(&x) && (7..7 + size.height).contains(&y);
                assert_eq!(frame.pixel(x, y) != Some([10; 3]), inside, "({x}, {y})");
            }
        }
        let white = frame
            .pixels
            .chunks_exact(3)
            .filter(|pixel| *pixel == [255; 3])
            .count();
        assert!(white > 40, "{white} pixels of letters");
    }

    #[test]
    fn text_beyond_the_edge_is_cut() {
        let mut frame = Frame::filled(FrameSize::new(12, 6), [10; 3]);
        frame.write_text((8, 3), "long label", [255, 255, 0]);
        assert_eq!(
            frame.pixel(11, 5).map(|pixel| pixel == [10; 3]),
            Some(false)
        );
    }
}
