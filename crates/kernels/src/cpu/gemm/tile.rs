//! The register tile: a few rows of A times one packed panel of B.
//!
//! In: pointers into A and the panel. Out: the tile of C, written or added to.

use super::super::simd::Simd;

/// Rows of A, at most [`Simd::TILE_ROWS`] of them.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    /// First element.
    pub data: *const f32,
    /// Distance of two rows.
    pub row_stride: usize,
    /// Distance of two steps along the inner dimension.
    pub step: usize,
}

/// Where a tile goes.
#[derive(Clone, Copy)]
pub(super) struct Corner {
    /// First element.
    pub data: *mut f32,
    /// Distance of two rows.
    pub row_stride: usize,
    /// Columns to write.
    pub columns: usize,
    /// Whether the tile is added to what is there.
    pub add: bool,
}

/// `rows` rows by the panel's columns, in pieces of at most [`Simd::TILE_ROWS`] rows.
///
/// # Safety
/// `a` is readable for `rows` × `inner`, the panel for `inner` × its width (one or two vectors, by `corner.columns`),
/// and `corner` is writable for `rows` × `corner.columns`, which no other thread touches.
#[inline(always)]
pub(super) unsafe fn tiles<S: Simd>(
    simd: S,
    rows: usize,
    a: Rows,
    panel: &[f32],
    inner: usize,
    corner: Corner,
) {
    debug_assert!(corner.columns <= 2 * S::LANES);
    // SAFETY: passed on from the caller.
    unsafe {
        if corner.columns > S::LANES {
            pieces::<S, 2>(simd, rows, a, panel, inner, corner);
        } else {
            pieces::<S, 1>(simd, rows, a, panel, inner, corner);
        }
    }
}

#[inline(always)]
unsafe fn pieces<S: Simd, const N: usize>(
    simd: S,
    rows: usize,
    a: Rows,
    panel: &[f32],
    inner: usize,
    corner: Corner,
) {
    assert!(panel.len() >= inner * N * S::LANES);
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
                12.. if S::TILE_ROWS >= 12 => tile::<S, 12, N>(simd, a, panel, inner, corner),
                8.. if S::TILE_ROWS >= 8 => tile::<S, 8, N>(simd, a, panel, inner, corner),
                6.. if S::TILE_ROWS >= 6 => tile::<S, 6, N>(simd, a, panel, inner, corner),
                4.. => tile::<S, 4, N>(simd, a, panel, inner, corner),
                2.. => tile::<S, 2, N>(simd, a, panel, inner, corner),
                _ => tile::<S, 1, N>(simd, a, panel, inner, corner),
            }
        };
    }
}

/// `M` rows by `N` vectors; returns `M`.
#[inline(always)]
unsafe fn tile<S: Simd, const M: usize, const N: usize>(
    simd: S,
    a: Rows,
    panel: &[f32],
    inner: usize,
    corner: Corner,
) -> usize {
    let mut sums = [[simd.splat(0.0); N]; M];
    // Three rows share a pointer, so that twelve rows need four registers.
    let mut quarters: [*const f32; 4] =
        std::array::from_fn(|quarter| a.data.wrapping_add(3 * quarter * a.row_stride));
    let mut b = panel.as_ptr();
    for _ in 0..inner {
        // SAFETY: `inner` steps stay within the panel (asserted by `pieces`) and within A (the caller's promise).
        unsafe {
            let mut columns = [simd.splat(0.0); N];
            for (n, column) in columns.iter_mut().enumerate() {
                *column = simd.load_at(b.add(n * S::LANES));
            }
            for (m, row) in sums.iter_mut().enumerate() {
                let value = simd.splat(*quarters[m / 3].add((m % 3) * a.row_stride));
                for (sum, column) in row.iter_mut().zip(columns) {
                    *sum = simd.mul_add(value, column, *sum);
                }
            }
            b = b.add(N * S::LANES);
        }
        for quarter in &mut quarters {
            *quarter = quarter.wrapping_add(a.step);
        }
    }
    for (m, row) in sums.iter().enumerate() {
        let out = corner.data.wrapping_add(m * corner.row_stride);
        // SAFETY: row `m` of the corner is writable for `corner.columns` numbers.
        unsafe { write(simd, row, out, corner) };
    }
    M
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
