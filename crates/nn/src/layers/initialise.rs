//! Fresh parameters as PyTorch draws them: uniform within `1 / sqrt(fan in)`.

use burn::{
    module::Param,
    nn::Initializer,
    tensor::{Device, Tensor},
};

/// Draws a parameter uniformly from `±1 / sqrt(fan_in)`.
pub(crate) fn uniform_by_fan_in<const D: usize>(
    shape: [usize; D],
    fan_in: usize,
    device: &Device,
) -> Param<Tensor<D>> {
    let bound = 1.0 / (fan_in.max(1) as f64).sqrt();
    Initializer::Uniform {
        min: -bound,
        max: bound,
    }
    .init(shape, device)
}
