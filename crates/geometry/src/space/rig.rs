//! Rigs: several cameras on one vehicle, by name.
//!
//! In: calibrated cameras. Out: the same in a fixed order, and which of them look at common space.

use super::{camera::Camera, frustum::Frustum};
use crate::GeometryError;

/// See the module docs.
#[derive(Clone, Debug, PartialEq)]
pub struct Rig {
    names: Vec<String>,
    cameras: Vec<Camera>,
}

impl Rig {
    /// A rig from cameras with their names, in the order in which they will be numbered.
    ///
    /// # Errors
    /// [`GeometryError::NoCameras`] where there is none, [`GeometryError::CameraTwice`] for a name that occurs again.
    pub fn new(cameras: Vec<(String, Camera)>) -> Result<Self, GeometryError> {
        if cameras.is_empty() {
            return Err(GeometryError::NoCameras);
        }
        let (names, cameras): (Vec<String>, Vec<Camera>) = cameras.into_iter().unzip();
        for (index, name) in names.iter().enumerate() {
            if names[..index].contains(name) {
                return Err(GeometryError::CameraTwice { name: name.clone() });
            }
        }
        Ok(Self { names, cameras })
    }

    /// Names in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Cameras in order.
    pub fn cameras(&self) -> &[Camera] {
        &self.cameras
    }

    /// The number of a camera.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// Pairs of cameras, lower number first, that see common space between two depths in metres.
    pub fn neighbours(&self, near: f64, far: f64) -> Vec<(usize, usize)> {
        let solids: Vec<Option<Frustum>> = self
            .cameras
            .iter()
            .map(|camera| Frustum::new(camera, near, far))
            .collect();
        let mut pairs = Vec::new();
        for (second, right) in solids.iter().enumerate() {
            for (first, left) in solids[..second].iter().enumerate() {
                if let (Some(left), Some(right)) = (left, right)
                    && left.overlaps(right)
                {
                    pairs.push((first, second));
                }
            }
        }
        pairs.sort_unstable();
        pairs
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use glam::DVec3;

    use super::*;
    use crate::{Distortion, FrameSize, Lens, RigidTransform};

    /// A camera 70 degrees wide that looks to the left of ahead by an angle.
    fn looking(degrees: f64, distortion: Distortion) -> Camera {
        let lens = Lens::from_calibration([1142.0; 2], [799.5, 449.5], distortion).unwrap();
        let ahead = RigidTransform::from_axes([-DVec3::Y, -DVec3::Z, DVec3::X], DVec3::ZERO);
        let turned = RigidTransform::from_yaw(degrees.to_radians(), DVec3::ZERO).unwrap();
        Camera::new(FrameSize::new(1600, 900), lens, turned * ahead.unwrap()).unwrap()
    }

    fn named(cameras: &[(&str, f64)]) -> Result<Rig, GeometryError> {
        let cameras = cameras
            .iter()
            .map(|(name, degrees)| ((*name).to_owned(), looking(*degrees, Distortion::None)));
        Rig::new(cameras.collect())
    }

    #[test]
    fn cameras_keep_their_order_and_are_found_by_name() {
        let rig = named(&[("right", -55.0), ("front", 0.0)]).unwrap();
        assert_eq!(rig.names(), ["right", "front"]);
        assert_eq!((rig.index("front"), rig.index("rear")), (Some(1), None));
        assert_eq!(rig.cameras()[1], looking(0.0, Distortion::None));
    }

    #[test]
    fn a_rig_needs_cameras_of_different_names() {
        assert_eq!(named(&[]), Err(GeometryError::NoCameras));
        let twice = named(&[("a", 0.0), ("b", 55.0), ("a", 110.0)]);
        assert_eq!(twice, Err(GeometryError::CameraTwice { name: "a".into() }));
    }

    #[test]
    fn neighbours_are_those_whose_views_overlap() {
        let ring = [
            ("front", 0.0),
            ("rear", 180.0),
            ("left", 55.0),
            ("far left", 105.0),
        ];
        let rig = named(&ring).unwrap();
        assert_eq!(rig.neighbours(1.0, 60.0), [(0, 2), (2, 3)]);
        assert_eq!(named(&ring[..1]).unwrap().neighbours(1.0, 60.0), []);
    }

    #[test]
    fn a_lens_that_does_not_reach_its_corners_has_no_neighbours() {
        let folded = Distortion::BrownConrady {
            radial: [-2.0, 0.0, 0.0],
            tangential: [0.0; 2],
        };
        let cameras = [("a", Distortion::None), ("b", folded)];
        let cameras = cameras.map(|(name, bent)| (name.to_owned(), looking(0.0, bent)));
        let rig = Rig::new(cameras.into()).unwrap();
        assert_eq!(rig.neighbours(1.0, 60.0), []);
    }
}
