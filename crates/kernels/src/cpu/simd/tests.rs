//! Every instruction of a vector against the same on single numbers, at every level.
//!
//! Slices are as long as what is read or written, so that a memory checker sees a step too far.

use burn::tensor::bf16;

use super::level_tests::at_each_level;
use super::{Level, Simd, Task};

/// What is unusual about f32, and what is not.
const NUMBERS: [f32; 14] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.5,
    -3.75,
    1e-30,
    -7e20,
    f32::MIN_POSITIVE / 4.0,
    f32::MAX,
    f32::MIN,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
];

type Vectors<S> = fn(S, <S as Simd>::Vector, <S as Simd>::Vector) -> <S as Simd>::Vector;
/// A name, the instruction and the same on single numbers.
type Pairwise<S> = (&'static str, Vectors<S>, fn(f32, f32) -> f32);

fn same(a: f32, b: f32) -> bool {
    a == b || (a.is_nan() && b.is_nan())
}

fn vector<S: Simd>(simd: S, number: impl Fn(usize) -> f32) -> S::Vector {
    let numbers: Vec<f32> = (0..S::LANES).map(number).collect();
    simd.load(&numbers)
}

fn numbers<S: Simd>(simd: S, vector: S::Vector) -> Vec<f32> {
    let mut numbers = vec![0.0; S::LANES];
    simd.store(&mut numbers, vector);
    numbers
}

/// Asserts each lane.
fn assert_lanes<S: Simd>(
    simd: S,
    what: &str,
    found: S::Vector,
    right: impl Fn(usize, f32) -> bool,
) {
    for (lane, number) in numbers(simd, found).into_iter().enumerate() {
        assert!(right(lane, number), "{what}: {number} in lane {lane}");
    }
}

/// Runs a test as a kernel of every level.
macro_rules! kernel_test {
    ($name:ident, $simd:ident, $body:block) => {
        #[test]
        fn $name() {
            struct Test;
            impl Task for Test {
                type Output = ();

                #[inline(always)]
                fn run<S: Simd>(self, $simd: S) $body
            }
            at_each_level(|_| Level::current().run(Test));
        }
    };
}

kernel_test!(arithmetic_is_that_of_each_lane, simd, {
    let count = NUMBERS.len();
    for shift in 0..count {
        for start in 0..count {
            let left = |lane: usize| NUMBERS[(start + lane) % count];
            let right = |lane: usize| NUMBERS[(start + shift + lane) % count];
            let (a, b) = (vector(simd, left), vector(simd, right));
            let cases: [Pairwise<S>; 6] = [
                ("sum", S::add, |a, b| a + b),
                ("difference", S::sub, |a, b| a - b),
                ("product", S::mul, |a, b| a * b),
                ("quotient", S::div, |a, b| a / b),
                ("greater", S::max, |a, b| if a > b { a } else { b }),
                ("lesser", S::min, |a, b| if a < b { a } else { b }),
            ];
            for (what, found, expected) in cases {
                assert_lanes(simd, what, found(simd, a, b), |lane, found| {
                    same(found, expected(left(lane), right(lane)))
                });
            }
            let c = simd.splat(0.3);
            assert_lanes(simd, "fused", simd.mul_add(a, b, c), |lane, found| {
                let (a, b) = (left(lane), right(lane));
                same(found, a.mul_add(b, 0.3)) || same(found, a * b + 0.3)
            });
            let [yes, no] = [7.0, -7.0].map(|number| simd.splat(number));
            let chosen = simd.select_less(a, b, yes, no);
            assert_lanes(simd, "chosen", chosen, |lane, found| {
                found == if left(lane) < right(lane) { 7.0 } else { -7.0 }
            });
            assert_lanes(simd, "root", simd.sqrt(a), |lane, found| {
                same(found, left(lane).sqrt())
            });
            assert_lanes(simd, "magnitude", simd.abs(a), |lane, found| {
                same(found, left(lane).abs())
            });
        }
    }
});

kernel_test!(rounding_takes_the_even_of_two_as_near, simd, {
    let quarters = (-64..64).map(|quarter| quarter as f32 / 4.0);
    for number in quarters.chain([4_194_303.5, -4_194_303.5, 4_194_302.5]) {
        assert_lanes(
            simd,
            "rounded",
            simd.round(simd.splat(number)),
            |_, found| found == number.round_ties_even(),
        );
    }
});

kernel_test!(scaling_is_exact_and_ends_at_zero, simd, {
    for exponent in -126..=128 {
        let expected = f64::from(exponent).exp2() as f32;
        let power = simd.scale(simd.splat(1.0), simd.splat(exponent as f32));
        assert_lanes(simd, "power", power, |_, found| found == expected);
    }
    let least = simd.round(simd.splat(S::LEAST_EXPONENT * std::f32::consts::LOG2_E));
    let nothing = simd.scale(simd.splat(1.4), least);
    assert_lanes(simd, "nothing", nothing, |_, found| found == 0.0);
});

kernel_test!(reciprocals_are_near, simd, {
    for number in [1.0, 3.0, -7.1, 1e-30, 2.5e37, 0.1] {
        let found = simd.reciprocal(simd.splat(number));
        assert_lanes(simd, "reciprocal", found, |_, found| {
            (found * number - 1.0).abs() <= 2.0 * f32::EPSILON
        });
    }
});

kernel_test!(lanes_are_exchanged_summed_and_compared, simd, {
    let counted = vector(simd, |lane| lane as f32);
    assert_lanes(
        simd,
        "neighbour",
        simd.swap_pairs(counted),
        |lane, found| found == (lane ^ 1) as f32,
    );
    assert_eq!(
        simd.sum(counted),
        (S::LANES * (S::LANES - 1) / 2) as f32,
        "sum"
    );
    for place in 0..S::LANES {
        let alone = |number: f32| vector(simd, |lane| if lane == place { number } else { 0.0 });
        assert_eq!(
            simd.sum_four([1.0, -2.0, 3.0, 0.5].map(alone)),
            [1.0, -2.0, 3.0, 0.5],
            "sums of four with lane {place}"
        );
        let peak = vector(simd, |lane| {
            if lane == place {
                -2.0
            } else {
                f32::NEG_INFINITY
            }
        });
        assert_eq!(simd.maximum(peak), -2.0, "greatest in lane {place}");
    }
});

kernel_test!(parts_of_a_vector_touch_nothing_else, simd, {
    for count in 0..S::LANES {
        let source: Box<[f32]> = (0..count).map(|index| index as f32 + 1.0).collect();
        let part = simd.load_rest(&source);
        assert_lanes(simd, "part", part, |lane, found| {
            found == if lane < count { lane as f32 + 1.0 } else { 0.0 }
        });
        let mut target = vec![-1.0; count].into_boxed_slice();
        simd.store_rest(&mut target, part);
        assert_eq!(target, source);
        let mut around = vec![-1.0; S::LANES];
        simd.store_rest(&mut around[..count], part);
        assert_eq!(around[..count], source[..]);
        assert!(around[count..].iter().all(|number| *number == -1.0));
    }
});

kernel_test!(stored_numbers_are_read_as_they_are, simd, {
    for start in 0..=255u8 {
        let bytes: Box<[u8]> = (0..S::LANES)
            .map(|lane| start.wrapping_add((lane * 37) as u8))
            .collect();
        let signed: Box<[i8]> = bytes.iter().map(|byte| byte.cast_signed()).collect();
        let halves: Box<[bf16]> = bytes
            .iter()
            .map(|byte| bf16::from_bits(u16::from(*byte) << 8 | u16::from(*byte)))
            .collect();
        // SAFETY: each holds LANES numbers.
        let (whole, [low, high], wide) = unsafe {
            (
                simd.load_bytes_at(signed.as_ptr()),
                simd.load_nibbles_at(bytes.as_ptr()),
                simd.load_halves_at(halves.as_ptr()),
            )
        };
        assert_lanes(simd, "byte", whole, |lane, found| {
            found == f32::from(signed[lane])
        });
        assert_lanes(simd, "lower nibble", low, |lane, found| {
            found == f32::from(bytes[lane] & 15) - 8.0
        });
        assert_lanes(simd, "upper nibble", high, |lane, found| {
            found == f32::from(bytes[lane] >> 4) - 8.0
        });
        assert_lanes(simd, "half", wide, |lane, found| {
            same(found, halves[lane].to_f32())
        });
    }
});
