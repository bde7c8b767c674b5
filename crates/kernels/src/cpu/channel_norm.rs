//! Layer norm over the channels of every pixel of an image, and its gradient.

use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::gemm::Target;
use super::memory::{tensor, unwritten, with_scratch};
use super::simd::{Level, Simd, Task};
use super::sums::add_in_place;
use super::view::{dense, dimensions, numbers};
use crate::extension::{Kernel, Outcome};

/// Inputs: `input` `[batch, channels, height, width]`, `weight`, `bias`.
#[derive(Clone, Debug)]
pub(crate) struct ChannelNorm {
    /// Added to the variance.
    pub epsilon: f32,
}

/// Pixels that one thread takes at a time: all their channels stay in the middle cache.
const PIXELS: usize = 128;

/// Sizes of a call: images, channels, pixels.
#[derive(Clone, Copy)]
struct Sizes {
    images: usize,
    channels: usize,
    pixels: usize,
}

impl Sizes {
    fn of(input: &FlexTensor) -> Self {
        let shape = dimensions(input);
        Self {
            images: shape[0],
            channels: shape[1],
            pixels: shape[2] * shape[3],
        }
    }

    fn blocks(self) -> usize {
        self.pixels.div_ceil(PIXELS)
    }

    /// Runs `body(block, image, first pixel, number of pixels)` for every block of pixels.
    fn each(self, body: impl Fn(usize, usize, usize, usize) + Sync + Send) {
        (0..self.images * self.blocks())
            .into_par_iter()
            .for_each(|block| {
                let first = block % self.blocks() * PIXELS;
                let count = PIXELS.min(self.pixels - first);
                body(block, block / self.blocks(), first, count);
            });
    }

    /// The planes of all images, to write to.
    fn planes(self, data: &mut [f32]) -> Target<'_> {
        Target::dense(data, [self.images * self.channels, self.pixels])
    }
}

impl Kernel for ChannelNorm {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome {
        let level = Level::current();
        let [input, weight, bias] = [0, 1, 2].map(|index| dense(&inputs[index]));
        let sizes = Sizes::of(&input);
        let mut output = unwritten(numbers(&input).len());
        let mut statistics = unwritten(sizes.images * 2 * sizes.pixels);
        let target = sizes.planes(&mut output);
        let moments = Target::dense(&mut statistics, [sizes.images * 2, sizes.pixels]);
        sizes.each(|_, image, first, count| {
            let channels = image * sizes.channels..(image + 1) * sizes.channels;
            level.run(Forward {
                epsilon: self.epsilon,
                input: &numbers(&input)[image * sizes.channels * sizes.pixels + first..],
                stride: sizes.pixels,
                weight: numbers(&weight),
                bias: numbers(&bias),
                output: target.part(channels, first..first + count),
                moments: moments.part(2 * image..2 * image + 2, first..first + count),
            });
        });
        let shape = dimensions(&input).to_vec();
        Outcome {
            output: tensor(output, shape),
            saved: if keep {
                let statistics = tensor(statistics, [sizes.images * 2, sizes.pixels]);
                vec![input, weight, statistics]
            } else {
                Vec::new()
            },
        }
    }

    fn backward(
        &self,
        saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let level = Level::current();
        let gradient = dense(&gradient);
        let sizes = Sizes::of(&saved[0]);
        let (input, weight, moments) = (numbers(&saved[0]), numbers(&saved[1]), numbers(&saved[2]));
        let mut output = unwritten(input.len());
        let blocks = sizes.images * sizes.blocks();
        let mut partial = unwritten(blocks * 2 * sizes.channels);
        let target = sizes.planes(&mut output);
        let sums = Target::dense(&mut partial, [blocks, 2 * sizes.channels]);
        sizes.each(|block, image, first, count| {
            let channels = image * sizes.channels..(image + 1) * sizes.channels;
            let start = channels.start * sizes.pixels + first;
            let room = 2 * sizes.channels * level.lanes();
            with_scratch(room, |lanes| {
                level.run(Gradient {
                    input: &input[start..],
                    gradient: &numbers(&gradient)[start..],
                    stride: sizes.pixels,
                    weight,
                    moments: &moments[2 * image * sizes.pixels + first..],
                    output: target.part(channels, first..first + count),
                    // SAFETY: each block has a row of its own.
                    sums: unsafe { sums.row(block, 0, 2 * sizes.channels) },
                    lanes,
                });
            });
        });
        let mut totals = vec![0.0; 2 * sizes.channels];
        for sums in partial.chunks_exact((2 * sizes.channels).max(1)) {
            add_in_place(level, sums, &mut totals);
        }
        let bias_gradient = totals.split_off(sizes.channels);
        vec![
            wanted[0].then(|| tensor(output, dimensions(&saved[0]).to_vec())),
            wanted[1].then(|| tensor(totals, [sizes.channels])),
            wanted[2].then(|| tensor(bias_gradient, [sizes.channels])),
        ]
    }
}

struct Forward<'a> {
    epsilon: f32,
    /// From the first channel of the first pixel on.
    input: &'a [f32],
    /// Distance of two channels.
    stride: usize,
    weight: &'a [f32],
    bias: &'a [f32],
    /// Channels by pixels.
    output: Target<'a>,
    /// Mean and inverse deviation by pixels.
    moments: Target<'a>,
}

impl Task for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let count = simd.splat(1.0 / self.weight.len() as f32);
        let pixels = self.output.columns();
        for start in (0..pixels).step_by(S::LANES) {
            let width = S::LANES.min(pixels - start);
            let mut total = simd.splat(0.0);
            for channel in 0..self.weight.len() {
                let x = simd.read(&self.input[channel * self.stride + start..][..width]);
                total = simd.add(total, x);
            }
            let mean = simd.mul(total, count);
            let mut squares = simd.splat(0.0);
            for channel in 0..self.weight.len() {
                let x = simd.read(&self.input[channel * self.stride + start..][..width]);
                let distance = simd.sub(x, mean);
                squares = simd.mul_add(distance, distance, squares);
            }
            let variance = simd.mul_add(squares, count, simd.splat(self.epsilon));
            let inverse = simd.div(simd.splat(1.0), simd.sqrt(variance));
            for channel in 0..self.weight.len() {
                let x = simd.read(&self.input[channel * self.stride + start..][..width]);
                let scaled = simd.mul(simd.sub(x, mean), inverse);
                let weight = simd.splat(self.weight[channel]);
                let y = simd.mul_add(scaled, weight, simd.splat(self.bias[channel]));
                // SAFETY: these pixels belong to this block alone.
                simd.write(unsafe { self.output.row(channel, start, width) }, y);
            }
            // SAFETY: as above.
            let (means, inverses) = unsafe {
                (
                    self.moments.row(0, start, width),
                    self.moments.row(1, start, width),
                )
            };
            simd.write(means, mean);
            simd.write(inverses, inverse);
        }
    }
}

struct Gradient<'a> {
    input: &'a [f32],
    gradient: &'a [f32],
    stride: usize,
    weight: &'a [f32],
    /// Mean and, `stride` further, inverse deviation by pixels.
    moments: &'a [f32],
    output: Target<'a>,
    /// Gradients of weight and bias from these pixels.
    sums: &'a mut [f32],
    /// Room for the same, a vector for each.
    lanes: &'a mut [f32],
}

impl Task for Gradient<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let channels = self.weight.len();
        let count = simd.splat(1.0 / channels as f32);
        let pixels = self.output.columns();
        let (weight_sums, bias_sums) = self.lanes.split_at_mut(channels * S::LANES);
        weight_sums.fill(0.0);
        bias_sums.fill(0.0);
        for start in (0..pixels).step_by(S::LANES) {
            let width = S::LANES.min(pixels - start);
            let mean = simd.read(&self.moments[start..][..width]);
            let inverse = simd.read(&self.moments[self.stride + start..][..width]);
            let mut total = simd.splat(0.0);
            let mut slanted = simd.splat(0.0);
            let lanes = weight_sums.chunks_exact_mut(S::LANES);
            for (channel, (weight_sum, bias_sum)) in
                lanes.zip(bias_sums.chunks_exact_mut(S::LANES)).enumerate()
            {
                let place = channel * self.stride + start;
                let x = simd.read(&self.input[place..][..width]);
                let g = simd.read(&self.gradient[place..][..width]);
                let scaled = simd.mul(simd.sub(x, mean), inverse);
                let weighted = simd.mul(g, simd.splat(self.weight[channel]));
                total = simd.add(total, weighted);
                slanted = simd.mul_add(weighted, scaled, slanted);
                let sum = simd.mul_add(g, scaled, simd.load(weight_sum));
                simd.store(weight_sum, sum);
                let sum = simd.add(g, simd.load(bias_sum));
                simd.store(bias_sum, sum);
            }
            let shift = simd.mul(total, count);
            let slant = simd.mul(slanted, count);
            for channel in 0..channels {
                let place = channel * self.stride + start;
                let x = simd.read(&self.input[place..][..width]);
                let g = simd.read(&self.gradient[place..][..width]);
                let scaled = simd.mul(simd.sub(x, mean), inverse);
                let weighted = simd.mul(g, simd.splat(self.weight[channel]));
                let rest = simd.sub(simd.sub(weighted, shift), simd.mul(scaled, slant));
                let result = simd.mul(rest, inverse);
                // SAFETY: these pixels belong to this block alone.
                simd.write(unsafe { self.output.row(channel, start, width) }, result);
            }
        }
        let (weights, biases) = self.sums.split_at_mut(channels);
        for channel in 0..channels {
            let place = channel * S::LANES;
            weights[channel] = simd.sum(simd.load(&weight_sums[place..]));
            biases[channel] = simd.sum(simd.load(&bias_sums[place..]));
        }
    }
}
