//! Bilinear resizing and its gradient.

use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::memory::{tensor, unwritten, with_scratch};
use super::simd::{Level, Simd, Task};
use super::view::{dense, dimensions, numbers};
use crate::extension::{Kernel, Outcome};

/// Input: `[batch, channels, height, width]`.
#[derive(Clone, Debug)]
pub(crate) struct Resize {
    /// Output height and width.
    pub size: [usize; 2],
    /// Corner pixels coincide; otherwise pixel areas do.
    pub align_corners: bool,
}

/// Where an output coordinate falls: between `low` and `high`, this far from `low`.
#[derive(Clone, Copy)]
struct Source {
    low: u32,
    high: u32,
    share: f32,
}

fn sources(input: usize, output: usize, align_corners: bool) -> Vec<Source> {
    (0..output)
        .map(|index| {
            let place = if !align_corners {
                let scale = input as f64 / output as f64;
                ((index as f64 + 0.5) * scale - 0.5).max(0.0)
            } else if output > 1 {
                index as f64 * (input.max(1) - 1) as f64 / (output - 1) as f64
            } else {
                0.0
            };
            let low = (place as usize).min(input.max(1) - 1);
            Source {
                low: low as u32,
                high: (low + 1).min(input.max(1) - 1) as u32,
                share: (place - low as f64) as f32,
            }
        })
        .collect()
}

/// Both axes of a call.
struct Grid {
    rows: Vec<Source>,
    columns: Vec<Source>,
    width: usize,
}

impl Resize {
    fn grid(&self, shape: &[usize]) -> Grid {
        Grid {
            rows: sources(shape[2], self.size[0], self.align_corners),
            columns: sources(shape[3], self.size[1], self.align_corners),
            width: shape[3],
        }
    }
}

impl Kernel for Resize {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome {
        let level = Level::current();
        let input = dense(&inputs[0]);
        let shape = dimensions(&input);
        let grid = self.grid(shape);
        let plane = (shape[2] * shape[3]).max(1);
        let out_plane = self.size[0] * self.size[1];
        let mut output = unwritten(shape[0] * shape[1] * out_plane);
        output
            .par_chunks_exact_mut(out_plane.max(1))
            .zip(numbers(&input).par_chunks_exact(plane))
            .for_each(|(output, input)| {
                with_scratch(grid.width, |line| {
                    level.run(Forward {
                        grid: &grid,
                        input,
                        output,
                        line,
                    });
                });
            });
        Outcome {
            output: tensor(output, [shape[0], shape[1], self.size[0], self.size[1]]),
            // The gradient needs the input's shape alone; a tensor carries it without a copy.
            saved: if keep {
                vec![input.clone()]
            } else {
                Vec::new()
            },
        }
    }

    fn backward(
        &self,
        saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        _wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let level = Level::current();
        let gradient = dense(&gradient);
        let shape = dimensions(&saved[0]);
        let grid = self.grid(shape);
        let plane = (shape[2] * shape[3]).max(1);
        let out_plane = (self.size[0] * self.size[1]).max(1);
        let mut output = vec![0.0; shape.iter().product()];
        output
            .par_chunks_exact_mut(plane)
            .zip(numbers(&gradient).par_chunks_exact(out_plane))
            .for_each(|(output, gradient)| {
                with_scratch(grid.width, |line| {
                    level.run(Backward {
                        grid: &grid,
                        gradient,
                        output,
                        line,
                    });
                });
            });
        vec![Some(tensor(output, shape.to_vec()))]
    }
}

struct Forward<'a> {
    grid: &'a Grid,
    input: &'a [f32],
    output: &'a mut [f32],
    /// Room for one row of the input.
    line: &'a mut [f32],
}

impl Task for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let width = self.grid.width;
        let outputs = self.output.chunks_exact_mut(self.grid.columns.len());
        for (row, output) in self.grid.rows.iter().zip(outputs) {
            let low = &self.input[row.low as usize * width..][..width];
            let high = &self.input[row.high as usize * width..][..width];
            for ((line, low), high) in self.line.iter_mut().zip(low).zip(high) {
                *line = low + row.share * (high - low);
            }
            for (out, column) in output.iter_mut().zip(&self.grid.columns) {
                let low = self.line[column.low as usize];
                let high = self.line[column.high as usize];
                *out = low + column.share * (high - low);
            }
        }
    }
}

struct Backward<'a> {
    grid: &'a Grid,
    gradient: &'a [f32],
    output: &'a mut [f32],
    /// Room for one row of the input.
    line: &'a mut [f32],
}

impl Task for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let width = self.grid.width;
        let gradients = self.gradient.chunks_exact(self.grid.columns.len());
        for (row, gradient) in self.grid.rows.iter().zip(gradients) {
            self.line.fill(0.0);
            for (gradient, column) in gradient.iter().zip(&self.grid.columns) {
                self.line[column.low as usize] += gradient * (1.0 - column.share);
                self.line[column.high as usize] += gradient * column.share;
            }
            let low = &mut self.output[row.low as usize * width..][..width];
            for (sum, line) in low.iter_mut().zip(&*self.line) {
                *sum += line * (1.0 - row.share);
            }
            let high = &mut self.output[row.high as usize * width..][..width];
            for (sum, line) in high.iter_mut().zip(&*self.line) {
                *sum += line * row.share;
            }
        }
    }
}
