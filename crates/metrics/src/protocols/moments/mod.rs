//! Moment retrieval: a sentence, and when it happens.

pub(crate) mod charades_sta;

pub(crate) mod qv_highlights;
pub(crate) mod qv_moments;
pub(crate) mod qv_saliency;
