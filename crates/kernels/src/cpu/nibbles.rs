//! Weights of four bits and a few rows, multiplied as bfloat16: a lane takes two products at once.
//!
//! In: codes, which bfloat16 holds exactly, and rows in f32, which are rounded to it. Out: sums in f32.

use burn::tensor::bf16;

use super::compressed::{GROUP, LINE, ask_for_next};
use super::few_rows::{TOGETHER, added};
use super::simd::{HalfSimd, HalfTask, Level, Simd};

/// Groups whose halves fill a vector.
const GROUPS: usize = 2;
/// Lanes of a block of groups: the lower halves of their codes, then the upper ones.
const BLOCK: usize = GROUPS * GROUP / 2;

/// Some rows of a weight.
pub(super) struct NibbleRows<'a> {
    /// Row by row, of each group the first half in the lower bits.
    pub codes: &'a [u8],
    /// One for each group.
    pub scales: &'a [bf16],
    /// Groups of a row.
    pub groups: usize,
}

impl NibbleRows<'_> {
    /// The sums of each row's products with the inputs, all inputs of a row together; `rounded` holds what [`round`] makes of
    /// them, one after the other.
    ///
    /// # Panics
    /// Where the level is not one of half products.
    pub(super) fn multiply<const R: usize>(&self, level: Level, rounded: &[f32], out: &mut [f32]) {
        let rows = out.len() / R;
        assert_eq!(self.codes.len(), rows * self.groups * GROUP / 2, "codes");
        assert_eq!(self.scales.len(), rows * self.groups, "scales");
        assert_eq!(rounded.len(), R * room(self.groups), "rounded inputs");
        level.run_half(Multiply::<R> {
            rows: self,
            rounded,
            out,
        });
    }

    /// The codes and scales of a last block that has one group only; zeros stand for the other.
    fn half_block(&self, row: usize) -> ([u8; GROUP], [bf16; GROUPS]) {
        let group = (row + 1) * self.groups - 1;
        let mut codes = [0; GROUP];
        let half = GROUP / 2;
        codes[..half].copy_from_slice(&self.codes[group * half..(group + 1) * half]);
        (codes, [self.scales[group], bf16::ZERO])
    }
}

/// Room for an input of so many groups in bfloat16, two to a number.
pub(super) fn room(groups: usize) -> usize {
    groups.div_ceil(GROUPS) * BLOCK
}

/// Rounds an input, in the order of the codes: of each block the first halves of its groups, then the second ones.
///
/// # Panics
/// Where the level is not one of half products.
pub(super) fn round(level: Level, input: &[f32], rounded: &mut [f32]) {
    level.run_half(Round { input, rounded });
}

struct Round<'a> {
    input: &'a [f32],
    rounded: &'a mut [f32],
}

impl HalfTask for Round<'_> {
    type Output = ();

    #[inline(always)]
    fn run<H: HalfSimd>(self, half: H) {
        let full = half.full();
        let lanes = GROUP / 2;
        assert_eq!(lanes, H::Full::LANES, "a vector is half a group");
        for (numbers, out) in self
            .input
            .chunks(GROUPS * GROUP)
            .zip(self.rounded.chunks_exact_mut(BLOCK))
        {
            for start in [0, lanes] {
                let first = full.load(&numbers[start..]);
                let second = if numbers.len() > GROUP {
                    full.load(&numbers[GROUP + start..])
                } else {
                    full.splat(0.0)
                };
                full.store(&mut out[start..], half.pair_neighbours(first, second));
            }
        }
    }
}

struct Multiply<'a, const R: usize> {
    rows: &'a NibbleRows<'a>,
    rounded: &'a [f32],
    out: &'a mut [f32],
}

impl<const R: usize> HalfTask for Multiply<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<H: HalfSimd>(self, half: H) {
        let Self { rows, rounded, out } = self;
        let mut row = 0;
        let mut together = out.chunks_exact_mut(TOGETHER * R);
        for out in together.by_ref() {
            let sums: [[f32; R]; TOGETHER] = dots(half, rows, row, rounded);
            out.copy_from_slice(sums.as_flattened());
            row += TOGETHER;
        }
        for out in together.into_remainder().chunks_exact_mut(R) {
            let [sums]: [[f32; R]; 1] = dots(half, rows, row, rounded);
            out.copy_from_slice(&sums);
            row += 1;
        }
    }
}

/// The sums of `W` neighbouring rows with the rounded inputs.
#[inline(always)]
fn dots<H: HalfSimd, const R: usize, const W: usize>(
    half: H,
    rows: &NibbleRows,
    row: usize,
    rounded: &[f32],
) -> [[f32; R]; W] {
    let full = half.full();
    let bytes = rows.groups * GROUP / 2;
    let length = rounded.len() / R;
    let codes = &rows.codes[row * bytes..(row + W) * bytes];
    let scales = &rows.scales[row * rows.groups..(row + W) * rows.groups];
    let mut sums = [[full.splat(0.0); R]; W];
    for block in 0..rows.groups / GROUPS {
        for (index, sums) in sums.iter_mut().enumerate() {
            let place = index * bytes + block * GROUP;
            if block.is_multiple_of(LINE / GROUP) {
                ask_for_next(full, codes, place, W * bytes);
            }
            // SAFETY: `codes` and `scales` hold W rows of whole blocks up to here.
            let (codes, scales) = unsafe {
                let scales = scales.as_ptr().add(index * rows.groups + block * GROUPS);
                (
                    half.load_nibbles_at(codes.as_ptr().add(place)),
                    half.load_scales_at(scales),
                )
            };
            add_block(
                half,
                (codes, scales),
                &rounded[block * BLOCK..],
                (sums, length),
            );
        }
    }
    if !rows.groups.is_multiple_of(GROUPS) {
        let block = rows.groups / GROUPS;
        for (index, sums) in sums.iter_mut().enumerate() {
            let (codes, scales) = rows.half_block(row + index);
            // SAFETY: the arrays are as long as a block.
            let block_of = unsafe {
                (
                    half.load_nibbles_at(codes.as_ptr()),
                    half.load_scales_at(scales.as_ptr()),
                )
            };
            add_block(half, block_of, &rounded[block * BLOCK..], (sums, length));
        }
    }
    added(full, sums)
}

type Lanes<H> = <<H as HalfSimd>::Full as Simd>::Vector;

/// Adds a block's products with each input; the inputs are `length` apart.
#[inline(always)]
fn add_block<H: HalfSimd, const R: usize>(
    half: H,
    ([low, high], scales): ([Lanes<H>; 2], Lanes<H>),
    rounded: &[f32],
    (sums, length): (&mut [Lanes<H>; R], usize),
) {
    let full = half.full();
    for (index, sum) in sums.iter_mut().enumerate() {
        let input = &rounded[index * length..][..BLOCK];
        let (first, second) = input.split_at(BLOCK / 2);
        let products = half.dot_pairs(low, full.load(first), full.splat(0.0));
        let products = half.dot_pairs(high, full.load(second), products);
        *sum = full.mul_add(products, scales, *sum);
    }
}
