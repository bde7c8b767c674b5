//! Transcendental functions on vectors, to a few units in the last place.
//!
//! In and out: a vector. Not a number stays so.

use super::Simd;

/// `e^x`, zero from [`Simd::LEAST_EXPONENT`] down and at its largest from 88.37 on.
#[inline(always)]
pub(crate) fn exp<S: Simd>(simd: S, x: S::Vector) -> S::Vector {
    exp_of_sum(simd, simd.min(simd.splat(88.37), x), simd.splat(0.0))
}

/// `e^(x + y)` for a `y` that may be too small to be added, and sums up to 88.37 (Cody-Waite reduction, Cephes' polynomial).
#[inline(always)]
fn exp_of_sum<S: Simd>(simd: S, x: S::Vector, y: S::Vector) -> S::Vector {
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    const COEFFICIENTS: [f32; 6] = [
        1.987_569_1e-4,
        1.398_2e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        1.666_666_5e-1,
        0.5,
    ];
    let x = simd.max(simd.splat(S::LEAST_EXPONENT), x);
    let whole = simd.round(simd.mul(x, simd.splat(std::f32::consts::LOG2_E)));
    let rest = simd.add(simd.mul_add(whole, simd.splat(-LN_2_HIGH), x), y);
    let rest = simd.mul_add(whole, simd.splat(-LN_2_LOW), rest);
    let mut sum = simd.splat(COEFFICIENTS[0]);
    for coefficient in &COEFFICIENTS[1..] {
        sum = simd.mul_add(sum, rest, simd.splat(*coefficient));
    }
    let fraction = simd.mul_add(sum, simd.mul(rest, rest), simd.add(rest, simd.splat(1.0)));
    simd.scale(fraction, whole)
}

/// `1 / (1 + e^-x)`.
#[inline(always)]
pub(crate) fn sigmoid<S: Simd>(simd: S, x: S::Vector) -> S::Vector {
    let one = simd.splat(1.0);
    let decay = exp(simd, simd.sub(simd.splat(0.0), x));
    simd.reciprocal(simd.add(one, decay))
}

/// The normal distribution at `x`: its cumulative function `Φ(x)` and `e^(−x²/2)`.
///
/// The lower tail is `e^(−x²/2) · t · h(t)` with `t = 1 / (1 + 0.34·|x|)` and a polynomial `h` fitted for least
/// relative error, so that it keeps its digits where `1 + erf` would lose them.
#[inline(always)]
pub(crate) fn normal<S: Simd>(simd: S, x: S::Vector) -> (S::Vector, S::Vector) {
    const COEFFICIENTS: [f32; 9] = [
        -0.026_121_318,
        0.139_503_24,
        -0.273_139_75,
        0.202_189_83,
        -0.044_722_8,
        0.115_360_77,
        0.115_197_31,
        0.136_112_24,
        0.135_620_5,
    ];
    let zero = simd.splat(0.0);
    let one = simd.splat(1.0);
    // Beyond this nothing is left of the tail, and infinity times nothing would not be a number.
    let size = simd.min(simd.splat(1e3), simd.abs(x));
    let square = simd.mul(size, size);
    // What the rounding of the square lost, so that the exponential of a large argument keeps its digits.
    let lost = simd.mul_add(size, size, simd.sub(zero, square));
    let half = simd.splat(-0.5);
    let gaussian = exp_of_sum(simd, simd.mul(square, half), simd.mul(lost, half));
    let t = simd.reciprocal(simd.mul_add(size, simd.splat(0.34), one));
    let mut h = simd.splat(COEFFICIENTS[0]);
    for coefficient in &COEFFICIENTS[1..] {
        h = simd.mul_add(h, t, simd.splat(*coefficient));
    }
    let tail = simd.mul(simd.mul(h, t), gaussian);
    let cumulative = simd.select_less(x, zero, tail, simd.sub(one, tail));
    (cumulative, gaussian)
}
