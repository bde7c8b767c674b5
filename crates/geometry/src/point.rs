//! A position in a frame.

/// A position in continuous pixels: the centre of the pixel in column `i` and row `j` is `(i + 0.5, j + 0.5)`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// Distance from the left edge of the frame.
    pub x: f32,
    /// Distance from the top edge of the frame.
    pub y: f32,
}

impl Point {
    /// A point from its coordinates.
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// The centre of a pixel.
    pub fn pixel_center(column: usize, row: usize) -> Self {
        Self::new(column as f32 + 0.5, row as f32 + 0.5)
    }

    /// Euclidean distance to another point.
    pub fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixel_centres_lie_half_a_pixel_in() {
        assert_eq!(Point::pixel_center(0, 3), Point::new(0.5, 3.5));
        assert_eq!(Point::new(0.0, 0.0).distance(Point::new(3.0, 4.0)), 5.0);
    }
}
