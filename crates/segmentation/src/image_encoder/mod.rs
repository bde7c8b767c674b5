//! A frame to feature maps: the Hiera backbone and its neck (SAM 2, section 4 "Image encoder").

pub(crate) mod encoder;
pub(crate) mod feature_pyramid;
pub(crate) mod hiera;
pub(crate) mod hiera_attention;
pub(crate) mod hiera_block;
pub(crate) mod sine_position;
pub(crate) mod window;
pub(crate) mod window_position;
