//! Masks as run-length codes: the counts, their compressed text, and sets of them without decoding.

pub(crate) mod counts;
mod sets;
mod text;
