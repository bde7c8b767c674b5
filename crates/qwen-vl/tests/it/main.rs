//! Tests of the model against golden files that transformers wrote.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is wrong"
)]

mod answers;
mod golden;
mod model;
mod processor;
