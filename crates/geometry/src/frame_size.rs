//! Width and height of a frame in whole pixels.

use std::fmt;

/// Width and height of a frame, a mask or a model's input, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameSize {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl FrameSize {
    /// A size from its width and height.
    pub const fn new(width: usize, height: usize) -> Self {
        Self { width, height }
    }

    /// Number of pixels; `usize::MAX` where the product does not fit.
    pub const fn pixel_count(self) -> usize {
        self.width.saturating_mul(self.height)
    }

    /// Length of the diagonal in pixels.
    pub fn diagonal(self) -> f64 {
        let square = |side: usize| side as f64 * side as f64;
        (square(self.width) + square(self.height)).sqrt()
    }
}

/// Written as `width×height`.
impl fmt::Display for FrameSize {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}×{}", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absurd_size_saturates_instead_of_wrapping() {
        assert_eq!(FrameSize::new(usize::MAX, 2).pixel_count(), usize::MAX);
        assert_eq!(FrameSize::new(854, 480).to_string(), "854×480");
    }
}
