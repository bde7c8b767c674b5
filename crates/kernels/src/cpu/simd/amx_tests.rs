//! Tile registers against the plain formulation of their manual, where this processor has them.

use std::arch::x86_64::_xgetbv;

use super::amx::Amx;
use super::level::Level;
use super::tiles::twin::{Twin, joined};
use super::tiles::{Blocks, SIDE, STEPS, TILE, TileProduct, TileUnit};
use crate::Precision;

/// The unit, or word that there is none.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn unit() -> Option<Amx> {
    let unit = Level::available().find_map(|level| match level {
        Level::Amx(unit) => Some(unit),
        _ => None,
    });
    if unit.is_none() {
        eprintln!("skipped: this processor has no tile registers, or the system keeps them");
    }
    unit
}

/// Numbers of all kinds: most about one, some subnormal, very large, infinite or none.
fn numbers(length: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    };
    (0..length)
        .map(|_| match next() % 512 {
            0 => f32::from_bits(next() & 0x807F_FFFF),
            1 => f32::from_bits(next() & 0x80FF_FFFF | 0x7E00_0000),
            2 => f32::INFINITY,
            3 => f32::NAN,
            4 => 0.0,
            _ => f32::from_bits(next() & 0x80FF_FFFF | 0x3F00_0000),
        })
        .collect()
}

/// Runs the same product on both units.
fn compare(unit: Amx, product: TileProduct, c: &[f32]) {
    let run = |on_twin: bool| {
        let mut c = c.to_vec();
        let product = TileProduct {
            c: c.as_mut_ptr(),
            ..product
        };
        // SAFETY: every part is as large as the product says.
        unsafe {
            if on_twin {
                let _in_use = Twin.configure();
                Twin.add_products(&product);
            } else {
                let _in_use = unit.configure();
                unit.add_products(&product);
            }
        }
        c
    };
    for (index, (found, expected)) in run(false).iter().zip(run(true)).enumerate() {
        assert!(
            found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan(),
            "number {index} of {product:?}: {found} against {expected}"
        );
    }
}

#[test]
fn tile_registers_multiply_as_their_manual_says() {
    let Some(unit) = unit() else { return };
    let mut products = 0;
    for (seed, [rows, columns]) in [[1, 1], [1, 2], [2, 1], [2, 2]].into_iter().enumerate() {
        for (whole, rest) in [(0, 1), (1, 0), (3, 0), (2, 1)] {
            for add in [false, true] {
                let seed = (seed * 100 + products) as u32;
                let pairs = |length, seed| -> Vec<f32> {
                    let numbers = numbers(2 * length, seed);
                    let pairs = numbers.chunks_exact(2);
                    pairs.map(|pair| joined([pair[0], pair[1]])).collect()
                };
                let width = columns * SIDE;
                let a = pairs((whole + rest) * rows * TILE, 2 * seed);
                let first = pairs(whole * SIDE * width, 2 * seed + 1);
                let second = pairs(rest * SIDE * width, 3 * seed + 1);
                // Rows of C may lie apart.
                let c_stride = width + 5 * usize::from(add);
                let c = numbers(rows * SIDE * c_stride, seed);
                let product = TileProduct {
                    tiles: [rows, columns],
                    a: a.as_ptr(),
                    b: [(&first, whole), (&second, rest)].map(|(data, count)| Blocks {
                        data: data.as_ptr(),
                        count,
                    }),
                    b_stride: width,
                    c: std::ptr::null_mut(),
                    c_stride,
                    add,
                };
                compare(unit, product, &c);
                products += 1;
            }
        }
    }
}

#[test]
fn rows_are_joined_as_plainly() {
    let Some(unit) = unit() else { return };
    for length in 0..=STEPS {
        let source: Vec<f32> = numbers(length, 7)
            .iter()
            .map(|number| number.clamp(-4.0, 4.0))
            .map(|number| if number.is_normal() { number } else { 1.0 })
            .collect();
        let mut rows = [[1.0_f32; SIDE]; 2];
        unit.join(&source, &mut rows[0]);
        Twin.join(&source, &mut rows[1]);
        let [found, expected] = rows.map(|row| row.map(f32::to_bits));
        assert_eq!(found, expected);
    }
}

#[test]
fn tile_registers_are_given_back() {
    #[target_feature(enable = "xsave")]
    fn in_use() -> u64 {
        // SAFETY: register 1 exists wherever there are tile registers.
        unsafe { _xgetbv(1) >> 17 & 3 }
    }
    let Some(unit) = unit() else { return };
    // SAFETY: the detection of the unit saw the feature.
    unsafe {
        let held = unit.configure();
        assert_ne!(in_use(), 0);
        drop(held);
        assert_eq!(in_use(), 0);
    }
}

#[test]
fn only_half_products_are_made_on_tiles() {
    let Some(unit) = unit() else { return };
    assert!(!Level::Amx(unit).is_half());
    assert!(Level::Amx(unit).tiles().is_none());
    assert!(Level::AmxHalf(unit).is_half());
    if std::env::var_os("TUBELET_CPU").is_none() {
        assert_eq!(Level::current().name(), "amx");
        assert!(Level::of(Precision::Half).tiles().is_some());
        assert!(Level::of(Precision::Single).tiles().is_none());
    }
}
