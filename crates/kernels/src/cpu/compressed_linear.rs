//! `activation(input · weightᵀ + bias) + residual` with a compressed weight; without gradients.

use burn_flex::FlexTensor;

use super::compressed::{Compressed, multiply_compressed};
use super::linear::AfterProduct;
use super::memory::tensor;
use super::simd::Level;
use super::view::{RowView, dense, dimensions, numbers};
use crate::{Activation, Precision};

/// What follows the product.
#[derive(Clone, Debug)]
pub(crate) struct CompressedLinear {
    /// `[out]`.
    pub bias: Option<FlexTensor>,
    /// The output's shape.
    pub residual: Option<FlexTensor>,
    /// Applied after the bias.
    pub activation: Activation,
}

impl CompressedLinear {
    /// The layer's output.
    pub(crate) fn multiply(&self, input: &FlexTensor, weight: &Compressed) -> FlexTensor {
        let level = Level::of(Precision::Half);
        let (bias, residual) = (
            self.bias.as_ref().map(dense),
            self.residual.as_ref().map(dense),
        );
        let columns = weight.shape[0];
        let finish = AfterProduct {
            bias: bias.as_ref().map(numbers),
            activation: self.activation,
            residual: residual.as_ref().map(numbers),
            columns,
        };
        let rows = RowView::new(input);
        let output = multiply_compressed(level, rows.matrix(), weight, &finish);
        let mut shape = dimensions(input).to_vec();
        if let Some(last) = shape.last_mut() {
            *last = columns;
        }
        tensor(output, shape)
    }
}
