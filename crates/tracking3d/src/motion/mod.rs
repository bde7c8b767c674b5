//! Where objects will be: laws of motion in the plane, and the filter that follows them.
//!
//! In: places, headings and velocities of detections. Out: the same, estimated and predicted. Height and size are not
//! moved here, which keeps the filter small (see [`constants`](crate::constants)).

pub(crate) mod choice;
pub(crate) mod filter;
mod law;
mod linear;
mod turning;

mod angle;
