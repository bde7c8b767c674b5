//! `activation(input · weightᵀ + bias) + residual` and its gradients.

use burn::tensor::bf16;
use burn_flex::FlexTensor;

use super::few_rows::{self, DenseRows};
use super::gemm::{Columns, Finish, HalfColumns, Matrix, Product, Target, multiply};
use super::memory::{tensor, unwritten};
use super::pointwise::{activate, activate_all, differentiate_all};
use super::simd::Level;
use super::sums::{add_in_place, column_sums};
use super::turned;
use super::view::{RowView, dense, dimensions, numbers, owned, precision_of};
use crate::extension::{Kernel, Outcome};
use crate::{Activation, Precision};

/// Inputs: `input`, `weight`, then `bias` and `residual` where present.
#[derive(Clone, Debug)]
pub(crate) struct Linear {
    /// Whether a bias follows the weight.
    pub bias: bool,
    /// Whether a residual comes last.
    pub residual: bool,
    /// Applied after the bias.
    pub activation: Activation,
}

/// What follows a product.
pub(super) struct AfterProduct<'a> {
    pub bias: Option<&'a [f32]>,
    pub activation: Activation,
    pub residual: Option<&'a [f32]>,
    /// Numbers in a row of the output.
    pub columns: usize,
}

impl Finish for AfterProduct<'_> {
    fn finish(&self, level: Level, row: usize, first: usize, out: &mut [f32]) {
        if let Some(bias) = self.bias {
            add_in_place(level, &bias[first..first + out.len()], out);
        }
        activate(level, self.activation, out);
        if let Some(residual) = self.residual {
            let start = row * self.columns + first;
            add_in_place(level, &residual[start..start + out.len()], out);
        }
    }
}

impl Kernel for Linear {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome {
        let level = Level::of(precision_of(&inputs[1]));
        let input = RowView::new(&inputs[0]);
        let bias = self.bias.then(|| dense(&inputs[2]));
        let residual = self
            .residual
            .then(|| dense(&inputs[2 + usize::from(self.bias)]));
        let x = input.matrix();
        let (rows, columns) = (x.rows(), dimensions(&inputs[1])[0]);
        let mut shape = dimensions(&inputs[0]).to_vec();
        if let Some(last) = shape.last_mut() {
            *last = columns;
        }
        // The backward pass needs what went into the activation, so the last two steps run on their own then.
        let split = keep && self.activation != Activation::None;
        let finish = AfterProduct {
            bias: bias.as_ref().map(numbers),
            activation: if split {
                Activation::None
            } else {
                self.activation
            },
            residual: residual.as_ref().filter(|_| !split).map(numbers),
            columns,
        };
        let mut output = multiply_by_weight(level, x, &inputs[1], &finish);
        let mut saved = Vec::new();
        if keep {
            saved.extend([inputs[0].clone(), inputs[1].clone()]);
        }
        if split {
            let before = output;
            output = unwritten(rows * columns);
            activate_all(level, self.activation, &before, &mut output);
            if let Some(residual) = &residual {
                add_in_place(level, numbers(residual), &mut output);
            }
            saved.push(tensor(before, shape.clone()));
        }
        Outcome {
            output: tensor(output, shape),
            saved,
        }
    }

    fn backward(
        &self,
        saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let residual = (self.residual && wanted[wanted.len() - 1]).then(|| gradient.clone());
        let gradient = match saved.get(2) {
            Some(before) => through_activation(self.activation, before, gradient),
            None => gradient,
        };
        let gradient = RowView::new(&gradient);
        let g = gradient.matrix();
        let (input, weight) = (RowView::new(&saved[0]), RowView::new(&saved[1]));
        let (x, w) = (input.matrix(), weight.matrix());
        let mut found = vec![
            wanted[0].then(|| tensor(product(g, w), dimensions(&saved[0]).to_vec())),
            wanted[1].then(|| tensor(product(g.transposed(), x), [w.rows(), w.columns()])),
        ];
        if self.bias {
            found.push(wanted[2].then(|| tensor(column_sums(g), [g.columns()])));
        }
        if self.residual {
            found.push(residual);
        }
        found
    }
}

/// The gradient before the activation; written over the gradient after it where nobody else holds that.
pub(super) fn through_activation(
    activation: Activation,
    before: &FlexTensor,
    gradient: FlexTensor,
) -> FlexTensor {
    let mut gradient = owned(gradient);
    differentiate_all(
        Level::current(),
        activation,
        numbers(before),
        gradient.storage_mut(),
    );
    gradient
}

/// `a · weightᵀ`, the weight in either type.
fn multiply_by_weight(
    level: Level,
    a: Matrix,
    weight: &FlexTensor,
    finish: &AfterProduct,
) -> Vec<f32> {
    if weight.is_contiguous() && few_rows::fits(a, finish.columns) {
        let shape = [finish.columns, a.columns()];
        return match precision_of(weight) {
            Precision::Single => {
                few_rows::multiply(level, a, &DenseRows::new(numbers(weight), shape), finish)
            }
            Precision::Half => {
                let halves = weight.as_slice::<bf16>().unwrap_or_default();
                few_rows::multiply(level, a, &DenseRows::new(halves, shape), finish)
            }
        };
    }
    match precision_of(weight) {
        Precision::Single => {
            let weight = RowView::new(weight);
            let weight = weight.matrix();
            if turned::fits(level, a, finish.columns) {
                return turned::multiply_turned(level, a, weight, finish);
            }
            multiply_by_columns(level, a, &weight.transposed(), finish)
        }
        Precision::Half => {
            let weight = dense(weight);
            let halves = weight.as_slice().unwrap_or_default();
            multiply_by_columns(
                level,
                a,
                &HalfColumns::new(halves, [a.columns(), finish.columns]),
                finish,
            )
        }
    }
}

fn multiply_by_columns(
    level: Level,
    a: Matrix,
    b: &impl Columns,
    finish: &AfterProduct,
) -> Vec<f32> {
    let shape = [a.rows(), finish.columns];
    let mut output = unwritten(shape[0] * shape[1]);
    let product = Product {
        a,
        b,
        c: Target::dense(&mut output, shape),
        add: false,
        finish: Some(finish),
    };
    multiply(level, &product);
    output
}

pub(super) fn product(a: Matrix, b: Matrix) -> Vec<f32> {
    let shape = [a.rows(), b.columns()];
    let mut output = unwritten(shape[0] * shape[1]);
    multiply(
        Level::current(),
        &Product {
            a,
            b: &b,
            c: Target::dense(&mut output, shape),
            add: false,
            finish: None,
        },
    );
    output
}
