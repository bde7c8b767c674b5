//! Products of matrices whose leading dimensions agree, and their gradients.

use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::gemm::{Matrix, Product, Target, multiply, multiply_here};
use super::memory::{tensor, unwritten};
use super::simd::Level;
use super::view::{dimensions, strides};
use crate::extension::{Kernel, Outcome};

/// Inputs: `left` `[..., rows, inner]`, `right` `[..., inner, columns]`.
#[derive(Clone, Debug)]
pub(crate) struct Matmul;

/// A tensor as a list of matrices.
struct Matrices {
    tensor: FlexTensor,
    shape: [usize; 2],
    strides: [usize; 2],
    /// Where each matrix starts.
    starts: Vec<usize>,
}

impl Matrices {
    fn new(tensor: &FlexTensor) -> Self {
        let (tensor, strides) = if let Some(strides) = strides(tensor) {
            (tensor.clone(), strides)
        } else {
            let tensor = tensor.to_contiguous();
            let strides = strides(&tensor).unwrap_or_default();
            (tensor, strides)
        };
        let sizes = dimensions(&tensor);
        let leading = sizes.len() - 2;
        let mut starts = vec![tensor.layout().start_offset()];
        for (size, stride) in sizes.iter().zip(&strides).take(leading) {
            starts = starts
                .iter()
                .flat_map(|start| (0..*size).map(move |index| start + index * stride))
                .collect();
        }
        Self {
            shape: [sizes[leading], sizes[leading + 1]],
            strides: [strides[leading], strides[leading + 1]],
            starts,
            tensor,
        }
    }

    fn get(&self, index: usize) -> Matrix<'_> {
        let storage = self.tensor.storage::<f32>();
        let start = self.starts[index].min(storage.len());
        Matrix::new(&storage[start..], self.shape, self.strides)
    }
}

/// The product of each pair of matrices, one after the other.
fn products<'a>(
    count: usize,
    shape: [usize; 2],
    pair: impl Fn(usize) -> (Matrix<'a>, Matrix<'a>) + Sync,
) -> Vec<f32> {
    let level = Level::current();
    let size = shape[0] * shape[1];
    let mut output = unwritten(count * size);
    let product = |index: usize, output: &mut [f32], threads: bool| {
        let (a, b) = pair(index);
        let product = Product {
            a,
            b: &b,
            c: Target::dense(output, shape),
            add: false,
            finish: None,
        };
        if threads {
            multiply(level, &product);
        } else {
            multiply_here(level, &product);
        }
    };
    if count >= rayon::current_num_threads() {
        output
            .par_chunks_exact_mut(size.max(1))
            .enumerate()
            .for_each(|(index, output)| product(index, output, false));
    } else {
        for (index, output) in output.chunks_exact_mut(size.max(1)).enumerate() {
            product(index, output, true);
        }
    }
    output
}

impl Kernel for Matmul {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome {
        let (left, right) = (Matrices::new(&inputs[0]), Matrices::new(&inputs[1]));
        let shape = [left.shape[0], right.shape[1]];
        let output = products(left.starts.len(), shape, |index| {
            (left.get(index), right.get(index))
        });
        let mut sizes = dimensions(&inputs[0]).to_vec();
        let last = sizes.len() - 1;
        sizes[last] = shape[1];
        Outcome {
            output: tensor(output, sizes),
            saved: if keep { inputs.to_vec() } else { Vec::new() },
        }
    }

    fn backward(
        &self,
        saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let (left, right) = (Matrices::new(&saved[0]), Matrices::new(&saved[1]));
        let gradient = Matrices::new(&gradient);
        let count = left.starts.len();
        vec![
            wanted[0].then(|| {
                let data = products(count, left.shape, |index| {
                    (gradient.get(index), right.get(index).transposed())
                });
                tensor(data, dimensions(&saved[0]).to_vec())
            }),
            wanted[1].then(|| {
                let data = products(count, right.shape, |index| {
                    (left.get(index).transposed(), gradient.get(index))
                });
                tensor(data, dimensions(&saved[1]).to_vec())
            }),
        ]
    }
}
