//! The patches of an image as a matrix, made row by row where a product reads it.
//!
//! A row is one element of the window (channel, row, column), a column one place of the window (an output pixel).

use std::{borrow::Cow, ops::Range};

use super::super::gemm::{Columns, Lines, Panels, Rows, Sliver};
use super::super::memory::{unwritten, with_scratch};

/// How a window moves over an image.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// Channels, height and width of the image.
    pub image: [usize; 3],
    /// Height and width of the window.
    pub kernel: [usize; 2],
    /// Steps of the window.
    pub stride: [usize; 2],
    /// Zeros around the image.
    pub padding: [usize; 2],
}

impl Window {
    /// Places of the window, rows and columns.
    pub(super) fn output(&self) -> [usize; 2] {
        [0, 1].map(|axis| {
            let size = self.image[axis + 1] + 2 * self.padding[axis];
            match size.checked_sub(self.kernel[axis]) {
                Some(room) => room / self.stride[axis] + 1,
                None => 0,
            }
        })
    }

    /// Places of the window in all.
    pub(super) fn pixels(&self) -> usize {
        self.output().iter().product()
    }

    /// Numbers in the window.
    pub(super) fn elements(&self) -> usize {
        self.image[0] * self.kernel[0] * self.kernel[1]
    }

    /// Numbers in the image.
    pub(super) fn size(&self) -> usize {
        self.image.iter().product()
    }

    /// Whether the window is one pixel that visits every pixel.
    pub(super) fn is_pointwise(&self) -> bool {
        self.kernel == [1, 1] && self.stride == [1, 1] && self.padding == [0, 0]
    }

    /// Along an axis, the places at which an element of the window lies inside the image.
    pub(super) fn inside(&self, axis: usize, element: usize) -> Range<usize> {
        let (size, stride) = (self.image[axis + 1], self.stride[axis]);
        let places = self.output()[axis];
        let start = self.padding[axis].saturating_sub(element).div_ceil(stride);
        // The last place whose image position `place · stride + element − padding` is below the size.
        let end = (size + self.padding[axis])
            .saturating_sub(element)
            .div_ceil(stride);
        start.min(places)..end.min(places).max(start.min(places))
    }
}

/// The matrix of patches.
pub(super) struct Patches<'a> {
    /// The image; where the window moves by several columns, each line's columns that it meets in one go stand together.
    image: Cow<'a, [f32]>,
    window: Window,
    /// Rows and columns of places.
    output: [usize; 2],
    /// For each row of the window, the rows of places at which it lies inside the image.
    rows_inside: Vec<Range<usize>>,
    /// The same for columns.
    columns_inside: Vec<Range<usize>>,
}

impl<'a> Patches<'a> {
    pub(super) fn new(image: &'a [f32], window: Window) -> Self {
        assert_eq!(image.len(), window.size());
        let inside = |axis: usize| {
            (0..window.kernel[axis])
                .map(|element| window.inside(axis, element))
                .collect()
        };
        Self {
            image: by_phase(image, &window),
            window,
            output: window.output(),
            rows_inside: inside(0),
            columns_inside: inside(1),
        }
    }

    /// Writes one row's numbers at the places `pixels`.
    fn gather(&self, row: usize, pixels: Range<usize>, out: &mut [f32]) {
        let [kernel_height, kernel_width] = self.window.kernel;
        let [_, height, width] = self.window.image;
        let (column, row) = (row % kernel_width, row / kernel_width);
        let (row, channel) = (row % kernel_height, row / kernel_height);
        let plane = &self.image[channel * height * width..(channel + 1) * height * width];
        let [row_stride, column_stride] = self.window.stride;
        let mut place_row = pixels.start / self.output[1];
        let mut place_column = pixels.start % self.output[1];
        let mut out = out;
        while !out.is_empty() {
            let count = out.len().min(self.output[1] - place_column);
            let (part, rest) = out.split_at_mut(count);
            out = rest;
            let places = place_column..place_column + count;
            if self.rows_inside[row].contains(&place_row) {
                let line = place_row * row_stride + row - self.window.padding[0];
                let line = &plane[line * width..(line + 1) * width];
                let inside = &self.columns_inside[column];
                let start = inside.start.clamp(places.start, places.end);
                let end = inside.end.clamp(start, places.end);
                part[..start - places.start].fill(0.0);
                part[end - places.start..].fill(0.0);
                let part = &mut part[start - places.start..end - places.start];
                if !part.is_empty() {
                    let first = start * column_stride + column - self.window.padding[1];
                    let phase = phase_start(first % column_stride, width, column_stride);
                    let first = phase + first / column_stride;
                    part.copy_from_slice(&line[first..first + part.len()]);
                }
            } else {
                part.fill(0.0);
            }
            place_column = 0;
            place_row += 1;
        }
    }
}

/// Where the columns `phase`, `phase + stride`, … of a line stand when those of earlier phases stand before them.
fn phase_start(phase: usize, width: usize, stride: usize) -> usize {
    phase * (width / stride) + phase.min(width % stride)
}

/// An image with each line sorted by phase, so that strided reads become plain ones.
fn by_phase<'a>(image: &'a [f32], window: &Window) -> Cow<'a, [f32]> {
    let (width, stride) = (window.image[2], window.stride[1]);
    if stride == 1 || width == 0 {
        return Cow::Borrowed(image);
    }
    let mut sorted = unwritten(image.len());
    for (line, sorted) in image
        .chunks_exact(width)
        .zip(sorted.chunks_exact_mut(width))
    {
        let mut rest = sorted;
        for phase in 0..stride.min(width) {
            let (part, later) = rest.split_at_mut((width - phase).div_ceil(stride));
            rest = later;
            for (out, value) in part.iter_mut().zip(line[phase..].iter().step_by(stride)) {
                *out = *value;
            }
        }
    }
    Cow::Owned(sorted)
}

impl Columns for Patches<'_> {
    fn shape(&self) -> [usize; 2] {
        [self.window.elements(), self.window.pixels()]
    }

    fn pack(&self, inner: Range<usize>, panels: Panels, out: &mut [f32]) {
        let columns = panels.columns();
        with_scratch(columns.len(), |values| {
            for (row, element) in inner.clone().enumerate() {
                self.gather(element, columns.clone(), values);
                panels.put(row, inner.len(), values, out);
            }
        });
    }
}

// SAFETY: every row that is asked for is written to the buffer, whose address is returned.
unsafe impl Lines for Patches<'_> {
    fn shape(&self) -> [usize; 2] {
        [self.window.elements(), self.window.pixels()]
    }

    fn sliver(
        &self,
        rows: Range<usize>,
        inner: Range<usize>,
        _panels: usize,
        buffer: &mut Sliver,
    ) -> Rows {
        let width = inner.len();
        assert!(rows.len() * width <= buffer.len());
        for (row, out) in rows.zip(buffer.chunks_exact_mut(width)) {
            self.gather(row, inner.clone(), out);
        }
        Rows {
            data: buffer.as_ptr(),
            row_stride: width,
            step: 1,
        }
    }
}

/// Adds rows of patches back to where they were cut from: `columns` holds, for every element of the window of one
/// channel, its numbers at the rows of places `places`.
pub(super) fn add_patches(
    window: &Window,
    columns: &[f32],
    places: Range<usize>,
    plane: &mut [f32],
) {
    let [kernel_height, kernel_width] = window.kernel;
    let width = window.image[2];
    let [row_stride, column_stride] = window.stride;
    let output_width = window.output()[1];
    let per_element = places.len() * output_width;
    for row in 0..kernel_height {
        let rows = window.inside(0, row);
        for column in 0..kernel_width {
            let inside = window.inside(1, column);
            if inside.is_empty() {
                continue;
            }
            let element = row * kernel_width + column;
            let numbers = &columns[element * per_element..(element + 1) * per_element];
            for place in places.start.max(rows.start)..places.end.min(rows.end) {
                let source = &numbers[(place - places.start) * output_width..][..output_width];
                let source = &source[inside.clone()];
                let line = place * row_stride + row - window.padding[0];
                let first = inside.start * column_stride + column - window.padding[1];
                let line = &mut plane[line * width..(line + 1) * width][first..];
                if column_stride == 1 {
                    for (sum, value) in line.iter_mut().zip(source) {
                        *sum += value;
                    }
                } else {
                    for (sum, value) in line.iter_mut().step_by(column_stride).zip(source) {
                        *sum += value;
                    }
                }
            }
        }
    }
}
