//! From gradients to better weights, in reading order: the parameters by name, what distinguishes them, the learning rate over
//! time, the length of the gradient, one step of AdamW, the average over time.

pub(crate) mod parameters;

pub(crate) mod groups;

pub(crate) mod schedule;

pub(crate) mod gradients;

pub(crate) mod adam_w;

pub(crate) mod average;
