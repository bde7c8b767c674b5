//! Simulated users, in reading order: how far a pixel is from a mask's edge, clicks on mistakes, rough boxes, and the
//! plan of who is prompted when.

pub(crate) mod distance;

pub(crate) mod correction;

pub(crate) mod rough_box;

pub(crate) mod plan;
