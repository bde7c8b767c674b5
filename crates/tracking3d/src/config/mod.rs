//! Settings: what a tracker does, class by class.
//!
//! In: numbers. Out: the same, checked. `nu_scenes` has those that Fast-Poly was published with.

pub(crate) mod class;
pub(crate) mod tracker;

mod check;
pub(crate) mod nu_scenes;
