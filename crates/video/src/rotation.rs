//! Turning pictures by quarter turns and mirroring them, as the track of a phone's video asks for.

use tubelet_geometry::FrameSize;

/// What to do with a picture before it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rotation {
    /// Shown as stored.
    #[default]
    None,
    /// A quarter turn clockwise.
    Clockwise90,
    /// Upside down.
    Half,
    /// A quarter turn counter-clockwise.
    Clockwise270,
    /// Left and right change places.
    MirroredHorizontally,
    /// Top and bottom change places.
    MirroredVertically,
    /// Rows become columns: mirrored at the diagonal from the top left.
    Transposed,
    /// Mirrored at the diagonal from the top right.
    Transversed,
}

impl Rotation {
    /// The turn in a display matrix of ISO/IEC 14496-12, given as its `a`, `b`, `c`, `d`; other transforms than quarter
    /// turns and mirroring (shearing) count as none, but half a degree beside them does not matter.
    pub fn from_matrix(matrix: [i32; 4]) -> Self {
        let largest = matrix.map(i32::unsigned_abs).into_iter().max().unwrap_or(0);
        let sign = |value: i32| {
            if value.unsigned_abs() > largest / 115 {
                value.signum()
            } else {
                0
            }
        };
        match matrix.map(sign) {
            [0, 1, -1, 0] => Self::Clockwise90,
            [-1, 0, 0, -1] => Self::Half,
            [0, -1, 1, 0] => Self::Clockwise270,
            [-1, 0, 0, 1] => Self::MirroredHorizontally,
            [1, 0, 0, -1] => Self::MirroredVertically,
            [0, 1, 1, 0] => Self::Transposed,
            [0, -1, -1, 0] => Self::Transversed,
            _ => Self::None,
        }
    }

    /// The turn by a whole number of degrees clockwise, where it is a quarter turn.
    pub fn from_degrees(clockwise: i64) -> Self {
        match clockwise.rem_euclid(360) {
            90 => Self::Clockwise90,
            180 => Self::Half,
            270 => Self::Clockwise270,
            _ => Self::None,
        }
    }

    /// Size after the turn.
    pub fn turned_size(self, size: FrameSize) -> FrameSize {
        match self {
            Self::None | Self::Half | Self::MirroredHorizontally | Self::MirroredVertically => size,
            Self::Clockwise90 | Self::Clockwise270 | Self::Transposed | Self::Transversed => {
                FrameSize::new(size.height, size.width)
            }
        }
    }

    /// RGB pixels after the turn; `size` is the size before it.
    pub(crate) fn turn(self, size: FrameSize, pixels: Vec<u8>) -> Vec<u8> {
        if self == Self::None || size.pixel_count() == 0 {
            return pixels;
        }
        let (width, height) = (size.width, size.height);
        let turned_width = self.turned_size(size).width;
        let mut turned = vec![0; pixels.len()];
        for (y, row) in pixels.chunks_exact(3 * width).enumerate() {
            for (x, pixel) in row.chunks_exact(3).enumerate() {
                let (column, line) = match self {
                    Self::Clockwise90 => (height - 1 - y, x),
                    Self::Clockwise270 => (y, width - 1 - x),
                    Self::Half => (width - 1 - x, height - 1 - y),
                    Self::MirroredHorizontally => (width - 1 - x, y),
                    Self::MirroredVertically => (x, height - 1 - y),
                    Self::Transposed => (y, x),
                    Self::Transversed => (height - 1 - y, width - 1 - x),
                    Self::None => (x, y),
                };
                let start = 3 * (line * turned_width + column);
                turned[start..start + 3].copy_from_slice(pixel);
            }
        }
        turned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(rotation: Rotation) -> Vec<u8> {
        let pixels = (1..=6).flat_map(|value| [value; 3]).collect();
        let turned = rotation.turn(FrameSize::new(3, 2), pixels);
        turned.chunks_exact(3).map(|pixel| pixel[0]).collect()
    }

    #[test]
    fn a_quarter_turn_moves_the_top_row_to_the_right_column() {
        assert_eq!(turn(Rotation::Clockwise90), [4, 1, 5, 2, 6, 3]);
        assert_eq!(turn(Rotation::Clockwise270), [3, 6, 2, 5, 1, 4]);
        assert_eq!(turn(Rotation::Half), [6, 5, 4, 3, 2, 1]);
        assert_eq!(turn(Rotation::None), [1, 2, 3, 4, 5, 6]);
        assert_eq!(turn(Rotation::MirroredHorizontally), [3, 2, 1, 6, 5, 4]);
        assert_eq!(turn(Rotation::MirroredVertically), [4, 5, 6, 1, 2, 3]);
        assert_eq!(turn(Rotation::Transposed), [1, 4, 2, 5, 3, 6]);
        assert_eq!(turn(Rotation::Transversed), [6, 3, 5, 2, 4, 1]);
    }

    #[test]
    fn matrices_of_phones_are_recognised() {
        const ONE: i32 = 0x10000;
        assert_eq!(Rotation::from_matrix([ONE, 0, 0, ONE]), Rotation::None);
        assert_eq!(
            Rotation::from_matrix([0, ONE, -ONE, 0]),
            Rotation::Clockwise90
        );
        assert_eq!(Rotation::from_matrix([-ONE, 0, 0, -ONE]), Rotation::Half);
        assert_eq!(
            Rotation::from_matrix([0, -ONE, ONE, 0]),
            Rotation::Clockwise270
        );
        assert_eq!(
            Rotation::from_matrix([300, ONE, -ONE, -300]),
            Rotation::Clockwise90
        );
        assert_eq!(Rotation::from_matrix([ONE, ONE, -ONE, ONE]), Rotation::None);
        assert_eq!(Rotation::from_degrees(-90), Rotation::Clockwise270);
    }
}
