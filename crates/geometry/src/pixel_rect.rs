//! A rectangle of whole pixels.

use std::ops::Range;

use crate::FrameSize;

/// A rectangle of whole pixels; `right` and `bottom` are the first column and row outside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PixelRect {
    /// First column.
    pub left: usize,
    /// First row.
    pub top: usize,
    /// One past the last column.
    pub right: usize,
    /// One past the last row.
    pub bottom: usize,
}

impl PixelRect {
    /// Every pixel of a frame.
    pub const fn whole(size: FrameSize) -> Self {
        Self {
            left: 0,
            top: 0,
            right: size.width,
            bottom: size.height,
        }
    }

    /// Columns and rows covered; zero where an edge lies beyond the opposite one.
    pub const fn size(self) -> FrameSize {
        FrameSize::new(
            self.right.saturating_sub(self.left),
            self.bottom.saturating_sub(self.top),
        )
    }

    /// Whether no pixel is covered.
    pub const fn is_empty(self) -> bool {
        self.left >= self.right || self.top >= self.bottom
    }

    /// The columns covered.
    pub const fn columns(self) -> Range<usize> {
        self.left..self.right
    }

    /// The rows covered.
    pub const fn rows(self) -> Range<usize> {
        self.top..self.bottom
    }

    /// The part inside a frame.
    pub fn clip(self, size: FrameSize) -> Self {
        Self {
            left: self.left.min(size.width),
            top: self.top.min(size.height),
            right: self.right.min(size.width),
            bottom: self.bottom.min(size.height),
        }
    }

    /// The smallest rectangle around both; neither may be empty.
    pub fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clipping_keeps_the_part_inside() {
        let rect = PixelRect {
            left: 2,
            top: 3,
            right: 20,
            bottom: 5,
        };
        let clipped = rect.clip(FrameSize::new(10, 4));
        assert_eq!(
            clipped,
            PixelRect {
                left: 2,
                top: 3,
                right: 10,
                bottom: 4
            }
        );
        assert_eq!(clipped.size(), FrameSize::new(8, 1));
        assert!(rect.clip(FrameSize::new(2, 2)).is_empty());
    }
}
