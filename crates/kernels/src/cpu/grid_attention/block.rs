//! A block of queries, one in each lane of two vectors, against all tokens of its object.
//!
//! In: queries, packed tokens. Out: attended values. The parts of a query are what it is in the tokens' channels when it
//! is turned back by a column, or by a row; a score is the sum of two parts times a token.

use super::super::gemm::{Corner, Matrix, Multiply, ProductTask, Rows, Target, pieces, tiles};
use super::super::simd::{Level, Simd, exp};
use super::packed::PackedTokens;
use super::sums::Sums;
use super::tables::{Rotation, Rotations, Sizes};

/// What all blocks of an object share.
pub(super) struct Shared<'a> {
    pub sizes: Sizes,
    pub rotations: &'a Rotations<'a>,
    /// The two halves of the channels by token channels, each joined from row to row.
    pub weight: [&'a [f32]; 2],
    /// `[channels]`.
    pub bias: &'a [f32],
    /// Factor on the scores.
    pub scale: f32,
}

/// At most two vectors of queries.
pub(super) struct Block<'a> {
    pub shared: &'a Shared<'a>,
    pub packed: PackedTokens<'a>,
    /// Queries by channels.
    pub query: Matrix<'a>,
    /// Queries by value channels.
    pub output: Target<'a>,
    /// As many numbers as [`scratch_size`] says.
    pub scratch: &'a mut [f32],
}

/// Numbers of each part of the scratch.
fn rooms(level: Level, sizes: &Sizes) -> [usize; 5] {
    let rows = [
        sizes.channels,
        sizes.channels / 2,
        // The parts by each column, the part by a row; in each, last, its product with the projection's bias.
        (sizes.grid[1] + 1) * (sizes.token_channels + 1),
        sizes.chunk_tokens(),
        sizes.value_channels,
    ];
    rows.map(|rows| rows * 2 * level.lanes())
}

/// Numbers that a block needs.
pub(super) fn scratch_size(level: Level, sizes: &Sizes) -> usize {
    rooms(level, sizes).iter().sum()
}

/// Two vectors.
type Two<S> = [<S as Simd>::Vector; 2];

impl ProductTask for Block<'_> {
    #[inline(always)]
    fn run<S: Simd, M: Multiply<S>>(self, simd: S, multiply: M) {
        let two = 2 * S::LANES;
        let sizes = &self.shared.sizes;
        let mut scratch = self.scratch;
        let part_size = (sizes.token_channels + 1) * two;
        let query = take(&mut scratch, sizes.channels * two);
        let turned = take(&mut scratch, sizes.channels / 2 * two);
        let columns = take(&mut scratch, sizes.grid[1] * part_size);
        let row_part = take(&mut scratch, part_size);
        let lookup = Lookup {
            simd,
            multiply,
            shared: self.shared,
        };
        let mut attended = Attended {
            scores: take(&mut scratch, sizes.chunk_tokens() * two),
            output: take(&mut scratch, sizes.value_channels * two),
            most: [simd.splat(f32::NEG_INFINITY); 2],
            total: [simd.splat(0.0); 2],
        };
        attended.output.fill(0.0);
        transpose_scaled(self.query, self.shared.scale, query, two);
        let halves = query.split_at(sizes.channels / 2 * two);

        let rotations = self.shared.rotations;
        for (column, out) in columns.chunks_exact_mut(part_size).enumerate() {
            lookup.part(0, rotations.column(column), halves.0, turned, out);
        }
        let (mut tokens, mut values) = (self.packed.tokens, self.packed.values);
        for row in 0..sizes.grid[0] {
            lookup.part(1, rotations.row(row), halves.1, turned, row_part);
            for parts in columns.chunks(sizes.chunk_places() * part_size) {
                let mut count = 0;
                for part in parts.chunks_exact(part_size) {
                    lookup.score(
                        [part, row_part],
                        &mut tokens,
                        &mut attended,
                        [count, sizes.grids],
                    );
                    count += sizes.grids;
                }
                lookup.attend(count, &mut values, &mut attended);
            }
        }
        let part = &mut columns[..part_size];
        lookup.part(0, rotations.none(), halves.0, turned, part);
        lookup.part(1, rotations.none(), halves.1, turned, row_part);
        for (_, count) in sizes.placeless_chunks() {
            lookup.score([part, row_part], &mut tokens, &mut attended, [0, count]);
            lookup.attend(count, &mut values, &mut attended);
        }
        attended.finish(simd, self.output);
    }
}

/// Cuts the next part from a buffer.
#[expect(clippy::mut_mut, reason = "the caller's slice is what shrinks")]
fn take<'a>(scratch: &mut &'a mut [f32], length: usize) -> &'a mut [f32] {
    let (taken, others) = std::mem::take(scratch).split_at_mut(length);
    *scratch = others;
    taken
}

/// Queries become columns, each lane one; lanes without a query are zero.
#[inline(always)]
fn transpose_scaled(query: Matrix, scale: f32, out: &mut [f32], lanes: usize) {
    out.fill(0.0);
    for row in 0..query.rows() {
        let numbers = query.dense_row(row, 0, query.columns());
        for (out, number) in out[row..].iter_mut().step_by(lanes).zip(numbers) {
            *out = number * scale;
        }
    }
}

/// The numbers of the level and what is looked at.
struct Lookup<'a, S, M> {
    simd: S,
    multiply: M,
    shared: &'a Shared<'a>,
}

/// What a block has seen so far.
struct Attended<'a, S: Simd> {
    /// Token by token: scores, then their exponentials, joined from token to token.
    scores: &'a mut [f32],
    /// Value channels by queries: sums of values, weighted relative to `most`.
    output: &'a mut [f32],
    /// Greatest score of each query.
    most: Two<S>,
    /// Sum of each query's exponentials, relative to `most`.
    total: Two<S>,
}

impl<S: Simd, M: Multiply<S>> Lookup<'_, S, M> {
    #[inline(always)]
    fn load(&self, row: &[f32]) -> Two<S> {
        [self.simd.load(row), self.simd.load(&row[S::LANES..])]
    }

    #[inline(always)]
    fn store(&self, row: &mut [f32], [first, second]: Two<S>) {
        self.simd.store(row, first);
        self.simd.store(&mut row[S::LANES..], second);
    }

    #[inline(always)]
    fn add(&self, left: Two<S>, right: Two<S>) -> Two<S> {
        [
            self.simd.add(left[0], right[0]),
            self.simd.add(left[1], right[1]),
        ]
    }

    #[inline(always)]
    fn join(&self, first: Two<S>, second: Two<S>) -> Two<S> {
        [
            self.multiply.join(first[0], second[0]),
            self.multiply.join(first[1], second[1]),
        ]
    }

    /// `e^(scores − most)`.
    #[inline(always)]
    fn exponentials(&self, scores: Two<S>, most: Two<S>) -> Two<S> {
        [
            exp(self.simd, self.simd.sub(scores[0], most[0])),
            exp(self.simd, self.simd.sub(scores[1], most[1])),
        ]
    }

    /// One half of the queries' channels, turned back and projected; last the product with the bias.
    #[inline(always)]
    fn part(
        &self,
        half: usize,
        rotation: Rotation,
        query: &[f32],
        turned: &mut [f32],
        out: &mut [f32],
    ) {
        let (simd, two) = (self.simd, 2 * S::LANES);
        let channels = rotation.cosines.len();
        let bias = &self.shared.bias[half * channels..(half + 1) * channels];
        let mut constant = [simd.splat(0.0); 2];
        for pair in 0..channels / 2 {
            let [low, high] = [2 * pair, 2 * pair + 1];
            let rows = [
                self.load(&query[low * two..]),
                self.load(&query[high * two..]),
            ];
            let cosines = [
                simd.splat(rotation.cosines[low]),
                simd.splat(rotation.cosines[high]),
            ];
            let sines = [
                simd.splat(rotation.sines[low]),
                simd.splat(rotation.sines[high]),
            ];
            let mut joined = constant;
            for n in 0..2 {
                let first = simd.mul(rows[0][n], cosines[0]);
                let first = simd.mul_add(rows[1][n], sines[1], first);
                let second = simd.mul(rows[1][n], cosines[1]);
                let second = simd.mul_add(rows[0][n], sines[0], second);
                constant[n] = simd.mul_add(first, simd.splat(bias[low]), constant[n]);
                constant[n] = simd.mul_add(second, simd.splat(bias[high]), constant[n]);
                if M::DEPTH == 1 {
                    simd.store(&mut turned[low * two + n * S::LANES..], first);
                    simd.store(&mut turned[high * two + n * S::LANES..], second);
                }
                joined[n] = self.multiply.join(first, second);
            }
            if M::DEPTH == 2 {
                self.store(&mut turned[pair * two..], joined);
            }
        }
        let token_channels = self.shared.sizes.token_channels;
        let left = Rows {
            data: self.shared.weight[half].as_ptr(),
            row_stride: 1,
            step: token_channels,
        };
        let (products, last) = out.split_at_mut(token_channels * two);
        self.multiply_into(left, [token_channels, channels], turned, (products, false));
        self.store(last, constant);
    }

    /// `out = left · right`, or added to it; `shape` is that of rows and steps.
    #[inline(always)]
    fn multiply_into(
        &self,
        left: Rows,
        [rows, steps]: [usize; 2],
        right: &[f32],
        (out, add): (&mut [f32], bool),
    ) {
        let two = 2 * S::LANES;
        let inner = steps.div_ceil(M::DEPTH);
        assert!(out.len() >= rows * two && right.len() >= inner * two);
        let corner = Corner {
            data: out.as_mut_ptr(),
            row_stride: two,
            columns: two,
            add,
        };
        // SAFETY: the callers' left sides hold `rows` by `inner` numbers; the right side and the output were checked.
        unsafe {
            tiles((self.simd, self.multiply), rows, left, right, inner, corner);
        }
    }

    /// Scores of the next `count` tokens, all at one place, to the rows from `first` on.
    #[inline(always)]
    fn score(
        &self,
        [column, row]: [&[f32]; 2],
        tokens: &mut &[f32],
        attended: &mut Attended<S>,
        [first, count]: [usize; 2],
    ) {
        let two = 2 * S::LANES;
        let channels = self.shared.sizes.token_channels;
        let size = channels.div_ceil(M::DEPTH);
        let scores = &mut attended.scores[first * two..(first + count) * two];
        let last = channels * two;
        let constant = self.add(self.load(&column[last..]), self.load(&row[last..]));
        for score in scores.chunks_exact_mut(two) {
            self.store(score, constant);
        }
        let (these, others) = tokens.split_at(count * size);
        *tokens = others;
        let left = Rows {
            data: these.as_ptr(),
            row_stride: size,
            step: 1,
        };
        let sums = Sums {
            multiply: self.multiply,
            parts: [column.as_ptr(), row.as_ptr()],
        };
        let corner = Corner {
            data: scores.as_mut_ptr(),
            row_stride: two,
            columns: two,
            add: true,
        };
        assert!(channels.is_multiple_of(M::DEPTH) && column.len().min(row.len()) >= last);
        // SAFETY: `these` holds `count` by `size` numbers, `scores` as many rows; both parts have `channels` rows.
        unsafe {
            pieces(
                (self.simd, self.multiply),
                count,
                left,
                (sums, size),
                corner,
            );
        }
    }

    /// Adds the values of the next `count` tokens, weighted by the exponentials of their scores.
    #[inline(always)]
    fn attend(&self, count: usize, values: &mut &[f32], attended: &mut Attended<S>) {
        let (simd, two) = (self.simd, 2 * S::LANES);
        let before = attended.most;
        for score in attended.scores.chunks_exact(two).take(count) {
            let score = self.load(score);
            for (most, score) in attended.most.iter_mut().zip(score) {
                *most = simd.max(*most, score);
            }
        }
        let most = attended.most;
        let factor = self.exponentials(before, most);
        for row in attended.output.chunks_exact_mut(two) {
            let sums = self.load(row);
            self.store(
                row,
                [simd.mul(sums[0], factor[0]), simd.mul(sums[1], factor[1])],
            );
        }
        let total = attended.total;
        let mut total = [simd.mul(total[0], factor[0]), simd.mul(total[1], factor[1])];
        let numbers = count.div_ceil(M::DEPTH);
        for number in 0..numbers {
            let token = number * M::DEPTH;
            let mut weights = self.exponentials(self.load(&attended.scores[token * two..]), most);
            total = self.add(total, weights);
            if M::DEPTH == 2 {
                let mut second = [simd.splat(0.0); 2];
                if token + 1 < count {
                    let scores = self.load(&attended.scores[(token + 1) * two..]);
                    second = self.exponentials(scores, most);
                    total = self.add(total, second);
                }
                weights = self.join(weights, second);
            }
            self.store(&mut attended.scores[number * two..], weights);
        }
        attended.total = total;
        let channels = self.shared.sizes.value_channels;
        let (these, others) = values.split_at(numbers * channels);
        *values = others;
        let left = Rows {
            data: these.as_ptr(),
            row_stride: 1,
            step: channels,
        };
        self.multiply_into(
            left,
            [channels, count],
            attended.scores,
            (attended.output, true),
        );
    }
}

impl<S: Simd> Attended<'_, S> {
    /// Divides by the sums of the weights.
    #[inline(always)]
    fn finish(self, simd: S, output: Target) {
        let two = 2 * S::LANES;
        let mut totals = self.scores;
        simd.store(totals, self.total[0]);
        simd.store(&mut totals[S::LANES..], self.total[1]);
        totals = &mut totals[..two];
        for (row, total) in totals.iter().enumerate().take(output.rows()) {
            // SAFETY: the block's rows of the output belong to it alone.
            let out = unsafe { output.row(row, 0, output.columns()) };
            for (out, sum) in out.iter_mut().zip(self.output[row..].iter().step_by(two)) {
                *out = sum / total;
            }
        }
    }
}
