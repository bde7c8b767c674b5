//! Writing files: each under a name that ends in `.partial` until it is complete.

pub(crate) mod fragment;
pub(crate) mod index;
pub(crate) mod partial;
pub(crate) mod picture;
pub(crate) mod usability;
pub(crate) mod video;
