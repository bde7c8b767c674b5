//! What a detector found in one frame, and what the tracker makes of it.
//!
//! In: boxes in a frame that does not move with the vehicle, with class and score. Out: the same, checked; and the boxes
//! of tracks.

use glam::{DVec2, DVec3};
use tubelet_geometry::{GeometryError, OrientedBox, RigidTransform};

use crate::error::{DetectionFault, TrackingError};

/// Farthest coordinate that is believed, in metres.
const FARTHEST: f64 = 1e8;
/// Longest side that is believed, in metres.
const LONGEST: f64 = 1e4;
/// Fastest motion that is believed, in metres a second.
const FASTEST: f64 = 1e4;

/// A box that a detector found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// In the world's frame, third axis up. Boxes stand upright: of the rotation only the heading is used.
    pub bounds: OrientedBox,
    /// Metres a second along the world's first two axes, where the detector measures it.
    pub velocity: Option<DVec2>,
    /// Number of the class in the tracker's settings.
    pub class: usize,
    /// How sure the detector is, 0 to 1.
    pub score: f64,
}

impl Detection {
    /// A box as nuScenes writes it: rotation (w, x, y, z) and centre in the world; width, length and height, and metres a second
    /// along the world's first two axes; number of the class and score.
    ///
    /// # Errors
    /// [`GeometryError`] for a rotation that is none.
    pub fn upright(
        (rotation, center): ([f64; 4], [f64; 3]),
        ([width, length, height], velocity): ([f64; 3], [f64; 2]),
        (class, score): (usize, f64),
    ) -> Result<Self, GeometryError> {
        Ok(Self {
            bounds: OrientedBox {
                pose: RigidTransform::from_quaternion(rotation, center)?,
                size: DVec3::new(length, width, height),
            },
            velocity: Some(DVec2::from_array(velocity)),
            class,
            score,
        })
    }

    /// Refuses what cannot be meant.
    pub(crate) fn check(&self, index: usize, classes: usize) -> Result<(), TrackingError> {
        let within = |values: &[f64], limit: f64| values.iter().all(|value| value.abs() <= limit);
        let place = self.bounds.pose.translation();
        let size = self.bounds.size;
        let velocity = self.velocity.unwrap_or(DVec2::ZERO);
        let what = if self.class >= classes {
            let found = self.class;
            DetectionFault::Class { found, classes }
        } else if !(0.0..=1.0).contains(&self.score) {
            DetectionFault::Score { found: self.score }
        } else if !within(&size.to_array(), LONGEST) || size.cmplt(DVec3::ZERO).any() {
            DetectionFault::Size {
                found: size.to_array(),
                longest: LONGEST,
            }
        } else if !within(&place.to_array(), FARTHEST) {
            DetectionFault::Place {
                found: place.to_array(),
                farthest: FARTHEST,
            }
        } else if !within(&velocity.to_array(), FASTEST) {
            DetectionFault::Velocity {
                found: velocity.to_array(),
                fastest: FASTEST,
            }
        } else {
            return Ok(());
        };
        Err(TrackingError::Detection { index, what })
    }
}

/// Where a track is in one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrackedBox {
    /// Number of the track, counted from 0 since the tracker was new or was reset.
    pub track: u64,
    /// Number of its class in the tracker's settings.
    pub class: usize,
    /// In the frame of the detections, upright.
    pub bounds: OrientedBox,
    /// Metres a second along the first two axes.
    pub velocity: DVec2,
    /// How sure the tracker is, 0 to 1.
    pub score: f64,
    /// The detection behind it, by its place in this frame's list; `None` where the track goes on without one.
    pub detection: Option<usize>,
}
