//! The gradients of one head.

use super::super::rows::dot;
use super::super::simd::{Simd, Task};
use super::deformable::{Numbers, Sizes};
use super::square::{Coordinates, Square};

/// One head of one sample.
pub(super) struct Backward<'a> {
    pub(super) sizes: &'a Sizes,
    pub(super) numbers: Numbers<'a>,
    /// Of the output, `[queries, heads · channels]`.
    pub(super) gradient: &'a [f32],
    pub(super) head: usize,
}

/// Gradients of a head.
pub(super) struct HeadGradients {
    /// `[tokens, channels]`.
    pub(super) values: Vec<f32>,
    /// `[queries, places, 2]`.
    pub(super) places: Vec<f32>,
    /// `[queries, places]`.
    pub(super) weights: Vec<f32>,
}

impl Task for Backward<'_> {
    type Output = HeadGradients;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> HeadGradients {
        let Self {
            sizes,
            numbers,
            gradient,
            head,
        } = self;
        let (channels, places) = (sizes.channels, sizes.places());
        let mut found = HeadGradients {
            values: vec![0.0; sizes.tokens * channels],
            places: vec![0.0; sizes.queries * places * 2],
            weights: vec![0.0; sizes.queries * places],
        };
        for query in 0..sizes.queries {
            let gradient = &gradient[(query * sizes.heads + head) * channels..][..channels];
            let place = sizes.first(query, head);
            for point in 0..places {
                let map = sizes.maps[point / sizes.points];
                let at = &numbers.places[2 * (place + point)..][..2];
                let Some(square) = Square::around(map, Coordinates::Fractions, [at[0], at[1]])
                else {
                    continue;
                };
                let factor = numbers.weights[place + point];
                let shares = square.offset.weights();
                // What each pixel's values agree with the gradient.
                let mut agreed = [0.0; 4];
                for (number, token) in square.tokens.into_iter().enumerate() {
                    let Some(token) = token else { continue };
                    let pixel = (token * sizes.heads + head) * channels;
                    agreed[number] = dot(simd, &numbers.values[pixel..][..channels], gradient);
                    let sum = &mut found.values[token * channels..][..channels];
                    add_scaled(simd, sum, gradient, factor * shares[number]);
                }
                let number = query * places + point;
                found.weights[number] = agreed.iter().zip(&shares).map(|(a, b)| a * b).sum();
                let [x, y] = square.offset.turn(agreed);
                found.places[2 * number] = factor * x;
                found.places[2 * number + 1] = factor * y;
            }
        }
        found
    }
}

/// `sum += factor · row`.
#[inline(always)]
fn add_scaled<S: Simd>(simd: S, sum: &mut [f32], row: &[f32], factor: f32) {
    let by = simd.splat(factor);
    for (sum, row) in sum.chunks_mut(S::LANES).zip(row.chunks(S::LANES)) {
        let added = simd.mul_add(simd.read(row), by, simd.read(sum));
        simd.write(sum, added);
    }
}
