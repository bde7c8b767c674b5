//! Outlines of a mask as closed polygons along pixel edges, for drawing and export.
//!
//! In: a mask. Out: polygons whose signed areas add up to the mask's area exactly.

use super::bits::WORD_BITS;
use crate::{Connectivity, Mask, Point};

/// A closed polygon along the edges of pixels. The last corner is joined to the first; only corners are listed.
///
/// With `x` to the right and `y` down, the mask lies to the right of the direction of travel: clockwise on the screen
/// around a piece of the mask, counterclockwise around a hole.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// The corners, at whole coordinates.
    pub corners: Vec<Point>,
}

impl Outline {
    /// The enclosed area in square pixels, negative for a hole (shoelace formula).
    pub fn signed_area(&self) -> f64 {
        let next = self.corners.iter().cycle().skip(1);
        let twice: f64 = self
            .corners
            .iter()
            .zip(next)
            .map(|(a, b)| f64::from(a.x) * f64::from(b.y) - f64::from(b.x) * f64::from(a.y))
            .sum();
        twice / 2.0
    }

    /// Whether the outline runs around a hole.
    pub fn is_hole(&self) -> bool {
        self.signed_area() < 0.0
    }
}

/// A unit step along a pixel edge.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Right,
    Down,
    Left,
    Up,
}

impl Direction {
    fn turned_right(self) -> Self {
        match self {
            Self::Right => Self::Down,
            Self::Down => Self::Left,
            Self::Left => Self::Up,
            Self::Up => Self::Right,
        }
    }

    fn turned_left(self) -> Self {
        match self {
            Self::Right => Self::Up,
            Self::Down => Self::Right,
            Self::Left => Self::Down,
            Self::Up => Self::Left,
        }
    }
}

impl Mask {
    /// All outlines of the mask, in the order of their first upper edges, row after row.
    ///
    /// `connectivity` says whether diagonal neighbours share an outline.
    pub fn outlines(&self, connectivity: Connectivity) -> Vec<Outline> {
        let mut open = self.upper_edges();
        let mut outlines = Vec::new();
        for y in 0..self.height() {
            for index in 0..self.words_per_row() {
                while open.row(y)[index] != 0 {
                    let x = index * WORD_BITS + open.row(y)[index].trailing_zeros() as usize;
                    outlines.push(self.follow((x, y), connectivity, &mut open));
                }
            }
        }
        outlines
    }

    /// The pixels with no pixel above them. Every outline passes over such a pixel, from left to right.
    fn upper_edges(&self) -> Self {
        self - &self.translate(0, 1)
    }

    /// Follows the outline that starts along the upper edge of a pixel and closes the upper edges it passes.
    fn follow(
        &self,
        start: (usize, usize),
        connectivity: Connectivity,
        open: &mut Self,
    ) -> Outline {
        let mut corners = Vec::new();
        let (mut x, mut y) = start;
        let mut direction = Direction::Right;
        loop {
            match direction {
                Direction::Right => {
                    open.set(x, y, false);
                    x += 1;
                }
                Direction::Down => y += 1,
                Direction::Left => x -= 1,
                Direction::Up => y -= 1,
            }
            let next = self.turn((x, y), direction, connectivity);
            if next != direction {
                corners.push(Point::new(x as f32, y as f32));
            }
            direction = next;
            if (x, y) == start && direction == Direction::Right {
                return Outline { corners };
            }
        }
    }

    /// Where an outline that arrives at a grid corner goes on.
    fn turn(
        &self,
        (x, y): (usize, usize),
        direction: Direction,
        connectivity: Connectivity,
    ) -> Direction {
        // The four pixels around the corner; those left of or above the frame have no index.
        let pixel = |right: bool, below: bool| {
            let column = if right { Some(x) } else { x.checked_sub(1) };
            let row = if below { Some(y) } else { y.checked_sub(1) };
            matches!((column, row), (Some(column), Some(row)) if self.get(column, row))
        };
        let (ahead_left, ahead_right) = match direction {
            Direction::Right => (pixel(true, false), pixel(true, true)),
            Direction::Down => (pixel(true, true), pixel(false, true)),
            Direction::Left => (pixel(false, true), pixel(false, false)),
            Direction::Up => (pixel(false, false), pixel(true, false)),
        };
        match (ahead_left, ahead_right) {
            (true, true) => direction.turned_left(),
            (false, true) => direction,
            (true, false) if connectivity == Connectivity::Eight => direction.turned_left(),
            (true | false, false) => direction.turned_right(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bits::tests::{drawn, shapes};
    use super::*;
    use crate::FrameSize;
    use proptest::prelude::*;

    /// The pixels with an odd number of vertical outline edges to their left.
    fn filled(outlines: &[Outline], size: FrameSize) -> Mask {
        let mut mask = Mask::new(size);
        for outline in outlines {
            for (a, b) in outline
                .corners
                .iter()
                .zip(outline.corners.iter().cycle().skip(1))
            {
                for y in a.y.min(b.y) as usize..a.y.max(b.y) as usize {
                    for x in a.x as usize..size.width {
                        let member = mask.get(x, y);
                        mask.set(x, y, !member);
                    }
                }
            }
        }
        mask
    }

    /// Background components that do not reach the world outside the frame.
    fn enclosed(mask: &Mask, connectivity: Connectivity) -> usize {
        let framed = FrameSize::new(mask.width() + 2, mask.height() + 2);
        let mut larger = Mask::new(framed);
        for y in 0..mask.height() {
            for x in 0..mask.width() {
                larger.set(x + 1, y + 1, mask.get(x, y));
            }
        }
        (!&larger).components(connectivity).len() - 1
    }

    proptest! {
        #[test]
        fn outlines_enclose_the_mask_and_nothing_else(mask in shapes(), eight in any::<bool>()) {
            let (connectivity, opposite) = if eight {
                (Connectivity::Eight, Connectivity::Four)
            } else {
                (Connectivity::Four, Connectivity::Eight)
            };
            let outlines = mask.outlines(connectivity);
            let area: f64 = outlines.iter().map(Outline::signed_area).sum();
            prop_assert_eq!(area, mask.count() as f64);
            prop_assert_eq!(filled(&outlines, mask.size()), mask.clone());
            let holes = outlines.iter().filter(|outline| outline.is_hole()).count();
            prop_assert_eq!(outlines.len() - holes, mask.components(connectivity).len());
            prop_assert_eq!(holes, enclosed(&mask, opposite));
        }
    }

    #[test]
    fn a_ring_has_an_outer_outline_and_a_hole() {
        let outlines = drawn(&["###", "#.#", "###"]).outlines(Connectivity::Eight);
        let corner = |x: f32, y: f32| Point::new(x, y);
        assert_eq!(
            outlines[0].corners,
            [
                corner(3.0, 0.0),
                corner(3.0, 3.0),
                corner(0.0, 3.0),
                corner(0.0, 0.0)
            ]
        );
        assert_eq!(outlines[1].signed_area(), -1.0);
        assert_eq!(outlines.len(), 2);
    }
}
