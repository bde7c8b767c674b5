//! Tests against the definitions and against values of the official evaluators.

mod any_input;
mod davis;
mod definition;
mod detection;
mod difference;
mod got10k;
mod label_image;

mod mask_code;
mod moments;
mod permutation;
mod questions;
mod ref_coco;
mod revos;
mod sa_co;
mod shared;
mod stvg;
mod tracks;
