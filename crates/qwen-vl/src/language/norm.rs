//! Root-mean-square norm with a weight.
//!
//! In and out: `[..., channels]`.

use burn::{
    module::{Module, Param},
    nn::Initializer,
    tensor::{Device, Tensor},
};
use tubelet_kernels::rms_norm;

use crate::projection::beside;

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct RmsNorm {
    /// `[channels]`.
    pub weight: Param<Tensor<1>>,
    #[module(skip)]
    epsilon: f64,
}

impl RmsNorm {
    /// A norm that only divides.
    pub(crate) fn new(channels: usize, epsilon: f64, device: &Device) -> Self {
        Self {
            weight: Initializer::Ones.init([channels], device),
            epsilon,
        }
    }

    /// # Shapes
    /// - `input`, output: `[..., channels]`
    pub(crate) fn forward<const D: usize>(&self, input: Tensor<D>) -> Tensor<D> {
        let weight = beside(self.weight.val(), &input);
        rms_norm(input, weight, self.epsilon)
    }
}
