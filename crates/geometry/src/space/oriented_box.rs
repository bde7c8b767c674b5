//! Boxes in space: a place, a heading and three lengths.
//!
//! In: a box in some frame. Out: its corners, and its outline in a camera's picture. Sizes are along the box's own axes:
//! length along `x` (ahead), width along `y`, height along `z`.

use glam::{DVec2, DVec3};

use super::{camera::Camera, rigid::RigidTransform};
use crate::{BoundingBox, FrameSize};

/// Nearest depth in metres at which an edge of a box is still drawn; what is nearer is cut off.
const NEAREST: f64 = 0.1;
/// The twelve edges by their corners.
const EDGES: [(usize, usize); 12] = [
    (0, 1),
    (2, 3),
    (4, 5),
    (6, 7),
    (0, 2),
    (1, 3),
    (4, 6),
    (5, 7),
    (0, 4),
    (1, 5),
    (2, 6),
    (3, 7),
];

/// See the module docs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrientedBox {
    /// From the box's frame, whose origin is its centre, to the frame it is described in.
    pub pose: RigidTransform,
    /// Length, width and height in metres.
    pub size: DVec3,
}

impl OrientedBox {
    /// The corners: bit 0 of the index is the end in `x`, bit 1 in `y`, bit 2 in `z`.
    pub fn corners(&self) -> [DVec3; 8] {
        std::array::from_fn(|index| {
            let end = |bit: usize| if index >> bit & 1 == 1 { 0.5 } else { -0.5 };
            self.pose
                .apply(self.size * DVec3::new(end(0), end(1), end(2)))
        })
    }

    /// The box in another frame.
    #[must_use]
    pub fn moved(&self, motion: &RigidTransform) -> Self {
        Self {
            pose: *motion * self.pose,
            size: self.size,
        }
    }

    /// The smallest upright box around what a camera's picture shows of a box in the vehicle's frame; `None` where it
    /// shows nothing. What lies beside or behind the camera is cut off, not wrapped around.
    pub fn outline(&self, camera: &Camera) -> Option<BoundingBox> {
        let (low, high) = self.extent(camera)?;
        let FrameSize { width, height } = camera.size;
        within(
            low.max(DVec2::ZERO),
            high.min(DVec2::new(width as f64, height as f64)),
        )
    }

    /// The same as if the picture had no edges; what lies behind the camera is still cut off.
    pub fn whole_outline(&self, camera: &Camera) -> Option<BoundingBox> {
        let (low, high) = self.extent(camera)?;
        within(low, high)
    }

    /// Smallest and largest coordinates in the plane of the picture.
    fn extent(&self, camera: &Camera) -> Option<(DVec2, DVec2)> {
        let camera_from_ego = camera.ego_from_camera.inverse();
        let corners = self.corners().map(|corner| camera_from_ego.apply(corner));
        let ends = EDGES
            .into_iter()
            .filter_map(|(from, to)| ahead(corners[from], corners[to]))
            .flat_map(|(from, to)| [from, to]);
        ends.filter_map(|end| camera.project(end))
            .map(|pixel| (pixel, pixel))
            .reduce(|(low, high), (pixel, _)| (low.min(pixel), high.max(pixel)))
    }
}

/// A box between two corners, unless it is empty.
fn within(low: DVec2, high: DVec2) -> Option<BoundingBox> {
    (low.x < high.x && low.y < high.y)
        .then(|| BoundingBox::new(low.x as f32, low.y as f32, high.x as f32, high.y as f32))
}

/// The part of an edge that lies ahead of the camera.
fn ahead(from: DVec3, to: DVec3) -> Option<(DVec3, DVec3)> {
    let cut = |inside: DVec3, outside: DVec3| {
        let share = (NEAREST - inside.z) / (outside.z - inside.z);
        inside.lerp(outside, share)
    };
    match (from.z >= NEAREST, to.z >= NEAREST) {
        (true, true) => Some((from, to)),
        (true, false) => Some((from, cut(from, to))),
        (false, true) => Some((cut(to, from), to)),
        (false, false) => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use crate::{Distortion, Lens};

    fn camera() -> Camera {
        let lens = Lens::from_calibration([100.0; 2], [99.5, 49.5], Distortion::None).unwrap();
        let axes = [-DVec3::Y, -DVec3::Z, DVec3::X];
        let place = RigidTransform::from_axes(axes, DVec3::ZERO).unwrap();
        Camera::new(FrameSize::new(200, 100), lens, place).unwrap()
    }

    fn cube(at: DVec3) -> OrientedBox {
        OrientedBox {
            pose: RigidTransform::from_yaw(0.0, at).unwrap(),
            size: DVec3::splat(2.0),
        }
    }

    #[test]
    fn a_cube_ahead_is_a_square() {
        let outline = cube(DVec3::new(11.0, 0.0, 0.0)).outline(&camera()).unwrap();
        // Its near face is at ten metres.
        assert_eq!(outline, BoundingBox::new(90.0, 40.0, 110.0, 60.0));
    }

    #[test]
    fn without_edges_the_whole_square_shows() {
        let aside = cube(DVec3::new(11.0, 10.0, 0.0));
        let cut = aside.outline(&camera()).unwrap();
        let whole = aside.whole_outline(&camera()).unwrap();
        assert_eq!((cut.left, whole.left), (0.0, -10.0));
        assert_eq!((cut.right, cut.top), (whole.right, whole.top));
        assert!(
            cube(DVec3::new(-5.0, 0.0, 0.0))
                .whole_outline(&camera())
                .is_none()
        );
    }

    #[test]
    fn what_passes_the_camera_is_cut_and_what_is_behind_is_gone() {
        let beside = OrientedBox {
            pose: RigidTransform::from_yaw(0.0, DVec3::new(0.0, 2.0, 0.0)).unwrap(),
            size: DVec3::new(20.0, 2.0, 2.0),
        };
        let outline = beside.outline(&camera()).unwrap();
        assert_eq!(
            (outline.left, outline.top, outline.bottom),
            (0.0, 0.0, 100.0)
        );
        assert!((outline.right - 90.0).abs() < 1e-4);
        assert!(
            cube(DVec3::new(-5.0, 0.0, 0.0))
                .outline(&camera())
                .is_none()
        );
        assert!(
            cube(DVec3::new(5.0, 30.0, 0.0))
                .outline(&camera())
                .is_none()
        );
    }
}
