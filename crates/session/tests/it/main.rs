//! Tests of the session with a tiny model of random weights: against the golden video, and of every command.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is wrong"
)]

mod clip;
mod golden;
mod parity;
