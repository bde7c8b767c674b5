//! One moment of a drive: pictures with what is true about every pixel, poses, boxes.
//!
//! Out of a [`DrivingClip`](super::clip::DrivingClip). Knows not how they were drawn.

use glam::DVec2;
use tubelet_geometry::{BoundingBox, Mask, OrientedBox, RigidTransform};
use tubelet_video::Frame;

use super::actor::DrivingClass;

/// An object that keeps its identity in all cameras and at all times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrivingObject {
    /// Its identity, from 1.
    pub id: u16,
    /// What it is.
    pub class: DrivingClass,
    /// The object whose shape it has, and nearly whose paint.
    pub lookalike_of: Option<u16>,
}

/// Where an object is at a moment, whether a camera sees it or not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DrivingBox {
    /// Its identity.
    pub id: u16,
    /// What it is.
    pub class: DrivingClass,
    /// The upright box that holds it, in the world's frame; `x` is ahead.
    pub in_world: OrientedBox,
    /// Metres per second along the world's first two axes.
    pub velocity: DVec2,
}

/// How much of an object one picture shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sighting {
    /// Identity of the object.
    pub id: u16,
    /// Pixels that show it; may be 0 for something smaller than a pixel.
    pub pixels: usize,
    /// Share of what would be in the picture of it, did nothing hide it, that is visible: `0..=1`.
    pub visibility: f32,
}

/// What one camera took.
#[derive(Clone, Debug, PartialEq)]
pub struct DrivingPicture {
    /// Pixels, with the step's number and seconds since the first step.
    pub frame: Frame,
    /// Identity of the object at every pixel, row after row; 0 is what has none.
    pub labels: Vec<u16>,
    /// Metres to what every pixel shows, along the camera's third axis, row after row; infinite in the sky.
    pub depths: Vec<f32>,
    /// Objects that would be in the picture if nothing hid them, in order of identity.
    pub sightings: Vec<Sighting>,
}

impl DrivingPicture {
    /// Visible pixels of an object; empty when it is hidden or out of the picture.
    pub fn mask(&self, id: u16) -> Mask {
        let size = self.frame.size;
        Mask::from_values(size, &self.labels, |label| label == id)
            .unwrap_or_else(|_| Mask::new(size))
    }

    /// Smallest box around the visible pixels of an object; `None` when there are none.
    pub fn bounding_box(&self, id: u16) -> Option<BoundingBox> {
        self.mask(id).bounding_box()
    }

    /// Share of an object that is visible; `None` when it is out of the picture.
    pub fn visibility(&self, id: u16) -> Option<f32> {
        let known = self.sightings.iter().find(|sighting| sighting.id == id);
        known.map(|sighting| sighting.visibility)
    }

    /// Identities of the objects with a visible pixel, ascending.
    pub fn visible(&self) -> impl Iterator<Item = u16> {
        let visible = self.sightings.iter().filter(|sighting| sighting.pixels > 0);
        visible.map(|sighting| sighting.id)
    }
}

/// See the module docs.
#[derive(Clone, Debug, PartialEq)]
pub struct DrivingStep {
    /// Number of the step, from 0.
    pub index: usize,
    /// When all pictures were taken, in microseconds.
    pub time: i64,
    /// Where the vehicle was then.
    pub world_from_ego: RigidTransform,
    /// In the order of the rig's cameras.
    pub pictures: Vec<DrivingPicture>,
    /// Every object, in order of identity.
    pub boxes: Vec<DrivingBox>,
}
