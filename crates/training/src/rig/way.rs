//! What makes the frames of a batch the views of a rig.
//!
//! A batch over a rig is one clip whose frames are views: cameras in order, time step after time step. Knows no worlds and
//! no tensors.

use tubelet_geometry::{Camera, RigidTransform};
use tubelet_segmentation::{RigRule, View};

/// See the module docs.
#[derive(Clone, Debug, PartialEq)]
pub struct RigWay {
    /// In order.
    pub cameras: Vec<Camera>,
    /// Where the vehicle is at each time step.
    pub world_from_ego: Vec<RigidTransform>,
    /// How views look back on each other.
    pub rule: RigRule,
    /// The view, among the batch's frames, in which objects are first pointed at.
    pub first: usize,
}

impl RigWay {
    /// The view that a frame of the batch is.
    pub fn view(&self, frame: usize) -> View {
        View::from_number(frame, self.cameras.len().max(1))
    }
}
