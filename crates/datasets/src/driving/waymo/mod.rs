//! Waymo Open Dataset, in both of its releases.

pub(crate) mod camera;
pub(in crate::driving) mod columns;
pub(crate) mod panoptic;

pub(crate) mod components;
pub(crate) mod records;

mod frame_message;
