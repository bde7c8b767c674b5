//! Damaged files for every parser: what is read, how it is damaged, and how checksums are put right again.
//!
//! Shared by the tests, which try thousands of copies, and by the example `fuzz`, which goes on for as long as it may.

mod all;
mod changes;
mod repair;
mod target;

mod binaries;
mod grounding;
mod messages;
mod overviews;
mod pictures;
mod questions;
mod rigs;
mod segmentation;
mod sentences;
mod tables;

pub(crate) use all::all_targets;
pub(crate) use changes::Damage;
pub(crate) use target::Target;
