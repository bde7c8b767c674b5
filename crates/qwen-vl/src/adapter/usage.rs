//! An adapter on its way through a model.
//!
//! In: an adapter, for answers or for training. Out: what each projection needs of it.

use burn::tensor::Tensor;

use super::low_rank::{Adapter, LowRank};
use crate::projection::beside;

/// How a pass through a model uses an adapter.
#[derive(Clone, Copy, Debug)]
pub struct AdapterUse<'a> {
    adapter: &'a Adapter,
    dropout: f64,
}

impl<'a> AdapterUse<'a> {
    /// For answers and evaluation.
    pub fn fixed(adapter: &'a Adapter) -> Self {
        Self {
            adapter,
            dropout: 0.0,
        }
    }

    /// For training: inputs of the low-rank part are dropped as the adapter's configuration says.
    pub fn training(adapter: &'a Adapter) -> Self {
        Self {
            adapter,
            dropout: adapter.config().dropout,
        }
    }

    /// The addition to a projection.
    pub(crate) fn find(&self, name: &str) -> Option<&'a LowRank> {
        self.adapter.find(name)
    }

    /// Share of the inputs that is dropped.
    pub(crate) fn dropout(&self) -> f64 {
        self.dropout
    }

    /// Factor on the addition.
    pub(crate) fn scale(&self) -> f64 {
        self.adapter.config().scale()
    }
}

/// A tensor as part of the graph of the adapter that it will meet, if that has one.
pub(crate) fn tracked<const D: usize>(tensor: Tensor<D>, used: Option<AdapterUse>) -> Tensor<D> {
    match used.and_then(|used| used.adapter.example()) {
        Some(example) => beside(tensor, &example),
        None => tensor,
    }
}
