//! Evaluations against scores of the official evaluators, on real files and on files written here.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop on what cannot happen"
)]
#![expect(
    clippy::format_collect,
    clippy::format_push_string,
    reason = "the files written here are short"
)]

mod damage;
mod folders;
mod forms;
mod images;
mod judged;
mod moments;
mod mutation;
mod questions;
mod refusals;
mod rigs;
mod segmentation;
mod sentences;
mod shared;
mod tracking;
mod truths;
mod tubes;
