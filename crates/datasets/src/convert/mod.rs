//! Masks of one data set in the form of another.

pub(crate) mod conversion;
pub(crate) mod form;

mod labels;
mod source;
mod sources;
mod tracks_json;
mod video;
