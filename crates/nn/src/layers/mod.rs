//! Layers, each a config, `init` and `forward`.

pub(crate) mod convolution;
pub(crate) mod feed_forward;
pub(crate) mod initialise;
pub(crate) mod layer_norm;
pub(crate) mod linear;
