//! Vectors of `f32` of several processors behind one trait, and the choice between them.

mod avx2;
mod avx512;
mod function;
mod level;
mod neon;
mod portable;
#[cfg(test)]
mod tests;
mod vector;

pub(crate) use function::{exp, normal, sigmoid};
#[cfg(test)]
pub(crate) use level::level_tests;
pub(crate) use level::{HalfTask, Level, Task};
pub(crate) use vector::{HalfSimd, Simd};
