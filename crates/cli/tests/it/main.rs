//! The program as its user runs it.
#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

mod accidents;
mod asking;
mod data;
mod evaluate;
mod faults;
mod program;
mod rigs;
mod tracking;
