//! How fast memory is read, for the comparisons that measure themselves by it.

use std::time::Instant;

use rayon::prelude::*;

/// Gigabytes that all threads read in a second of one pass.
pub(crate) fn read_speed(data: &[f32]) -> f64 {
    let start = Instant::now();
    let sum: f32 = data
        .par_chunks(1 << 16)
        .map(|chunk| {
            let mut sums = [0.0_f32; 64];
            for numbers in chunk.as_chunks::<64>().0 {
                for (sum, number) in sums.iter_mut().zip(numbers) {
                    *sum += number;
                }
            }
            sums.iter().sum::<f32>()
        })
        .sum();
    std::hint::black_box(sum);
    size_of_val(data) as f64 / 1e9 / start.elapsed().as_secs_f64()
}
