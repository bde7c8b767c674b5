//! H.264 (ITU-T H.264): what the parameter sets say, and decoding samples to planes in presentation order.

pub(crate) mod sequence;
pub(crate) mod stream;
