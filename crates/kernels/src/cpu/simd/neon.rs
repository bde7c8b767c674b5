//! Four lanes: NEON.

#[cfg(target_arch = "aarch64")]
pub(crate) use arm::Neon;

#[cfg(target_arch = "aarch64")]
mod arm {
    use std::arch::aarch64::*;
    use std::arch::is_aarch64_feature_detected;

    use burn::tensor::bf16;

    use super::super::{Simd, Task};

    /// Proof that NEON is there.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Neon(());

    impl Neon {
        /// The proof, where the processor has the instructions.
        pub(crate) fn detect() -> Option<Self> {
            is_aarch64_feature_detected!("neon").then_some(Self(()))
        }

        /// Runs a kernel compiled for these instructions.
        pub(crate) fn run<T: Task>(self, task: T) -> T::Output {
            #[target_feature(enable = "neon")]
            fn compiled<T: Task>(simd: Neon, task: T) -> T::Output {
                task.run(simd)
            }
            // SAFETY: `self` exists only where `detect` saw the feature.
            unsafe { compiled(self, task) }
        }
    }

    /// Four bytes in the lower half of a register, and the same in the upper.
    ///
    /// # Safety
    /// `source` is readable for four bytes.
    #[inline(always)]
    unsafe fn four_bytes(source: *const u8) -> uint32x2_t {
        // SAFETY: readable by this function's contract; called with a `Neon` at hand only.
        unsafe { vdup_n_u32(source.cast::<u32>().read_unaligned()) }
    }

    /// Eight whole numbers as two vectors.
    #[inline(always)]
    fn widen(numbers: int8x8_t) -> [float32x4_t; 2] {
        // SAFETY: called with a `Neon` at hand only.
        unsafe {
            let numbers = vmovl_s8(numbers);
            [
                vcvtq_f32_s32(vmovl_s16(vget_low_s16(numbers))),
                vcvtq_f32_s32(vmovl_high_s16(numbers)),
            ]
        }
    }

    // SAFETY of every block below: a `Neon` exists only where `detect` saw the instructions; pointers are valid by the
    // trait's contract.
    impl Simd for Neon {
        type Vector = float32x4_t;
        const LANES: usize = 4;
        const LEAST_EXPONENT: f32 = -88.0;
        const TILE_ROWS: usize = 12;

        #[inline(always)]
        fn splat(self, value: f32) -> float32x4_t {
            unsafe { vdupq_n_f32(value) }
        }
        #[inline(always)]
        unsafe fn load_at(self, source: *const f32) -> float32x4_t {
            unsafe { vld1q_f32(source) }
        }
        #[inline(always)]
        unsafe fn load_first(self, source: *const f32, count: usize) -> float32x4_t {
            debug_assert!(count < 4);
            unsafe {
                let zero = vdup_n_f32(0.0);
                match count {
                    0 => vcombine_f32(zero, zero),
                    1 => vcombine_f32(vld1_lane_f32::<0>(source, zero), zero),
                    2 => vcombine_f32(vld1_f32(source), zero),
                    _ => vcombine_f32(vld1_f32(source), vld1_lane_f32::<0>(source.add(2), zero)),
                }
            }
        }
        #[inline(always)]
        unsafe fn store_at(self, target: *mut f32, value: float32x4_t) {
            unsafe { vst1q_f32(target, value) }
        }
        #[inline(always)]
        unsafe fn store_first(self, target: *mut f32, value: float32x4_t, count: usize) {
            debug_assert!(count < 4);
            unsafe {
                match count {
                    0 => {}
                    1 => vst1q_lane_f32::<0>(target, value),
                    2 => vst1_f32(target, vget_low_f32(value)),
                    _ => {
                        vst1_f32(target, vget_low_f32(value));
                        vst1q_lane_f32::<2>(target.add(2), value);
                    }
                }
            }
        }
        #[inline(always)]
        unsafe fn load_halves_at(self, source: *const bf16) -> float32x4_t {
            unsafe {
                let halves = vmovl_u16(vld1_u16(source.cast()));
                vreinterpretq_f32_u32(vshlq_n_u32::<16>(halves))
            }
        }
        #[inline(always)]
        unsafe fn load_bytes_at(self, source: *const i8) -> float32x4_t {
            unsafe { widen(vreinterpret_s8_u32(four_bytes(source.cast())))[0] }
        }
        #[inline(always)]
        unsafe fn load_nibbles_at(self, source: *const u8) -> [float32x4_t; 2] {
            unsafe {
                // The upper half of the register is shifted to the right by a nibble, the lower half stays.
                let shifts = vcreate_s32(((-4i32) as u32 as u64) << 32);
                let shifted = vreinterpret_u8_u32(vshl_u32(four_bytes(source), shifts));
                let nibbles = vreinterpret_s8_u8(vand_u8(shifted, vdup_n_u8(15)));
                widen(vsub_s8(nibbles, vdup_n_s8(8)))
            }
        }
        #[inline(always)]
        fn prefetch(self, source: *const u8) {
            // SAFETY: a hint, which may be given for any address.
            unsafe {
                core::arch::asm!("prfm pldl2keep, [{0}]", in(reg) source, options(nostack, preserves_flags, readonly));
            }
        }
        #[inline(always)]
        unsafe fn transpose_square(
            self,
            (from, from_stride): (*const f32, usize),
            (to, to_stride): (*mut f32, usize),
        ) {
            unsafe {
                let a = vld1q_f32(from);
                let b = vld1q_f32(from.add(from_stride));
                let c = vld1q_f32(from.add(2 * from_stride));
                let d = vld1q_f32(from.add(3 * from_stride));
                // Of two rows: their columns 0 and 2, then 1 and 3.
                let (first, second) = (vtrnq_f32(a, b), vtrnq_f32(c, d));
                for (column, (first, second)) in [(first.0, second.0), (first.1, second.1)]
                    .into_iter()
                    .enumerate()
                {
                    let low = vcombine_f32(vget_low_f32(first), vget_low_f32(second));
                    let high = vcombine_f32(vget_high_f32(first), vget_high_f32(second));
                    vst1q_f32(to.add(column * to_stride), low);
                    vst1q_f32(to.add((column + 2) * to_stride), high);
                }
            }
        }
        #[inline(always)]
        fn add(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
            unsafe { vaddq_f32(a, b) }
        }
        #[inline(always)]
        fn sub(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
            unsafe { vsubq_f32(a, b) }
        }
        #[inline(always)]
        fn mul(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
            unsafe { vmulq_f32(a, b) }
        }
        #[inline(always)]
        fn div(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
            unsafe { vdivq_f32(a, b) }
        }
        #[inline(always)]
        fn mul_add(self, a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
            unsafe { vfmaq_f32(c, a, b) }
        }
        // NEON's own greatest and least return what is not a number, or never do: neither is what the trait says.
        #[inline(always)]
        fn max(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
            unsafe { vbslq_f32(vcgtq_f32(a, b), a, b) }
        }
        #[inline(always)]
        fn min(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
            unsafe { vbslq_f32(vcltq_f32(a, b), a, b) }
        }
        #[inline(always)]
        fn sqrt(self, a: float32x4_t) -> float32x4_t {
            unsafe { vsqrtq_f32(a) }
        }
        #[inline(always)]
        fn round(self, a: float32x4_t) -> float32x4_t {
            unsafe { vrndnq_f32(a) }
        }
        #[inline(always)]
        fn reciprocal(self, a: float32x4_t) -> float32x4_t {
            unsafe { vdivq_f32(vdupq_n_f32(1.0), a) }
        }
        #[inline(always)]
        fn scale(self, a: float32x4_t, n: float32x4_t) -> float32x4_t {
            unsafe {
                let biased = vaddq_s32(vcvtq_s32_f32(n), vdupq_n_s32(127));
                vmulq_f32(a, vreinterpretq_f32_s32(vshlq_n_s32::<23>(biased)))
            }
        }
        #[inline(always)]
        fn select_less(
            self,
            a: float32x4_t,
            b: float32x4_t,
            yes: float32x4_t,
            no: float32x4_t,
        ) -> float32x4_t {
            unsafe { vbslq_f32(vcltq_f32(a, b), yes, no) }
        }
        #[inline(always)]
        fn swap_pairs(self, a: float32x4_t) -> float32x4_t {
            unsafe { vrev64q_f32(a) }
        }
        #[inline(always)]
        fn sum(self, a: float32x4_t) -> f32 {
            unsafe { vaddvq_f32(a) }
        }
        #[inline(always)]
        fn maximum(self, a: float32x4_t) -> f32 {
            unsafe { vmaxnmvq_f32(a) }
        }
    }
}
