//! Losses: plain functions on tensors that know no trainer, in reading order.

pub(crate) mod focal;

pub(crate) mod dice;

pub(crate) mod mask_iou;

pub(crate) mod presence;

pub(crate) mod prediction;

#[cfg(test)]
pub(crate) mod finite_difference;
