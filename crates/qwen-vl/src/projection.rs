//! A linear layer that has a name, so that an adapter can add to it.
//!
//! In: `[..., in]`. Out: `[..., out]`. The weight may lie in bfloat16 in a mapped file; what goes in and out is f32.

use burn::{
    module::{Module, Param},
    nn::Initializer,
    tensor::{Device, Tensor},
};
use tubelet_kernels::{Activation, LinearOptions, activate, linear};

use crate::adapter::AdapterUse;

/// Sizes of a [`Projection`].
#[derive(Clone, Debug)]
pub(crate) struct ProjectionConfig {
    /// Its path in the model.
    pub name: String,
    /// Channels in.
    pub in_channels: usize,
    /// Channels out.
    pub out_channels: usize,
    /// Whether a bias is added.
    pub bias: bool,
}

impl ProjectionConfig {
    /// Builds the layer with fresh weights.
    pub(crate) fn init(self, device: &Device) -> Projection {
        let spread = Initializer::Normal {
            mean: 0.0,
            std: 0.02,
        };
        Projection {
            weight: spread.init([self.out_channels, self.in_channels], device),
            bias: self
                .bias
                .then(|| Initializer::Zeros.init([self.out_channels], device)),
            name: self.name,
        }
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct Projection {
    /// `[out, in]`.
    pub weight: Param<Tensor<2>>,
    /// `[out]`.
    pub bias: Option<Param<Tensor<1>>>,
    #[module(skip)]
    name: String,
}

/// What a projection does beside the product.
#[derive(Clone, Debug)]
pub(crate) struct After<'a, const D: usize> {
    /// Applied to the sum of product, bias and adapter.
    pub activation: Activation,
    /// Added last.
    pub residual: Option<Tensor<D>>,
    /// Low-rank additions by name.
    pub adapter: Option<AdapterUse<'a>>,
}

impl<'a, const D: usize> After<'a, D> {
    /// Nothing but the adapter.
    pub(crate) fn plain(adapter: Option<AdapterUse<'a>>) -> Self {
        Self {
            activation: Activation::None,
            residual: None,
            adapter,
        }
    }

    /// A residual.
    pub(crate) fn plus(adapter: Option<AdapterUse<'a>>, residual: Tensor<D>) -> Self {
        Self {
            residual: Some(residual),
            ..Self::plain(adapter)
        }
    }

    /// An activation.
    pub(crate) fn then(adapter: Option<AdapterUse<'a>>, activation: Activation) -> Self {
        Self {
            activation,
            ..Self::plain(adapter)
        }
    }
}

impl Projection {
    /// # Shapes
    /// - `input`: `[..., in]`
    /// - `after.residual`, output: `[..., out]`
    pub(crate) fn forward<const D: usize>(&self, input: Tensor<D>, after: After<D>) -> Tensor<D> {
        let weight = beside(self.weight.val(), &input);
        let bias = self.bias.as_ref().map(|bias| beside(bias.val(), &input));
        let pair = after
            .adapter
            .and_then(|used| Some((used, used.find(&self.name)?)));
        let Some((used, pair)) = pair else {
            let options = LinearOptions {
                bias,
                activation: after.activation,
                residual: after.residual,
            };
            return linear(input, weight, options);
        };
        let added = pair.forward(input.clone(), used);
        let base = beside(input, &added);
        let options = LinearOptions {
            bias: bias.map(|bias| beside(bias, &added)),
            activation: Activation::None,
            residual: Some(added.clone()),
        };
        let sum = linear(base, beside(weight, &added), options);
        let output = activate(sum, after.activation);
        match after.residual {
            Some(residual) => output + beside(residual, &added),
            None => output,
        }
    }
}

/// A constant as part of the graph that another tensor belongs to, if any; nothing is copied.
pub(crate) fn beside<const D: usize, const E: usize>(
    constant: Tensor<D>,
    other: &Tensor<E>,
) -> Tensor<D> {
    if other.is_autodiff() && !constant.is_autodiff() {
        constant.autodiff()
    } else {
        constant
    }
}
