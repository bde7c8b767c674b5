//! The program as its user runs it.
#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

mod accidents;
mod asking;
mod damage;
mod data;
mod evaluate;
#[expect(dead_code, reason = "prompts fail in few of the program's ways")]
#[path = "../../src/failure.rs"]
mod failure;
mod faults;
#[path = "../../src/prompts/file.rs"]
mod file;
mod mutation;
mod program;
mod real_rigs;
mod rigs;
#[expect(
    dead_code,
    reason = "files made for the data sets are not asked for here"
)]
#[path = "../../../datasets/tests/it/shared.rs"]
mod shared;
mod streams;
#[path = "../../../datasets/tests/it/survival.rs"]
mod survival;
mod tracking;
mod training;
