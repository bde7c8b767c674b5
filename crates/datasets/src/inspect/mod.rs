//! What a folder holds: which data sets, how much of them, and what is wrong with them.

pub(crate) mod find;
pub(crate) mod overview;
pub(crate) mod problem;

pub(crate) mod place;
pub(crate) mod segmentation;

mod survey;

mod answering;
mod driving;
mod grounding;
mod referring;
mod rigs;
