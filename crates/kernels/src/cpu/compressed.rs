//! Weights of eight or four bits: packed as the right side of a product, multiplied with a few rows as they lie.
//!
//! In: groups of thirty-two whole numbers that share a scale. Out: products in f32, or in half precision where the level has
//! that.

use std::ops::Range;

use burn::tensor::bf16;

use super::few_rows::{self, Inputs, WeightRows, added, fill_by_dots, multiply as multiply_few};
use super::gemm::{BLOCK, Columns, Finish, Matrix, Panels, Product, Target, multiply, pack_lanes};
use super::memory::unwritten;
use super::nibbles::{self, NibbleRows};
use super::simd::{Level, Simd};

/// Numbers that share a scale.
pub(crate) const GROUP: usize = 32;
/// Bytes that memory gives at once.
pub(super) const LINE: usize = 64;
/// Four bits hold whole numbers from −8 on.
const NIBBLE_ZERO: f32 = 8.0;

/// The numbers of a compressed weight.
#[derive(Clone, Copy)]
pub(crate) enum Codes<'a> {
    /// One in each byte.
    Eight(&'a [i8]),
    /// Two in each byte: of a group, the first half in the lower bits, the second in the upper.
    Four(&'a [u8]),
}

/// A weight to read.
#[derive(Clone, Copy)]
pub(crate) struct Compressed<'a> {
    pub codes: Codes<'a>,
    /// One for each group, row by row.
    pub scales: &'a [bf16],
    /// Rows, and columns in whole groups.
    pub shape: [usize; 2],
}

/// `rows · weightᵀ`, then `finish`.
pub(crate) fn multiply_compressed(
    level: Level,
    rows: Matrix,
    weight: &Compressed,
    finish: &impl Finish,
) -> Vec<f32> {
    if few_rows::fits(rows, weight.shape[0]) {
        return match weight.codes {
            Codes::Eight(_) => multiply_few(level, rows, &EightRows(*weight), finish),
            Codes::Four(_) => multiply_few(level, rows, &FourRows(*weight), finish),
        };
    }
    let shape = [rows.rows(), weight.shape[0]];
    let mut output = unwritten(shape[0] * shape[1]);
    multiply(
        level,
        &Product {
            a: rows,
            b: weight,
            c: Target::dense(&mut output, shape),
            add: false,
            finish: Some(finish),
        },
    );
    output
}

impl Compressed<'_> {
    /// Some numbers of a row.
    pub(crate) fn decode(&self, row: usize, columns: Range<usize>, out: &mut [f32]) {
        let (mut place, end) = (
            row * self.shape[1] + columns.start,
            row * self.shape[1] + columns.end,
        );
        let mut out = &mut out[..columns.len()];
        let mut numbers = [0.0; GROUP];
        while place < end {
            let (group, start) = (place / GROUP, place % GROUP);
            self.decode_group(group, &mut numbers);
            let taken = (GROUP - start).min(end - place);
            let (now, later) = out.split_at_mut(taken);
            now.copy_from_slice(&numbers[start..start + taken]);
            (out, place) = (later, place + taken);
        }
    }

    fn decode_group(&self, group: usize, out: &mut [f32; GROUP]) {
        let scale = self.scales[group].to_f32();
        match self.codes {
            Codes::Eight(codes) => {
                let codes = &codes[group * GROUP..(group + 1) * GROUP];
                for (out, code) in out.iter_mut().zip(codes) {
                    *out = f32::from(*code) * scale;
                }
            }
            Codes::Four(codes) => {
                let half = GROUP / 2;
                let codes = &codes[group * half..(group + 1) * half];
                let (low, high) = out.split_at_mut(half);
                for ((low, high), code) in low.iter_mut().zip(high).zip(codes) {
                    *low = (f32::from(code & 15) - NIBBLE_ZERO) * scale;
                    *high = (f32::from(code >> 4) - NIBBLE_ZERO) * scale;
                }
            }
        }
    }

    /// Writes `joined` steps to a number, which `join` makes of them.
    fn pack_with(
        &self,
        inner: Range<usize>,
        panels: Panels,
        out: &mut [f32],
        (joined, join): (usize, impl Fn(&[f32]) -> f32),
    ) {
        let mut numbers = [0.0; 2 * BLOCK];
        pack_lanes((inner, joined), panels, out, |row, steps, places| {
            let numbers = &mut numbers[..steps.len()];
            self.decode(row, steps, numbers);
            for (out, steps) in places.zip(numbers.chunks(joined)) {
                *out = join(steps);
            }
        });
    }
}

impl Columns for Compressed<'_> {
    fn shape(&self) -> [usize; 2] {
        [self.shape[1], self.shape[0]]
    }

    fn pack(&self, inner: Range<usize>, panels: Panels, out: &mut [f32]) {
        self.pack_with(inner, panels, out, (1, |steps| steps[0]));
    }

    fn pack_pairs(&self, _: Level, inner: Range<usize>, panels: Panels, out: &mut [f32]) {
        let bits = |number: f32| u32::from(bf16::from_f32(number).to_bits());
        let join = |steps: &[f32]| {
            let second = steps.get(1).map_or(0, |number| bits(*number));
            f32::from_bits(bits(steps[0]) | second << 16)
        };
        self.pack_with(inner, panels, out, (2, join));
    }
}

struct EightRows<'a>(Compressed<'a>);

impl WeightRows for EightRows<'_> {
    fn shape(&self) -> [usize; 2] {
        self.0.shape
    }

    #[inline(always)]
    fn dots<S: Simd, const R: usize, const W: usize>(
        &self,
        simd: S,
        row: usize,
        inputs: &[&[f32]; R],
    ) -> [[f32; R]; W] {
        let columns = self.0.shape[1];
        let Codes::Eight(codes) = self.0.codes else {
            unreachable!("made of eight bits only");
        };
        let codes = &codes[row * columns..(row + W) * columns];
        for input in inputs {
            assert_eq!(input.len(), columns, "numbers of an input");
        }
        let groups = columns / GROUP;
        let scales = &self.0.scales[row * groups..(row + W) * groups];
        let mut sums = [[simd.splat(0.0); R]; W];
        for line in 0..groups.div_ceil(LINE / GROUP) {
            let first = line * (LINE / GROUP);
            for (index, sums) in sums.iter_mut().enumerate() {
                let place = index * columns + first * GROUP;
                ask_for_next(simd, codes, place, W * columns);
                // SAFETY: a row has this group, and the next one where it is not the last; an input is as long as a row.
                unsafe {
                    let codes = codes.as_ptr().add(place);
                    let scales = scales.as_ptr().add(index * groups + first);
                    let start = first * GROUP;
                    add_eight(simd, (codes, *scales), (inputs, start), sums);
                    if first + 1 < groups {
                        let next = (codes.add(GROUP), *scales.add(1));
                        add_eight(simd, next, (inputs, start + GROUP), sums);
                    }
                }
            }
        }
        added(simd, sums)
    }
}

/// Adds a group's products with each input from `start` on.
///
/// # Safety
/// `codes` is readable for a group, and so are the inputs from `start` on.
#[inline(always)]
unsafe fn add_eight<S: Simd, const R: usize>(
    simd: S,
    (codes, scale): (*const i8, bf16),
    (inputs, start): (&[&[f32]; R], usize),
    sums: &mut [S::Vector; R],
) {
    let scale = simd.splat(finite(scale));
    let mut products = [simd.splat(0.0); R];
    for place in (0..GROUP).step_by(S::LANES) {
        // SAFETY: LANES numbers are left from `place` on.
        unsafe {
            let codes = simd.load_bytes_at(codes.add(place));
            for (product, input) in products.iter_mut().zip(inputs) {
                let input = simd.load_at(input.as_ptr().add(start + place));
                *product = simd.mul_add(codes, input, *product);
            }
        }
    }
    for (sum, product) in sums.iter_mut().zip(products) {
        *sum = simd.mul_add(product, scale, *sum);
    }
}

struct FourRows<'a>(Compressed<'a>);

impl WeightRows for FourRows<'_> {
    fn shape(&self) -> [usize; 2] {
        self.0.shape
    }

    #[inline(always)]
    fn dots<S: Simd, const R: usize, const W: usize>(
        &self,
        simd: S,
        row: usize,
        inputs: &[&[f32]; R],
    ) -> [[f32; R]; W] {
        let columns = self.0.shape[1];
        let Codes::Four(codes) = self.0.codes else {
            unreachable!("made of four bits only");
        };
        let half = GROUP / 2;
        let bytes = columns / 2;
        let codes = &codes[row * bytes..(row + W) * bytes];
        for input in inputs {
            assert_eq!(input.len(), columns, "numbers of an input");
        }
        let groups = columns / GROUP;
        let scales = &self.0.scales[row * groups..(row + W) * groups];
        let mut sums = [[simd.splat(0.0); R]; W];
        for group in 0..groups {
            for (index, sums) in sums.iter_mut().enumerate() {
                let scale = simd.splat(finite(scales[index * groups + group]));
                let mut products = [simd.splat(0.0); R];
                if group.is_multiple_of(LINE / half) {
                    ask_for_next(simd, codes, index * bytes + group * half, W * bytes);
                }
                for start in (0..half).step_by(S::LANES) {
                    // SAFETY: `codes` holds W rows of `bytes` bytes, and LANES of them are left in this group.
                    let [low, high] = unsafe {
                        simd.load_nibbles_at(
                            codes.as_ptr().add(index * bytes + group * half + start),
                        )
                    };
                    let place = group * GROUP + start;
                    for (product, input) in products.iter_mut().zip(inputs) {
                        // SAFETY: an input has as many numbers as a row, of which this group is a part.
                        let (first, second) = unsafe {
                            let input = input.as_ptr().add(place);
                            (simd.load_at(input), simd.load_at(input.add(half)))
                        };
                        *product = simd.mul_add(low, first, *product);
                        *product = simd.mul_add(high, second, *product);
                    }
                }
                for (sum, product) in sums.iter_mut().zip(products) {
                    *sum = simd.mul_add(product, scale, *sum);
                }
            }
        }
        added(simd, sums)
    }

    fn prepared(&self, level: Level) -> usize {
        if level.is_half() {
            nibbles::room(self.0.shape[1] / GROUP)
        } else {
            0
        }
    }

    fn prepare(&self, level: Level, input: &[f32], prepared: &mut [f32]) {
        if level.is_half() {
            nibbles::round(level, input, prepared);
        }
    }

    fn fill<const R: usize>(&self, level: Level, inputs: Inputs<R>, first: usize, out: &mut [f32]) {
        if !level.is_half() {
            fill_by_dots(level, self, (inputs.rows, first), out);
            return;
        }
        let count = out.len() / R;
        let (groups, bytes) = (self.0.shape[1] / GROUP, self.0.shape[1] / 2);
        let Codes::Four(codes) = self.0.codes else {
            unreachable!("made of four bits only");
        };
        let rows = NibbleRows {
            codes: &codes[first * bytes..(first + count) * bytes],
            scales: &self.0.scales[first * groups..(first + count) * groups],
            groups,
        };
        rows.multiply::<R>(level, inputs.prepared, out);
    }
}

/// A scale as f32, without the question whether it is a number.
#[inline(always)]
fn finite(scale: bf16) -> f32 {
    f32::from_bits(u32::from(scale.to_bits()) << 16)
}

/// Asks for the line that is as far behind the one at `place` as all rows of now are long.
#[inline(always)]
pub(super) fn ask_for_next<S: Simd, T>(simd: S, codes: &[T], place: usize, rows: usize) {
    simd.prefetch(codes.as_ptr().wrapping_add(place + rows).cast());
}
