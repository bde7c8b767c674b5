//! Attention to tokens in grids whose keys are never made: see [`grid_attention`](crate::grid_attention()).

mod block;
mod packed;
mod pass;
mod sums;
mod tables;

pub(crate) use pass::{GridInputs, grid_attention};
