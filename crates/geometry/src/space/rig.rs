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
