//! Tests of the model against golden files that transformers wrote.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is wrong"
)]

mod adapters;
mod answers;
mod folders;
mod golden;
mod gradients;
mod mapped;
mod model;
mod processor;
mod real;
mod untied;
