//! The four pixels around a place.
//!
//! In: a place in the caller's coordinates. Out: which tokens surround it, how much each counts, and how that changes with the
//! place. Pixels outside the map count nothing.

/// What a coordinate of a place means; x comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coordinates {
    /// Fractions of the map, from its edge; outside there is zero.
    Fractions,
    /// From −1 to 1.
    Signed {
        /// The ends are the centres of the corner pixels, otherwise their edges.
        align_corners: bool,
        /// Places outside are moved to the nearest pixel; otherwise there is zero.
        clamped: bool,
    },
}

/// A map within a sequence of tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Map {
    pub(super) height: usize,
    pub(super) width: usize,
    /// Its first token.
    pub(super) start: usize,
}

/// See the module docs. Pixels come row by row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Square {
    /// Tokens; `None` outside the map.
    pub(super) tokens: [Option<usize>; 4],
    /// Where among them the place lies.
    pub(super) offset: Offset,
}

/// Where a place lies among its four pixels.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Offset {
    /// How far it lies from the first column and row.
    shares: [f32; 2],
    /// Pixels that it moves where a coordinate grows by one.
    slopes: [f32; 2],
}

impl Square {
    /// Around `x` and `y`; outside the map there is no square.
    #[inline(always)]
    pub(super) fn around(map: Map, coordinates: Coordinates, place: [f32; 2]) -> Option<Self> {
        let [(x, slope_x), (y, slope_y)] = [
            coordinates.pixel(place[0], map.width),
            coordinates.pixel(place[1], map.height),
        ];
        let (width, height) = (map.width as f32, map.height as f32);
        // Written so that what is not a number lies outside.
        if !(x > -1.0 && y > -1.0 && x < width && y < height) {
            return None;
        }
        let (left, top) = (x.floor(), y.floor());
        let (column, row) = (left as isize, top as isize);
        let token = |right: isize, down: isize| {
            let (column, row) = (column + right, row + down);
            let inside = (0..map.width as isize).contains(&column)
                && (0..map.height as isize).contains(&row);
            inside.then(|| map.start + row as usize * map.width + column as usize)
        };
        Some(Self {
            tokens: [token(0, 0), token(1, 0), token(0, 1), token(1, 1)],
            offset: Offset {
                shares: [x - left, y - top],
                slopes: [slope_x, slope_y],
            },
        })
    }
}

impl Offset {
    /// How much each pixel counts.
    #[inline(always)]
    pub(super) fn weights(&self) -> [f32; 4] {
        let [right, down] = self.shares;
        let (left, up) = (1.0 - right, 1.0 - down);
        [left * up, right * up, left * down, right * down]
    }

    /// From what each pixel would add to a sum to how the sum changes with the coordinates.
    #[inline(always)]
    pub(super) fn turn(&self, [a, b, c, d]: [f32; 4]) -> [f32; 2] {
        let [right, down] = self.shares;
        let along = (b - a) * (1.0 - down) + (d - c) * down;
        let across = (c - a) * (1.0 - right) + (d - b) * right;
        [along * self.slopes[0], across * self.slopes[1]]
    }
}

impl Coordinates {
    /// Where a coordinate falls among `size` pixels, and pixels for each unit of it there.
    #[inline(always)]
    fn pixel(self, coordinate: f32, size: usize) -> (f32, f32) {
        let size = size as f32;
        match self {
            Self::Fractions => (coordinate * size - 0.5, size),
            Self::Signed {
                align_corners,
                clamped,
            } => {
                let (place, slope) = if align_corners {
                    ((coordinate + 1.0) * 0.5 * (size - 1.0), 0.5 * (size - 1.0))
                } else {
                    ((coordinate + 1.0) * 0.5 * size - 0.5, 0.5 * size)
                };
                let last = (size - 1.0).max(0.0);
                if clamped && !(place > 0.0 && place < last) {
                    (place.clamp(0.0, last), 0.0)
                } else {
                    (place, slope)
                }
            }
        }
    }
}
