//! Division of a batch's images among threads.

use rayon::prelude::*;

use super::super::gemm::{Columns, Lines, Product, multiply, multiply_here};
use super::super::simd::Level;

/// What one image may use.
#[derive(Clone, Copy)]
pub(super) struct Threads {
    level: Level,
    all: bool,
}

impl Threads {
    /// Multiplies on the threads that the image has.
    pub(super) fn multiply<A: Lines, B: Columns>(self, product: &Product<A, B>) {
        if self.all {
            multiply(self.level, product);
        } else {
            multiply_here(self.level, product);
        }
    }

    /// All there are.
    pub(super) fn all(level: Level) -> Self {
        Self { level, all: true }
    }

    /// How many they are.
    pub(super) fn count(self) -> usize {
        if self.all {
            rayon::current_num_threads()
        } else {
            1
        }
    }

    /// Runs `body` for each number below `count`.
    pub(super) fn each_index(self, count: usize, body: impl Fn(usize) + Sync + Send) {
        if self.all {
            (0..count).into_par_iter().for_each(body);
        } else {
            (0..count).for_each(body);
        }
    }

    /// Runs `body` on each part of `data`.
    pub(super) fn each_part(
        self,
        data: &mut [f32],
        size: usize,
        body: impl Fn(usize, &mut [f32]) + Sync + Send,
    ) {
        if self.all {
            data.par_chunks_mut(size.max(1))
                .enumerate()
                .for_each(|(index, part)| body(index, part));
        } else {
            for (index, part) in data.chunks_mut(size.max(1)).enumerate() {
                body(index, part);
            }
        }
    }
}

/// Runs `body` on every image's input and output, of these sizes: side by side where that keeps all threads busy, else
/// one after the other with all threads inside.
pub(super) fn each_image(
    level: Level,
    input: (&[f32], usize),
    output: (&mut [f32], usize),
    body: impl Fn(Threads, &[f32], &mut [f32]) + Sync + Send,
) {
    let (input_size, output_size) = (input.1.max(1), output.1.max(1));
    let count = output.0.len() / output_size;
    let threads = rayon::current_num_threads();
    let all = count < 4 * threads && !count.is_multiple_of(threads);
    let threads = Threads { level, all };
    if all {
        let outputs = output.0.chunks_exact_mut(output_size);
        for (input, output) in input.0.chunks_exact(input_size).zip(outputs) {
            body(threads, input, output);
        }
    } else {
        input
            .0
            .par_chunks_exact(input_size)
            .zip(output.0.par_chunks_exact_mut(output_size))
            .for_each(|(input, output)| body(threads, input, output));
    }
}
