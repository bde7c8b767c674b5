//! Low-rank adapters (LoRA, Hu et al. 2021): small matrices added to named projections of a frozen model.
//!
//! In: a model's projections by name. Out: an [`Adapter`], a module of its own, so that whatever trains, stores or swaps it
//! never touches the model.

pub(crate) mod low_rank;
pub(crate) mod merge;
mod peft;

use burn::tensor::Tensor;

use low_rank::LowRank;
pub use low_rank::{Adapter, AdapterConfig};

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
