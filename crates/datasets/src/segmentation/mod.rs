//! Data sets of video object and instance segmentation.

pub(crate) mod davis;
pub(crate) mod davis_writer;
pub(crate) mod mask_writer;
pub(crate) mod mose;
pub(crate) mod sa_v;
pub(crate) mod sa_v_masklets;
pub(crate) mod youtube_vos;

pub(crate) mod instance_results;
pub(crate) mod video_instances;

mod coco_video;
mod split_folders;
