//! What a kernel may do with a vector of `f32`.
//!
//! A value of a type that implements [`Simd`] is a proof that this processor has the instructions, so its methods
//! are safe. Kernels are written once against the trait; `Level` picks the width when they run.

use burn::tensor::bf16;

/// Vector instructions of one width. Every method is inlined into the kernel that calls it.
pub(crate) trait Simd: Copy + Send + Sync + 'static {
    /// A register.
    type Vector: Copy;
    /// Numbers in a register.
    const LANES: usize;
    /// The greatest known whole number from which down `e^x` is zero as [`Simd::scale`] makes it.
    const LEAST_EXPONENT: f32;
    /// Rows of the matrix product's register tile, beside two vectors of columns.
    const TILE_ROWS: usize;

    /// The same number in every lane.
    fn splat(self, value: f32) -> Self::Vector;
    /// Reads `LANES` numbers.
    ///
    /// # Safety
    /// `source` is readable for `LANES` numbers.
    unsafe fn load_at(self, source: *const f32) -> Self::Vector;
    /// Reads `count < LANES` numbers; the other lanes are zero.
    ///
    /// # Safety
    /// `source` is readable for `count` numbers.
    unsafe fn load_first(self, source: *const f32, count: usize) -> Self::Vector;
    /// Writes `LANES` numbers.
    ///
    /// # Safety
    /// `target` is writable for `LANES` numbers.
    unsafe fn store_at(self, target: *mut f32, value: Self::Vector);
    /// Writes the first `count < LANES` lanes.
    ///
    /// # Safety
    /// `target` is writable for `count` numbers.
    unsafe fn store_first(self, target: *mut f32, value: Self::Vector, count: usize);

    /// Reads `LANES` numbers that are stored as bfloat16.
    ///
    /// # Safety
    /// `source` is readable for `LANES` numbers.
    unsafe fn load_halves_at(self, source: *const bf16) -> Self::Vector;
    /// Reads `LANES` whole numbers.
    ///
    /// # Safety
    /// `source` is readable for `LANES` numbers.
    unsafe fn load_bytes_at(self, source: *const i8) -> Self::Vector;
    /// Reads `LANES` bytes: their lower halves less eight, from −8 to 7, then their upper ones.
    ///
    /// # Safety
    /// `source` is readable for `LANES` bytes.
    unsafe fn load_nibbles_at(self, source: *const u8) -> [Self::Vector; 2];

    /// Asks for a line of memory that will be read soon; any address may be asked for.
    fn prefetch(self, source: *const u8);

    /// Copies `LANES` rows of as many numbers with rows and columns exchanged; both sides say where they begin, and how far
    /// apart their rows are.
    ///
    /// # Safety
    /// All of it is readable there and writable here.
    unsafe fn transpose_square(self, from: (*const f32, usize), to: (*mut f32, usize));

    /// `a + b`.
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a - b`.
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a · b`.
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a / b`.
    fn div(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a · b + c`.
    fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// The greater; `b` where either is not a number.
    fn max(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// The lesser; `b` where either is not a number.
    fn min(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `√a`.
    fn sqrt(self, a: Self::Vector) -> Self::Vector;
    /// The nearest whole number, for magnitudes below 2²².
    fn round(self, a: Self::Vector) -> Self::Vector;
    /// `1 / a` to two units in the last place, for magnitudes between 2⁻¹²⁵ and 2¹²⁵.
    fn reciprocal(self, a: Self::Vector) -> Self::Vector;
    /// `a · 2^n` for whole `n` from [`Simd::LEAST_EXPONENT`]` · log₂ e` to 128: zero at the lower end, infinity at the upper.
    fn scale(self, a: Self::Vector, n: Self::Vector) -> Self::Vector;
    /// `yes` where `a < b`, else `no`.
    fn select_less(
        self,
        a: Self::Vector,
        b: Self::Vector,
        yes: Self::Vector,
        no: Self::Vector,
    ) -> Self::Vector;
    /// Neighbouring lanes exchanged.
    fn swap_pairs(self, a: Self::Vector) -> Self::Vector;
    /// Sum of the lanes.
    fn sum(self, a: Self::Vector) -> f32;
    /// Sums of all lanes, of each vector.
    #[inline(always)]
    fn sum_four(self, [a, b, c, d]: [Self::Vector; 4]) -> [f32; 4] {
        [self.sum(a), self.sum(b), self.sum(c), self.sum(d)]
    }
    /// Greatest lane.
    fn maximum(self, a: Self::Vector) -> f32;

    /// Reads `N` vectors that follow each other.
    ///
    /// # Safety
    /// `source` is readable for `N · LANES` numbers.
    #[inline(always)]
    unsafe fn load_each<const N: usize>(self, source: *const f32) -> [Self::Vector; N] {
        let mut found = [self.splat(0.0); N];
        for (index, vector) in found.iter_mut().enumerate() {
            // SAFETY: by this function's contract.
            *vector = unsafe { self.load_at(source.add(index * Self::LANES)) };
        }
        found
    }

    /// Reads the first `LANES` numbers of a slice.
    #[inline(always)]
    fn load(self, source: &[f32]) -> Self::Vector {
        assert!(source.len() >= Self::LANES);
        // SAFETY: the slice holds at least LANES numbers.
        unsafe { self.load_at(source.as_ptr()) }
    }

    /// Reads a slice shorter than a vector; the other lanes are zero.
    #[inline(always)]
    fn load_rest(self, source: &[f32]) -> Self::Vector {
        assert!(source.len() < Self::LANES);
        // SAFETY: the slice holds `source.len()` numbers.
        unsafe { self.load_first(source.as_ptr(), source.len()) }
    }

    /// Writes to the first `LANES` numbers of a slice.
    #[inline(always)]
    fn store(self, target: &mut [f32], value: Self::Vector) {
        assert!(target.len() >= Self::LANES);
        // SAFETY: the slice holds at least LANES numbers.
        unsafe { self.store_at(target.as_mut_ptr(), value) }
    }

    /// Writes to a slice shorter than a vector.
    #[inline(always)]
    fn store_rest(self, target: &mut [f32], value: Self::Vector) {
        assert!(target.len() < Self::LANES);
        // SAFETY: the slice holds `target.len()` numbers.
        unsafe { self.store_first(target.as_mut_ptr(), value, target.len()) }
    }

    /// Reads a slice of at most a vector; the other lanes are zero.
    #[inline(always)]
    fn read(self, source: &[f32]) -> Self::Vector {
        if source.len() == Self::LANES {
            self.load(source)
        } else {
            self.load_rest(source)
        }
    }

    /// Writes to a slice of at most a vector.
    #[inline(always)]
    fn write(self, target: &mut [f32], value: Self::Vector) {
        if target.len() == Self::LANES {
            self.store(target, value);
        } else {
            self.store_rest(target, value);
        }
    }

    /// Numbers before the first place where a vector fills whole lines of memory, or one: to write across two takes twice as long.
    #[inline(always)]
    fn before_line(self, values: &[f32]) -> usize {
        let vector = Self::LANES * size_of::<f32>();
        values.as_ptr().align_offset(vector).min(values.len())
    }

    /// `|a|`.
    #[inline(always)]
    fn abs(self, a: Self::Vector) -> Self::Vector {
        self.max(self.sub(self.splat(0.0), a), a)
    }
}

/// What a width does with bfloat16: a lane holds two of them, and their products are summed in f32.
///
/// A value is a proof that this processor has the instructions, as one of [`Simd`] is.
pub(crate) trait HalfSimd: Copy + Send + Sync + 'static {
    /// The width.
    type Full: Simd;

    /// The instructions on `f32`.
    fn full(self) -> Self::Full;
    /// The product of each lane's firsts plus that of its seconds plus `sum`.
    fn dot_pairs(
        self,
        a: <Self::Full as Simd>::Vector,
        b: <Self::Full as Simd>::Vector,
        sum: <Self::Full as Simd>::Vector,
    ) -> <Self::Full as Simd>::Vector;
    /// Rounds two vectors' numbers, those of `low` first, and joins each two neighbours to a lane.
    fn pair_neighbours(
        self,
        low: <Self::Full as Simd>::Vector,
        high: <Self::Full as Simd>::Vector,
    ) -> <Self::Full as Simd>::Vector;
    /// Rounds two vectors' numbers and joins each two at the same place to a lane.
    fn pair_rows(
        self,
        first: <Self::Full as Simd>::Vector,
        second: <Self::Full as Simd>::Vector,
    ) -> <Self::Full as Simd>::Vector;
    /// Reads `2 · LANES` bytes: their lower halves less eight, from −8 to 7, two to a lane, then their upper ones.
    ///
    /// # Safety
    /// `source` is readable for as many bytes.
    unsafe fn load_nibbles_at(self, source: *const u8) -> [<Self::Full as Simd>::Vector; 2];
    /// Reads two numbers; each fills half of the lanes.
    ///
    /// # Safety
    /// `source` is readable for two numbers.
    unsafe fn load_scales_at(self, source: *const bf16) -> <Self::Full as Simd>::Vector;
}
