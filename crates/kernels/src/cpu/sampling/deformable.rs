//! Deformable attention: shapes and threads.

use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::super::memory::{tensor, unwritten};
use super::super::simd::Level;
use super::super::view::{dense, dimensions, numbers};
use super::backward::{Backward, HeadGradients};
use super::forward::Forward;
use super::square::Map;
use crate::extension::{Kernel, Outcome};

/// Queries that a thread takes at once.
const QUERIES: usize = 64;

/// Inputs: values `[batch, tokens, heads, channels]`, places as fractions `[batch, queries, heads, maps · points, 2]`, and weights
/// `[batch, queries, heads, maps · points]`. Output: `[batch, queries, heads · channels]`.
#[derive(Clone, Debug)]
pub(crate) struct DeformableSampling {
    /// Height and width of each map; tokens follow map after map.
    pub maps: Vec<[usize; 2]>,
}

/// Sizes of a call.
#[derive(Clone, Debug)]
pub(super) struct Sizes {
    pub(super) tokens: usize,
    pub(super) heads: usize,
    pub(super) channels: usize,
    pub(super) queries: usize,
    pub(super) points: usize,
    pub(super) maps: Vec<Map>,
}

impl Sizes {
    /// Number of the first point of a query and head.
    #[inline(always)]
    pub(super) fn first(&self, query: usize, head: usize) -> usize {
        (query * self.heads + head) * self.places()
    }

    /// Points of a query and head in all maps.
    #[inline(always)]
    pub(super) fn places(&self) -> usize {
        self.maps.len() * self.points
    }
}

/// Numbers of one sample of the batch.
#[derive(Clone, Copy)]
pub(super) struct Numbers<'a> {
    pub(super) values: &'a [f32],
    pub(super) places: &'a [f32],
    pub(super) weights: &'a [f32],
}

impl DeformableSampling {
    fn sizes(&self, inputs: &[FlexTensor]) -> Sizes {
        let (values, places) = (dimensions(&inputs[0]), dimensions(&inputs[1]));
        let mut start = 0;
        let maps = self.maps.iter().map(|&[height, width]| {
            let map = Map {
                height,
                width,
                start,
            };
            start += height * width;
            map
        });
        let maps: Vec<Map> = maps.collect();
        Sizes {
            tokens: values[1],
            heads: values[2],
            channels: values[3],
            queries: places[1],
            points: places[3] / maps.len().max(1),
            maps,
        }
    }
}

/// One sample of the batch.
fn sample<'a>(sizes: &Sizes, inputs: &'a [FlexTensor], index: usize) -> Numbers<'a> {
    let part = |input: &'a FlexTensor, size: usize| &numbers(input)[index * size..][..size];
    let points = sizes.queries * sizes.heads * sizes.places();
    Numbers {
        values: part(&inputs[0], sizes.tokens * sizes.heads * sizes.channels),
        places: part(&inputs[1], points * 2),
        weights: part(&inputs[2], points),
    }
}

impl Kernel for DeformableSampling {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome {
        let level = Level::current();
        let sizes = self.sizes(inputs);
        let inputs: Vec<FlexTensor> = inputs.iter().map(dense).collect();
        let batch = dimensions(&inputs[0])[0];
        let width = sizes.heads * sizes.channels;
        let mut output = unwritten(batch * sizes.queries * width);
        let blocks = sizes.queries.div_ceil(QUERIES).max(1);
        let chunks: Vec<&mut [f32]> = output
            .chunks_mut((sizes.queries * width).max(1))
            .flat_map(|sample| sample.chunks_mut((QUERIES * width).max(1)))
            .collect();
        chunks
            .into_par_iter()
            .enumerate()
            .for_each(|(index, output)| {
                level.run(Forward {
                    sizes: &sizes,
                    numbers: sample(&sizes, &inputs, index / blocks),
                    first: index % blocks * QUERIES,
                    output,
                });
            });
        Outcome {
            output: tensor(output, [batch, sizes.queries, width]),
            saved: if keep { inputs } else { Vec::new() },
        }
    }

    fn backward(
        &self,
        saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let level = Level::current();
        let sizes = self.sizes(&saved);
        let gradient = dense(&gradient);
        let batch = dimensions(&saved[0])[0];
        let size = sizes.queries * sizes.heads * sizes.channels;
        let parts: Vec<HeadGradients> = (0..batch * sizes.heads)
            .into_par_iter()
            .map(|index| {
                let (sample_index, head) = (index / sizes.heads, index % sizes.heads);
                level.run(Backward {
                    sizes: &sizes,
                    numbers: sample(&sizes, &saved, sample_index),
                    gradient: &numbers(&gradient)[sample_index * size..][..size],
                    head,
                })
            })
            .collect();
        let joined = |part: fn(&HeadGradients) -> &[f32]| -> Vec<f32> {
            parts.iter().flat_map(part).copied().collect()
        };
        let values = wanted[0].then(|| {
            let shape = [batch, sizes.heads, sizes.tokens, sizes.channels];
            tensor(joined(|head| &head.values), shape).transpose(1, 2)
        });
        let places = wanted[1].then(|| {
            let shape = [batch, sizes.heads, sizes.queries, sizes.places(), 2];
            tensor(joined(|head| &head.places), shape).transpose(1, 2)
        });
        let weights = wanted[2].then(|| {
            let shape = [batch, sizes.heads, sizes.queries, sizes.places()];
            tensor(joined(|head| &head.weights), shape).transpose(1, 2)
        });
        vec![values, places, weights]
    }
}
