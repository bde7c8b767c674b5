//! Products of one row, or a few, with a weight: every number of the weight is read once, from where it lies.
//!
//! In: rows, and a weight whose rows can be multiplied as they are stored. Out: `rows · weightᵀ`. A generating language model
//! does little else, so the speed is that of memory.

use burn::tensor::bf16;
use rayon::prelude::*;

use super::gemm::{Finish, Matrix};
use super::memory::{unwritten, with_scratch};
use super::simd::{Level, Simd, Task};

/// Rows that are multiplied together.
const FEW: usize = 4;
/// Most rows where the weight stays in the middle cache, so that it can be read several times; more are worth packing it.
const MANY: usize = 24;
/// Numbers of such a weight.
const IN_CACHE: usize = 1 << 18;
/// Numbers of the weight that one thread takes at a time.
const PIECE: usize = 1 << 16;
/// Rows of the weight that are multiplied together: a vector of the input is read once for all of them, and no sum waits for
/// its last addition.
pub(super) const TOGETHER: usize = 4;

/// The rows of a weight, however they are stored.
pub(crate) trait WeightRows: Sync {
    /// Rows and columns.
    fn shape(&self) -> [usize; 2];

    /// The sums of the products of `W` neighbouring rows with each of the inputs, which are as long.
    fn dots<S: Simd, const R: usize, const W: usize>(
        &self,
        simd: S,
        row: usize,
        inputs: &[&[f32]; R],
    ) -> [[f32; R]; W];

    /// Room for an input as products at this level want it, once for all rows of the weight.
    fn prepared(&self, _: Level) -> usize {
        0
    }

    /// Writes an input as products at this level want it, into as much room as [`WeightRows::prepared`] asks for.
    fn prepare(&self, _: Level, _input: &[f32], _prepared: &mut [f32]) {}

    /// The sums for the rows from number `first` on, as many as `out` has room for, all inputs of a row together.
    fn fill<const R: usize>(&self, level: Level, inputs: Inputs<R>, first: usize, out: &mut [f32])
    where
        Self: Sized,
    {
        fill_by_dots(level, self, (inputs.rows, first), out);
    }
}

/// What a weight is multiplied with.
#[derive(Clone, Copy)]
pub(crate) struct Inputs<'a, const R: usize> {
    /// Each as long as a row of the weight.
    pub rows: [&'a [f32]; R],
    /// What [`WeightRows::prepare`] made of them, one after the other.
    pub prepared: &'a [f32],
}

/// [`WeightRows::fill`] row after row.
pub(super) fn fill_by_dots<const R: usize>(
    level: Level,
    weight: &impl WeightRows,
    (inputs, first): ([&[f32]; R], usize),
    out: &mut [f32],
) {
    level.run(Dots {
        inputs,
        weight,
        first,
        out,
    });
}

/// The sum of each register's lanes.
#[inline(always)]
pub(super) fn added<S: Simd, const R: usize, const W: usize>(
    simd: S,
    sums: [[S::Vector; R]; W],
) -> [[f32; R]; W] {
    let mut found = [[0.0; R]; W];
    let (four, rest) = sums.as_flattened().as_chunks::<4>();
    let (found_four, found_rest) = found.as_flattened_mut().as_chunks_mut::<4>();
    for (found, sums) in found_four.iter_mut().zip(four) {
        *found = simd.sum_four(*sums);
    }
    for (found, sum) in found_rest.iter_mut().zip(rest) {
        *found = simd.sum(*sum);
    }
    found
}

/// Whether these rows are few for a weight of so many rows, and each lies in one piece.
pub(crate) fn fits(rows: Matrix, columns: usize) -> bool {
    let most = if columns * rows.columns() <= IN_CACHE {
        MANY
    } else {
        FEW
    };
    (1..=most).contains(&rows.rows())
        && rows.columns() > 0
        && (rows.column_stride() == 1 || rows.columns() == 1)
}

/// `rows · weightᵀ`, row by row, then `finish`.
pub(crate) fn multiply(
    level: Level,
    rows: Matrix,
    weight: &impl WeightRows,
    finish: &impl Finish,
) -> Vec<f32> {
    let [columns, _] = weight.shape();
    let mut output = unwritten(rows.rows() * columns);
    let row = |number: usize| rows.dense_row(number, 0, rows.columns());
    let outputs = output.chunks_mut((FEW * columns).max(1));
    for (first, out) in (0..rows.rows()).step_by(FEW).zip(outputs) {
        let [a, b, c] = [first + 1, first + 2, first + 3];
        match rows.rows() - first {
            1 => multiply_rows(level, [row(first)], weight, out),
            2 => multiply_rows(level, [row(first), row(a)], weight, out),
            3 => multiply_rows(level, [row(first), row(a), row(b)], weight, out),
            _ => multiply_rows(level, [row(first), row(a), row(b), row(c)], weight, out),
        }
    }
    for (row, out) in output.chunks_exact_mut(columns.max(1)).enumerate() {
        finish.finish(level, row, 0, out);
    }
    output
}

fn multiply_rows<const R: usize>(
    level: Level,
    inputs: [&[f32]; R],
    weight: &impl WeightRows,
    output: &mut [f32],
) {
    let [columns, inner] = weight.shape();
    let step = (PIECE / inner.max(1)).max(1).next_multiple_of(TOGETHER);
    let room = weight.prepared(level);
    with_scratch(R * room, |prepared| {
        for (input, prepared) in inputs.iter().zip(prepared.chunks_exact_mut(room.max(1))) {
            weight.prepare(level, input, prepared);
        }
        let inputs = Inputs {
            rows: inputs,
            prepared,
        };
        let part = |(piece, out): (usize, &mut [f32])| {
            weight.fill(level, inputs, piece * step, out);
        };
        let fill = |out: &mut [f32]| {
            if columns <= step {
                part((0, out));
            } else {
                // Each piece alone can go to another thread, or one thread ends long after the others.
                let pieces = out.par_chunks_mut(step * R).with_max_len(1);
                pieces.enumerate().for_each(part);
            }
        };
        if R == 1 {
            fill(output);
            return;
        }
        with_scratch(R * columns, |turned| {
            fill(turned);
            for (column, sums) in turned.chunks_exact(R).enumerate() {
                for (row, sum) in sums.iter().enumerate() {
                    output[row * columns + column] = *sum;
                }
            }
        });
    });
}

/// Some rows of the weight with all inputs; written one row of the weight after the other.
struct Dots<'a, W, const R: usize> {
    inputs: [&'a [f32]; R],
    weight: &'a W,
    first: usize,
    out: &'a mut [f32],
}

impl<W: WeightRows, const R: usize> Task for Dots<'_, W, R> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let mut row = self.first;
        let mut together = self.out.chunks_exact_mut(TOGETHER * R);
        for out in together.by_ref() {
            let sums: [[f32; R]; TOGETHER] = self.weight.dots(simd, row, &self.inputs);
            out.copy_from_slice(sums.as_flattened());
            row += TOGETHER;
        }
        for out in together.into_remainder().chunks_exact_mut(R) {
            let [sums] = self.weight.dots(simd, row, &self.inputs);
            out.copy_from_slice(&sums);
            row += 1;
        }
    }
}

/// A number as a weight stores it.
pub(crate) trait Stored: Copy + Sync {
    /// Reads `LANES` numbers.
    ///
    /// # Safety
    /// `source` is readable for as many.
    unsafe fn load<S: Simd>(simd: S, source: *const Self) -> S::Vector;
    /// One number.
    fn single(self) -> f32;
}

impl Stored for f32 {
    #[inline(always)]
    unsafe fn load<S: Simd>(simd: S, source: *const Self) -> S::Vector {
        // SAFETY: by this function's contract.
        unsafe { simd.load_at(source) }
    }
    #[inline(always)]
    fn single(self) -> f32 {
        self
    }
}

impl Stored for bf16 {
    #[inline(always)]
    unsafe fn load<S: Simd>(simd: S, source: *const Self) -> S::Vector {
        // SAFETY: by this function's contract.
        unsafe { simd.load_halves_at(source) }
    }
    #[inline(always)]
    fn single(self) -> f32 {
        self.to_f32()
    }
}

/// Rows one after the other.
pub(crate) struct DenseRows<'a, T> {
    data: &'a [T],
    shape: [usize; 2],
}

impl<'a, T> DenseRows<'a, T> {
    /// `shape` is that of rows and columns.
    pub(crate) fn new(data: &'a [T], shape: [usize; 2]) -> Self {
        assert_eq!(data.len(), shape[0] * shape[1], "numbers of a weight");
        Self { data, shape }
    }
}

impl<T: Stored> WeightRows for DenseRows<'_, T> {
    fn shape(&self) -> [usize; 2] {
        self.shape
    }

    #[inline(always)]
    fn dots<S: Simd, const R: usize, const W: usize>(
        &self,
        simd: S,
        row: usize,
        inputs: &[&[f32]; R],
    ) -> [[f32; R]; W] {
        let columns = self.shape[1];
        let rows = &self.data[row * columns..(row + W) * columns];
        for input in inputs {
            assert_eq!(input.len(), columns, "numbers of an input");
        }
        let mut sums = [[simd.splat(0.0); R]; W];
        let whole = columns / S::LANES * S::LANES;
        for place in (0..whole).step_by(S::LANES) {
            for (index, sums) in sums.iter_mut().enumerate() {
                // SAFETY: `rows` holds W rows of `columns` numbers, and LANES of them are left from `place` on.
                let weight = unsafe {
                    let source = rows.as_ptr().add(index * columns + place);
                    simd.prefetch(source.wrapping_add(W * columns).cast());
                    T::load(simd, source)
                };
                for (sum, input) in sums.iter_mut().zip(inputs) {
                    // SAFETY: an input has as many numbers as a row.
                    let input = unsafe { simd.load_at(input.as_ptr().add(place)) };
                    *sum = simd.mul_add(weight, input, *sum);
                }
            }
        }
        let mut found = added(simd, sums);
        if whole == columns {
            return found;
        }
        for (index, found) in found.iter_mut().enumerate() {
            let weight = &rows[index * columns + whole..(index + 1) * columns];
            for (found, input) in found.iter_mut().zip(inputs) {
                let rest = weight.iter().zip(&input[whole..]);
                *found += rest
                    .map(|(weight, input)| weight.single() * input)
                    .sum::<f32>();
            }
        }
        found
    }
}
