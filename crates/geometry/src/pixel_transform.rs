//! Axis-aligned scaling and shifting between two pixel spaces.
//!
//! Transforms are named `destination_from_source`, so that a chain reads without thinking and a wrong order shows:
//! `model_from_video.compose(video_from_crop)` is `model_from_crop`.

use crate::{BoundingBox, FrameSize, GeometryError, Point};

/// Maps a position `p` of one pixel space to `p * scale + offset` of another, separately along each axis.
///
/// Scales and offsets are finite and no scale is zero, so every transform has an inverse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PixelTransform {
    scale: Point,
    offset: Point,
}

impl PixelTransform {
    /// The transform that changes nothing.
    pub const IDENTITY: Self = Self {
        scale: Point::new(1.0, 1.0),
        offset: Point::new(0.0, 0.0),
    };

    /// A transform from its scale and offset along each axis.
    ///
    /// # Errors
    /// [`GeometryError::DegenerateTransform`] where it would have no inverse.
    pub fn new(scale: Point, offset: Point) -> Result<Self, GeometryError> {
        let usable = |scale: f32| scale.is_finite() && scale.recip().is_finite();
        if usable(scale.x) && usable(scale.y) && offset.x.is_finite() && offset.y.is_finite() {
            return Ok(Self { scale, offset });
        }
        Err(GeometryError::DegenerateTransform {
            scale_x: scale.x,
            scale_y: scale.y,
            offset_x: offset.x,
            offset_y: offset.y,
        })
    }

    /// Stretches a whole `source` frame onto a whole `destination` frame; the aspect ratio may change.
    ///
    /// Corners map to corners, so pixel centres are treated alike on both sides (the convention without aligned
    /// corners).
    ///
    /// # Errors
    /// [`GeometryError::DegenerateTransform`] where a frame has no width or no height.
    pub fn stretch(source: FrameSize, destination: FrameSize) -> Result<Self, GeometryError> {
        let ratio = |to: usize, from: usize| (to as f64 / from as f64) as f32;
        let scale = Point::new(
            ratio(destination.width, source.width),
            ratio(destination.height, source.height),
        );
        Self::new(scale, Point::default())
    }

    /// Scale along each axis: destination pixels per source pixel.
    pub fn scale(self) -> Point {
        self.scale
    }

    /// Where the source's origin lies in the destination.
    pub fn offset(self) -> Point {
        self.offset
    }

    /// Maps a point.
    pub fn apply(self, point: Point) -> Point {
        Point::new(
            point.x * self.scale.x + self.offset.x,
            point.y * self.scale.y + self.offset.y,
        )
    }

    /// Maps a box; where a scale is negative the edges change sides.
    pub fn apply_box(self, edges: BoundingBox) -> BoundingBox {
        let first = self.apply(Point::new(edges.left, edges.top));
        let second = self.apply(Point::new(edges.right, edges.bottom));
        let (left, right) = if self.scale.x < 0.0 {
            (second.x, first.x)
        } else {
            (first.x, second.x)
        };
        let (top, bottom) = if self.scale.y < 0.0 {
            (second.y, first.y)
        } else {
            (first.y, second.y)
        };
        BoundingBox::new(left, top, right, bottom)
    }

    /// The way back: `video_from_model` of `model_from_video`.
    pub fn inverse(self) -> Self {
        let scale = Point::new(self.scale.x.recip(), self.scale.y.recip());
        let offset = Point::new(-self.offset.x * scale.x, -self.offset.y * scale.y);
        Self { scale, offset }
    }

    /// First `inner`, then `self`: `a_from_b.compose(b_from_c)` is `a_from_c`.
    pub fn compose(self, inner: Self) -> Self {
        let scale = Point::new(self.scale.x * inner.scale.x, self.scale.y * inner.scale.y);
        Self {
            scale,
            offset: self.apply(inner.offset),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(left: Point, right: Point) -> bool {
        left.distance(right) <= 1e-3 * (1.0 + right.x.abs() + right.y.abs())
    }

    fn transform() -> impl Strategy<Value = PixelTransform> {
        let scale = prop_oneof![0.05f32..20.0, -20.0f32..-0.05];
        (scale.clone(), scale, -500.0f32..500.0, -500.0f32..500.0).prop_map(|(sx, sy, ox, oy)| {
            PixelTransform::new(Point::new(sx, sy), Point::new(ox, oy)).unwrap()
        })
    }

    proptest! {
        #[test]
        fn the_inverse_leads_back(model_from_video in transform(), x in 0.0f32..2000.0, y in 0.0f32..2000.0) {
            let in_video = Point::new(x, y);
            let back = model_from_video.inverse().apply(model_from_video.apply(in_video));
            // Large offsets cost digits of small coordinates: the bound is in video pixels.
            prop_assert!(back.distance(in_video) < 0.05, "{back:?}");
        }

        #[test]
        fn composing_is_applying_one_after_the_other(
            a_from_b in transform(), b_from_c in transform(), x in 0.0f32..2000.0, y in 0.0f32..2000.0
        ) {
            let in_c = Point::new(x, y);
            prop_assert!(close(a_from_b.compose(b_from_c).apply(in_c), a_from_b.apply(b_from_c.apply(in_c))));
        }
    }

    #[test]
    fn stretching_maps_the_frame_to_the_frame() {
        let (video, model) = (FrameSize::new(1280, 720), FrameSize::new(1024, 1024));
        let model_from_video = PixelTransform::stretch(video, model).unwrap();
        let mapped = model_from_video.apply_box(BoundingBox::whole(video));
        assert_eq!(mapped, BoundingBox::whole(model));
    }

    #[test]
    fn a_frame_without_width_is_refused() {
        let nothing = FrameSize::new(0, 4);
        let whole = FrameSize::new(4, 4);
        assert!(PixelTransform::stretch(nothing, whole).is_err());
        assert!(PixelTransform::stretch(whole, nothing).is_err());
        assert!(PixelTransform::new(Point::new(1.0, 1.0), Point::new(f32::NAN, 0.0)).is_err());
    }
}
