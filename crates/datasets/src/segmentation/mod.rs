//! Data sets of video object segmentation, one file each.

pub(crate) mod davis;
pub(crate) mod davis_writer;
