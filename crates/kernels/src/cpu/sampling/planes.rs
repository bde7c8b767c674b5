//! Samples of one map, plane by plane: every channel is read at the same places.

use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::super::memory::{tensor, unwritten};
use super::super::simd::{Level, Simd, Task};
use super::super::view::{dense, dimensions, numbers};
use super::square::{Coordinates, Map, Offset, Square};
use crate::extension::{Kernel, Outcome};

/// Planes that a thread takes at once.
const PLANES: usize = 16;

/// Inputs: `[batch, channels, height, width]` and places `[batch, rows, columns, 2]`. Output: `[batch, channels, rows, columns]`.
#[derive(Clone, Debug)]
pub(crate) struct PlaneSampling(pub Coordinates);

/// The pixels around a place; those outside are the first pixel and count nothing.
#[derive(Clone, Copy)]
struct Corners {
    pixels: [u32; 4],
    weights: [f32; 4],
    /// One inside the map, zero outside.
    inside: [f32; 4],
    offset: Offset,
}

impl Corners {
    fn around(map: Map, coordinates: Coordinates, place: &[f32]) -> Self {
        let Some(square) = Square::around(map, coordinates, [place[0], place[1]]) else {
            return Self {
                pixels: [0; 4],
                weights: [0.0; 4],
                inside: [0.0; 4],
                offset: Offset::default(),
            };
        };
        let inside = square
            .tokens
            .map(|token| if token.is_some() { 1.0 } else { 0.0 });
        let weights = square.offset.weights();
        Self {
            pixels: square.tokens.map(|token| token.unwrap_or(0) as u32),
            weights: std::array::from_fn(|corner| weights[corner] * inside[corner]),
            inside,
            offset: square.offset,
        }
    }
}

/// Sizes of a call, and all its places.
struct Plan {
    channels: usize,
    pixels: usize,
    places: usize,
    corners: Vec<Corners>,
}

impl PlaneSampling {
    fn plan(&self, shape: &[usize], grid: &FlexTensor) -> Plan {
        let map = Map {
            height: shape[2],
            width: shape[3],
            start: 0,
        };
        let sizes = dimensions(grid);
        let places = numbers(grid).par_chunks_exact(2);
        Plan {
            channels: shape[1],
            pixels: shape[2] * shape[3],
            places: sizes[1] * sizes[2],
            corners: places
                .map(|place| Corners::around(map, self.0, place))
                .collect(),
        }
    }
}

impl Plan {
    /// Corners of the sample of the batch that a plane belongs to.
    fn of_plane(&self, plane: usize) -> &[Corners] {
        &self.corners[plane / self.channels.max(1) * self.places..][..self.places]
    }
}

impl Kernel for PlaneSampling {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome {
        let level = Level::current();
        let [input, grid] = [dense(&inputs[0]), dense(&inputs[1])];
        let shape = dimensions(&input).to_vec();
        let plan = self.plan(&shape, &grid);
        let mut output = unwritten(shape[0] * shape[1] * plan.places);
        output
            .par_chunks_exact_mut(plan.places.max(1))
            .zip(numbers(&input).par_chunks_exact(plan.pixels.max(1)))
            .enumerate()
            .for_each(|(plane, (output, input))| {
                level.run(Read {
                    corners: plan.of_plane(plane),
                    input,
                    output,
                });
            });
        let sizes = dimensions(&grid);
        Outcome {
            output: tensor(output, [shape[0], shape[1], sizes[1], sizes[2]]),
            saved: if keep { vec![input, grid] } else { Vec::new() },
        }
    }

    fn backward(
        &self,
        saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let level = Level::current();
        let [input, grid] = [&saved[0], &saved[1]];
        let shape = dimensions(input).to_vec();
        let plan = self.plan(&shape, grid);
        let gradient = dense(&gradient);
        let (pixels, places) = (plan.pixels.max(1), plan.places);
        let mut planes = vec![0.0; numbers(input).len()];
        // Chunks of planes of one sample of the batch, so that the sum over channels is always made in the same order.
        let chunks: Vec<(usize, &mut [f32])> = planes
            .chunks_mut((plan.channels * pixels).max(1))
            .enumerate()
            .flat_map(|(sample, planes)| {
                let chunks = planes.chunks_mut(PLANES * pixels).enumerate();
                let first = sample * plan.channels;
                chunks.map(move |(chunk, planes)| (first + chunk * PLANES, planes))
            })
            .collect();
        let turns: Vec<(usize, Vec<f32>)> = chunks
            .into_par_iter()
            .map(|(first, planes)| {
                let mut turns = vec![0.0; 2 * places];
                for (plane, output) in (first..).zip(planes.chunks_exact_mut(pixels)) {
                    level.run(Scatter {
                        corners: plan.of_plane(plane),
                        input: &numbers(input)[plane * pixels..][..pixels],
                        gradient: &numbers(&gradient)[plane * places..][..places],
                        output,
                        turns: &mut turns,
                    });
                }
                (first / plan.channels.max(1), turns)
            })
            .collect();
        let mut of_places = vec![0.0; numbers(grid).len()];
        for (sample, turns) in turns {
            let sums = &mut of_places[sample * 2 * places..][..2 * places];
            sums.iter_mut().zip(turns).for_each(|(sum, x)| *sum += x);
        }
        let of_places = tensor(of_places, dimensions(grid).to_vec());
        vec![
            wanted[0].then(|| tensor(planes, shape)),
            wanted[1].then_some(of_places),
        ]
    }
}

/// Samples of one plane.
struct Read<'a> {
    corners: &'a [Corners],
    input: &'a [f32],
    output: &'a mut [f32],
}

impl Task for Read<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        for (output, corners) in self.output.iter_mut().zip(self.corners) {
            let [a, b, c, d] = corners.pixels.map(|pixel| self.input[pixel as usize]);
            let [w, x, y, z] = corners.weights;
            *output = a * w + b * x + c * y + d * z;
        }
    }
}

/// Gradients from one plane.
struct Scatter<'a> {
    corners: &'a [Corners],
    input: &'a [f32],
    gradient: &'a [f32],
    /// Of the plane.
    output: &'a mut [f32],
    /// Of the places, added up over planes.
    turns: &'a mut [f32],
}

impl Task for Scatter<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let turns = self.turns.chunks_exact_mut(2);
        for ((corners, gradient), turn) in self.corners.iter().zip(self.gradient).zip(turns) {
            let mut values = [0.0; 4];
            for (corner, value) in values.iter_mut().enumerate() {
                let pixel = corners.pixels[corner] as usize;
                *value = self.input[pixel] * corners.inside[corner];
                self.output[pixel] += gradient * corners.weights[corner];
            }
            let [x, y] = corners.offset.turn(values);
            turn[0] += gradient * x;
            turn[1] += gradient * y;
        }
    }
}
