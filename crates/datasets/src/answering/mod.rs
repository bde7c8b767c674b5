//! Data sets of questions about videos.

pub(crate) mod clevrer;
pub(crate) mod next_qa;
pub(crate) mod video_mme;
