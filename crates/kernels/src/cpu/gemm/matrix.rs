//! Views of matrices: to read, of any strides; to write, row by row.

use std::marker::PhantomData;
use std::ops::Range;

use super::super::transpose::Across;
use super::pass::{Lines, Sliver};
use super::tile::Rows;

/// A matrix to read. Elements are known to lie inside the slice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Matrix<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// `shape` and `strides` are those of rows and columns.
    ///
    /// # Panics
    /// Where an element lies outside `data`.
    pub(crate) fn new(data: &'a [f32], shape: [usize; 2], strides: [usize; 2]) -> Self {
        let [rows, columns] = shape;
        if rows > 0 && columns > 0 {
            let last = (rows - 1) * strides[0] + (columns - 1) * strides[1];
            assert!(last < data.len(), "matrix view beyond its storage");
        }
        Self {
            data,
            rows,
            columns,
            row_stride: strides[0],
            column_stride: strides[1],
        }
    }

    /// Rows one after the other.
    pub(crate) fn dense(data: &'a [f32], shape: [usize; 2]) -> Self {
        Self::new(data, shape, [shape[1], 1])
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// Distance of two elements of a column.
    pub(crate) fn row_stride(&self) -> usize {
        self.row_stride
    }

    /// Distance of two elements of a row.
    pub(crate) fn column_stride(&self) -> usize {
        self.column_stride
    }

    /// Rows and columns exchanged.
    pub(crate) fn transposed(self) -> Self {
        Self {
            data: self.data,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }

    /// `count` rows from `start` on.
    pub(crate) fn row_range(self, start: usize, count: usize) -> Self {
        assert!(start + count <= self.rows);
        let offset = if count == 0 || self.columns == 0 {
            0
        } else {
            start * self.row_stride
        };
        Self {
            data: &self.data[offset..],
            rows: count,
            ..self
        }
    }

    /// A rectangle of a matrix with dense rows.
    pub(crate) fn across(&self, rows: Range<usize>, columns: Range<usize>) -> Across<'a> {
        debug_assert!(
            self.column_stride == 1 || columns.len() <= 1,
            "rows in pieces"
        );
        Across {
            numbers: &self.data[rows.start * self.row_stride + columns.start..],
            stride: self.row_stride,
            shape: [rows.len(), columns.len()],
        }
    }

    /// Address of an element.
    #[inline(always)]
    pub(crate) fn at(&self, row: usize, column: usize) -> *const f32 {
        debug_assert!(row < self.rows && column < self.columns);
        self.data
            .as_ptr()
            .wrapping_add(row * self.row_stride + column * self.column_stride)
    }

    /// An element.
    #[inline(always)]
    pub(crate) fn get(&self, row: usize, column: usize) -> f32 {
        self.data[row * self.row_stride + column * self.column_stride]
    }

    /// A row's elements, where they lie one after the other.
    #[inline(always)]
    pub(crate) fn dense_row(&self, row: usize, first: usize, count: usize) -> &'a [f32] {
        debug_assert!(self.column_stride == 1 || count <= 1, "a row in pieces");
        let start = row * self.row_stride + first;
        &self.data[start..start + count]
    }
}

// SAFETY: the constructor checked that every element lies inside the slice; a copy fills the buffer it points to.
unsafe impl Lines for Matrix<'_> {
    fn shape(&self) -> [usize; 2] {
        [self.rows, self.columns]
    }

    /// Copied together where addresses would collide in the cache or lie across the inner dimension.
    #[inline(always)]
    fn sliver(
        &self,
        rows: Range<usize>,
        inner: Range<usize>,
        panels: usize,
        buffer: &mut Sliver,
    ) -> Rows {
        assert!(rows.end <= self.rows && inner.end <= self.columns);
        let collide = self.row_stride.is_multiple_of(512) && rows.len() > 4;
        if panels < 2 || (self.column_stride == 1 && !collide) {
            return Rows {
                data: self.at(rows.start, inner.start),
                row_stride: self.row_stride,
                step: self.column_stride,
            };
        }
        if self.column_stride == 1 {
            let width = inner.len();
            for (row, out) in rows.zip(buffer.chunks_exact_mut(width)) {
                out.copy_from_slice(self.dense_row(row, inner.start, width));
            }
            return Rows {
                data: buffer.as_ptr(),
                row_stride: width,
                step: 1,
            };
        }
        let width = rows.len();
        let steps = buffer.chunks_exact_mut(width).zip(inner);
        if self.row_stride == 1 {
            let across = self.transposed();
            for (out, column) in steps {
                out.copy_from_slice(across.dense_row(column, rows.start, width));
            }
        } else {
            for (out, column) in steps {
                for (out, row) in out.iter_mut().zip(rows.clone()) {
                    *out = self.get(row, column);
                }
            }
        }
        Rows {
            data: buffer.as_ptr(),
            row_stride: 1,
            step: width,
        }
    }
}

/// A matrix to write, its rows dense, shared by threads that write different parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    data: *mut f32,
    rows: usize,
    columns: usize,
    row_stride: usize,
    slice: PhantomData<&'a mut [f32]>,
}

// SAFETY: threads reach the elements only through `row` and `at`, whose callers promise parts of their own.
unsafe impl Send for Target<'_> {}
// SAFETY: as above.
unsafe impl Sync for Target<'_> {}

impl<'a> Target<'a> {
    /// # Panics
    /// Where an element lies outside `data` or rows overlap.
    pub(crate) fn new(data: &'a mut [f32], shape: [usize; 2], row_stride: usize) -> Self {
        let [rows, columns] = shape;
        assert!(rows < 2 || row_stride >= columns, "rows overlap");
        if rows > 0 && columns > 0 {
            let last = (rows - 1) * row_stride + columns - 1;
            assert!(last < data.len(), "matrix view beyond its storage");
        }
        Self {
            data: data.as_mut_ptr(),
            rows,
            columns,
            row_stride,
            slice: PhantomData,
        }
    }

    /// Rows one after the other.
    pub(crate) fn dense(data: &'a mut [f32], shape: [usize; 2]) -> Self {
        Self::new(data, shape, shape[1])
    }

    /// A rectangle of it.
    pub(crate) fn part(self, rows: Range<usize>, columns: Range<usize>) -> Self {
        assert!(rows.end <= self.rows && columns.end <= self.columns);
        Self {
            data: self
                .data
                .wrapping_add(rows.start * self.row_stride + columns.start),
            rows: rows.len(),
            columns: columns.len(),
            ..self
        }
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// Distance of two elements of a column.
    pub(crate) fn row_stride(&self) -> usize {
        self.row_stride
    }

    /// Address of an element.
    #[inline(always)]
    pub(crate) fn at(&self, row: usize, column: usize) -> *mut f32 {
        debug_assert!(row < self.rows && column < self.columns);
        self.data.wrapping_add(row * self.row_stride + column)
    }

    /// Part of a row.
    ///
    /// # Safety
    /// No other thread or reference reaches these elements while the slice lives.
    #[inline(always)]
    pub(crate) unsafe fn row(&self, row: usize, first: usize, count: usize) -> &'a mut [f32] {
        assert!(row < self.rows && first + count <= self.columns);
        // SAFETY: inside the slice given to `new`; unshared by the caller's promise.
        unsafe {
            std::slice::from_raw_parts_mut(self.data.add(row * self.row_stride + first), count)
        }
    }
}
