//! Weight files, read and written whole.
#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

mod weight_files;
