//! Sums of two tensors and their gradients.

use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::gemm::Matrix;
use super::memory::{tensor, unwritten};
use super::simd::{Level, Simd, Task};
use super::sums::column_sums;
use super::view::{dense, dimensions, numbers};
use crate::extension::{Kernel, Outcome};

/// Numbers that one thread takes at a time.
const CHUNK: usize = 1 << 14;

/// Inputs: `a`, and `b` of the same length or of one that divides it, repeated.
#[derive(Clone, Debug)]
pub(crate) struct Addition {
    /// The shape of `b`.
    pub second: Vec<usize>,
}

impl Kernel for Addition {
    fn forward(&self, inputs: &[FlexTensor], _keep: bool) -> Outcome {
        let level = Level::current();
        let (a, b) = (dense(&inputs[0]), dense(&inputs[1]));
        let mut output = unwritten(numbers(&a).len());
        let repeated = numbers(&b);
        // A period that is shorter than a chunk begins with each chunk anew.
        let chunk = match repeated.len() {
            period @ 1..CHUNK => CHUNK / period * period,
            _ => CHUNK,
        };
        output
            .par_chunks_mut(chunk)
            .zip(numbers(&a).par_chunks(chunk))
            .enumerate()
            .for_each(|(index, (mut output, mut a))| {
                let mut start = index * chunk % repeated.len();
                while !output.is_empty() {
                    let count = output.len().min(repeated.len() - start);
                    let (part, rest) = output.split_at_mut(count);
                    let (first, others) = a.split_at(count);
                    level.run(Add {
                        a: first,
                        b: &repeated[start..start + count],
                        output: part,
                    });
                    (output, a, start) = (rest, others, 0);
                }
            });
        Outcome {
            output: tensor(output, dimensions(&a).to_vec()),
            saved: Vec::new(),
        }
    }

    fn backward(
        &self,
        _saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let shape = &self.second;
        let by_second = wanted[1].then(|| {
            let gradient = dense(&gradient);
            let (all, period) = (numbers(&gradient), shape.iter().product::<usize>());
            if all.len() == period {
                return gradient;
            }
            tensor(
                column_sums(Matrix::dense(all, [all.len() / period.max(1), period])),
                shape.clone(),
            )
        });
        vec![wanted[0].then_some(gradient), by_second]
    }
}

struct Add<'a> {
    a: &'a [f32],
    b: &'a [f32],
    output: &'a mut [f32],
}

impl Task for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { a, b, output } = self;
        let count = output.len();
        let mut start = 0;
        let mut end = simd.before_line(output);
        while start < count {
            if end > start {
                let sum = simd.add(simd.read(&a[start..end]), simd.read(&b[start..end]));
                simd.write(&mut output[start..end], sum);
            }
            (start, end) = (end, count.min(end + S::LANES));
        }
    }
}
