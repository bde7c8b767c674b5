//! Sums over one row that kernels share. All are inlined into the kernel that calls them.

use super::simd::Simd;

/// `Σ x`.
#[inline(always)]
pub(crate) fn sum<S: Simd>(simd: S, row: &[f32]) -> f32 {
    let mut total = simd.splat(0.0);
    let mut chunks = row.chunks_exact(S::LANES);
    for chunk in &mut chunks {
        total = simd.add(total, simd.load(chunk));
    }
    simd.sum(simd.add(total, simd.load_rest(chunks.remainder())))
}

/// `Σ (x − centre)²`.
#[inline(always)]
pub(crate) fn squares<S: Simd>(simd: S, row: &[f32], centre: f32) -> f32 {
    let middle = simd.splat(centre);
    let mut total = simd.splat(0.0);
    let mut chunks = row.chunks_exact(S::LANES);
    for chunk in &mut chunks {
        let distance = simd.sub(simd.load(chunk), middle);
        total = simd.mul_add(distance, distance, total);
    }
    chunks.remainder().iter().fold(simd.sum(total), |total, x| {
        total + (x - centre) * (x - centre)
    })
}

/// `Σ a · b`.
#[inline(always)]
pub(crate) fn dot<S: Simd>(simd: S, a: &[f32], b: &[f32]) -> f32 {
    let mut total = simd.splat(0.0);
    let (mut left, mut right) = (a.chunks_exact(S::LANES), b.chunks_exact(S::LANES));
    for (a, b) in (&mut left).zip(&mut right) {
        total = simd.mul_add(simd.load(a), simd.load(b), total);
    }
    let (a, b) = (left.remainder(), right.remainder());
    simd.sum(simd.mul_add(simd.load_rest(a), simd.load_rest(b), total))
}

/// The greatest number, `-∞` for an empty row.
#[inline(always)]
pub(crate) fn greatest<S: Simd>(simd: S, row: &[f32]) -> f32 {
    let mut most = simd.splat(f32::NEG_INFINITY);
    let mut chunks = row.chunks_exact(S::LANES);
    for chunk in &mut chunks {
        most = simd.max(most, simd.load(chunk));
    }
    chunks
        .remainder()
        .iter()
        .fold(simd.maximum(most), |most, x| most.max(*x))
}

/// `row *= factor`.
#[inline(always)]
pub(crate) fn scale<S: Simd>(simd: S, row: &mut [f32], factor: f32) {
    let by = simd.splat(factor);
    let mut chunks = row.chunks_exact_mut(S::LANES);
    for chunk in &mut chunks {
        let scaled = simd.mul(simd.load(chunk), by);
        simd.store(chunk, scaled);
    }
    for value in chunks.into_remainder() {
        *value *= factor;
    }
}
