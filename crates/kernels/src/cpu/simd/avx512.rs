//! Sixteen lanes: AVX-512 F, BW, DQ and VL.

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::Avx512;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::super::{Simd, Task};

    /// Proof that AVX-512 is there.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Avx512(());

    impl Avx512 {
        /// The proof, where the processor has the instructions.
        pub(crate) fn detect() -> Option<Self> {
            (is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma"))
            .then_some(Self(()))
        }

        /// Runs a kernel compiled for these instructions.
        pub(crate) fn run<T: Task>(self, task: T) -> T::Output {
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
            fn compiled<T: Task>(simd: Avx512, task: T) -> T::Output {
                task.run(simd)
            }
            // SAFETY: `self` exists only where `detect` saw every feature that is enabled here.
            unsafe { compiled(self, task) }
        }
    }

    #[inline(always)]
    fn first(count: usize) -> __mmask16 {
        debug_assert!(count < 16);
        (1u16 << count) - 1
    }

    // SAFETY of every block below: an `Avx512` exists only where `detect` saw the instructions; pointers are valid
    // by the trait's contract.
    impl Simd for Avx512 {
        type Vector = __m512;
        const LANES: usize = 16;
        const TILE_ROWS: usize = 12;

        #[inline(always)]
        fn splat(self, value: f32) -> __m512 {
            unsafe { _mm512_set1_ps(value) }
        }
        #[inline(always)]
        unsafe fn load_at(self, source: *const f32) -> __m512 {
            unsafe { _mm512_loadu_ps(source) }
        }
        #[inline(always)]
        unsafe fn load_first(self, source: *const f32, count: usize) -> __m512 {
            unsafe { _mm512_maskz_loadu_ps(first(count), source) }
        }
        #[inline(always)]
        unsafe fn store_at(self, target: *mut f32, value: __m512) {
            unsafe { _mm512_storeu_ps(target, value) }
        }
        #[inline(always)]
        unsafe fn store_first(self, target: *mut f32, value: __m512, count: usize) {
            unsafe { _mm512_mask_storeu_ps(target, first(count), value) }
        }
        #[inline(always)]
        fn add(self, a: __m512, b: __m512) -> __m512 {
            unsafe { _mm512_add_ps(a, b) }
        }
        #[inline(always)]
        fn sub(self, a: __m512, b: __m512) -> __m512 {
            unsafe { _mm512_sub_ps(a, b) }
        }
        #[inline(always)]
        fn mul(self, a: __m512, b: __m512) -> __m512 {
            unsafe { _mm512_mul_ps(a, b) }
        }
        #[inline(always)]
        fn div(self, a: __m512, b: __m512) -> __m512 {
            unsafe { _mm512_div_ps(a, b) }
        }
        #[inline(always)]
        fn mul_add(self, a: __m512, b: __m512, c: __m512) -> __m512 {
            unsafe { _mm512_fmadd_ps(a, b, c) }
        }
        #[inline(always)]
        fn max(self, a: __m512, b: __m512) -> __m512 {
            unsafe { _mm512_max_ps(a, b) }
        }
        #[inline(always)]
        fn min(self, a: __m512, b: __m512) -> __m512 {
            unsafe { _mm512_min_ps(a, b) }
        }
        #[inline(always)]
        fn sqrt(self, a: __m512) -> __m512 {
            unsafe { _mm512_sqrt_ps(a) }
        }
        #[inline(always)]
        fn round(self, a: __m512) -> __m512 {
            unsafe { _mm512_roundscale_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(a) }
        }
        #[inline(always)]
        fn power_of_two(self, a: __m512) -> __m512 {
            unsafe {
                let biased = _mm512_add_epi32(_mm512_cvtps_epi32(a), _mm512_set1_epi32(127));
                _mm512_castsi512_ps(_mm512_slli_epi32::<23>(biased))
            }
        }
        #[inline(always)]
        fn select_less(self, a: __m512, b: __m512, yes: __m512, no: __m512) -> __m512 {
            unsafe { _mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_LT_OQ>(a, b), no, yes) }
        }
        #[inline(always)]
        fn swap_pairs(self, a: __m512) -> __m512 {
            unsafe { _mm512_permute_ps::<0b1011_0001>(a) }
        }
        #[inline(always)]
        fn sum(self, a: __m512) -> f32 {
            unsafe { _mm512_reduce_add_ps(a) }
        }
        #[inline(always)]
        fn maximum(self, a: __m512) -> f32 {
            unsafe { _mm512_reduce_max_ps(a) }
        }
    }
}
