//! The register tile: a few rows of A times one or two vectors of columns of B.
//!
//! In: pointers into A, and a packed panel or what else gives the columns step by step. Out: the tile of C, written or
//! added to. What a number of A and the panel is, one
//! `f32` or two bfloat16 of neighbouring steps, is the multiplication's to know.

use super::super::simd::Simd;
use super::multiply::Multiply;

/// Rows of A, at most [`Simd::TILE_ROWS`] of them.
#[derive(Clone, Copy)]
pub(crate) struct Rows {
    /// First element.
    pub data: *const f32,
    /// Distance of two rows.
    pub row_stride: usize,
    /// Distance of two steps along the inner dimension.
    pub step: usize,
}

/// Where a tile goes.
#[derive(Clone, Copy)]
pub(crate) struct Corner {
    /// First element.
    pub data: *mut f32,
    /// Distance of two rows.
    pub row_stride: usize,
    /// Columns to write.
    pub columns: usize,
    /// Whether the tile is added to what is there.
    pub add: bool,
}

/// The columns of B, `N` vectors wide, from the first step to the last.
pub(crate) trait Steps<S: Simd, const N: usize>: Copy {
    /// The next step's.
    ///
    /// # Safety
    /// There is one.
    unsafe fn next(&mut self, simd: S) -> [S::Vector; N];
}

/// Columns that lie step after step in memory.
#[derive(Clone, Copy)]
struct Panel(*const f32);

impl<S: Simd, const N: usize> Steps<S, N> for Panel {
    #[inline(always)]
    unsafe fn next(&mut self, simd: S) -> [S::Vector; N] {
        let first = self.0;
        self.0 = first.wrapping_add(N * S::LANES);
        // SAFETY: the step lies in the panel.
        unsafe { simd.load_each(first) }
    }
}

/// `rows` rows by the panel's columns, in pieces of at most [`Simd::TILE_ROWS`] rows.
///
/// # Safety
/// `a` is readable for `rows` × `inner`, the panel for `inner` × its width (one or two vectors, by `corner.columns`),
/// and `corner` is writable for `rows` × `corner.columns`, which no other thread touches.
#[inline(always)]
pub(crate) unsafe fn tiles<S: Simd, M: Multiply<S>>(
    (simd, multiply): (S, M),
    rows: usize,
    a: Rows,
    panel: &[f32],
    inner: usize,
    corner: Corner,
) {
    debug_assert!(corner.columns <= 2 * S::LANES);
    let width = corner.columns.div_ceil(S::LANES) * S::LANES;
    assert!(panel.len() >= inner * width);
    let steps = Panel(panel.as_ptr());
    // SAFETY: passed on from the caller; the panel was checked.
    unsafe {
        if corner.columns > S::LANES {
            pieces::<S, M, Panel, 2>((simd, multiply), rows, a, (steps, inner), corner);
        } else {
            pieces::<S, M, Panel, 1>((simd, multiply), rows, a, (steps, inner), corner);
        }
    }
}

/// `rows` rows by `N` vectors of columns, in pieces of at most [`Simd::TILE_ROWS`] rows; `steps` is taken anew for each.
///
/// # Safety
/// As [`tiles`]; `steps` has `inner` of them.
#[inline(always)]
pub(crate) unsafe fn pieces<S: Simd, M: Multiply<S>, B: Steps<S, N>, const N: usize>(
    with: (S, M),
    rows: usize,
    a: Rows,
    b: (B, usize),
    corner: Corner,
) {
    let mut done = 0;
    while done < rows {
        let a = Rows {
            data: a.data.wrapping_add(done * a.row_stride),
            ..a
        };
        let corner = Corner {
            data: corner.data.wrapping_add(done * corner.row_stride),
            ..corner
        };
        // SAFETY: the tile's rows lie within the caller's.
        done += unsafe {
            match rows - done {
                12.. if S::TILE_ROWS >= 12 => tile_12::<S, M, B, N>(with, a, b, corner),
                8.. if S::TILE_ROWS >= 8 => tile_8::<S, M, B, N>(with, a, b, corner),
                7 if S::TILE_ROWS >= 8 => tile_7::<S, M, B, N>(with, a, b, corner),
                6.. if S::TILE_ROWS >= 6 => tile_6::<S, M, B, N>(with, a, b, corner),
                4.. => tile_4::<S, M, B, N>(with, a, b, corner),
                2.. => tile_2::<S, M, B, N>(with, a, b, corner),
                _ => tile_1::<S, M, B, N>(with, a, b, corner),
            }
        };
    }
}

/// A function for one height of the tile, its sums in variables of their own: the optimiser keeps those in registers,
/// which it does not do for an array of this size.
macro_rules! tile {
    ($name:ident, $rows:literal, $($sum:ident = $group:literal + $offset:literal at $row:literal),+) => {
        /// One tile; returns its number of rows.
        #[inline(always)]
        unsafe fn $name<S: Simd, M: Multiply<S>, B: Steps<S, N>, const N: usize>(
            (simd, multiply): (S, M),
            a: Rows,
            (mut b, inner): (B, usize),
            corner: Corner,
        ) -> usize {
            $(let mut $sum = [simd.splat(0.0); N];)+
            // Three rows share a pointer, so that twelve rows need four registers.
            let mut groups = [a.data; 4];
            for (index, group) in groups.iter_mut().enumerate() {
                *group = group.wrapping_add(3 * index * a.row_stride);
            }
            for _ in 0..inner {
                // SAFETY: `inner` steps stay within B and A, as the caller promises.
                unsafe {
                    let columns = b.next(simd);
                    $($sum = step((simd, multiply), *groups[$group].add($offset * a.row_stride), columns, $sum);)+
                }
                for group in &mut groups {
                    *group = group.wrapping_add(a.step);
                }
            }
            // SAFETY: these rows of the corner are writable for `corner.columns` numbers.
            unsafe {
                $(write(simd, &$sum, corner.data.wrapping_add($row * corner.row_stride), corner);)+
            }
            $rows
        }
    };
}

tile!(tile_12, 12,
    s0 = 0 + 0 at 0, s1 = 0 + 1 at 1, s2 = 0 + 2 at 2,
    s3 = 1 + 0 at 3, s4 = 1 + 1 at 4, s5 = 1 + 2 at 5,
    s6 = 2 + 0 at 6, s7 = 2 + 1 at 7, s8 = 2 + 2 at 8,
    s9 = 3 + 0 at 9, s10 = 3 + 1 at 10, s11 = 3 + 2 at 11);
tile!(tile_8, 8,
    s0 = 0 + 0 at 0, s1 = 0 + 1 at 1, s2 = 0 + 2 at 2,
    s3 = 1 + 0 at 3, s4 = 1 + 1 at 4, s5 = 1 + 2 at 5,
    s6 = 2 + 0 at 6, s7 = 2 + 1 at 7);
tile!(tile_7, 7,
    s0 = 0 + 0 at 0, s1 = 0 + 1 at 1, s2 = 0 + 2 at 2,
    s3 = 1 + 0 at 3, s4 = 1 + 1 at 4, s5 = 1 + 2 at 5,
    s6 = 2 + 0 at 6);
tile!(tile_6, 6,
    s0 = 0 + 0 at 0, s1 = 0 + 1 at 1, s2 = 0 + 2 at 2,
    s3 = 1 + 0 at 3, s4 = 1 + 1 at 4, s5 = 1 + 2 at 5);
tile!(tile_4, 4,
    s0 = 0 + 0 at 0, s1 = 0 + 1 at 1, s2 = 0 + 2 at 2, s3 = 1 + 0 at 3);
tile!(tile_2, 2, s0 = 0 + 0 at 0, s1 = 0 + 1 at 1);
tile!(tile_1, 1, s0 = 0 + 0 at 0);

#[inline(always)]
fn step<S: Simd, M: Multiply<S>, const N: usize>(
    (simd, multiply): (S, M),
    value: f32,
    columns: [S::Vector; N],
    sums: [S::Vector; N],
) -> [S::Vector; N] {
    let value = simd.splat(value);
    let mut sums = sums;
    for n in 0..N {
        sums[n] = multiply.add_product(simd, value, columns[n], sums[n]);
    }
    sums
}

#[inline(always)]
unsafe fn write<S: Simd, const N: usize>(
    simd: S,
    row: &[S::Vector; N],
    out: *mut f32,
    corner: Corner,
) {
    for (n, sum) in row.iter().enumerate() {
        let out = out.wrapping_add(n * S::LANES);
        let count = corner.columns - n * S::LANES;
        // SAFETY: `count` numbers from `out` on belong to the row.
        unsafe {
            if count >= S::LANES {
                let before = if corner.add {
                    simd.load_at(out)
                } else {
                    simd.splat(0.0)
                };
                simd.store_at(out, simd.add(before, *sum));
            } else {
                let before = if corner.add {
                    simd.load_first(out, count)
                } else {
                    simd.splat(0.0)
                };
                simd.store_first(out, simd.add(before, *sum), count);
            }
        }
    }
}
