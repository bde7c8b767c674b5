//! Eight lanes: AVX2 and FMA.

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::Avx2;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use burn::tensor::bf16;

    use super::super::{Simd, Task};

    /// Proof that AVX2 and FMA are there.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Avx2(());

    impl Avx2 {
        /// The proof, where the processor has the instructions.
        pub(crate) fn detect() -> Option<Self> {
            (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"))
                .then_some(Self(()))
        }

        /// Runs a kernel compiled for these instructions.
        pub(crate) fn run<T: Task>(self, task: T) -> T::Output {
            #[target_feature(enable = "avx2,fma")]
            fn compiled<T: Task>(simd: Avx2, task: T) -> T::Output {
                task.run(simd)
            }
            // SAFETY: `self` exists only where `detect` saw both features.
            unsafe { compiled(self, task) }
        }
    }

    /// Lane `i` is selected for `i < count`.
    #[inline(always)]
    fn first(count: usize) -> __m256i {
        debug_assert!(count < 8);
        // SAFETY: called with an `Avx2` at hand only.
        unsafe {
            _mm256_cmpgt_epi32(
                _mm256_set1_epi32(count as i32),
                _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7),
            )
        }
    }

    // SAFETY of every block below: an `Avx2` exists only where `detect` saw the instructions; pointers are valid by
    // the trait's contract.
    impl Simd for Avx2 {
        type Vector = __m256;
        const LANES: usize = 8;
        const LEAST_EXPONENT: f32 = -88.0;
        const TILE_ROWS: usize = 6;

        #[inline(always)]
        fn splat(self, value: f32) -> __m256 {
            unsafe { _mm256_set1_ps(value) }
        }
        #[inline(always)]
        unsafe fn load_at(self, source: *const f32) -> __m256 {
            unsafe { _mm256_loadu_ps(source) }
        }
        #[inline(always)]
        unsafe fn load_first(self, source: *const f32, count: usize) -> __m256 {
            unsafe { _mm256_maskload_ps(source, first(count)) }
        }
        #[inline(always)]
        unsafe fn store_at(self, target: *mut f32, value: __m256) {
            unsafe { _mm256_storeu_ps(target, value) }
        }
        #[inline(always)]
        unsafe fn store_first(self, target: *mut f32, value: __m256, count: usize) {
            unsafe { _mm256_maskstore_ps(target, first(count), value) }
        }
        #[inline(always)]
        unsafe fn load_halves_at(self, source: *const bf16) -> __m256 {
            unsafe {
                let halves = _mm256_cvtepu16_epi32(_mm_loadu_si128(source.cast()));
                _mm256_castsi256_ps(_mm256_slli_epi32::<16>(halves))
            }
        }
        #[inline(always)]
        unsafe fn load_bytes_at(self, source: *const i8) -> __m256 {
            unsafe { _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(source.cast()))) }
        }
        #[inline(always)]
        unsafe fn load_nibbles_at(self, source: *const u8) -> [__m256; 2] {
            unsafe {
                let bytes = _mm256_cvtepu8_epi32(_mm_loadl_epi64(source.cast()));
                let low = _mm256_and_si256(bytes, _mm256_set1_epi32(15));
                let high = _mm256_srli_epi32::<4>(bytes);
                let zero = _mm256_set1_epi32(8);
                [
                    _mm256_cvtepi32_ps(_mm256_sub_epi32(low, zero)),
                    _mm256_cvtepi32_ps(_mm256_sub_epi32(high, zero)),
                ]
            }
        }
        #[inline(always)]
        fn prefetch(self, source: *const u8) {
            unsafe { _mm_prefetch::<_MM_HINT_T1>(source.cast()) }
        }
        #[inline(always)]
        unsafe fn transpose_square(
            self,
            (from, from_stride): (*const f32, usize),
            (to, to_stride): (*mut f32, usize),
        ) {
            unsafe {
                let mut rows = [_mm256_setzero_ps(); 8];
                for (index, row) in rows.iter_mut().enumerate() {
                    *row = _mm256_loadu_ps(from.add(index * from_stride));
                }
                for half in 0..2 {
                    let four = &rows[4 * half..];
                    let low = [
                        _mm256_unpacklo_ps(four[0], four[1]),
                        _mm256_unpacklo_ps(four[2], four[3]),
                    ];
                    let high = [
                        _mm256_unpackhi_ps(four[0], four[1]),
                        _mm256_unpackhi_ps(four[2], four[3]),
                    ];
                    // Four rows of column n in the lower half, of column n + 4 in the upper.
                    let columns = [
                        _mm256_shuffle_ps::<0b0100_0100>(low[0], low[1]),
                        _mm256_shuffle_ps::<0b1110_1110>(low[0], low[1]),
                        _mm256_shuffle_ps::<0b0100_0100>(high[0], high[1]),
                        _mm256_shuffle_ps::<0b1110_1110>(high[0], high[1]),
                    ];
                    for (column, numbers) in columns.into_iter().enumerate() {
                        let to = to.add(4 * half + column * to_stride);
                        _mm_storeu_ps(to, _mm256_castps256_ps128(numbers));
                        let upper = _mm256_extractf128_ps::<1>(numbers);
                        _mm_storeu_ps(to.add(4 * to_stride), upper);
                    }
                }
            }
        }
        #[inline(always)]
        fn add(self, a: __m256, b: __m256) -> __m256 {
            unsafe { _mm256_add_ps(a, b) }
        }
        #[inline(always)]
        fn sub(self, a: __m256, b: __m256) -> __m256 {
            unsafe { _mm256_sub_ps(a, b) }
        }
        #[inline(always)]
        fn mul(self, a: __m256, b: __m256) -> __m256 {
            unsafe { _mm256_mul_ps(a, b) }
        }
        #[inline(always)]
        fn div(self, a: __m256, b: __m256) -> __m256 {
            unsafe { _mm256_div_ps(a, b) }
        }
        #[inline(always)]
        fn mul_add(self, a: __m256, b: __m256, c: __m256) -> __m256 {
            unsafe { _mm256_fmadd_ps(a, b, c) }
        }
        #[inline(always)]
        fn max(self, a: __m256, b: __m256) -> __m256 {
            unsafe { _mm256_max_ps(a, b) }
        }
        #[inline(always)]
        fn min(self, a: __m256, b: __m256) -> __m256 {
            unsafe { _mm256_min_ps(a, b) }
        }
        #[inline(always)]
        fn sqrt(self, a: __m256) -> __m256 {
            unsafe { _mm256_sqrt_ps(a) }
        }
        #[inline(always)]
        fn round(self, a: __m256) -> __m256 {
            unsafe { _mm256_round_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(a) }
        }
        #[inline(always)]
        fn reciprocal(self, a: __m256) -> __m256 {
            // From the twelve bits of the approximate one, a step of Newton's would always end below.
            unsafe { _mm256_div_ps(_mm256_set1_ps(1.0), a) }
        }
        #[inline(always)]
        fn scale(self, a: __m256, n: __m256) -> __m256 {
            unsafe {
                let biased = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
                _mm256_mul_ps(a, _mm256_castsi256_ps(_mm256_slli_epi32::<23>(biased)))
            }
        }
        #[inline(always)]
        fn select_less(self, a: __m256, b: __m256, yes: __m256, no: __m256) -> __m256 {
            unsafe { _mm256_blendv_ps(no, yes, _mm256_cmp_ps::<_CMP_LT_OQ>(a, b)) }
        }
        #[inline(always)]
        fn swap_pairs(self, a: __m256) -> __m256 {
            unsafe { _mm256_permute_ps::<0b1011_0001>(a) }
        }
        #[inline(always)]
        fn sum(self, a: __m256) -> f32 {
            unsafe {
                let half = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps::<1>(a));
                let pair = _mm_add_ps(half, _mm_movehl_ps(half, half));
                _mm_cvtss_f32(_mm_add_ss(pair, _mm_movehdup_ps(pair)))
            }
        }
        #[inline(always)]
        fn sum_four(self, [a, b, c, d]: [__m256; 4]) -> [f32; 4] {
            unsafe {
                let fours = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
                std::mem::transmute(_mm_add_ps(
                    _mm256_castps256_ps128(fours),
                    _mm256_extractf128_ps::<1>(fours),
                ))
            }
        }
        #[inline(always)]
        fn maximum(self, a: __m256) -> f32 {
            unsafe {
                let half = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps::<1>(a));
                let pair = _mm_max_ps(half, _mm_movehl_ps(half, half));
                _mm_cvtss_f32(_mm_max_ss(pair, _mm_movehdup_ps(pair)))
            }
        }
    }
}
