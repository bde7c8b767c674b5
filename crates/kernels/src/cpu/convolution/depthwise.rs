//! Convolution of each channel with a window of its own, at stride one.

use rayon::prelude::*;

use super::super::memory::{unwritten, with_scratch};
use super::super::simd::{Level, Simd, Task};
use super::dense::RowBias;
use super::patches::Window;

/// Output rows computed together, so that a row of the image is read once for all of them.
const ROWS: usize = 4;

/// A channel's image between its zeros, with room to read whole vectors at the right and whole groups of rows below.
#[derive(Clone, Copy)]
struct Frame {
    window: Window,
    stride: usize,
    height: usize,
}

impl Frame {
    fn new(level: Level, window: Window) -> Self {
        let [height, width] = [0, 1].map(|axis| window.image[axis + 1] + 2 * window.padding[axis]);
        Self {
            window,
            stride: width + 2 * level.lanes(),
            height: height + ROWS,
        }
    }

    fn length(&self) -> usize {
        self.stride * self.height
    }

    fn fill(&self, plane: &[f32], padded: &mut [f32]) {
        padded.fill(0.0);
        let [_, height, width] = self.window.image;
        let [top, left] = self.window.padding;
        for row in 0..height {
            let start = (row + top) * self.stride + left;
            padded[start..start + width].copy_from_slice(&plane[row * width..(row + 1) * width]);
        }
    }
}

/// Correlates every channel of every image; `weight` is `[channels, window]`.
pub(super) fn correlate(
    level: Level,
    images: &[f32],
    window: &Window,
    weight: &[f32],
    finish: &RowBias,
) -> Vec<f32> {
    let channels = window.image[0];
    let plane = window.image[1] * window.image[2];
    let elements = window.kernel[0] * window.kernel[1];
    let planes = images.len() / plane.max(1);
    let mut output = unwritten(planes * window.pixels());
    let frame = Frame::new(level, *window);
    output
        .par_chunks_exact_mut(window.pixels().max(1))
        .zip(images.par_chunks_exact(plane.max(1)))
        .enumerate()
        .for_each(|(index, (output, image))| {
            let channel = index % channels;
            let margin = (ROWS - 1) * window.kernel[1];
            with_scratch(frame.length() + elements + 2 * margin, |room| {
                let (padded, lined) = room.split_at_mut(frame.length());
                frame.fill(image, padded);
                lined.fill(0.0);
                lined[margin..margin + elements]
                    .copy_from_slice(&weight[channel * elements..(channel + 1) * elements]);
                level.run(Correlate {
                    frame,
                    padded,
                    weight: lined,
                    output,
                });
            });
            finish.apply(level, channel, output);
        });
    output
}

struct Correlate<'a> {
    frame: Frame,
    padded: &'a [f32],
    /// The window between `ROWS - 1` rows of zeros above and below, so that a row of the image meets every output row.
    weight: &'a [f32],
    output: &'a mut [f32],
}

impl Task for Correlate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        let [height, width] = self.frame.window.output();
        for first in (0..height).step_by(ROWS) {
            let mut start = 0;
            while start < width {
                start += if width - start > S::LANES {
                    self.tile::<S, 2>(simd, first, start)
                } else {
                    self.tile::<S, 1>(simd, first, start)
                };
            }
        }
    }
}

impl Correlate<'_> {
    /// Computes `ROWS` rows by `N` vectors of the output; returns the columns done.
    #[inline(always)]
    fn tile<S: Simd, const N: usize>(&mut self, simd: S, first: usize, start: usize) -> usize {
        let [kernel_height, kernel_width] = self.frame.window.kernel;
        let [height, width] = self.frame.window.output();
        let stride = self.frame.stride;
        let lines = kernel_height + ROWS - 1;
        let zero = [simd.splat(0.0); N];
        let [mut sum0, mut sum1, mut sum2, mut sum3] = [zero; ROWS];
        let last = (first + lines - 1) * stride + start + kernel_width - 1 + N * S::LANES;
        assert!(last <= self.padded.len());
        assert!(self.weight.len() >= (lines + ROWS - 1) * kernel_width);
        for line in 0..lines {
            for column in 0..kernel_width {
                // SAFETY: the greatest indices of both are below the lengths asserted above.
                unsafe {
                    let pixels = self
                        .padded
                        .as_ptr()
                        .add((first + line) * stride + start + column);
                    let pixels = simd.load_each(pixels);
                    let weight = self
                        .weight
                        .as_ptr()
                        .add((line + ROWS - 1) * kernel_width + column);
                    sum0 = step(simd, *weight, pixels, sum0);
                    sum1 = step(simd, *weight.sub(kernel_width), pixels, sum1);
                    sum2 = step(simd, *weight.sub(2 * kernel_width), pixels, sum2);
                    sum3 = step(simd, *weight.sub(3 * kernel_width), pixels, sum3);
                }
            }
        }
        for (row, sums) in [sum0, sum1, sum2, sum3]
            .iter()
            .enumerate()
            .take(height - first)
        {
            for (n, sum) in sums.iter().enumerate() {
                let start = start + n * S::LANES;
                let out = &mut self.output[(first + row) * width + start..];
                if width - start >= S::LANES {
                    simd.store(out, *sum);
                } else {
                    simd.store_rest(&mut out[..width - start], *sum);
                }
            }
        }
        N * S::LANES
    }
}

#[inline(always)]
fn step<S: Simd, const N: usize>(
    simd: S,
    weight: f32,
    pixels: [S::Vector; N],
    sums: [S::Vector; N],
) -> [S::Vector; N] {
    let weight = simd.splat(weight);
    let mut sums = sums;
    for n in 0..N {
        sums[n] = simd.mul_add(weight, pixels[n], sums[n]);
    }
    sums
}

/// The gradient of the weights, `[channels, window]`.
pub(super) fn weight_gradient(
    level: Level,
    images: &[f32],
    window: &Window,
    gradient: &[f32],
) -> Vec<f32> {
    let channels = window.image[0];
    let plane = window.image[1] * window.image[2];
    let elements = window.kernel[0] * window.kernel[1];
    let frame = Frame::new(level, *window);
    let pixels = window.pixels();
    let count = images.len() / (plane * channels).max(1);
    let mut weights = vec![0.0; channels * elements];
    weights
        .par_chunks_exact_mut(elements.max(1))
        .enumerate()
        .for_each(|(channel, weights)| {
            with_scratch(frame.length(), |padded| {
                for image in 0..count {
                    let index = image * channels + channel;
                    frame.fill(&images[index * plane..(index + 1) * plane], padded);
                    level.run(Correspond {
                        frame,
                        padded,
                        gradient: &gradient[index * pixels..(index + 1) * pixels],
                        weights,
                    });
                }
            });
        });
    weights
}

struct Correspond<'a> {
    frame: Frame,
    padded: &'a [f32],
    gradient: &'a [f32],
    weights: &'a mut [f32],
}

impl Task for Correspond<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let kernel_width = self.frame.window.kernel[1];
        let [_, width] = self.frame.window.output();
        for (element, weight) in self.weights.iter_mut().enumerate() {
            let (row, column) = (element / kernel_width, element % kernel_width);
            let mut sum = simd.splat(0.0);
            for (line, gradient) in self.gradient.chunks_exact(width).enumerate() {
                let pixels = &self.padded[(line + row) * self.frame.stride + column..];
                let mut gradients = gradient.chunks_exact(S::LANES);
                for (gradient, pixels) in (&mut gradients).zip(pixels.chunks_exact(S::LANES)) {
                    sum = simd.mul_add(simd.load(gradient), simd.load(pixels), sum);
                }
                let rest = gradients.remainder();
                if !rest.is_empty() {
                    let pixels = simd.load(&pixels[width - rest.len()..]);
                    sum = simd.mul_add(simd.load_rest(rest), pixels, sum);
                }
            }
            *weight += simd.sum(sum);
        }
    }
}
