//! Masks of one data set in the form of another.

pub(crate) mod conversion;
pub(crate) mod form;

mod kitti_mots;
mod labels;
mod source;
mod sources;
mod stage;
mod tracks_json;
mod video;
