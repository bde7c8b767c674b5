//! Tests against the public implementation, and of what holds for any input.

mod any_input;
mod cameras;
mod golden;
mod recording;
