//! The image as windows read it where it lies: with its border of zeros, each line's columns by the phase of the stride that
//! meets them.
//!
//! In: planes of channels. Out: numbers in which an element of the window is a distance from the place of an output, and
//! neighbouring outputs of a row are neighbours.

use super::super::memory::with_scratch;
use super::super::simd::Level;
use super::batch::Threads;
use super::patches::Window;

/// Numbers behind the image that the last vectors may read.
const BEHIND: usize = 64;

/// Where a window's elements are.
pub(super) struct Layout {
    pub window: Window,
    /// For each element, in the weights' order.
    pub distances: Vec<usize>,
    /// The greatest of them.
    pub reach: usize,
    /// Columns of a phase.
    phase: usize,
    /// Lines of a channel.
    lines: usize,
}

impl Layout {
    /// Whether rows of outputs fill enough of their vectors, at a level of products in f32.
    pub(super) fn fits(level: Level, window: &Window) -> bool {
        let [rows, columns] = window.output();
        !level.is_half()
            && !window.is_pointwise()
            && rows > 0
            && 4 * columns >= 3 * columns.next_multiple_of(level.lanes())
    }

    pub(super) fn new(window: Window) -> Self {
        let [rows, columns] = window.output();
        let [kernel_height, kernel_width] = window.kernel;
        let [row_stride, column_stride] = window.stride;
        let width = columns.saturating_sub(1) * column_stride + kernel_width;
        let phase = width.div_ceil(column_stride);
        let lines = rows.saturating_sub(1) * row_stride + kernel_height;
        let distances: Vec<usize> = (0..window.elements())
            .map(|element| {
                let (column, element) = (element % kernel_width, element / kernel_width);
                let (row, channel) = (element % kernel_height, element / kernel_height);
                let line = (channel * lines + row) * column_stride + column % column_stride;
                line * phase + column / column_stride
            })
            .collect();
        Self {
            window,
            reach: distances.iter().copied().max().unwrap_or(0),
            distances,
            phase,
            lines,
        }
    }

    /// The place of a row's first output.
    #[inline(always)]
    pub(super) fn place(&self, row: usize) -> usize {
        row * self.window.stride[0] * self.window.stride[1] * self.phase
    }

    /// Lends an image in this layout.
    pub(super) fn with_image<R>(
        &self,
        threads: Threads,
        image: &[f32],
        body: impl FnOnce(&[f32]) -> R,
    ) -> R {
        let channel = self.lines * self.window.stride[1] * self.phase;
        let length = self.window.image[0] * channel;
        with_scratch(length + BEHIND, |numbers| {
            let (channels, behind) = numbers.split_at_mut(length);
            behind.fill(0.0);
            let plane = self.window.image[1] * self.window.image[2];
            threads.each_part(channels, channel, |index, out| {
                self.prepare(&image[index * plane..(index + 1) * plane], out);
            });
            body(numbers)
        })
    }

    /// One channel with its border, each line's columns by phase.
    fn prepare(&self, plane: &[f32], out: &mut [f32]) {
        let [_, height, width] = self.window.image;
        let ([above, left], stride) = (self.window.padding, self.window.stride[1]);
        for (line, out) in out.chunks_exact_mut(stride * self.phase).enumerate() {
            let Some(line) = line.checked_sub(above).filter(|line| *line < height) else {
                out.fill(0.0);
                continue;
            };
            let line = &plane[line * width..(line + 1) * width];
            for (phase, out) in out.chunks_exact_mut(self.phase).enumerate() {
                // The first column at or behind the border's end that this phase meets.
                let before = left.saturating_sub(phase).div_ceil(stride).min(out.len());
                let source = (before * stride + phase).saturating_sub(left);
                let there = width.saturating_sub(source).div_ceil(stride);
                let there = there.min(out.len() - before);
                out[..before].fill(0.0);
                out[before + there..].fill(0.0);
                let out = &mut out[before..before + there];
                if stride == 1 {
                    out.copy_from_slice(&line[source..source + there]);
                } else if there > 0 {
                    for (out, value) in out.iter_mut().zip(line[source..].iter().step_by(stride)) {
                        *out = *value;
                    }
                }
            }
        }
    }
}
