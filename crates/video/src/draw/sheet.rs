//! Contact sheets: many frames side by side in one picture, each with its label.

use image::imageops::thumbnail;
use image::{ImageBuffer, Rgb};
use tubelet_geometry::FrameSize;

use super::shapes::Ink;
use crate::error::{Result, VideoError};
use crate::frame::Frame;

/// Pixels between the pictures of a sheet.
const GAP: usize = 4;
/// How many times as high as wide a cell may be.
const HIGHEST_CELL: usize = 2;
const BACKGROUND: [u8; 3] = [24; 3];

/// A sheet being filled. Only the small pictures are kept.
#[derive(Debug, Clone)]
pub struct ContactSheet {
    columns: usize,
    cell_width: usize,
    cells: Vec<Frame>,
}

impl ContactSheet {
    /// An empty sheet of so many pictures side by side, each of a width in pixels (both at least 1).
    pub fn new(columns: usize, cell_width: usize) -> Self {
        Self {
            columns: columns.max(1),
            cell_width: cell_width.max(1),
            cells: Vec::new(),
        }
    }

    /// Adds a frame, made small, with a label in its upper left corner, such as the frame's number.
    ///
    /// # Errors
    /// [`VideoError::PixelCount`] for a frame without pixels or with the wrong number of them.
    pub fn add(&mut self, frame: &Frame, label: &str) -> Result<()> {
        let FrameSize { width, height } = frame.size;
        let picture: Option<ImageBuffer<Rgb<u8>, &[u8]>> =
            ImageBuffer::from_raw(width as u32, height as u32, frame.pixels.as_slice());
        let Some(picture) = picture.filter(|_| frame.size.pixel_count() > 0) else {
            let expected = frame.size.pixel_count().max(1) * 3;
            return Err(VideoError::PixelCount {
                size: frame.size,
                expected,
                found: frame.pixels.len(),
            });
        };
        // Narrow pictures are made narrower, so that a sheet is never much higher than wide.
        let highest = HIGHEST_CELL * self.cell_width;
        let cell_height = (height * self.cell_width).div_ceil(width).clamp(1, highest);
        let cell_width = (width * highest).div_ceil(height).min(self.cell_width);
        let small = thumbnail(&picture, cell_width as u32, cell_height as u32);
        let mut cell = Frame::new(FrameSize::new(cell_width, cell_height), small.into_raw())?;
        if !label.is_empty() {
            cell.write_text((0, 0), label, [0; 3]);
        }
        self.cells.push(cell);
        Ok(())
    }

    /// The sheet as one picture; rows are as high as their highest picture.
    pub fn to_frame(&self) -> Frame {
        let rows: Vec<&[Frame]> = self.cells.chunks(self.columns).collect();
        let heights: Vec<usize> = rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.size.height).max().unwrap_or(0))
            .collect();
        let columns = self.columns.min(self.cells.len()).max(1);
        let size = FrameSize::new(
            columns * (self.cell_width + GAP) + GAP,
            heights.iter().map(|height| height + GAP).sum::<usize>() + GAP,
        );
        let mut sheet = Frame::filled(size, [0; 3]);
        sheet.fill_rect(
            tubelet_geometry::PixelRect::whole(size),
            Ink::opaque(BACKGROUND),
        );
        let mut top = GAP;
        for (row, height) in rows.into_iter().zip(heights) {
            for (column, cell) in row.iter().enumerate() {
                sheet.place(cell, (GAP + column * (self.cell_width + GAP), top));
            }
            top += height + GAP;
        }
        sheet
    }
}

impl Frame {
    /// Copies a smaller picture into the frame at a pixel; the parts outside are left out.
    fn place(&mut self, picture: &Frame, (left, top): (usize, usize)) {
        let columns = picture.size.width.min(self.size.width.saturating_sub(left));
        let target = self.pixels.chunks_exact_mut(3 * self.size.width).skip(top);
        for (row, source) in target.zip(picture.pixels.chunks_exact(3 * picture.size.width)) {
            row[3 * left..3 * (left + columns)].copy_from_slice(&source[..3 * columns]);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn frames_are_laid_out_in_rows() {
        let mut sheet = ContactSheet::new(2, 40);
        for level in [50, 100, 150] {
            sheet
                .add(&Frame::filled(FrameSize::new(80, 60), [level; 3]), "")
                .unwrap();
        }
        let picture = sheet.to_frame();
        assert_eq!(picture.size, FrameSize::new(2 * 44 + 4, 2 * 34 + 4));
        assert_eq!(picture.pixel(5, 5), Some([50; 3]));
        assert_eq!(picture.pixel(60, 20), Some([100; 3]));
        assert_eq!(picture.pixel(20, 50), Some([150; 3]));
        assert_eq!(picture.pixel(60, 50), Some(BACKGROUND));
    }

    #[test]
    fn labels_are_written_and_empty_frames_refused() {
        let mut sheet = ContactSheet::new(3, 64);
        sheet
            .add(&Frame::filled(FrameSize::new(64, 64), [200; 3]), "7")
            .unwrap();
        assert_eq!(sheet.to_frame().pixel(4, 4), Some([0; 3]));
        assert!(
            sheet
                .add(&Frame::filled(FrameSize::new(0, 5), [0; 3]), "")
                .is_err()
        );
        assert_eq!(
            ContactSheet::new(3, 64).to_frame().size,
            FrameSize::new(72, 4)
        );
    }
}
