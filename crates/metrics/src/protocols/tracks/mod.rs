//! Masks of several objects with identities.

pub(crate) mod youtube_vis;

pub(crate) mod kitti_mots;
pub(crate) mod mots_counts;

pub(crate) mod sa_co;
pub(crate) mod sa_co_report;

pub(crate) mod multi_view;
