//! Convolution over all channels, its transpose, and the gradient of its weights.

use super::super::gemm::{Columns, Finish, Lines, Matrix, Product, Target, multiply};
use super::super::memory::{unwritten, with_scratch};
use super::super::pointwise::activate;
use super::super::simd::{Level, Simd, Task};
use super::super::transpose::{Across, transpose};
use super::batch::{Threads, each_image};
use super::direct::Direct;
use super::layout::Layout;
use super::patches::{Patches, Window, add_patches};
use super::weights;
use crate::Activation;

/// Numbers of patches of a transposed convolution in memory at a time.
const PATCHES: usize = 1 << 21;

/// Adds each row's bias and applies the activation.
pub(super) struct RowBias<'a> {
    pub bias: Option<&'a [f32]>,
    pub activation: Activation,
}

struct AddNumber<'a> {
    number: f32,
    values: &'a mut [f32],
}

impl Task for AddNumber<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let number = simd.splat(self.number);
        let mut chunks = self.values.chunks_exact_mut(S::LANES);
        for chunk in &mut chunks {
            let sum = simd.add(simd.load(chunk), number);
            simd.store(chunk, sum);
        }
        for value in chunks.into_remainder() {
            *value += self.number;
        }
    }
}

impl RowBias<'_> {
    /// Finishes numbers of one output channel.
    pub(super) fn apply(&self, level: Level, channel: usize, values: &mut [f32]) {
        if let Some(bias) = self.bias {
            let number = bias[channel];
            level.run(AddNumber { number, values });
        }
        activate(level, self.activation, values);
    }
}

impl Finish for RowBias<'_> {
    fn finish(&self, level: Level, row: usize, _first: usize, out: &mut [f32]) {
        self.apply(level, row, out);
    }
}

/// Cross-correlates every image with `weight`, `[out, window elements]`.
pub(super) fn correlate(
    level: Level,
    images: &[f32],
    window: &Window,
    weight: Matrix,
    finish: &RowBias,
) -> Vec<f32> {
    let (channels, pixels) = (weight.rows(), window.pixels());
    let count = images.len() / window.size().max(1);
    let mut output = unwritten(count * channels * pixels);
    let output_size = channels * pixels;
    let direct = Layout::fits(level, window).then(|| Direct::new(weight, *window));
    each_image(
        level,
        (images, window.size()),
        (&mut output, output_size),
        |threads, image, out| {
            if let Some(direct) = &direct {
                direct.correlate((threads, level), image, out, finish);
                return;
            }
            let c = Target::dense(out, [channels, pixels]);
            if window.is_pointwise() {
                let image = Matrix::dense(image, [window.image[0], pixels]);
                one(threads, weight, &image, c, finish);
            } else {
                one(threads, weight, &Patches::new(image, *window), c, finish);
            }
        },
    );
    output
}

fn one<B: Columns>(threads: Threads, weight: Matrix, b: &B, c: Target, finish: &RowBias) {
    threads.multiply(&Product {
        a: weight,
        b,
        c,
        add: false,
        finish: Some(finish),
    });
}

/// The transpose of [`correlate`]: spreads every place's channels back over the image; `bias` has the image's channels.
pub(super) fn spread(
    level: Level,
    places: &[f32],
    window: &Window,
    weight: Matrix,
    bias: &RowBias,
) -> Vec<f32> {
    let (channels, elements) = (weight.rows(), window.elements());
    let [rows, columns] = window.output();
    let places_size = channels * rows * columns;
    let count = places.len() / places_size.max(1);
    let mut output = unwritten(count * window.size());
    let plane = window.image[1] * window.image[2];
    let per_channel = window.kernel[0] * window.kernel[1];
    let step = (PATCHES / (elements * columns).max(1)).clamp(1, rows.max(1));
    each_image(
        level,
        (places, places_size),
        (&mut output, window.size()),
        |threads, places, out| {
            out.fill(0.0);
            for start in (0..rows).step_by(step) {
                let range = start..rows.min(start + step);
                let pixels = range.len() * columns;
                with_scratch(elements * pixels, |patches| {
                    let b = Matrix::new(
                        &places[start * columns..],
                        [channels, pixels],
                        [rows * columns, 1],
                    );
                    threads.multiply(&Product {
                        a: weight.transposed(),
                        b: &b,
                        c: Target::dense(patches, [elements, pixels]),
                        add: false,
                        finish: None,
                    });
                    let size = per_channel * pixels;
                    let patches = &*patches;
                    threads.each_part(out, plane, |channel, plane| {
                        let patches = &patches[channel * size..(channel + 1) * size];
                        add_patches(window, patches, range.clone(), plane);
                    });
                });
            }
            threads.each_part(out, plane, |channel, plane| {
                bias.apply(level, channel, plane);
            });
        },
    );
    output
}

/// The gradient of the weights, `[out, window elements]`.
pub(super) fn weight_gradient(
    level: Level,
    images: &[f32],
    window: &Window,
    gradient: &[f32],
    channels: usize,
) -> Vec<f32> {
    if Layout::fits(level, window) {
        return weights::weight_gradient(level, images, window, gradient, channels);
    }
    let (elements, pixels) = (window.elements(), window.pixels());
    // Rows of patches are the cheaper ones to cut, so that the product's left side is the patches.
    let mut across = vec![0.0; elements * channels];
    let images = images.chunks_exact(window.size().max(1));
    for (image, gradient) in images.zip(gradient.chunks_exact((channels * pixels).max(1))) {
        let gradient = Matrix::dense(gradient, [channels, pixels]).transposed();
        let c = Target::dense(&mut across, [elements, channels]);
        if window.is_pointwise() {
            add_product(level, Matrix::dense(image, [elements, pixels]), gradient, c);
        } else {
            add_product(level, Patches::new(image, *window), gradient, c);
        }
    }
    let mut weights = unwritten(elements * channels);
    let across = Across {
        numbers: &across,
        stride: channels,
        shape: [elements, channels],
    };
    transpose(level, across, &mut weights, elements);
    weights
}

fn add_product<A: Lines>(level: Level, a: A, b: Matrix, c: Target) {
    let product = Product {
        a,
        b: &b,
        c,
        add: true,
        finish: None,
    };
    multiply(level, &product);
}

/// Weights `[out, in, height, width]` for the gradient of the input where the stride is one: `[in, out, …]`, each
/// window turned by half a circle.
pub(super) fn turned(weight: &[f32], [channels, inputs, elements]: [usize; 3]) -> Vec<f32> {
    let mut turned = unwritten(weight.len());
    for (input, row) in turned
        .chunks_exact_mut((channels * elements).max(1))
        .enumerate()
    {
        for (channel, window) in row.chunks_exact_mut(elements).enumerate() {
            let source = &weight[(channel * inputs + input) * elements..][..elements];
            for (out, value) in window.iter_mut().zip(source.iter().rev()) {
                *out = *value;
            }
        }
    }
    turned
}
