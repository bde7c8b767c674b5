//! What a camera sees between two depths, as a solid.
//!
//! In: a camera and depths. Out: whether two cameras look at common space. A frustum is taken for the convex solid of its
//! eight corners, so a strongly bent lens is followed at the corners only.

use glam::{DVec2, DVec3};

use super::camera::Camera;

/// Directions shorter than this, squared, come from parallel edges and separate nothing.
const PARALLEL: f64 = 1e-12;

/// A solid with eight corners: the near ones around the picture, then the far ones likewise, in the vehicle's frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frustum {
    /// In metres.
    pub corners: [DVec3; 8],
}

impl Frustum {
    /// What `camera` sees from depth `near` to depth `far`, in metres; `None` where the lens does not reach the corners of
    /// its picture.
    pub fn new(camera: &Camera, near: f64, far: f64) -> Option<Self> {
        let (width, height) = (camera.size.width as f64, camera.size.height as f64);
        let mut corners = [DVec3::ZERO; 8];
        let around = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)];
        for (index, (x, y)) in around.into_iter().enumerate() {
            let ray = camera.ray(DVec2::new(x, y))?;
            corners[index] = camera.ego_from_camera.apply(ray * near);
            corners[index + 4] = camera.ego_from_camera.apply(ray * far);
        }
        Some(Self { corners })
    }

    /// Whether two solids have space in common. Two convex solids have none exactly where some plane parallel to a face of
    /// one, or to an edge of each, lies between them.
    pub fn overlaps(&self, other: &Self) -> bool {
        let faces = self.normals().into_iter().chain(other.normals());
        let (own, others) = (self.edges(), other.edges());
        let crossed = own
            .iter()
            .flat_map(|edge| others.iter().map(|second| edge.cross(*second)));
        faces
            .chain(crossed)
            .filter(|axis| axis.length_squared() > PARALLEL)
            .all(|axis| {
                let (low, high) = extent(&self.corners, axis);
                let (other_low, other_high) = extent(&other.corners, axis);
                low <= other_high && other_low <= high
            })
    }

    /// Directions of the edges, each once; opposite near and far edges are parallel.
    fn edges(&self) -> [DVec3; 6] {
        let c = &self.corners;
        [
            c[1] - c[0],
            c[3] - c[0],
            c[4] - c[0],
            c[5] - c[1],
            c[6] - c[2],
            c[7] - c[3],
        ]
    }

    /// Normals of the faces; near and far are parallel.
    fn normals(&self) -> [DVec3; 5] {
        let [right, down, a, b, c, d] = self.edges();
        let corners = &self.corners;
        [
            right.cross(down),
            right.cross(a),
            (corners[2] - corners[1]).cross(b),
            (corners[3] - corners[2]).cross(c),
            (corners[0] - corners[3]).cross(d),
        ]
    }
}

/// Least and greatest position of points along a direction.
fn extent(points: &[DVec3; 8], axis: DVec3) -> (f64, f64) {
    points
        .iter()
        .map(|point| point.dot(axis))
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| {
            (low.min(at), high.max(at))
        })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use crate::{Distortion, FrameSize, Lens, RigidTransform};

    /// A camera that looks along the ground at an angle, 70 degrees wide.
    fn looking(degrees: f64) -> Frustum {
        let lens = Lens::from_calibration([1142.0; 2], [799.5, 449.5], Distortion::None).unwrap();
        let forward = RigidTransform::from_axes([-DVec3::Y, -DVec3::Z, DVec3::X], DVec3::ZERO);
        let turned = RigidTransform::from_yaw(degrees.to_radians(), DVec3::ZERO).unwrap();
        let camera =
            Camera::new(FrameSize::new(1600, 900), lens, turned * forward.unwrap()).unwrap();
        Frustum::new(&camera, 1.0, 60.0).unwrap()
    }

    #[test]
    fn neighbours_share_space_and_opposites_do_not() {
        assert!(looking(0.0).overlaps(&looking(55.0)));
        assert!(looking(55.0).overlaps(&looking(0.0)));
        assert!(looking(0.0).overlaps(&looking(0.0)));
        assert!(!looking(0.0).overlaps(&looking(110.0)));
        assert!(!looking(0.0).overlaps(&looking(75.0)));
        assert!(!looking(0.0).overlaps(&looking(180.0)));
    }
}
