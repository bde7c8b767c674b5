//! Clips of rigs: one typed form for several calibrated cameras on one vehicle, whatever files they come from.

pub(crate) mod clip;
pub(crate) mod step;

pub(crate) mod nu_scenes;
pub(crate) mod nu_scenes_masks;
pub(crate) mod nu_scenes_writer;
pub(crate) mod panoptic_labels;
pub(crate) mod waymo_axes;
pub(crate) mod waymo_components;
pub(crate) mod waymo_components_writer;
pub(crate) mod waymo_records;
mod waymo_segment;
pub(crate) mod waymo_writer;

pub(crate) mod driven;
pub(crate) mod label_pictures;
pub(crate) mod videos;

pub(crate) mod places;
pub(crate) mod tracks_json;

mod clock;
mod description;
mod nu_scenes_rows;
mod pose_file;
