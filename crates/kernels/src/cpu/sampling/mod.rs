//! Bilinear samples of maps at free places, and their gradients: of one map, or of several with weights.

mod backward;
mod deformable;
mod forward;
mod planes;
mod square;

pub(crate) use deformable::DeformableSampling;
pub(crate) use planes::PlaneSampling;
pub(crate) use square::Coordinates;
