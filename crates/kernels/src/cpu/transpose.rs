//! Transposed copies, a square of registers at a time.

use super::simd::{Level, Simd, Task};

/// Rows to read, a distance apart.
#[derive(Clone, Copy)]
pub(crate) struct Across<'a> {
    pub numbers: &'a [f32],
    pub stride: usize,
    /// Rows and columns.
    pub shape: [usize; 2],
}

/// Writes `source` to `target` with rows and columns exchanged; rows there are `stride` apart.
///
/// # Panics
/// Where either is too short.
pub(crate) fn transpose(level: Level, source: Across, target: &mut [f32], stride: usize) {
    let [rows, columns] = source.shape;
    if rows == 0 || columns == 0 {
        return;
    }
    assert!(stride >= rows, "rows overlap");
    assert!((rows - 1) * source.stride + columns <= source.numbers.len());
    assert!((columns - 1) * stride + rows <= target.len());
    level.run(Transpose {
        source,
        target,
        stride,
    });
}

struct Transpose<'a> {
    source: Across<'a>,
    target: &'a mut [f32],
    stride: usize,
}

impl Task for Transpose<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self {
            source,
            target,
            stride,
        } = self;
        let [rows, columns] = source.shape;
        let (whole_rows, whole_columns) =
            (rows / S::LANES * S::LANES, columns / S::LANES * S::LANES);
        for column in (0..whole_columns).step_by(S::LANES) {
            for row in (0..whole_rows).step_by(S::LANES) {
                // SAFETY: the square lies within both, whose lengths `transpose` checked.
                unsafe {
                    let from = source.numbers.as_ptr().add(row * source.stride + column);
                    let to = target.as_mut_ptr().add(column * stride + row);
                    simd.transpose_square((from, source.stride), (to, stride));
                }
            }
        }
        let mut each = |rows: std::ops::Range<usize>, columns: std::ops::Range<usize>| {
            for column in columns {
                for row in rows.clone() {
                    target[column * stride + row] = source.numbers[row * source.stride + column];
                }
            }
        };
        each(0..rows, whole_columns..columns);
        each(whole_rows..rows, 0..whole_columns);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::level_tests::at_each_level;

    #[test]
    fn rows_become_columns() {
        for (rows, columns) in [(1, 1), (3, 40), (16, 16), (33, 50), (64, 7), (0, 5)] {
            let (gap, room) = (3, 2);
            let source: Vec<f32> = (0..rows * (columns + gap)).map(|x| x as f32).collect();
            at_each_level(|level| {
                let stride = rows + room;
                let mut target = vec![-1.0; columns * stride];
                let across = Across {
                    numbers: &source,
                    stride: columns + gap,
                    shape: [rows, columns],
                };
                transpose(Level::current(), across, &mut target, stride);
                for (place, number) in target.iter().enumerate() {
                    let (column, row) = (place / stride, place % stride);
                    let expected = if row < rows && column < columns {
                        source[row * (columns + gap) + column]
                    } else {
                        -1.0
                    };
                    assert_eq!(*number, expected, "{level} {rows} {columns} {row} {column}");
                }
            });
        }
    }
}
