//! Tests of the crate from outside, in one binary.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

mod davis;
mod world;
