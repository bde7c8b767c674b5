//! Referring video segmentation: an expression, and the masks of what it means.

pub(crate) mod expression;
pub(crate) mod mevis;

pub(crate) mod revos;
pub(crate) mod revos_report;

pub(crate) mod ref_davis;
