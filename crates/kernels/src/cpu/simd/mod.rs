//! Vectors of `f32` of several processors behind one trait, and the choice between them.

mod amx;
#[cfg(all(test, target_arch = "x86_64"))]
mod amx_tests;
mod avx2;
mod avx512;
mod function;
mod level;
mod neon;
mod portable;
#[cfg(test)]
mod tests;
#[cfg(any(target_arch = "x86_64", test))]
pub(crate) mod tiles;
mod vector;

pub(crate) use function::{exp, normal, sigmoid};
#[cfg(test)]
pub(crate) use level::level_tests;
pub(crate) use level::{HalfTask, Level, Task};
pub(crate) use vector::{HalfSimd, Simd};
