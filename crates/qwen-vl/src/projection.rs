//! A linear layer that has a name, so that an adapter can add to it.
//!
//! In: `[..., in]`. Out: `[..., out]`. The weight may lie in bfloat16 in a mapped file; what goes in and out is f32.

use burn::{
    module::{Module, Param},
    nn::Initializer,
    tensor::{DType, Device, Tensor},
};
use tubelet_kernels::{
    Activation, CompressedWeight, Compression, LinearOptions, Precision, activate,
    compressed_linear, linear,
};

use crate::adapter::usage::AdapterUse;

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
            compressed: None,
            name: self.name,
        }
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct Projection {
    /// `[out, in]`; without rows where the weight is compressed.
    pub weight: Param<Tensor<2>>,
    /// `[out]`.
    pub bias: Option<Param<Tensor<1>>>,
    #[module(skip)]
    compressed: Option<CompressedWeight>,
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
        let bias = self.bias.as_ref().map(Param::val);
        let added = after
            .adapter
            .and_then(|used| used.addition(&self.name, input.clone()));
        let Some(added) = added else {
            let options = LinearOptions {
                bias,
                activation: after.activation,
                residual: after.residual,
            };
            return self.product(input, options);
        };
        let base = beside(input, &added);
        let options = LinearOptions {
            bias,
            activation: Activation::None,
            residual: Some(added.clone()),
        };
        let sum = self.product(base, options);
        let output = activate(sum, after.activation);
        match after.residual {
            Some(residual) => output + beside(residual, &added),
            None => output,
        }
    }
}

impl Projection {
    /// The weight in fewer bits, where its rows allow that.
    pub(crate) fn compressed(mut self, compression: Compression) -> Self {
        let weight = self.weight.val();
        if let Some(compressed) = CompressedWeight::new(weight.clone(), compression) {
            let [_, inputs] = weight.dims();
            let none = Tensor::zeros([0, inputs], &weight.device());
            self.weight = Param::initialized(self.weight.id, none);
            self.compressed = Some(compressed);
        }
        self
    }

    /// The precision that the weight asks for, for the attention beside it.
    pub(crate) fn precision(&self) -> Precision {
        if self.compressed.is_some() || self.weight.val().dtype() == DType::BF16 {
            Precision::Half
        } else {
            Precision::Single
        }
    }

    /// Frozen weights stay outside the graph of an input that is part of one.
    fn product<const D: usize>(&self, input: Tensor<D>, options: LinearOptions<D>) -> Tensor<D> {
        match &self.compressed {
            Some(weight) => compressed_linear(input, weight, options),
            None => linear(input, self.weight.val(), options),
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
