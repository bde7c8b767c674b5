//! Decoding, seeking, faults, drawing and writing, from outside the crate.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "a skipped test says why")]

mod equal_to_ffmpeg;
mod faults;
mod folders;
mod foreign;
mod memory;
mod outside;
mod seeking;
mod turned;
mod written;
