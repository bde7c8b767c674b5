//! Weights of eight or four bits: packed as the right side of a product, multiplied with a few rows as they lie.
//!
//! In: groups of thirty-two whole numbers that share a scale. Out: products in f32, or in half precision where the level has
//! that.

use std::ops::Range;

use burn::tensor::bf16;

use super::few_rows::{self, WeightRows, multiply as multiply_few};
use super::gemm::{BLOCK, Columns, Finish, Matrix, Panels, Product, Target, multiply, pack_lanes};
use super::memory::unwritten;
use super::simd::{Level, Simd};

/// Numbers that share a scale.
pub(crate) const GROUP: usize = 32;
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

/// Sums of a row's groups with each input: `group` gives the products of one group and an input, still unscaled.
#[inline(always)]
fn grouped<S: Simd, const R: usize>(
    simd: S,
    scales: &[bf16],
    mut group: impl FnMut(usize) -> [S::Vector; R],
) -> [f32; R] {
    // Two sums in turns, so that neither waits for its last addition.
    let mut sums = [[simd.splat(0.0); 2]; R];
    for (index, scale) in scales.iter().enumerate() {
        let scale = simd.splat(scale.to_f32());
        for (sums, product) in sums.iter_mut().zip(group(index)) {
            sums[index % 2] = simd.mul_add(product, scale, sums[index % 2]);
        }
    }
    sums.map(|[even, odd]| simd.sum(simd.add(even, odd)))
}

struct EightRows<'a>(Compressed<'a>);

impl WeightRows for EightRows<'_> {
    fn shape(&self) -> [usize; 2] {
        self.0.shape
    }

    #[inline(always)]
    fn dots<S: Simd, const R: usize>(&self, simd: S, row: usize, inputs: &[&[f32]; R]) -> [f32; R] {
        let columns = self.0.shape[1];
        let Codes::Eight(codes) = self.0.codes else {
            unreachable!("made of eight bits only");
        };
        let codes = &codes[row * columns..(row + 1) * columns];
        let inputs = inputs.map(|input| &input[..columns]);
        let groups = columns / GROUP;
        let scales = &self.0.scales[row * groups..(row + 1) * groups];
        grouped(simd, scales, |group| {
            let mut sums = [simd.splat(0.0); R];
            for place in (group * GROUP..(group + 1) * GROUP).step_by(S::LANES) {
                let codes = &codes[place..place + S::LANES];
                // SAFETY: the slice holds LANES numbers.
                let codes = unsafe { simd.load_bytes_at(codes.as_ptr()) };
                for (sum, input) in sums.iter_mut().zip(&inputs) {
                    *sum = simd.mul_add(codes, simd.load(&input[place..]), *sum);
                }
            }
            sums
        })
    }
}

struct FourRows<'a>(Compressed<'a>);

impl WeightRows for FourRows<'_> {
    fn shape(&self) -> [usize; 2] {
        self.0.shape
    }

    #[inline(always)]
    fn dots<S: Simd, const R: usize>(&self, simd: S, row: usize, inputs: &[&[f32]; R]) -> [f32; R] {
        let columns = self.0.shape[1];
        let Codes::Four(codes) = self.0.codes else {
            unreachable!("made of four bits only");
        };
        let half = GROUP / 2;
        let codes = &codes[row * columns / 2..(row + 1) * columns / 2];
        let inputs = inputs.map(|input| &input[..columns]);
        let groups = columns / GROUP;
        let scales = &self.0.scales[row * groups..(row + 1) * groups];
        grouped(simd, scales, |group| {
            let mut sums = [simd.splat(0.0); R];
            for start in (0..half).step_by(S::LANES) {
                let codes = &codes[group * half + start..][..S::LANES];
                // SAFETY: the slice holds LANES bytes.
                let [low, high] = unsafe { simd.load_nibbles_at(codes.as_ptr()) };
                let place = group * GROUP + start;
                for (sum, input) in sums.iter_mut().zip(&inputs) {
                    *sum = simd.mul_add(low, simd.load(&input[place..]), *sum);
                    *sum = simd.mul_add(high, simd.load(&input[place + half..]), *sum);
                }
            }
            sums
        })
    }
}
