//! The recipe of a run, read from TOML, in reading order: what a number may be, what is changed first, rigs, the model, the clips and prompts, the whole.

pub(crate) mod number;

pub(crate) mod beginning;

pub(crate) mod rig;

pub(crate) mod model;

pub(crate) mod clips;

pub(crate) mod file;
