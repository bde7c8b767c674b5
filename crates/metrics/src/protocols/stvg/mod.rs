//! Spatio-temporal video grounding: a sentence, and the tube it means.

pub(crate) mod definition;

pub(crate) mod sampling;
pub(crate) mod tubedetr;

pub(crate) mod stcat;
pub(crate) mod stcat_input;

pub(crate) mod hc_stvg;
pub(crate) mod vidstg;

pub(crate) mod analysis;
