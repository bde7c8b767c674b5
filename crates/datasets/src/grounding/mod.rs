//! Data sets of sentences and the part of a video that they describe, in time alone or in space and time.

pub(crate) mod hc_stvg;
pub(crate) mod vid_or;
pub(crate) mod vid_stg;

pub(crate) mod constructed;
pub(crate) mod stvg_from_revos;

pub(crate) mod charades_sta;
pub(crate) mod next_gqa;
pub(crate) mod qv_highlights;

mod unrelated_clips;
