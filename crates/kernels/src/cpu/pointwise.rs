//! Activations and their derivatives, in place.
//!
//! In and out: slices.

use rayon::prelude::*;

use super::simd::{Level, Simd, Task, exp, normal, sigmoid};
use crate::Activation;

/// Numbers that one thread takes at a time: they fit its inner cache.
pub(crate) const CHUNK: usize = 4096;

/// Applies `kind` to every number.
pub(crate) fn activate(level: Level, kind: Activation, values: &mut [f32]) {
    if kind != Activation::None {
        level.run(Activate { kind, values });
    }
}

/// `output = kind(input)`, on all threads.
pub(crate) fn activate_all(level: Level, kind: Activation, input: &[f32], output: &mut [f32]) {
    output
        .par_chunks_mut(CHUNK)
        .zip(input.par_chunks(CHUNK))
        .for_each(|(output, input)| {
            level.run(ActivateInto {
                kind,
                input,
                output,
            });
        });
}

/// `gradient *= kind'(input)`, on all threads.
pub(crate) fn differentiate_all(
    level: Level,
    kind: Activation,
    input: &[f32],
    gradient: &mut [f32],
) {
    if kind == Activation::None {
        return;
    }
    gradient
        .par_chunks_mut(CHUNK)
        .zip(input.par_chunks(CHUNK))
        .for_each(|(gradient, input)| {
            level.run(Differentiate {
                kind,
                input,
                gradient,
            });
        });
}

/// A function and its derivative.
trait Pointwise: Copy {
    fn value<S: Simd>(self, simd: S, x: S::Vector) -> S::Vector;
    fn derivative<S: Simd>(self, simd: S, x: S::Vector) -> S::Vector;
}

#[derive(Clone, Copy)]
struct Relu;
#[derive(Clone, Copy)]
struct Gelu;
#[derive(Clone, Copy)]
struct GeluTanh;
#[derive(Clone, Copy)]
struct Silu;
#[derive(Clone, Copy)]
struct Sigmoid;

impl Pointwise for Relu {
    #[inline(always)]
    fn value<S: Simd>(self, simd: S, x: S::Vector) -> S::Vector {
        simd.max(simd.splat(0.0), x)
    }
    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: S::Vector) -> S::Vector {
        simd.select_less(simd.splat(0.0), x, simd.splat(1.0), simd.splat(0.0))
    }
}

impl Pointwise for Gelu {
    #[inline(always)]
    fn value<S: Simd>(self, simd: S, x: S::Vector) -> S::Vector {
        simd.mul(x, normal(simd, x).0)
    }
    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: S::Vector) -> S::Vector {
        // 1 / √(2π)
        const DENSITY: f32 = 0.398_942_3;
        let (cumulative, gaussian) = normal(simd, x);
        simd.mul_add(simd.mul(x, simd.splat(DENSITY)), gaussian, cumulative)
    }
}

/// √(8/π): the tanh form is `x · σ(√(8/π) · (x + 0.044715·x³))`.
const SLOPE: f32 = 1.595_769;
const CUBIC: f32 = 0.044_715;

impl Pointwise for GeluTanh {
    #[inline(always)]
    fn value<S: Simd>(self, simd: S, x: S::Vector) -> S::Vector {
        let cubic = simd.mul_add(simd.mul(x, x), simd.splat(CUBIC * SLOPE), simd.splat(SLOPE));
        simd.mul(x, sigmoid(simd, simd.mul(x, cubic)))
    }
    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: S::Vector) -> S::Vector {
        let square = simd.mul(x, x);
        let cubic = simd.mul_add(square, simd.splat(CUBIC * SLOPE), simd.splat(SLOPE));
        let slope = simd.mul_add(square, simd.splat(3.0 * CUBIC * SLOPE), simd.splat(SLOPE));
        let share = sigmoid(simd, simd.mul(x, cubic));
        let rest = simd.sub(simd.splat(1.0), share);
        simd.mul_add(simd.mul(simd.mul(x, slope), share), rest, share)
    }
}

impl Pointwise for Silu {
    #[inline(always)]
    fn value<S: Simd>(self, simd: S, x: S::Vector) -> S::Vector {
        simd.mul(x, sigmoid(simd, x))
    }
    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: S::Vector) -> S::Vector {
        let share = sigmoid(simd, x);
        let rest = simd.sub(simd.splat(1.0), share);
        simd.mul_add(simd.mul(x, share), rest, share)
    }
}

impl Pointwise for Sigmoid {
    #[inline(always)]
    fn value<S: Simd>(self, simd: S, x: S::Vector) -> S::Vector {
        sigmoid(simd, x)
    }
    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: S::Vector) -> S::Vector {
        let one = simd.splat(1.0);
        let decay = exp(simd, simd.sub(simd.splat(0.0), simd.abs(x)));
        let sum = simd.add(one, decay);
        simd.div(decay, simd.mul(sum, sum))
    }
}

struct Activate<'a> {
    kind: Activation,
    values: &'a mut [f32],
}

impl Task for Activate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        match self.kind {
            Activation::None => {}
            Activation::Relu => map(simd, Relu, self.values),
            Activation::Gelu => map(simd, Gelu, self.values),
            Activation::GeluTanh => map(simd, GeluTanh, self.values),
            Activation::Silu => map(simd, Silu, self.values),
            Activation::Sigmoid => map(simd, Sigmoid, self.values),
        }
    }
}

/// The same into other memory, in one pass: what is read while the last numbers are computed need not be waited for.
struct ActivateInto<'a> {
    kind: Activation,
    input: &'a [f32],
    output: &'a mut [f32],
}

impl Task for ActivateInto<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        match self.kind {
            Activation::None => self.output.copy_from_slice(self.input),
            Activation::Relu => map_into(simd, Relu, self.input, self.output),
            Activation::Gelu => map_into(simd, Gelu, self.input, self.output),
            Activation::GeluTanh => map_into(simd, GeluTanh, self.input, self.output),
            Activation::Silu => map_into(simd, Silu, self.input, self.output),
            Activation::Sigmoid => map_into(simd, Sigmoid, self.input, self.output),
        }
    }
}

struct Differentiate<'a> {
    kind: Activation,
    input: &'a [f32],
    gradient: &'a mut [f32],
}

impl Task for Differentiate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        match self.kind {
            Activation::None => {}
            Activation::Relu => chain(simd, Relu, self.input, self.gradient),
            Activation::Gelu => chain(simd, Gelu, self.input, self.gradient),
            Activation::GeluTanh => chain(simd, GeluTanh, self.input, self.gradient),
            Activation::Silu => chain(simd, Silu, self.input, self.gradient),
            Activation::Sigmoid => chain(simd, Sigmoid, self.input, self.gradient),
        }
    }
}

#[inline(always)]
fn map<S: Simd>(simd: S, function: impl Pointwise, values: &mut [f32]) {
    let mut chunks = values.chunks_exact_mut(S::LANES);
    for chunk in &mut chunks {
        let result = function.value(simd, simd.load(chunk));
        simd.store(chunk, result);
    }
    let rest = chunks.into_remainder();
    let result = function.value(simd, simd.load_rest(rest));
    simd.store_rest(rest, result);
}

#[inline(always)]
fn map_into<S: Simd>(simd: S, function: impl Pointwise, input: &[f32], output: &mut [f32]) {
    let before = simd.before_line(output);
    let (first, input) = input.split_at(before);
    let (first_output, output) = output.split_at_mut(before);
    simd.store_rest(first_output, function.value(simd, simd.load_rest(first)));
    let mut inputs = input.chunks_exact(S::LANES);
    let mut outputs = output.chunks_exact_mut(S::LANES);
    for (output, input) in (&mut outputs).zip(&mut inputs) {
        simd.store(output, function.value(simd, simd.load(input)));
    }
    let (output, input) = (outputs.into_remainder(), inputs.remainder());
    simd.store_rest(output, function.value(simd, simd.load_rest(input)));
}

#[inline(always)]
fn chain<S: Simd>(simd: S, function: impl Pointwise, input: &[f32], gradient: &mut [f32]) {
    let mut inputs = input.chunks_exact(S::LANES);
    let mut gradients = gradient.chunks_exact_mut(S::LANES);
    for (gradient, input) in (&mut gradients).zip(&mut inputs) {
        let slope = function.derivative(simd, simd.load(input));
        let result = simd.mul(slope, simd.load(gradient));
        simd.store(gradient, result);
    }
    let (gradient, input) = (gradients.into_remainder(), inputs.remainder());
    let slope = function.derivative(simd, simd.load_rest(input));
    let result = simd.mul(slope, simd.load_rest(gradient));
    simd.store_rest(gradient, result);
}
