//! What a model begins with, when it is trained from nothing and sees little.

mod changes;
mod fresh_weights;
mod places;

pub(crate) use changes::change;
pub(crate) use fresh_weights::initialise;
