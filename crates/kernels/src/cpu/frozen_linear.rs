//! [`Linear`] whose weight and bias get no gradient and are no part of the graph: what adapters are trained beside.
//!
//! Nothing is kept for the backward pass but the weight in its own type, and what went into an activation.

use burn::tensor::{DType, bf16};
use burn_flex::FlexTensor;

use super::linear::{Linear, product, through_activation};
use super::memory::tensor;
use super::view::{RowView, dense, dimensions};
use crate::Activation;
use crate::extension::{Kernel, Outcome};

/// Inputs: `input`, and `residual` where present.
#[derive(Clone, Debug)]
pub(crate) struct FrozenLinear {
    /// `[out, in]`, f32 or bfloat16.
    pub weight: FlexTensor,
    /// `[out]`.
    pub bias: Option<FlexTensor>,
    /// Whether a residual follows the input.
    pub residual: bool,
    /// Applied after the bias.
    pub activation: Activation,
}

impl Kernel for FrozenLinear {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome {
        let layer = Linear {
            bias: self.bias.is_some(),
            residual: self.residual,
            activation: self.activation,
        };
        let mut all = vec![inputs[0].clone(), self.weight.clone()];
        all.extend(self.bias.clone());
        all.extend(inputs.get(1).cloned());
        let outcome = layer.forward(&all, keep);
        Outcome {
            output: outcome.output,
            // The first two are the input, whose values no gradient here depends on, and the weight.
            saved: outcome.saved.into_iter().skip(2).collect(),
        }
    }

    fn backward(
        &self,
        saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let residual = (self.residual && wanted[1]).then(|| gradient.clone());
        let mut shape = dimensions(&gradient).to_vec();
        let by_input = wanted[0].then(|| {
            let gradient = match saved.first() {
                Some(before) => through_activation(self.activation, before, gradient),
                None => gradient,
            };
            let weight = in_single(&self.weight);
            let (g, w) = (RowView::new(&gradient), RowView::new(&weight));
            let (g, w) = (g.matrix(), w.matrix());
            if let Some(last) = shape.last_mut() {
                *last = w.columns();
            }
            tensor(product(g, w), shape)
        });
        let mut found = vec![by_input];
        if self.residual {
            found.push(residual);
        }
        found
    }
}

/// The weight in f32, for as long as this pass needs it.
fn in_single(weight: &FlexTensor) -> FlexTensor {
    if weight.dtype() == DType::F32 {
        return weight.clone();
    }
    let weight = dense(weight);
    let halves = weight.as_slice::<bf16>().unwrap_or_default();
    let numbers = halves.iter().map(|half| half.to_f32()).collect();
    tensor(numbers, dimensions(&weight).to_vec())
}
