//! Tracking of many objects in space, and their boxes in cameras.
//!
//! In: boxes that a detector found in the world, frame after frame. Out: the same objects with numbers, scores and
//! velocities; and, given calibrated cameras, boxes in their pictures that prompt a segmenter. This crate does not know
//! tensors, files or JSON.
//!
//! The tracker is Fast-Poly (X. Li et al., "Fast-Poly: A Fast Polyhedral Framework For 3D Multi-Object Tracking", IEEE
//! RA-L 2024). Begin with [`Tracker`] and [`TrackerConfig::nu_scenes`]; [`box_prompts`] and [`choose_targets`] are the
//! modular baseline of MST-SAM (section A.3).
//!
//! ```
//! use glam::{DVec2, DVec3};
//! use tubelet_geometry::{OrientedBox, RigidTransform};
//! use tubelet_tracking3d::{Detection, Tracker, TrackerConfig, TrackingError, VelocityInput};
//!
//! let config = TrackerConfig::nu_scenes(VelocityInput::Measured);
//! let car = config.class("car").expect("nuScenes has cars");
//! let mut tracker = Tracker::new(config)?;
//! for frame in 0..3 {
//!     let seconds = f64::from(frame) * 0.5;
//!     // As nuScenes writes it: w, x, y, z of the rotation; its sizes are width, length, height.
//!     let pose = RigidTransform::from_quaternion([1.0, 0.0, 0.0, 0.0], [8.0 * seconds, 2.0, 1.0])?;
//!     let detection = Detection {
//!         bounds: OrientedBox { pose, size: DVec3::new(4.5, 1.9, 1.7) },
//!         velocity: Some(DVec2::new(8.0, 0.0)),
//!         class: car,
//!         score: 0.6,
//!     };
//!     let boxes = tracker.step(seconds, &[detection])?;
//!     assert_eq!(boxes.len(), 1);
//!     assert_eq!(boxes[0].track, 0);
//! }
//! # Ok::<(), TrackingError>(())
//! ```

mod association;
mod config;
mod constants;
mod detection;
mod error;
mod life;
mod motion;
mod overlap;
mod polygon;
mod projection;
mod shape;
mod suppression;
mod targets;
mod track;
mod tracker;

pub use config::class::{
    Association, ClassConfig, ConstantFilter, InitialVariance, LifeCycle, MotionConfig,
    MotionModel, ScoreDecay, Suppression,
};
pub use config::nu_scenes::VelocityInput;
pub use config::tracker::{Interval, ScoreUpdate, SecondStage, Termination, TrackerConfig};
pub use detection::{Detection, TrackedBox};
pub use error::{DetectionFault, TrackingError};
pub use overlap::Overlap;
pub use projection::{BoxPrompt, View, box_prompts};
pub use targets::{Target, choose_targets};
pub use tracker::Tracker;
