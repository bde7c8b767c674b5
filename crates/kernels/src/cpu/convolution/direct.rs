//! Convolution that reads the image where it lies: no patch is cut out.
//!
//! In: a copy of the image with its border of zeros, where the columns that the window meets in one go stand together. Then an
//! element of the window is a distance, and the elements of a tile of outputs are vectors at these distances. Out: planes of
//! channels.

use super::super::gemm::{Corner, Matrix, Rows, Single, Steps, Target, pieces};
use super::super::memory::with_scratch;
use super::super::simd::{Level, Simd, Task};
use super::batch::Threads;
use super::dense::RowBias;
use super::patches::Window;

/// Output channels of a tile.
const TILE: usize = 12;
/// Elements of the window that are summed at a time: with their weights they stay in the inner cache.
const DEPTH: usize = 288;
/// Numbers behind the image that the last vectors may read.
const BEHIND: usize = 64;
/// Rows of outputs for each thread, in pieces, so that a delayed thread's pieces go to others.
const PIECES: usize = 4;

/// A window and its weights, ready for any number of images.
pub(super) struct Direct {
    window: Window,
    channels: usize,
    /// For each block of elements, for each tile of channels: element after element, the weights of the tile's channels.
    weights: Vec<f32>,
    /// Where each element lies in the prepared image, from the place of an output on.
    distances: Vec<usize>,
    /// The greatest of them.
    reach: usize,
    /// Columns of a phase in the prepared image.
    phase: usize,
    /// Lines of a channel there.
    lines: usize,
}

impl Direct {
    /// Whether rows of outputs fill enough of their vectors, at a level of products in f32.
    pub(super) fn fits(level: Level, window: &Window) -> bool {
        let [rows, columns] = window.output();
        let lanes = level.lanes();
        !level.is_half()
            && !window.is_pointwise()
            && rows > 0
            && 4 * columns >= 3 * columns.next_multiple_of(lanes)
    }

    /// `weight` is `[out, window elements]`.
    pub(super) fn new(weight: Matrix, window: Window) -> Self {
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
            channels: weight.rows(),
            weights: packed(weight),
            reach: distances.iter().copied().max().unwrap_or(0),
            distances,
            phase,
            lines,
        }
    }

    /// Cross-correlates one image; `out` are planes of channels.
    pub(super) fn correlate(
        &self,
        (threads, level): (Threads, Level),
        image: &[f32],
        out: &mut [f32],
        finish: &RowBias,
    ) {
        let [rows, columns] = self.window.output();
        let channel = self.lines * self.window.stride[1] * self.phase;
        let length = self.window.image[0] * channel;
        with_scratch(length + BEHIND, |prepared| {
            let (channels, behind) = prepared.split_at_mut(length);
            behind.fill(0.0);
            let plane = self.window.image[1] * self.window.image[2];
            threads.each_part(channels, channel, |index, out| {
                self.prepare(&image[index * plane..(index + 1) * plane], out);
            });
            let prepared = &*prepared;
            let outputs = Target::dense(out, [self.channels, rows * columns]);
            let piece = rows.div_ceil(PIECES * threads.count());
            threads.each_index(rows.div_ceil(piece), |index| {
                level.run(OutputRows {
                    direct: self,
                    prepared,
                    rows: [index * piece, rows.min((index + 1) * piece)],
                    outputs,
                    finish: (level, finish),
                });
            });
        });
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

/// The weights in the order in which tiles read them.
fn packed(weight: Matrix) -> Vec<f32> {
    let (channels, elements) = (weight.rows(), weight.columns());
    let mut weights = Vec::with_capacity(channels * elements);
    for start in (0..elements).step_by(DEPTH) {
        let block = start..elements.min(start + DEPTH);
        for first in (0..channels).step_by(TILE) {
            let tile = first..channels.min(first + TILE);
            for element in block.clone() {
                weights.extend(tile.clone().map(|channel| weight.get(channel, element)));
            }
        }
    }
    weights
}

/// Vectors at distances from a place.
#[derive(Clone, Copy)]
struct Elements {
    place: *const f32,
    distances: *const usize,
}

impl<S: Simd, const N: usize> Steps<S, N> for Elements {
    #[inline(always)]
    unsafe fn next(&mut self, simd: S) -> [S::Vector; N] {
        // SAFETY: there is a step left, so there is a distance, and the vectors there lie in the prepared image.
        unsafe {
            let first = self.place.add(*self.distances);
            self.distances = self.distances.add(1);
            std::array::from_fn(|n| simd.load_at(first.add(n * S::LANES)))
        }
    }
}

/// Some rows of outputs, all channels.
struct OutputRows<'a> {
    direct: &'a Direct,
    prepared: &'a [f32],
    /// The first, and the one behind the last.
    rows: [usize; 2],
    outputs: Target<'a>,
    finish: (Level, &'a RowBias<'a>),
}

impl Task for OutputRows<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let direct = self.direct;
        let [_, columns] = direct.window.output();
        let line = direct.window.stride[1] * direct.phase;
        let elements = direct.distances.len();
        for row in self.rows[0]..self.rows[1] {
            let place = row * direct.window.stride[0] * line;
            for start in (0..elements).step_by(DEPTH) {
                let distances = &direct.distances[start..elements.min(start + DEPTH)];
                let depth = distances.len();
                for first in (0..direct.channels).step_by(TILE) {
                    let channels = TILE.min(direct.channels - first);
                    let weights = start * direct.channels + first * depth;
                    let weights = &direct.weights[weights..weights + channels * depth];
                    let a = Rows {
                        data: weights.as_ptr(),
                        row_stride: 1,
                        step: channels,
                    };
                    for column in (0..columns).step_by(2 * S::LANES) {
                        let corner = Corner {
                            data: self.outputs.at(first, row * columns + column),
                            row_stride: self.outputs.row_stride(),
                            columns: (columns - column).min(2 * S::LANES),
                            add: start > 0,
                        };
                        let last = place + column + direct.reach + 2 * S::LANES;
                        assert!(last <= self.prepared.len(), "a place beyond the image");
                        let steps = Elements {
                            place: self.prepared[place + column..].as_ptr(),
                            distances: distances.as_ptr(),
                        };
                        // SAFETY: the weights are those of these channels and elements; the vectors at every distance end before
                        // the image's end, as was checked; the corner's rows belong to this piece alone.
                        unsafe {
                            let with = (simd, Single);
                            if corner.columns > S::LANES {
                                pieces::<S, Single, Elements, 2>(
                                    with,
                                    channels,
                                    a,
                                    (steps, depth),
                                    corner,
                                );
                            } else {
                                pieces::<S, Single, Elements, 1>(
                                    with,
                                    channels,
                                    a,
                                    (steps, depth),
                                    corner,
                                );
                            }
                        }
                    }
                }
            }
            let (level, finish) = self.finish;
            for channel in 0..direct.channels {
                // SAFETY: rows of this piece, as above.
                let out = unsafe { self.outputs.row(channel, row * columns, columns) };
                finish.apply(level, channel, out);
            }
        }
    }
}
