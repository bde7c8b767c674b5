//! The loops around tile products, with a plain twin of the instructions, bit by bit against sums of rounded numbers.

use std::ops::Range;

use proptest::prelude::*;

use super::pass::{Finish, Packed, Pass, Piece};
use super::tiled;
use super::{Columns, HalfColumns, Matrix, PanelShape, Panels, Target};
use crate::Precision;
use crate::cpu::simd::tiles::twin::{Twin, added, fused, joined};
use crate::cpu::simd::tiles::{SIDE, STEPS, TileTask, TileUnit, join};
use crate::cpu::simd::{HalfSimd, HalfTask, Level};
use crate::reference::cases;
use burn::tensor::bf16;

/// A piece of a product, within a larger C.
#[derive(Clone, Debug)]
struct Case {
    shape: [usize; 2],
    inner: usize,
    /// Of the packed steps.
    steps: Range<usize>,
    rows: Range<usize>,
    panels: Range<usize>,
    strides: [usize; 2],
    add: bool,
    finish: bool,
}

fn part(total: usize) -> impl Strategy<Value = Range<usize>> {
    (0..=total, 0..=total).prop_map(|(one, other)| one.min(other)..one.max(other))
}

fn case() -> impl Strategy<Value = Case> {
    let inner = prop_oneof![1..70usize, Just(96), Just(385), Just(801)];
    let columns = prop_oneof![1..100usize, Just(32), Just(64)];
    (1..80usize, columns, inner)
        .prop_flat_map(|(rows, columns, inner)| {
            let panels = columns.div_ceil(2 * SIDE);
            let strides = prop_oneof![
                Just([inner, 1]),
                Just([512 * inner.div_ceil(512), 1]),
                Just([1, rows]),
                Just([2 * inner, 2]),
            ];
            (
                Just([rows, columns]),
                Just(inner),
                prop_oneof![
                    Just(0..inner),
                    part(inner / 2).prop_map(|r| 2 * r.start..2 * r.end)
                ],
                prop_oneof![Just(0..rows), part(rows)],
                prop_oneof![Just(0..panels), part(panels)],
                strides,
                any::<bool>(),
                any::<bool>(),
            )
        })
        .prop_map(
            |(shape, inner, steps, rows, panels, strides, add, finish)| Case {
                shape,
                inner,
                steps,
                rows,
                panels,
                strides,
                add,
                finish,
            },
        )
}

fn numbers(length: usize, seed: usize) -> Vec<f32> {
    (0..length)
        .map(|index| (((index * 7919 + seed * 104_729) % 1009) as f32 / 504.5) - 1.0)
        .collect()
}

fn rounded(number: f32) -> f32 {
    bf16::from_f32(number).to_f32()
}

/// Panels as their documentation says: number by number. `b` lies row by row.
fn pack_plainly(b: &[f32], [inner, columns]: [usize; 2]) -> Vec<f32> {
    let mut packed = Vec::new();
    for first in (0..columns).step_by(2 * SIDE) {
        let width = (columns - first).div_ceil(SIDE).min(2) * SIDE;
        for row in (0..inner).step_by(2) {
            packed.extend((first..first + width).map(|column| {
                joined([row, row + 1].map(|row| {
                    let there = row < inner && column < columns;
                    if there {
                        b[row * columns + column]
                    } else {
                        0.0
                    }
                }))
            }));
        }
    }
    packed
}

/// Adds a thousand and the column to each number.
struct Mark;

impl Finish for Mark {
    fn finish(&self, _: Level, row: usize, first: usize, out: &mut [f32]) {
        for (column, out) in out.iter_mut().enumerate() {
            *out += (1000 * row + first + column) as f32;
        }
    }
}

proptest! {
    #![proptest_config(cases(120))]

    #[test]
    fn tiles_sum_as_plainly(case in case()) {
        check(&case);
    }
}

#[test]
fn tiles_sum_as_plainly_where_panels_are_divided() {
    check(&Case {
        shape: [33, 1700],
        inner: 400,
        steps: 0..399,
        rows: 0..33,
        panels: 0..54,
        strides: [400, 1],
        add: false,
        finish: true,
    });
}

fn check(case: &Case) {
    let Case { inner, strides, .. } = *case;
    let [rows, columns] = case.shape;
    let last = (rows - 1) * strides[0] + (inner - 1) * strides[1];
    let a = numbers(last + 1, 1);
    let b = numbers(inner * columns, 2);
    let before = numbers(rows * columns, 3);
    let shape = PanelShape::of_tiles(columns);
    let mut packed = pack_plainly(&b, [inner, columns]);
    assert_eq!(packed.len(), shape.length(inner));
    // Nothing beyond the panels may be read as a number.
    packed.extend([f32::NAN; 1024]);
    let mut c = before.clone();
    let pass = Pass {
        level: Level::current(),
        a: &Matrix::new(&a, [rows, inner], strides),
        a_start: case.steps.start,
        packed: Packed::new(&packed, shape, inner),
        steps: case.steps.clone(),
        c: Target::dense(&mut c, case.shape),
        origin: 0,
        add: case.add,
        finish: case.finish.then_some(&Mark as &dyn Finish),
    };
    let piece = Piece {
        pass: &pass,
        rows: case.rows.clone(),
        panels: case.panels.clone(),
    };
    tiled::multiply(piece, |task| task.run(Twin));
    let touched = case.panels.start * 2 * SIDE..columns.min(case.panels.end * 2 * SIDE);
    for row in 0..rows {
        for column in 0..columns {
            let place = row * columns + column;
            let mut expected = before[place];
            if case.rows.contains(&row) && touched.contains(&column) && !case.steps.is_empty() {
                if !case.add {
                    expected = 0.0;
                }
                let steps: Vec<usize> = case.steps.clone().collect();
                for block in steps.chunks(STEPS) {
                    let mut parts = [0.0; 2];
                    for (index, step) in block.iter().enumerate() {
                        let left = rounded(a[row * strides[0] + step * strides[1]]);
                        let right = rounded(b[step * columns + column]);
                        parts[index % 2] = fused(left, right, parts[index % 2]);
                    }
                    expected = added(expected, added(parts[0], parts[1]));
                }
                if case.finish {
                    expected += (1000 * row + column) as f32;
                }
            }
            assert_eq!(
                c[place].to_bits(),
                expected.to_bits(),
                "{case:?}: row {row}, column {column}: {} against {expected}",
                c[place]
            );
        }
    }
}

/// The level whose panels hold pairs in vectors of sixteen, where there is one.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn level_of_pairs() -> Option<Level> {
    let level = Level::of(Precision::Half);
    let found = level.is_half() && level.lanes() == SIDE;
    if !found {
        eprintln!("skipped: this processor has no products of bfloat16 in vectors of sixteen");
    }
    found.then_some(level)
}

#[test]
fn panels_of_pairs_are_tiles_as_they_are() {
    let Some(level) = level_of_pairs() else {
        return;
    };
    for [inner, columns] in [[1, 1], [2, 16], [33, 17], [70, 100], [131, 64]] {
        let b = numbers(inner * columns, 2);
        let expected = pack_plainly(&b, [inner, columns]);
        let shape = PanelShape::new(level, columns);
        let pack = |columns: &dyn Fn(Panels, &mut [f32])| {
            let mut out = vec![f32::NAN; shape.length(inner)];
            let range = 0..shape.count();
            columns(Panels { shape, range }, &mut out);
            let bits = |numbers: &[f32]| -> Vec<u32> {
                numbers.iter().map(|number| number.to_bits()).collect()
            };
            assert_eq!(
                bits(&out),
                bits(&expected),
                "{inner} × {columns}",
                columns = shape.columns(0).len()
            );
        };
        let dense = Matrix::dense(&b, [inner, columns]);
        pack(&|panels, out| dense.pack_pairs(level, 0..inner, panels, out));
        let across: Vec<f32> = (0..inner * columns)
            .map(|place| b[place % inner * columns + place / inner])
            .collect();
        let turned = Matrix::new(&across, [inner, columns], [1, inner]);
        pack(&|panels, out| turned.pack_pairs(level, 0..inner, panels, out));
        let halves: Vec<bf16> = across.iter().map(|x| bf16::from_f32(*x)).collect();
        let halves = HalfColumns::new(&halves, [inner, columns]);
        pack(&|panels, out| halves.pack_pairs(level, 0..inner, panels, out));
    }
}

struct JoinRow<'a>(&'a [f32], &'a mut [f32; SIDE]);

impl HalfTask for JoinRow<'_> {
    type Output = ();

    #[inline(always)]
    fn run<H: HalfSimd>(self, half: H) {
        join(half, self.0, self.1);
    }
}

#[test]
fn rows_are_joined_as_plainly() {
    let Some(level) = level_of_pairs() else {
        return;
    };
    for length in 0..=STEPS {
        let source = numbers(length, length);
        let mut rows = [[1.0_f32; SIDE]; 2];
        level.run_half(JoinRow(&source, &mut rows[0]));
        Twin.join(&source, &mut rows[1]);
        let [found, expected] = rows.map(|row| row.map(f32::to_bits));
        assert_eq!(found, expected, "{length} numbers");
    }
}
