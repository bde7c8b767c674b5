//! What a folder holds: which data sets, how much of them, and what is wrong with them.

pub(crate) mod find;
pub(crate) mod overview;
pub(crate) mod problem;

mod place;
mod survey;

mod answering;
mod driving;
mod grounding;
mod referring;
mod segmentation;
