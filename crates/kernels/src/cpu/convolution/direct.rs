//! Convolution that reads the image where it lies: no patch is cut out.
//!
//! In: an image in the layout of its window. Out: planes of channels.

use super::super::gemm::{Corner, Matrix, Rows, Single, Steps, Target, pieces};
use super::super::simd::{Level, Simd, Task};
use super::batch::Threads;
use super::dense::RowBias;
use super::layout::Layout;
use super::patches::Window;

/// Output channels of a tile.
const TILE: usize = 12;
/// Elements of the window that are summed at a time: with their weights they stay in the inner cache.
const DEPTH: usize = 288;
/// Rows of outputs for each thread, in pieces, so that a delayed thread's pieces go to others.
const PIECES: usize = 4;

/// A window and its weights, ready for any number of images.
pub(super) struct Direct {
    layout: Layout,
    channels: usize,
    /// For each block of elements, for each tile of channels: element after element, the weights of the tile's channels.
    weights: Vec<f32>,
}

impl Direct {
    /// `weight` is `[out, window elements]`.
    pub(super) fn new(weight: Matrix, window: Window) -> Self {
        Self {
            layout: Layout::new(window),
            channels: weight.rows(),
            weights: packed(weight),
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
        let [rows, columns] = self.layout.window.output();
        self.layout.with_image(threads, image, |image| {
            let outputs = Target::dense(out, [self.channels, rows * columns]);
            let piece = rows.div_ceil(PIECES * threads.count());
            threads.each_index(rows.div_ceil(piece), |index| {
                level.run(OutputRows {
                    direct: self,
                    image,
                    rows: [index * piece, rows.min((index + 1) * piece)],
                    outputs,
                    finish: (level, finish),
                });
            });
        });
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
            let place = weights.len();
            weights.resize(place + tile.len() * block.len(), 0.0);
            for (lane, channel) in tile.clone().enumerate() {
                let row = weight.dense_row(channel, block.start, block.len());
                let lanes = weights[place + lane..].iter_mut().step_by(tile.len());
                for (out, value) in lanes.zip(row) {
                    *out = *value;
                }
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
        // SAFETY: there is a step left, so there is a distance, and the vectors there lie in the image.
        unsafe {
            let first = self.place.add(*self.distances);
            self.distances = self.distances.add(1);
            simd.load_each(first)
        }
    }
}

/// Some rows of outputs, all channels.
struct OutputRows<'a> {
    direct: &'a Direct,
    image: &'a [f32],
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
        let [_, columns] = direct.layout.window.output();
        let elements = direct.layout.distances.len();
        for row in self.rows[0]..self.rows[1] {
            let place = direct.layout.place(row);
            for start in (0..elements).step_by(DEPTH) {
                let distances = &direct.layout.distances[start..elements.min(start + DEPTH)];
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
                        let last = place + column + direct.layout.reach + 2 * S::LANES;
                        assert!(last <= self.image.len(), "a place beyond the image");
                        let steps = Elements {
                            place: self.image[place + column..].as_ptr(),
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
