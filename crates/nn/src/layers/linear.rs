//! Linear layer.
//!
//! In: `[..., in]`. Out: `[..., out]`.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use tubelet_kernels::{Activation, LinearOptions, linear};

use super::initialise::uniform_by_fan_in;

/// Sizes of a [`Linear`].
#[derive(Clone, Copy, Debug)]
pub struct LinearConfig {
    /// Channels in.
    pub in_channels: usize,
    /// Channels out.
    pub out_channels: usize,
    /// Whether a bias is added.
    pub bias: bool,
}

impl LinearConfig {
    /// A layer with a bias.
    pub fn new(in_channels: usize, out_channels: usize) -> Self {
        Self {
            in_channels,
            out_channels,
            bias: true,
        }
    }

    /// Leaves the bias out.
    pub fn without_bias(self) -> Self {
        Self {
            bias: false,
            ..self
        }
    }

    /// Builds the layer with fresh weights.
    pub fn init(&self, device: &Device) -> Linear {
        Linear {
            weight: uniform_by_fan_in(
                [self.out_channels, self.in_channels],
                self.in_channels,
                device,
            ),
            bias: self
                .bias
                .then(|| uniform_by_fan_in([self.out_channels], self.in_channels, device)),
        }
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub struct Linear {
    /// `[out, in]`.
    pub weight: Param<Tensor<2>>,
    /// `[out]`.
    pub bias: Option<Param<Tensor<1>>>,
}

impl Linear {
    /// # Shapes
    /// - `input`: `[..., in]`
    /// - output: `[..., out]`
    pub fn forward<const D: usize>(&self, input: Tensor<D>) -> Tensor<D> {
        self.forward_with(input, Activation::None, None)
    }

    /// [`Linear::forward`] with an activation after it and a residual added last, in one pass.
    ///
    /// # Shapes
    /// - `input`: `[..., in]`
    /// - `residual`, output: `[..., out]`
    pub fn forward_with<const D: usize>(
        &self,
        input: Tensor<D>,
        activation: Activation,
        residual: Option<Tensor<D>>,
    ) -> Tensor<D> {
        let options = LinearOptions {
            bias: self.bias.as_ref().map(Param::val),
            activation,
            residual,
        };
        linear(input, self.weight.val(), options)
    }
}
