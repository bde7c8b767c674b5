//! Transcendental functions on vectors, to a few units in the last place.
//!
//! In and out: a vector. Not a number stays so.

use super::Simd;

const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// `e^x`, zero from [`Simd::LEAST_EXPONENT`] down and at its largest from 88.37 on (Cody-Waite reduction).
#[inline(always)]
pub(crate) fn exp<S: Simd>(simd: S, x: S::Vector) -> S::Vector {
    let x = simd.min(simd.splat(88.37), x);
    let x = simd.max(simd.splat(S::LEAST_EXPONENT), x);
    let whole = simd.round(simd.mul(x, simd.splat(std::f32::consts::LOG2_E)));
    let rest = simd.mul_add(whole, simd.splat(-LN_2_HIGH), x);
    power(simd, whole, rest)
}

/// `2^whole · e^rest`, for a `rest` of at most half of `ln 2` that still lacks the lower digits of `whole · ln 2`; the polynomial is
/// fitted for least relative error, 4e-9.
#[inline(always)]
fn power<S: Simd>(simd: S, whole: S::Vector, rest: S::Vector) -> S::Vector {
    const COEFFICIENTS: [f32; 5] = [
        1.381_422_2e-3,
        8.368_899e-3,
        4.166_840_4e-2,
        1.666_652e-1,
        4.999_999_4e-1,
    ];
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
/// The lower tail is `e^(−x²/2) · t · h(t)` with `t = 1 / (1 + 0.3·|x|)` and a polynomial `h` fitted for least
/// relative error, 1.5e-7, so that it keeps its digits where `1 + erf` would lose them.
#[inline(always)]
pub(crate) fn normal<S: Simd>(simd: S, x: S::Vector) -> (S::Vector, S::Vector) {
    const COEFFICIENTS: [f32; 8] = [
        0.035_674_732,
        -0.157_202_9,
        0.206_353_19,
        -0.053_683_34,
        0.128_561_47,
        0.099_913_545,
        0.120_753_95,
        0.119_629_3,
    ];
    const HALF_LOG2_E: f32 = std::f32::consts::LOG2_E / 2.0;
    let zero = simd.splat(0.0);
    let one = simd.splat(1.0);
    // Here the exponential comes to zero, and nothing is left of the tail.
    let last = simd.splat((-2.0 * S::LEAST_EXPONENT).sqrt());
    let size = simd.min(last, simd.abs(x));
    let whole = simd.round(simd.mul(simd.mul(size, size), simd.splat(-HALF_LOG2_E)));
    // Both products are exact where the sum is, so that the exponential of a large square keeps its digits.
    let halved = simd.mul(size, simd.splat(-0.5));
    let above = simd.mul(whole, simd.splat(-LN_2_HIGH));
    let gaussian = power(simd, whole, simd.mul_add(halved, size, above));
    let t = simd.reciprocal(simd.mul_add(size, simd.splat(0.3), one));
    let mut h = simd.splat(COEFFICIENTS[0]);
    for coefficient in &COEFFICIENTS[1..] {
        h = simd.mul_add(h, t, simd.splat(*coefficient));
    }
    let tail = simd.mul(simd.mul(h, t), gaussian);
    let cumulative = simd.select_less(x, zero, tail, simd.sub(one, tail));
    (cumulative, gaussian)
}
