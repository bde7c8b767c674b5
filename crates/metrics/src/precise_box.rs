//! Boxes as annotation files give them, in f64.
//!
//! The boxes of `geometry` are f32, which is enough to draw and to prompt but not to repeat a published score to nine
//! digits.

use tubelet_geometry::BoundingBox;

/// An axis-aligned box given by its edges in continuous pixels, without any `+ 1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PreciseBox {
    /// Smallest `x`.
    pub left: f64,
    /// Smallest `y`.
    pub top: f64,
    /// Largest `x`.
    pub right: f64,
    /// Largest `y`.
    pub bottom: f64,
}

impl PreciseBox {
    /// A box from its edges, in the order left, top, right, bottom (`xyxy`).
    pub const fn from_edges([left, top, right, bottom]: [f64; 4]) -> Self {
        Self {
            left,
            top,
            right,
            bottom,
        }
    }

    /// A box from its upper left corner, width and height (`xywh`).
    pub fn from_corner_and_size([x, y, width, height]: [f64; 4]) -> Self {
        Self::from_edges([x, y, x + width, y + height])
    }

    /// Whether the box covers no area (also when an edge is not a number).
    pub fn is_empty(self) -> bool {
        !(self.right > self.left && self.bottom > self.top)
    }

    /// Area in square pixels; zero for an empty box.
    pub fn area(self) -> f64 {
        if self.is_empty() {
            0.0
        } else {
            (self.right - self.left) * (self.bottom - self.top)
        }
    }

    /// What both boxes share; an empty box where they do not meet.
    pub fn intersection(self, other: Self) -> Self {
        Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    /// Shared area divided by the area covered by either; 0 where a box is empty. Official evaluators divide zero by
    /// zero for two empty boxes, and one such frame then makes the mean of a whole data set not a number.
    pub fn iou(self, other: Self) -> f64 {
        let (shared, covered) = self.overlap(other);
        let iou = shared / covered;
        if iou.is_finite() { iou } else { 0.0 }
    }

    /// Shared area and area covered by either.
    fn overlap(self, other: Self) -> (f64, f64) {
        if self.is_empty() || other.is_empty() {
            return (0.0, self.area() + other.area());
        }
        let shared = self.intersection(other).area();
        (shared, self.area() + other.area() - shared)
    }
}

/// A box by its upper left corner, width and height (`xywh`), as most files give it. Edges would lose the last digit of its
/// size, and with it overlaps that lie on a threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SizedBox {
    /// Smallest `x`.
    pub left: f64,
    /// Smallest `y`.
    pub top: f64,
    /// Extent along `x`.
    pub width: f64,
    /// Extent along `y`.
    pub height: f64,
}

impl SizedBox {
    /// A box from its upper left corner, width and height.
    pub const fn new([left, top, width, height]: [f64; 4]) -> Self {
        Self {
            left,
            top,
            width,
            height,
        }
    }
}

impl From<SizedBox> for PreciseBox {
    fn from(sized: SizedBox) -> Self {
        Self::from_corner_and_size([sized.left, sized.top, sized.width, sized.height])
    }
}

impl From<BoundingBox> for PreciseBox {
    fn from(edges: BoundingBox) -> Self {
        Self::from_edges([edges.left, edges.top, edges.right, edges.bottom].map(f64::from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn edge() -> impl Strategy<Value = f64> {
        prop_oneof![
            6 => -50.0..50.0,
            1 => Just(0.0),
            1 => prop::num::f64::ANY,
        ]
    }

    fn boxes() -> impl Strategy<Value = PreciseBox> {
        prop::array::uniform4(edge()).prop_map(PreciseBox::from_edges)
    }

    proptest! {
        #[test]
        fn overlap_is_symmetric_and_bounded(first in boxes(), second in boxes()) {
            let iou = first.iou(second);
            prop_assert!((0.0..=1.0 + 1e-12).contains(&iou), "{iou}");
            prop_assert_eq!(iou, second.iou(first));
        }
    }

    #[test]
    fn half_overlapping_boxes_share_a_third() {
        let left = PreciseBox::from_corner_and_size([0.0, 0.0, 2.0, 2.0]);
        let right = PreciseBox::from_edges([1.0, 0.0, 3.0, 2.0]);
        assert_eq!(left.iou(right), 1.0 / 3.0);
    }

    #[test]
    fn boxes_without_area_overlap_nothing() {
        let point = PreciseBox::from_edges([1.0; 4]);
        let nowhere = PreciseBox::from_edges([f64::NAN, 0.0, 2.0, 2.0]);
        let here = PreciseBox::from_edges([0.0, 0.0, 2.0, 2.0]);
        let everywhere = PreciseBox::from_edges([f64::NEG_INFINITY, -1.0, f64::INFINITY, 1.0]);
        for empty in [point, nowhere, everywhere] {
            assert_eq!((empty.iou(empty), empty.iou(here)), (0.0, 0.0));
        }
    }
}
