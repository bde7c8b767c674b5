//! Products of random shapes and strides against f64, at every level, in single and in half products.

use burn::tensor::bf16;
use proptest::prelude::*;

use super::{Matrix, Product, Target, multiply};
use crate::Precision;
use crate::cpu::simd::Level;
use crate::cpu::simd::level_tests::at_each_level;
use crate::reference::cases;

#[derive(Clone, Debug)]
struct Case {
    rows: usize,
    inner: usize,
    columns: usize,
    a_strides: [usize; 2],
    b_strides: [usize; 2],
    add: bool,
}

fn strides(rows: usize, columns: usize) -> impl Strategy<Value = [usize; 2]> {
    prop_oneof![
        (0..3usize).prop_map(move |gap| [columns + gap, 1]),
        (0..3usize).prop_map(move |gap| [1, rows + gap]),
        (0..3usize).prop_map(move |gap| [2 * columns + gap, 2]),
        Just([0, 1]),
    ]
}

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![0..5usize, 5..70usize, Just(129), Just(400)]
}

fn case() -> impl Strategy<Value = Case> {
    (size(), size(), size(), any::<bool>()).prop_flat_map(|(rows, inner, columns, add)| {
        (strides(rows, inner), strides(inner, columns)).prop_map(move |(a_strides, b_strides)| {
            Case {
                rows,
                inner,
                columns,
                a_strides,
                b_strides,
                add,
            }
        })
    })
}

fn numbers(length: usize, seed: usize) -> Vec<f32> {
    (0..length)
        .map(|index| (((index * 7919 + seed * 104_729) % 1009) as f32 / 504.5) - 1.0)
        .collect()
}

fn storage(shape: [usize; 2], strides: [usize; 2]) -> usize {
    if shape[0] == 0 || shape[1] == 0 {
        0
    } else {
        (shape[0] - 1) * strides[0] + (shape[1] - 1) * strides[1] + 1
    }
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn products_match_sums_in_double_precision(case in case()) {
        at_each_level(|level| {
            check(level, &case, Level::current());
        });
    }

    #[test]
    fn half_products_match_sums_of_rounded_numbers(case in case()) {
        at_each_level(|level| {
            check(level, &case, Level::of(Precision::Half));
        });
    }
}

fn check(name: &str, case: &Case, level: Level) {
    let &Case {
        rows,
        inner,
        columns,
        a_strides,
        b_strides,
        add,
    } = case;
    let mut a = numbers(storage([rows, inner], a_strides), 1);
    let mut b = numbers(storage([inner, columns], b_strides), 2);
    let before = numbers(rows * columns, 3);
    let mut c = before.clone();
    multiply(
        level,
        &Product {
            a: Matrix::new(&a, [rows, inner], a_strides),
            b: &Matrix::new(&b, [inner, columns], b_strides),
            c: Target::dense(&mut c, [rows, columns]),
            add,
            finish: None,
        },
    );
    if level.is_half() {
        for number in a.iter_mut().chain(&mut b) {
            *number = bf16::from_f32(*number).to_f32();
        }
    }
    for row in 0..rows {
        for column in 0..columns {
            let mut sum = if add {
                f64::from(before[row * columns + column])
            } else {
                0.0
            };
            let mut size = 1.0;
            for k in 0..inner {
                let left = f64::from(a[row * a_strides[0] + k * a_strides[1]]);
                let right = f64::from(b[k * b_strides[0] + column * b_strides[1]]);
                sum += left * right;
                size += (left * right).abs();
            }
            let found = f64::from(c[row * columns + column]);
            // No order of adding, with or without fused products, can be further off (Higham 2002, section 3.1).
            let roundings = (inner + 2) as f64 * f64::from(f32::EPSILON) / 2.0;
            assert!(
                (found - sum).abs() < roundings / (1.0 - roundings) * size,
                "{name} {case:?}: {found} against {sum}"
            );
        }
    }
}
