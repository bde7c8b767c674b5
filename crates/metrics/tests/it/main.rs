//! Tests against the definitions and against values of the official evaluators.

mod definition;
mod difference;
mod label_image;
mod official;
mod shared;
mod stvg;
