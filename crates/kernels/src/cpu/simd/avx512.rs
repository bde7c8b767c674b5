//! Sixteen lanes: AVX-512 F, BW, DQ and VL.

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx512, Avx512Half};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use burn::tensor::bf16;

    use super::super::{HalfSimd, HalfTask, Simd, Task};

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

    /// Proof that products of bfloat16 are there too.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Avx512Half(Avx512);

    impl Avx512Half {
        /// The proof, where the processor has the instructions.
        pub(crate) fn detect(full: Avx512) -> Option<Self> {
            is_x86_feature_detected!("avx512bf16").then_some(Self(full))
        }

        /// Runs a kernel compiled for these instructions.
        pub(crate) fn run<T: HalfTask>(self, task: T) -> T::Output {
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma")]
            fn compiled<T: HalfTask>(half: Avx512Half, task: T) -> T::Output {
                task.run(half)
            }
            // SAFETY: `self` exists only where `detect` saw every feature that is enabled here.
            unsafe { compiled(self, task) }
        }
    }

    // SAFETY of the blocks below: an `Avx512Half` exists only where `detect` saw the instructions; registers of one size
    // may be taken for one another.
    impl HalfSimd for Avx512Half {
        type Full = Avx512;

        #[inline(always)]
        fn full(self) -> Avx512 {
            self.0
        }
        #[inline(always)]
        fn dot_pairs(self, a: __m512, b: __m512, sum: __m512) -> __m512 {
            unsafe {
                let a = std::mem::transmute::<__m512, __m512bh>(a);
                let b = std::mem::transmute::<__m512, __m512bh>(b);
                _mm512_dpbf16_ps(sum, a, b)
            }
        }
        #[inline(always)]
        fn pair_neighbours(self, low: __m512, high: __m512) -> __m512 {
            unsafe { std::mem::transmute(_mm512_cvtne2ps_pbh(high, low)) }
        }
        #[inline(always)]
        fn pair_rows(self, first: __m512, second: __m512) -> __m512 {
            unsafe {
                let halves: __m512i = std::mem::transmute(_mm512_cvtne2ps_pbh(second, first));
                // From first rows then second rows to neighbours: sixteen-bit lanes 0, 16, 1, 17, …
                let place = _mm512_setr_epi32(
                    0x0010_0000,
                    0x0011_0001,
                    0x0012_0002,
                    0x0013_0003,
                    0x0014_0004,
                    0x0015_0005,
                    0x0016_0006,
                    0x0017_0007,
                    0x0018_0008,
                    0x0019_0009,
                    0x001a_000a,
                    0x001b_000b,
                    0x001c_000c,
                    0x001d_000d,
                    0x001e_000e,
                    0x001f_000f,
                );
                _mm512_castsi512_ps(_mm512_permutexvar_epi16(place, halves))
            }
        }
        #[inline(always)]
        unsafe fn load_nibbles_at(self, source: *const u8) -> [__m512; 2] {
            unsafe {
                let bytes = _mm512_cvtepu8_epi16(_mm256_loadu_si256(source.cast()));
                // The lower five bits of a lane choose from the table.
                let table = words(NIBBLES);
                let low = _mm512_permutexvar_epi16(bytes, table);
                let high = _mm512_permutexvar_epi16(_mm512_srli_epi16::<4>(bytes), table);
                [_mm512_castsi512_ps(low), _mm512_castsi512_ps(high)]
            }
        }
        #[inline(always)]
        unsafe fn load_scales_at(self, source: *const bf16) -> __m512 {
            unsafe {
                let both = _mm512_set1_epi32(source.cast::<i32>().read_unaligned());
                // The upper half of a lane is that of a number in f32.
                let first = _mm512_slli_epi32::<16>(both);
                _mm512_castsi512_ps(_mm512_mask_and_epi32(
                    first,
                    0xff00,
                    both,
                    _mm512_set1_epi32(-0x1_0000),
                ))
            }
        }
    }

    /// The numbers from −8 to 7 as bfloat16, twice, two to an element: a constant, since a table that is computed where it is
    /// used was written to memory for every vector.
    const NIBBLES: [u32; 16] = {
        let mut table = [0; 16];
        let mut pair = 0;
        while pair < table.len() {
            let code = 2 * (pair % 8);
            let (first, second) = (code as f32 - 8.0, code as f32 - 7.0);
            table[pair] = first.to_bits() >> 16 | second.to_bits() & 0xffff_0000;
            pair += 1;
        }
        table
    };

    /// Thirty-two sixteen-bit lanes from the two of each of sixteen lanes.
    #[inline(always)]
    fn words(pairs: [u32; 16]) -> __m512i {
        // SAFETY: registers and arrays of one size may be taken for one another.
        unsafe { std::mem::transmute(pairs) }
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
        const LEAST_EXPONENT: f32 = -105.0;
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
        unsafe fn load_halves_at(self, source: *const bf16) -> __m512 {
            unsafe {
                let halves = _mm512_cvtepu16_epi32(_mm256_loadu_si256(source.cast()));
                _mm512_castsi512_ps(_mm512_slli_epi32::<16>(halves))
            }
        }
        #[inline(always)]
        unsafe fn load_bytes_at(self, source: *const i8) -> __m512 {
            unsafe { _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(source.cast()))) }
        }
        #[inline(always)]
        unsafe fn load_nibbles_at(self, source: *const u8) -> [__m512; 2] {
            unsafe {
                let bytes = _mm512_cvtepu8_epi32(_mm_loadu_si128(source.cast()));
                // The lower four bits of a lane choose from the table.
                let table = _mm512_setr_ps(
                    -8.0, -7.0, -6.0, -5.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0,
                    6.0, 7.0,
                );
                let high = _mm512_srli_epi32::<4>(bytes);
                [
                    _mm512_permutexvar_ps(bytes, table),
                    _mm512_permutexvar_ps(high, table),
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
                // Of each four rows: column n of each quarter, for n from 0 to 3.
                let mut quarters = [[_mm512_setzero_ps(); 4]; 4];
                for (four, quarter) in quarters.iter_mut().enumerate() {
                    let first = from.add(4 * four * from_stride);
                    let a = _mm512_loadu_ps(first);
                    let b = _mm512_loadu_ps(first.add(from_stride));
                    let c = _mm512_loadu_ps(first.add(2 * from_stride));
                    let d = _mm512_loadu_ps(first.add(3 * from_stride));
                    let low = [_mm512_unpacklo_ps(a, b), _mm512_unpacklo_ps(c, d)];
                    let high = [_mm512_unpackhi_ps(a, b), _mm512_unpackhi_ps(c, d)];
                    *quarter = [
                        _mm512_shuffle_ps::<0b0100_0100>(low[0], low[1]),
                        _mm512_shuffle_ps::<0b1110_1110>(low[0], low[1]),
                        _mm512_shuffle_ps::<0b0100_0100>(high[0], high[1]),
                        _mm512_shuffle_ps::<0b1110_1110>(high[0], high[1]),
                    ];
                }
                let [a, b, c, d] = quarters;
                for column in 0..4 {
                    let even = [
                        _mm512_shuffle_f32x4::<0x88>(a[column], b[column]),
                        _mm512_shuffle_f32x4::<0x88>(c[column], d[column]),
                    ];
                    let odd = [
                        _mm512_shuffle_f32x4::<0xdd>(a[column], b[column]),
                        _mm512_shuffle_f32x4::<0xdd>(c[column], d[column]),
                    ];
                    let columns = [
                        _mm512_shuffle_f32x4::<0x88>(even[0], even[1]),
                        _mm512_shuffle_f32x4::<0x88>(odd[0], odd[1]),
                        _mm512_shuffle_f32x4::<0xdd>(even[0], even[1]),
                        _mm512_shuffle_f32x4::<0xdd>(odd[0], odd[1]),
                    ];
                    for (quarter, numbers) in columns.into_iter().enumerate() {
                        _mm512_storeu_ps(to.add((4 * quarter + column) * to_stride), numbers);
                    }
                }
            }
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
        fn reciprocal(self, a: __m512) -> __m512 {
            unsafe {
                let near = _mm512_rcp14_ps(a);
                let rest = _mm512_fnmadd_ps(a, near, _mm512_set1_ps(1.0));
                _mm512_fmadd_ps(near, rest, near)
            }
        }
        #[inline(always)]
        fn scale(self, a: __m512, n: __m512) -> __m512 {
            unsafe { _mm512_scalef_ps(a, n) }
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
        fn sum_four(self, [a, b, c, d]: [__m512; 4]) -> [f32; 4] {
            unsafe {
                // Of every four lanes the sums of two, of both vectors in turns.
                let first = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
                let second = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
                let (first, second) = (_mm512_castps_pd(first), _mm512_castps_pd(second));
                let fours = _mm512_add_ps(
                    _mm512_castpd_ps(_mm512_unpacklo_pd(first, second)),
                    _mm512_castpd_ps(_mm512_unpackhi_pd(first, second)),
                );
                let half = _mm256_add_ps(
                    _mm512_castps512_ps256(fours),
                    _mm512_extractf32x8_ps::<1>(fours),
                );
                let quarter = _mm_add_ps(
                    _mm256_castps256_ps128(half),
                    _mm256_extractf128_ps::<1>(half),
                );
                std::mem::transmute(quarter)
            }
        }
        #[inline(always)]
        fn maximum(self, a: __m512) -> f32 {
            unsafe { _mm512_reduce_max_ps(a) }
        }
    }
}
