//! What each protocol does with files: masks, then sentences, then time, then tracks.

pub(crate) mod davis;
pub(crate) mod expressions;
pub(crate) mod unsupervised;
pub(crate) mod vos_benchmark;

pub(crate) mod g_ref_coco;
pub(crate) mod images;
pub(crate) mod ref_coco;

pub(crate) mod answers;
pub(crate) mod charades_sta;
pub(crate) mod qv_highlights;
pub(crate) mod tubes;

pub(crate) mod boxes;
pub(crate) mod kitti_mots;
pub(crate) mod rig;
pub(crate) mod sa_co;
pub(crate) mod youtube_vis;
