//! What a rig sees at one time, what is said about it, and the masks of all cameras.

use tubelet_geometry::{BoundingBox, Camera, Mask, RigidTransform};
use tubelet_segmentation::{Direction, RigRule, RigVariant};
use tubelet_video::Frame;

use crate::{command::Click, event::ObjectMask};

/// A camera of a rig.
#[derive(Clone, Debug, PartialEq)]
pub struct RigCamera {
    /// Its name.
    pub name: String,
    /// How it is mounted and how it maps; without this it has no place, and is tracked by what it shows alone.
    pub calibration: Option<Camera>,
}

/// A picture of one camera.
#[derive(Clone, Debug)]
pub struct RigPicture {
    /// The picture.
    pub frame: Frame,
    /// Where the vehicle was when it was taken, if that is known.
    pub world_from_ego: Option<RigidTransform>,
}

/// What all cameras see at one time.
#[derive(Clone, Debug, Default)]
pub struct RigStep {
    /// In the order of the cameras; a camera that dropped its picture has none.
    pub pictures: Vec<Option<RigPicture>>,
    /// Where the vehicle is, if that is known.
    pub world_from_ego: Option<RigidTransform>,
}

/// What is said about an object in one camera's picture, in its pixels.
#[derive(Clone, Debug)]
pub enum RigPrompt {
    /// Clicks, added to those and to the box that the object has there.
    Clicks(Vec<Click>),
    /// A box, in place of the clicks and the box that the object has there.
    Box(BoundingBox),
    /// Clicks, and a box or none, in place of those that the object has there: one look.
    Points(Option<BoundingBox>, Vec<Click>),
    /// The object's mask, in place of all that was said about it there.
    Mask(Mask),
}

/// The masks of all cameras at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct RigMasks {
    /// The time step.
    pub step: usize,
    /// In the order of the cameras; none where a camera has no picture.
    pub cameras: Vec<Option<Vec<ObjectMask>>>,
}

/// Choices for a session over a rig.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RigOptions {
    /// How views look back on each other.
    pub rule: RigRule,
    /// Which way time steps come.
    pub direction: Direction,
    /// Largest hole, in pixels of the model's masks, that is filled; `None` leaves all holes.
    pub largest_filled_hole: Option<usize>,
    /// Whether a pixel belongs to one object at most.
    pub separate_objects: bool,
}

impl Default for RigOptions {
    fn default() -> Self {
        Self {
            rule: RigVariant::Full.rule(),
            direction: Direction::Forward,
            largest_filled_hole: Some(8),
            separate_objects: false,
        }
    }
}
