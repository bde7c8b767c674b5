//! Some queries' sums of samples.

use super::super::simd::{Simd, Task};
use super::deformable::{Numbers, Sizes};
use super::square::{Coordinates, Square};

/// Pixels gathered before their values are added up.
const GATHERED: usize = 64;

/// Queries from `first` on, as many as the output has.
pub(super) struct Forward<'a> {
    pub(super) sizes: &'a Sizes,
    pub(super) numbers: Numbers<'a>,
    pub(super) first: usize,
    /// `[queries, heads · channels]`.
    pub(super) output: &'a mut [f32],
}

/// Pixels with weights.
struct Gathered {
    pixels: [(usize, f32); GATHERED],
    count: usize,
}

impl Task for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self {
            sizes,
            numbers,
            first,
            output,
        } = self;
        if sizes.channels == 0 {
            return;
        }
        output.fill(0.0);
        for (index, output) in output.chunks_exact_mut(sizes.channels).enumerate() {
            let (query, head) = (first + index / sizes.heads, index % sizes.heads);
            let place = sizes.first(query, head);
            let mut gathered = Gathered {
                pixels: [(0, 0.0); GATHERED],
                count: 0,
            };
            for point in 0..sizes.places() {
                let map = sizes.maps[point / sizes.points];
                let at = &numbers.places[2 * (place + point)..][..2];
                let Some(square) = Square::around(map, Coordinates::Fractions, [at[0], at[1]])
                else {
                    continue;
                };
                let factor = numbers.weights[place + point];
                for (token, share) in square.tokens.into_iter().zip(square.offset.weights()) {
                    if let Some(token) = token {
                        let pixel = (token * sizes.heads + head) * sizes.channels;
                        gathered.pixels[gathered.count] = (pixel, factor * share);
                        gathered.count += 1;
                    }
                }
                if gathered.count > GATHERED - 4 {
                    gathered.add(simd, numbers.values, output);
                }
            }
            gathered.add(simd, numbers.values, output);
        }
    }
}

impl Gathered {
    /// Adds the pixels, times their weights, to the output, and forgets them.
    #[inline(always)]
    fn add<S: Simd>(&mut self, simd: S, values: &[f32], output: &mut [f32]) {
        let pixels = &self.pixels[..self.count];
        let channels = output.len();
        for start in (0..channels).step_by(S::LANES) {
            let part = start..channels.min(start + S::LANES);
            let mut sum = simd.read(&output[part.clone()]);
            for &(pixel, weight) in pixels {
                let value = simd.read(&values[pixel + part.start..pixel + part.end]);
                sum = simd.mul_add(value, simd.splat(weight), sum);
            }
            simd.write(&mut output[part], sum);
        }
        self.count = 0;
    }
}
