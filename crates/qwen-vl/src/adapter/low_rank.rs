//! The matrices of an adapter.
//!
//! In: which projections, and their sizes. Out: two matrices for each, whose product is zero at first.

use std::collections::BTreeMap;

use burn::{
    module::{Module, Param},
    nn::Initializer,
    tensor::{Device, Tensor},
};

use crate::error::{QwenError, Result};

/// Sizes and targets of an [`Adapter`]; the words are PEFT's.
#[derive(Clone, Debug, PartialEq)]
pub struct AdapterConfig {
    /// Rank of the added matrices (`r`).
    pub rank: usize,
    /// The addition is scaled by `alpha / rank`.
    pub alpha: f64,
    /// Share of the inputs that training drops.
    pub dropout: f64,
    /// Ends of the projections' Hugging Face names, such as `q_proj` (`target_modules`).
    pub targets: Vec<String>,
}

impl AdapterConfig {
    /// Factor on the addition.
    pub(crate) fn scale(&self) -> f64 {
        self.alpha / self.rank as f64
    }

    pub(crate) fn check(&self) -> Result<()> {
        let wrong = |reason: String| Err(QwenError::Adapter { reason });
        if self.rank == 0 {
            return wrong("its rank is zero".to_owned());
        }
        if !self.alpha.is_finite() {
            return wrong(format!("its alpha is {}", self.alpha));
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return wrong(format!("its dropout is {}, not a share", self.dropout));
        }
        Ok(())
    }
}

/// Low-rank additions to projections, by name.
#[derive(Module, Debug)]
pub struct Adapter {
    pairs: Vec<LowRank>,
    /// Path of the projection in the model to place in `pairs`.
    #[module(skip)]
    index: BTreeMap<String, usize>,
    #[module(skip)]
    config: AdapterConfig,
}

/// The addition to one projection.
#[derive(Module, Debug)]
pub(crate) struct LowRank {
    /// `[rank, in]`.
    pub down: Param<Tensor<2>>,
    /// `[out, rank]`.
    pub up: Param<Tensor<2>>,
}

impl Adapter {
    /// Fresh additions to projections given by path and `[out, in]`.
    pub(crate) fn new(
        config: AdapterConfig,
        projections: impl Iterator<Item = (String, [usize; 2])>,
        device: &Device,
    ) -> Self {
        let mut pairs = Vec::new();
        let mut index = BTreeMap::new();
        for (name, [outputs, inputs]) in projections {
            let bound = 1.0 / (inputs as f64).sqrt();
            let spread = Initializer::Uniform {
                min: -bound,
                max: bound,
            };
            index.insert(name, pairs.len());
            pairs.push(LowRank {
                down: spread.init([config.rank, inputs], device),
                up: Initializer::Zeros.init([outputs, config.rank], device),
            });
        }
        Self {
            pairs,
            index,
            config,
        }
    }

    /// Sizes and targets.
    pub fn config(&self) -> &AdapterConfig {
        &self.config
    }

    /// Paths of the projections that it adds to.
    pub fn projections(&self) -> impl Iterator<Item = &str> {
        self.index.keys().map(String::as_str)
    }

    pub(crate) fn find(&self, name: &str) -> Option<&LowRank> {
        self.pairs.get(*self.index.get(name)?)
    }

    pub(crate) fn find_mut(&mut self, name: &str) -> Option<&mut LowRank> {
        self.pairs.get_mut(*self.index.get(name)?)
    }

    /// The additions by name.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&str, &LowRank)> {
        self.index
            .iter()
            .filter_map(|(name, place)| Some((name.as_str(), self.pairs.get(*place)?)))
    }

    /// The matrices that add to a projection, by its path: `[rank, in]` and `[out, rank]`.
    pub fn matrices(&self, projection: &str) -> Option<[Tensor<2>; 2]> {
        let pair = self.find(projection)?;
        Some([pair.down.val(), pair.up.val()])
    }

    /// A tensor of the graph that the adapter belongs to.
    pub(crate) fn example(&self) -> Option<Tensor<2>> {
        self.pairs.first().map(|pair| pair.down.val())
    }
}

impl LowRank {
    /// `up · down`, unscaled: `[out, in]`.
    pub(crate) fn product(&self) -> Tensor<2> {
        self.up.val().matmul(self.down.val())
    }
}
