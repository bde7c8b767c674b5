//! Axis-aligned boxes in continuous pixels.

use crate::{FrameSize, PixelRect, Point};

/// An axis-aligned box given by its edges in continuous pixels (the `xyxy` form, no `+ 1` anywhere).
///
/// A box whose right edge is not right of its left edge, or whose bottom is not below its top, is empty: its area is
/// zero. No constructor reorders edges silently except [`BoundingBox::from_corners`], which says so.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundingBox {
    /// Smallest `x`.
    pub left: f32,
    /// Smallest `y`.
    pub top: f32,
    /// Largest `x`.
    pub right: f32,
    /// Largest `y`.
    pub bottom: f32,
}

impl BoundingBox {
    /// A box from its edges, in the order left, top, right, bottom.
    pub const fn new(left: f32, top: f32, right: f32, bottom: f32) -> Self {
        Self {
            left,
            top,
            right,
            bottom,
        }
    }

    /// The box between two opposite corners, given in any order.
    pub fn from_corners(first: Point, second: Point) -> Self {
        Self {
            left: first.x.min(second.x),
            top: first.y.min(second.y),
            right: first.x.max(second.x),
            bottom: first.y.max(second.y),
        }
    }

    /// The box of a whole frame.
    pub fn whole(size: FrameSize) -> Self {
        PixelRect::whole(size).into()
    }

    /// Width in pixels, never negative.
    pub fn width(self) -> f32 {
        (self.right - self.left).max(0.0)
    }

    /// Height in pixels, never negative.
    pub fn height(self) -> f32 {
        (self.bottom - self.top).max(0.0)
    }

    /// Area in square pixels; zero for an empty box.
    pub fn area(self) -> f32 {
        self.width() * self.height()
    }

    /// Whether the box covers no area (also when an edge is not a number).
    pub fn is_empty(self) -> bool {
        !(self.right > self.left && self.bottom > self.top)
    }

    /// The middle of the box.
    pub fn center(self) -> Point {
        Point::new(
            f32::midpoint(self.left, self.right),
            f32::midpoint(self.top, self.bottom),
        )
    }

    /// Whether a point lies inside; the left and top edges belong to the box, the right and bottom ones do not.
    pub fn contains(self, point: Point) -> bool {
        self.left <= point.x && point.x < self.right && self.top <= point.y && point.y < self.bottom
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

    /// The smallest box around both.
    pub fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// Shared area divided by the area covered by either, with continuous areas; 0 where neither box has area.
    ///
    /// Calculated in f64, so that boxes of any pixel size keep their full precision.
    pub fn iou(self, other: Self) -> f64 {
        let area = |edges: Self| {
            let width = f64::from(edges.right) - f64::from(edges.left);
            let height = f64::from(edges.bottom) - f64::from(edges.top);
            width.max(0.0) * height.max(0.0)
        };
        let shared = area(self.intersection(other));
        let covered = area(self) + area(other) - shared;
        if covered > 0.0 { shared / covered } else { 0.0 }
    }

    /// The box with every edge moved into the frame.
    pub fn clip(self, size: FrameSize) -> Self {
        let (width, height) = (size.width as f32, size.height as f32);
        Self {
            left: self.left.clamp(0.0, width),
            top: self.top.clamp(0.0, height),
            right: self.right.clamp(0.0, width),
            bottom: self.bottom.clamp(0.0, height),
        }
    }

    /// The pixels of a frame whose centres lie inside the box.
    pub fn covered_pixels(self, size: FrameSize) -> PixelRect {
        // A float-to-integer cast saturates: edges beyond the frame and NaN cannot leave it.
        let first = |edge: f32| (edge - 0.5).ceil() as usize;
        PixelRect {
            left: first(self.left),
            top: first(self.top),
            right: first(self.right),
            bottom: first(self.bottom),
        }
        .clip(size)
    }
}

impl From<PixelRect> for BoundingBox {
    fn from(rect: PixelRect) -> Self {
        Self::new(
            rect.left as f32,
            rect.top as f32,
            rect.right as f32,
            rect.bottom as f32,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_overlapping_boxes_share_a_third() {
        let left = BoundingBox::new(0.0, 0.0, 2.0, 2.0);
        let right = BoundingBox::new(1.0, 0.0, 3.0, 2.0);
        assert_eq!(left.iou(right), 1.0 / 3.0);
        assert_eq!(left.union(right), BoundingBox::new(0.0, 0.0, 3.0, 2.0));
    }

    #[test]
    fn empty_and_disjoint_boxes_have_no_overlap() {
        let inverted = BoundingBox::new(5.0, 5.0, 1.0, 1.0);
        assert_eq!(inverted.area(), 0.0);
        assert!(inverted.is_empty());
        assert_eq!(inverted.iou(inverted), 0.0);
        let here = BoundingBox::new(0.0, 0.0, 1.0, 1.0);
        assert_eq!(here.iou(BoundingBox::new(4.0, 4.0, 5.0, 5.0)), 0.0);
    }

    #[test]
    fn pixels_are_covered_by_their_centres() {
        let size = FrameSize::new(4, 4);
        let covered = BoundingBox::new(0.5, 0.6, 2.5, 9.0).covered_pixels(size);
        assert_eq!(
            covered,
            PixelRect {
                left: 0,
                top: 1,
                right: 2,
                bottom: 4
            }
        );
        let nowhere = BoundingBox::new(f32::NAN, -7.0, f32::NEG_INFINITY, f32::INFINITY);
        assert!(nowhere.covered_pixels(size).is_empty());
    }

    #[test]
    fn corners_may_come_in_any_order() {
        let clicked = BoundingBox::from_corners(Point::new(3.0, 1.0), Point::new(1.0, 2.0));
        assert_eq!(clicked, BoundingBox::new(1.0, 1.0, 3.0, 2.0));
        assert_eq!(clicked.center(), Point::new(2.0, 1.5));
        assert!(clicked.contains(Point::new(1.0, 1.0)) && !clicked.contains(Point::new(3.0, 1.5)));
    }
}
