//! Boxes as annotation files give them.
//!
//! In and out: corner and size in continuous pixels, kept in the precision of the file, because published scores are
//! repeated to nine digits and the boxes of `geometry` are f32.

use tubelet_geometry::BoundingBox;

/// A box by its upper left corner and its size, in pixels of the video.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AnnotatedBox {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width; files hold zero and less for boxes that are not there.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl AnnotatedBox {
    /// From corner and size (`xywh`).
    pub const fn from_corner_and_size([x, y, width, height]: [f64; 4]) -> Self {
        Self {
            x,
            y,
            width,
            height,
        }
    }

    /// From left, upper, right and lower edge (`xyxy`).
    pub fn from_edges([left, top, right, bottom]: [f64; 4]) -> Self {
        Self::from_corner_and_size([left, top, right - left, bottom - top])
    }

    /// Corner and size (`xywh`).
    pub const fn corner_and_size(self) -> [f64; 4] {
        [self.x, self.y, self.width, self.height]
    }

    /// Left, upper, right and lower edge (`xyxy`).
    pub fn edges(self) -> [f64; 4] {
        [self.x, self.y, self.x + self.width, self.y + self.height]
    }

    /// Whether it covers no area.
    pub fn is_empty(self) -> bool {
        !(self.width > 0.0 && self.height > 0.0)
    }

    /// The smallest box around both.
    pub fn union(self, other: Self) -> Self {
        let ([left, top, right, bottom], [other_left, other_top, other_right, other_bottom]) =
            (self.edges(), other.edges());
        Self::from_edges([
            left.min(other_left),
            top.min(other_top),
            right.max(other_right),
            bottom.max(other_bottom),
        ])
    }

    /// The same box in the precision that drawing and prompting need.
    pub fn to_bounding_box(self) -> BoundingBox {
        let [left, top, right, bottom] = self.edges().map(|edge| edge as f32);
        BoundingBox::new(left, top, right, bottom)
    }

    /// A box whose four numbers are finite; `None` otherwise.
    pub(crate) fn finite(numbers: [f64; 4]) -> Option<Self> {
        let all = numbers.iter().all(|number| number.is_finite());
        all.then(|| Self::from_corner_and_size(numbers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_describe_one_box() {
        let found = AnnotatedBox::from_edges([1.5, 2.0, 4.0, 7.0]);
        assert_eq!(found.corner_and_size(), [1.5, 2.0, 2.5, 5.0]);
        assert_eq!(found.edges(), [1.5, 2.0, 4.0, 7.0]);
        assert_eq!(found.to_bounding_box().right, 4.0);
        let far = AnnotatedBox::from_corner_and_size([0.0, 6.0, 1.0, 3.0]);
        assert_eq!(found.union(far).edges(), [0.0, 2.0, 4.0, 9.0]);
        assert!(AnnotatedBox::from_corner_and_size([0.0, 0.0, 0.0, 1.0]).is_empty());
        assert!(AnnotatedBox::finite([0.0, f64::NAN, 1.0, 1.0]).is_none());
    }
}
