//! Questions about videos.

pub(crate) mod next_gqa;
pub(crate) mod next_qa;

pub(crate) mod clevrer;
pub(crate) mod video_mme;
