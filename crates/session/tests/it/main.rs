//! Tests of the session with a tiny model of random weights: against the golden video, and of every command.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is wrong"
)]

mod clip;
mod corrections;
mod courses;
mod faults;
mod golden;
mod masks;
mod objects;
mod parity;
mod random;
mod retention;
mod rig;
mod streaming;
