//! Points, boxes, bit-packed masks, run-length codes, pixel transforms; cameras, rigs and boxes in space.
//!
//! In and out: plain numbers. This crate does not know tensors, files, JSON or models, and nothing in it depends on
//! another crate of the workspace.
//!
//! # Coordinates
//!
//! Positions are continuous, in pixels, with the origin at the top left corner of the frame, `x` to the right and `y`
//! down. Pixel column `i` covers `[i, i + 1)` and its centre lies at `i + 0.5`. A whole frame is therefore the box from
//! `(0, 0)` to `(width, height)`, and the area of a box around a mask counts pixels without any `+ 1`.
//!
//! Space is in metres. A motion is named after its frames, target first: `ego_from_camera` takes a point of the camera's
//! frame to the vehicle's.

mod bounding_box;
mod error;
mod frame_size;
mod mask;
mod pixel_rect;
mod pixel_transform;
mod point;
mod run_length;
mod space;
mod span;

pub use bounding_box::BoundingBox;
pub use error::GeometryError;
pub use frame_size::FrameSize;
pub use mask::bits::{Mask, WORD_BITS};
pub use mask::components::{Component, Components, Connectivity};
pub use mask::dilation::Disk;
pub use mask::outline::Outline;
pub use pixel_rect::PixelRect;
pub use pixel_transform::PixelTransform;
pub use point::Point;
pub use run_length::counts::RunLength;
pub use space::camera::Camera;
pub use space::frustum::Frustum;
pub use space::lens::{Distortion, Lens};
pub use space::oriented_box::OrientedBox;
pub use space::pose_track::PoseTrack;
pub use space::rig::Rig;
pub use space::rigid::RigidTransform;
pub use span::Span;
