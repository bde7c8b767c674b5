//! Masks, in reading order: what a mask is, how it is filled and read, combined, measured, cut up and drawn.

pub(crate) mod bits;
mod values;
mod vector;

mod measures;
mod sets;

mod reshape;
mod transpose;

mod runs;

pub(crate) mod components;
mod holes;

mod boundary;
pub(crate) mod dilation;
pub(crate) mod outline;
