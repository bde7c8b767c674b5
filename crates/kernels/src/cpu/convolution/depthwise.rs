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
            stride: width + level.lanes(),
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
            with_scratch(frame.length(), |padded| {
                frame.fill(image, padded);
                level.run(Correlate {
                    frame,
                    padded,
                    weight: &weight[channel * elements..(channel + 1) * elements],
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
    weight: &'a [f32],
    output: &'a mut [f32],
}

impl Task for Correlate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let [kernel_height, kernel_width] = self.frame.window.kernel;
        let [height, width] = self.frame.window.output();
        let stride = self.frame.stride;
        for first in (0..height).step_by(ROWS) {
            for start in (0..width).step_by(S::LANES) {
                let mut sums = [simd.splat(0.0); ROWS];
                for line in 0..kernel_height + ROWS - 1 {
                    let line_start = (first + line) * stride + start;
                    for column in 0..kernel_width {
                        let pixels = simd.load(&self.padded[line_start + column..]);
                        for (row, sum) in sums.iter_mut().enumerate() {
                            let weight = match line.checked_sub(row) {
                                Some(line) if line < kernel_height => {
                                    self.weight[line * kernel_width + column]
                                }
                                _ => 0.0,
                            };
                            *sum = simd.mul_add(simd.splat(weight), pixels, *sum);
                        }
                    }
                }
                for (row, sum) in sums.into_iter().enumerate().take(height - first) {
                    let out = &mut self.output[(first + row) * width + start..];
                    if width - start >= S::LANES {
                        simd.store(out, sum);
                    } else {
                        simd.store_rest(&mut out[..width - start], sum);
                    }
                }
            }
        }
    }
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
