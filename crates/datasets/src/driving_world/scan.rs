//! Which samples a convex polygon covers, and which of several lies in front.
//!
//! In: corners in samples, a plane of inverse depth. Out: for each sample the nearest polygon. Knows nothing of colours.

use glam::Vec2;

/// Most corners of a polygon.
pub(super) const CORNERS: usize = 8;

/// Calls `fill` with each row and range of columns whose centres a convex polygon of at most [`CORNERS`] corners covers,
/// inside a grid. Polygons that share an edge share no centre and leave none out.
#[inline]
pub(super) fn spans(
    corners: &[Vec2],
    [width, height]: [usize; 2],
    mut fill: impl FnMut(usize, usize, usize),
) {
    let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
    // Upper end, lower end, and columns per row of each edge.
    let mut edges = [(Vec2::ZERO, 0.0f32, 0.0f32); CORNERS];
    let count = corners.len().min(CORNERS);
    for index in 0..count {
        let (one, other) = (corners[index], corners[(index + 1) % count]);
        low = low.min(one.y);
        high = high.max(one.y);
        let (upper, lower) = if one.y <= other.y {
            (one, other)
        } else {
            (other, one)
        };
        edges[index] = (upper, lower.y, (lower.x - upper.x) / (lower.y - upper.y));
    }
    let border = |position: f32, most: usize| ((position - 0.5).ceil().max(0.0) as usize).min(most);
    for row in border(low, height)..border(high, height) {
        let y = row as f32 + 0.5;
        let (mut left, mut right) = (f32::INFINITY, f32::NEG_INFINITY);
        for (upper, lower, slope) in &edges[..count] {
            if upper.y <= y && y < *lower {
                let x = upper.x + (y - upper.y) * slope;
                left = left.min(x);
                right = right.max(x);
            }
        }
        let (from, to) = (border(left, width), border(right, width));
        if from < to {
            fill(row, from, to);
        }
    }
}

/// The nearest polygon at every sample.
#[derive(Clone, Debug)]
pub(super) struct Front {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Inverse depth of what is nearest; 0 is nothing.
    pub(super) inverse_depth: Vec<f32>,
    /// Number of the nearest polygon; 0 is none.
    pub(super) polygon: Vec<u32>,
    /// The last thing drawn, whether in front or not.
    touched: Vec<u16>,
}

impl Front {
    pub(super) fn new(width: usize, height: usize) -> Self {
        let count = width * height;
        Self {
            width,
            height,
            inverse_depth: vec![0.0; count],
            polygon: vec![0; count],
            touched: vec![0; count],
        }
    }

    /// Draws a polygon, whose inverse depth is `a x + b y + c` at column and row `x, y`. Returns at how many samples the
    /// thing with the number `thing` was not drawn before; 0 is a thing that is not counted.
    pub(super) fn draw(
        &mut self,
        corners: &[Vec2],
        [a, b, c]: [f32; 3],
        (polygon, thing): (u32, u16),
    ) -> usize {
        let mut fresh = 0;
        let width = self.width;
        spans(corners, [width, self.height], |row, from, to| {
            let range = row * width + from..row * width + to;
            let start = c + b * (row as f32 + 0.5) + a * (from as f32 + 0.5);
            let depths = self.inverse_depth[range.clone()].iter_mut();
            let polygons = self.polygon[range.clone()].iter_mut();
            for (column, (nearest, front)) in depths.zip(polygons).enumerate() {
                let depth = start + a * column as f32;
                let is_nearer = depth > *nearest;
                *nearest = if is_nearer { depth } else { *nearest };
                *front = if is_nearer { polygon } else { *front };
            }
            if thing > 0 {
                for touched in &mut self.touched[range] {
                    fresh += usize::from(*touched != thing);
                    *touched = thing;
                }
            }
        });
        fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polygons_that_share_edges_cover_each_sample_once() {
        let corners = [
            Vec2::new(1.3, 0.2),
            Vec2::new(17.9, 3.1),
            Vec2::new(15.2, 18.6),
            Vec2::new(-2.0, 11.4),
        ];
        let middle = Vec2::new(8.1, 9.7);
        let mut counts = vec![0; 400];
        for index in 0..4 {
            let triangle = [middle, corners[index], corners[(index + 1) % 4]];
            spans(&triangle, [20, 20], |row, from, to| {
                counts[row * 20 + from..row * 20 + to]
                    .iter_mut()
                    .for_each(|count| *count += 1);
            });
        }
        let mut whole = vec![0; 400];
        spans(&corners, [20, 20], |row, from, to| {
            whole[row * 20 + from..row * 20 + to].fill(1);
        });
        assert_eq!(counts, whole);
        assert!(whole.iter().sum::<i32>() > 150);
    }

    #[test]
    fn the_nearer_polygon_wins_whatever_the_order() {
        let square = [
            Vec2::ZERO,
            Vec2::new(4.0, 0.0),
            Vec2::new(4.0, 4.0),
            Vec2::new(0.0, 4.0),
        ];
        for order in [[1, 2], [2, 1]] {
            let mut front = Front::new(4, 4);
            for polygon in order {
                let plane = [0.0, 0.0, polygon as f32];
                assert_eq!(front.draw(&square, plane, (polygon, polygon as u16)), 16);
                assert_eq!(front.draw(&square, plane, (polygon, polygon as u16)), 0);
            }
            assert!(front.polygon.iter().all(|polygon| *polygon == 2));
        }
    }

    #[test]
    fn corners_that_are_no_numbers_cover_nothing_or_stay_inside() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30] {
            let corners = [
                Vec2::new(bad, 1.0),
                Vec2::new(3.0, bad),
                Vec2::new(1.0, 2.0),
            ];
            spans(&corners, [5, 5], |row, from, to| {
                assert!(row < 5 && from < to && to <= 5);
            });
        }
    }
}
