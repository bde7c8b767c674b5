//! Eight lanes in plain Rust, for every processor; the compiler uses what the target's baseline offers.

use burn::tensor::bf16;

use super::{Simd, Task};

/// Needs no proof.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Portable;

type Lanes = [f32; 8];

impl Portable {
    /// Runs a kernel.
    pub(crate) fn run<T: Task>(self, task: T) -> T::Output {
        task.run(self)
    }
}

/// Magnitudes below 2²² lose their fraction when this is added and taken away again.
const ROUNDING: f32 = 12_582_912.0;

impl Simd for Portable {
    type Vector = Lanes;
    const LANES: usize = 8;
    const LEAST_EXPONENT: f32 = -88.0;
    const TILE_ROWS: usize = 4;

    #[inline(always)]
    fn splat(self, value: f32) -> Lanes {
        [value; 8]
    }
    #[inline(always)]
    unsafe fn load_at(self, source: *const f32) -> Lanes {
        // SAFETY: readable for eight numbers by the trait's contract; an array of f32 has their alignment.
        unsafe { source.cast::<Lanes>().read() }
    }
    #[inline(always)]
    unsafe fn load_first(self, source: *const f32, count: usize) -> Lanes {
        let mut lanes = [0.0; 8];
        // SAFETY: readable for `count` numbers by the trait's contract.
        let source = unsafe { std::slice::from_raw_parts(source, count) };
        lanes[..count].copy_from_slice(source);
        lanes
    }
    #[inline(always)]
    unsafe fn store_at(self, target: *mut f32, value: Lanes) {
        // SAFETY: writable for eight numbers by the trait's contract.
        unsafe { target.cast::<Lanes>().write(value) }
    }
    #[inline(always)]
    unsafe fn store_first(self, target: *mut f32, value: Lanes, count: usize) {
        // SAFETY: writable for `count` numbers by the trait's contract; `value` holds eight, and `count` is less.
        unsafe { std::ptr::copy_nonoverlapping(value.as_ptr(), target, count) }
    }
    #[inline(always)]
    unsafe fn load_halves_at(self, source: *const bf16) -> Lanes {
        // SAFETY: readable for eight numbers by the trait's contract.
        let halves = unsafe { source.cast::<[bf16; 8]>().read() };
        halves.map(bf16::to_f32)
    }
    #[inline(always)]
    unsafe fn load_bytes_at(self, source: *const i8) -> Lanes {
        // SAFETY: readable for eight numbers by the trait's contract.
        unsafe { source.cast::<[i8; 8]>().read() }.map(f32::from)
    }
    #[inline(always)]
    unsafe fn load_nibbles_at(self, source: *const u8) -> [Lanes; 2] {
        // SAFETY: readable for eight bytes by the trait's contract.
        let bytes = unsafe { source.cast::<[u8; 8]>().read() };
        [
            bytes.map(|byte| f32::from(byte & 15) - 8.0),
            bytes.map(|byte| f32::from(byte >> 4) - 8.0),
        ]
    }
    #[inline(always)]
    fn prefetch(self, source: *const u8) {
        let _ = source;
    }
    #[inline(always)]
    unsafe fn transpose_square(
        self,
        (from, from_stride): (*const f32, usize),
        (to, to_stride): (*mut f32, usize),
    ) {
        for row in 0..Self::LANES {
            for column in 0..Self::LANES {
                // SAFETY: readable and writable by the trait's contract.
                unsafe {
                    *to.add(column * to_stride + row) = *from.add(row * from_stride + column);
                };
            }
        }
    }
    #[inline(always)]
    fn add(self, a: Lanes, b: Lanes) -> Lanes {
        std::array::from_fn(|lane| a[lane] + b[lane])
    }
    #[inline(always)]
    fn sub(self, a: Lanes, b: Lanes) -> Lanes {
        std::array::from_fn(|lane| a[lane] - b[lane])
    }
    #[inline(always)]
    fn mul(self, a: Lanes, b: Lanes) -> Lanes {
        std::array::from_fn(|lane| a[lane] * b[lane])
    }
    #[inline(always)]
    fn div(self, a: Lanes, b: Lanes) -> Lanes {
        std::array::from_fn(|lane| a[lane] / b[lane])
    }
    #[inline(always)]
    fn mul_add(self, a: Lanes, b: Lanes, c: Lanes) -> Lanes {
        std::array::from_fn(|lane| a[lane] * b[lane] + c[lane])
    }
    #[inline(always)]
    fn max(self, a: Lanes, b: Lanes) -> Lanes {
        std::array::from_fn(|lane| if a[lane] > b[lane] { a[lane] } else { b[lane] })
    }
    #[inline(always)]
    fn min(self, a: Lanes, b: Lanes) -> Lanes {
        std::array::from_fn(|lane| if a[lane] < b[lane] { a[lane] } else { b[lane] })
    }
    #[inline(always)]
    fn sqrt(self, a: Lanes) -> Lanes {
        a.map(f32::sqrt)
    }
    #[inline(always)]
    fn round(self, a: Lanes) -> Lanes {
        std::array::from_fn(|lane| (a[lane] + ROUNDING) - ROUNDING)
    }
    #[inline(always)]
    fn reciprocal(self, a: Lanes) -> Lanes {
        a.map(|a| 1.0 / a)
    }
    #[inline(always)]
    fn scale(self, a: Lanes, n: Lanes) -> Lanes {
        std::array::from_fn(|lane| a[lane] * f32::from_bits(((n[lane] as i32 + 127) as u32) << 23))
    }
    #[inline(always)]
    fn select_less(self, a: Lanes, b: Lanes, yes: Lanes, no: Lanes) -> Lanes {
        std::array::from_fn(|lane| {
            if a[lane] < b[lane] {
                yes[lane]
            } else {
                no[lane]
            }
        })
    }
    #[inline(always)]
    fn swap_pairs(self, a: Lanes) -> Lanes {
        std::array::from_fn(|lane| a[lane ^ 1])
    }
    #[inline(always)]
    fn sum(self, a: Lanes) -> f32 {
        let four: [f32; 4] = std::array::from_fn(|lane| a[lane] + a[lane + 4]);
        (four[0] + four[2]) + (four[1] + four[3])
    }
    #[inline(always)]
    fn maximum(self, a: Lanes) -> f32 {
        a.into_iter().fold(f32::NEG_INFINITY, f32::max)
    }
}
