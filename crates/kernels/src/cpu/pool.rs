//! The largest of every two by two pixels, channel by channel, and its gradient.

use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::copy::in_order;
use super::memory::{tensor, unwritten};
use super::simd::{Level, Simd, Task};
use super::view::{dense, dimensions, numbers, strides};
use crate::extension::{Kernel, Outcome};

/// Input: `[batch, height, width, channels]`.
#[derive(Clone, Debug)]
pub(crate) struct PoolByTwo;

/// The pixels of a map whose channels lie next to each other.
struct Map {
    tensor: FlexTensor,
    shape: [usize; 4],
    strides: [usize; 4],
}

impl Map {
    fn new(input: &FlexTensor) -> Self {
        let adjacent = |tensor: &FlexTensor| {
            strides(tensor).filter(|strides| strides[3] == 1 || dimensions(tensor)[3] == 1)
        };
        let (tensor, strides) = if let Some(strides) = adjacent(input) {
            (input.clone(), strides)
        } else {
            let tensor = in_order(input);
            let strides = strides(&tensor).unwrap_or_else(|| vec![0; 4]);
            (tensor, strides)
        };
        let four = |values: &[usize]| std::array::from_fn(|dimension| values[dimension]);
        Self {
            shape: four(dimensions(&tensor)),
            strides: four(&strides),
            tensor,
        }
    }

    fn pixel(&self, image: usize, row: usize, column: usize) -> &[f32] {
        let start = self.tensor.layout().start_offset()
            + image * self.strides[0]
            + row * self.strides[1]
            + column * self.strides[2];
        &self.tensor.storage::<f32>()[start..start + self.shape[3]]
    }

    /// The four pixels under a pixel of the output.
    fn square(&self, image: usize, row: usize, column: usize) -> [&[f32]; 4] {
        [(0, 0), (0, 1), (1, 0), (1, 1)]
            .map(|(down, right)| self.pixel(image, 2 * row + down, 2 * column + right))
    }
}

impl Kernel for PoolByTwo {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome {
        let level = Level::current();
        let map = Map::new(&inputs[0]);
        let [batch, height, width, channels] = map.shape;
        let [rows, columns] = [height / 2, width / 2];
        let mut output = unwritten(batch * rows * columns * channels);
        output
            .par_chunks_mut((columns * channels).max(1))
            .enumerate()
            .for_each(|(line, output)| {
                for (column, output) in output.chunks_exact_mut(channels).enumerate() {
                    let square = map.square(line / rows, line % rows, column);
                    level.run(Largest { square, output });
                }
            });
        Outcome {
            output: tensor(output, [batch, rows, columns, channels]),
            saved: if keep { inputs.to_vec() } else { Vec::new() },
        }
    }

    fn backward(
        &self,
        saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        _wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let level = Level::current();
        let map = Map::new(&saved[0]);
        let gradient = dense(&gradient);
        let gradient = numbers(&gradient);
        let [batch, height, width, channels] = map.shape;
        let [rows, columns] = [height / 2, width / 2];
        let line = width * channels;
        let mut output = vec![0.0; batch * height * line];
        output
            .par_chunks_mut((height * line).max(1))
            .enumerate()
            .for_each(|(image, output)| {
                for (row, lines) in output.chunks_exact_mut((2 * line).max(1)).enumerate() {
                    let (upper, lower) = lines.split_at_mut(line);
                    let pairs = upper
                        .chunks_exact_mut(2 * channels)
                        .zip(lower.chunks_exact_mut(2 * channels));
                    for (column, (upper, lower)) in pairs.enumerate().take(columns) {
                        let place = (image * rows + row) * columns + column;
                        let (first, second) = upper.split_at_mut(channels);
                        let (third, fourth) = lower.split_at_mut(channels);
                        level.run(ToLargest {
                            square: map.square(image, row, column),
                            gradient: &gradient[place * channels..(place + 1) * channels],
                            outputs: [first, second, third, fourth],
                        });
                    }
                }
            });
        vec![Some(tensor(output, map.shape))]
    }
}

struct Largest<'a> {
    square: [&'a [f32]; 4],
    output: &'a mut [f32],
}

impl Task for Largest<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let [a, b, c, d] = self.square;
        let full = self.output.len() / S::LANES * S::LANES;
        for start in (0..full).step_by(S::LANES) {
            let upper = simd.max(simd.load(&a[start..]), simd.load(&b[start..]));
            let lower = simd.max(simd.load(&c[start..]), simd.load(&d[start..]));
            simd.store(&mut self.output[start..], simd.max(upper, lower));
        }
        for index in full..self.output.len() {
            self.output[index] = a[index].max(b[index]).max(c[index].max(d[index]));
        }
    }
}

struct ToLargest<'a> {
    square: [&'a [f32]; 4],
    gradient: &'a [f32],
    outputs: [&'a mut [f32]; 4],
}

impl Task for ToLargest<'_> {
    type Output = ();

    /// The first of equal pixels takes the gradient.
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let zero = simd.splat(0.0);
        let count = self.gradient.len();
        let [o0, o1, o2, o3] = self.outputs;
        for start in (0..count).step_by(S::LANES) {
            let place = start..count.min(start + S::LANES);
            let [a, b, c, d] = self.square;
            let (a, b) = (simd.read(&a[place.clone()]), simd.read(&b[place.clone()]));
            let (c, d) = (simd.read(&c[place.clone()]), simd.read(&d[place.clone()]));
            let most = simd.max(simd.max(a, b), simd.max(c, d));
            let mut rest = simd.read(&self.gradient[place.clone()]);
            for (pixel, out) in [(a, &mut *o0), (b, &mut *o1), (c, &mut *o2), (d, &mut *o3)] {
                let taken = simd.select_less(pixel, most, zero, rest);
                rest = simd.select_less(pixel, most, rest, zero);
                simd.write(&mut out[place.clone()], taken);
            }
        }
    }
}
