//! Matrix products on tiles: sixteen rows of sixteen pairs of bfloat16, which processors with tile registers multiply at once.
//!
//! A value of a type that implements [`TileUnit`] is a proof that this processor has the instructions. Kernels are written
//! against the trait, so that tests run them with a plain twin of the instructions.

use super::{HalfSimd, Simd};

/// Rows of a tile; pairs of a tile's row, or numbers where its numbers are f32.
pub(crate) const SIDE: usize = 16;
/// Steps of the inner dimension in a tile.
pub(crate) const STEPS: usize = 2 * SIDE;
/// Numbers in a tile, each an `f32` or a pair.
pub(crate) const TILE: usize = SIDE * SIDE;

/// Blocks of B, each sixteen pairs of steps deep, one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blocks {
    /// The first.
    pub data: *const f32,
    /// How many.
    pub count: usize,
}

/// The product of one or two tiles' rows with one or two tiles' columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TileProduct {
    /// Tiles of rows and of columns, one or two each.
    pub tiles: [usize; 2],
    /// Pairs of A: for each block of B, a tile for each sixteen rows.
    pub a: *const f32,
    /// Pairs of B, those of the second after those of the first.
    pub b: [Blocks; 2],
    /// Distance of two rows of B.
    pub b_stride: usize,
    /// Sums: sixteen rows, or twice as many, of sixteen columns, or twice as many.
    pub c: *mut f32,
    /// Distance of two rows of C.
    pub c_stride: usize,
    /// Whether the product is added to what is there.
    pub add: bool,
}

/// The instructions.
pub(crate) trait TileUnit: Copy {
    /// Keeps the tile registers in use until it is dropped.
    type InUse;

    /// Takes the tile registers of this thread into use, full tiles all of them. Meanwhile nothing else may use them.
    fn configure(self) -> Self::InUse;

    /// Sums of each block's products of even steps and of odd ones, added to C block by block.
    ///
    /// # Safety
    /// Called while [`TileUnit::InUse`] lives on this thread. `a` and `b` are readable, and `c` is writable, for what `product` says; no other
    /// thread touches `c`.
    unsafe fn add_products(self, product: &TileProduct);

    /// Rounds at most [`STEPS`] numbers and joins neighbours to a tile's row of pairs, zeros after the last.
    fn join(self, source: &[f32], out: &mut [f32; SIDE]);
}

/// [`TileUnit::join`] for vectors of sixteen.
#[inline(always)]
pub(crate) fn join<H: HalfSimd>(half: H, source: &[f32], out: &mut [f32; SIDE]) {
    const { assert!(H::Full::LANES == SIDE) };
    let simd = half.full();
    let (low, high) = source.split_at(source.len().min(SIDE));
    simd.store(out, half.pair_neighbours(simd.read(low), simd.read(high)));
}

/// A kernel of tile products. As with `Task`, implementations mark `run` `#[inline(always)]` and start no threads inside.
pub(crate) trait TileTask {
    /// The kernel.
    fn run<U: TileUnit>(self, unit: U);
}

/// The instructions in plain Rust, number by number as their manual defines them (Intel 64 and IA-32 Architectures Software
/// Developer's Manual, volume 2, `TDPBF16PS`).
#[cfg(test)]
pub(crate) mod twin {
    use std::cell::Cell;

    use burn::tensor::bf16;

    use super::{SIDE, TILE, TileProduct, TileUnit};

    thread_local! {
        static CONFIGURED: Cell<bool> = const { Cell::new(false) };
    }

    /// Needs no proof.
    #[derive(Clone, Copy)]
    pub(crate) struct Twin;

    /// See [`TileUnit::InUse`].
    pub(crate) struct InUse;

    impl Drop for InUse {
        fn drop(&mut self) {
            CONFIGURED.set(false);
        }
    }

    /// Both numbers of a pair, the first step's first.
    pub(crate) fn pair(number: f32) -> [f32; 2] {
        let bits = number.to_bits();
        [bits << 16, bits & 0xFFFF_0000].map(f32::from_bits)
    }

    /// Two numbers rounded to a pair.
    pub(crate) fn joined(numbers: [f32; 2]) -> f32 {
        let [first, second] = numbers.map(|number| u32::from(bf16::from_f32(number).to_bits()));
        f32::from_bits(first | second << 16)
    }

    /// The instructions take numbers below the least normal one for zero, and give none.
    fn flush(number: f32) -> f32 {
        if number.is_subnormal() {
            0.0_f32.copysign(number)
        } else {
            number
        }
    }

    /// `a · b + sum`, rounded once.
    pub(crate) fn fused(a: f32, b: f32, sum: f32) -> f32 {
        flush(flush(a).mul_add(flush(b), flush(sum)))
    }

    /// `a + b`.
    pub(crate) fn added(a: f32, b: f32) -> f32 {
        flush(flush(a) + flush(b))
    }

    impl TileUnit for Twin {
        type InUse = InUse;

        fn configure(self) -> InUse {
            assert!(!CONFIGURED.replace(true), "tile registers are in use");
            InUse
        }

        unsafe fn add_products(self, product: &TileProduct) {
            assert!(CONFIGURED.get(), "tile registers are not in use");
            let [row_tiles, column_tiles] = product.tiles;
            // SAFETY of the blocks below: by this function's contract.
            for row in 0..SIDE * row_tiles {
                for column in 0..SIDE * column_tiles {
                    let c = product.c.wrapping_add(row * product.c_stride + column);
                    let mut sum = if product.add { unsafe { *c } } else { 0.0 };
                    let mut tile = row / SIDE;
                    for blocks in product.b {
                        for block in 0..blocks.count {
                            let mut parts = [0.0; 2];
                            for k in 0..SIDE {
                                let a = tile * TILE + row % SIDE * SIDE + k;
                                let b = (block * SIDE + k) * product.b_stride + column;
                                let (a, b) = unsafe {
                                    (
                                        pair(*product.a.wrapping_add(a)),
                                        pair(*blocks.data.wrapping_add(b)),
                                    )
                                };
                                parts = [0, 1].map(|i| fused(a[i], b[i], parts[i]));
                            }
                            sum = added(sum, added(parts[0], parts[1]));
                            tile += row_tiles;
                        }
                    }
                    unsafe { *c = sum };
                }
            }
        }

        fn join(self, source: &[f32], out: &mut [f32; SIDE]) {
            let mut pairs = source.chunks(2);
            out.fill_with(|| {
                pairs.next().map_or(0.0, |numbers| {
                    joined([numbers[0], numbers.get(1).copied().unwrap_or(0.0)])
                })
            });
        }
    }
}
