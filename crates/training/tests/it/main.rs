//! Whole runs: a tiny model learns two clips by heart, and a killed run goes on to the last bit.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod overfit;
mod questions;
mod resume;
mod rigs;
