//! Copies whose numbers lie in order: rows where they lie in a line, squares of registers where dimensions are exchanged.
//!
//! In: a tensor of any strides. Out: the same in order.

use burn::tensor::DType;
use burn_flex::FlexTensor;
use rayon::prelude::*;

use super::memory::{tensor, unwritten};
use super::simd::{Level, Simd, Task};
use super::transpose::{Across, transpose};
use super::view::{dense, dimensions, strides};
use crate::extension::{Kernel, Outcome};

/// Numbers that one thread takes at a time.
const CHUNK: usize = 1 << 15;
/// Lines of the source that are read together: a line of memory holds as many numbers of one.
const LINE: usize = 16;

/// Input: any tensor. Output: the same, its numbers in order.
#[derive(Clone, Debug)]
pub(crate) struct InOrder;

impl Kernel for InOrder {
    fn forward(&self, inputs: &[FlexTensor], _keep: bool) -> Outcome {
        Outcome {
            output: dense(&inputs[0]),
            saved: Vec::new(),
        }
    }

    fn backward(
        &self,
        _saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        _wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        vec![Some(gradient)]
    }
}

/// A dimension: how many, how far apart in the source and in the copy.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Dimension {
    count: usize,
    source: usize,
    copy: usize,
}

/// A copy of a tensor with its numbers in order.
pub(crate) fn in_order(input: &FlexTensor) -> FlexTensor {
    let sizes = dimensions(input);
    let plan = strides(input)
        .filter(|_| input.dtype() == DType::F32)
        .map(|strides| merged(sizes, &strides));
    let Some(plan) = plan.filter(|all| all.iter().any(|one| one.source == 1)) else {
        return input.to_contiguous();
    };
    let storage = input.storage::<f32>();
    let source = &storage[input.layout().start_offset().min(storage.len())..];
    let mut output = unwritten(sizes.iter().product());
    copy(&plan, source, &mut output);
    tensor(output, sizes.to_vec())
}

/// The dimensions of more than one number, those joined that follow one another without gaps, the outermost first.
fn merged(sizes: &[usize], strides: &[usize]) -> Vec<Dimension> {
    let mut found: Vec<Dimension> = Vec::with_capacity(sizes.len());
    let mut copy = 1;
    for (count, source) in sizes.iter().zip(strides).rev() {
        if *count == 1 {
            continue;
        }
        match found.last_mut() {
            Some(inner) if *source == inner.count * inner.source => inner.count *= count,
            _ => found.push(Dimension {
                count: *count,
                source: *source,
                copy,
            }),
        }
        copy *= count;
    }
    found.reverse();
    found
}

/// Copies along dimensions of which one has its numbers side by side in the source.
fn copy(dimensions: &[Dimension], source: &[f32], output: &mut [f32]) {
    let Some(line) = dimensions.iter().position(|one| one.source == 1) else {
        return;
    };
    let (outer, inner) = dimensions.split_at(line);
    let Some((line, inner)) = inner.split_first() else {
        return;
    };
    if output.is_empty() {
        return;
    }
    // Of the line, as much at a time as keeps a thread's part small, in whole lines of memory.
    let part = (CHUNK / line.copy).max(1).next_multiple_of(LINE);
    let parts = line.count.div_ceil(part);
    let together = if parts == 1 {
        CHUNK / (line.count * line.copy)
    } else {
        1
    }
    .max(1);
    let whole = line.count * line.copy;
    let level = Level::current();
    let part_of = |index: usize, output: &mut [f32]| {
        let Some((last, outermost)) = outer.split_last().filter(|_| parts == 1) else {
            let source = &source[place(outer, index, whole)..];
            let lines = |(index, output): (usize, &mut [f32])| {
                copy_lines(level, inner, &source[index * part..], output, line.copy);
            };
            output
                .par_chunks_mut(part * line.copy)
                .enumerate()
                .for_each(lines);
            return;
        };
        let (mut number, mut output) = (index * together, output);
        while !output.is_empty() {
            let along = number % last.count;
            let count = (last.count - along).min(output.len() / whole);
            let (first, rest) = output.split_at_mut(count * whole);
            let from = place(outermost, number, whole) + along * last.source;
            let source = &source[from..];
            if inner.is_empty() {
                level.run(Rows {
                    source,
                    apart: last.source,
                    output: first,
                    width: whole,
                });
            } else {
                for (index, output) in first.chunks_exact_mut(whole).enumerate() {
                    copy_lines(
                        level,
                        inner,
                        &source[index * last.source..],
                        output,
                        line.copy,
                    );
                }
            }
            (number, output) = (number + count, rest);
        }
    };
    output
        .par_chunks_mut(whole * together)
        .enumerate()
        .for_each(|(index, output)| part_of(index, output));
}

/// Rows that lie in a line each, the same distance apart, copied one after another.
struct Rows<'a> {
    source: &'a [f32],
    apart: usize,
    output: &'a mut [f32],
    width: usize,
}

impl Task for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        for (index, output) in self.output.chunks_exact_mut(self.width).enumerate() {
            let row = &self.source[index * self.apart..][..self.width];
            let mut numbers = row.chunks_exact(S::LANES);
            let mut places = output.chunks_exact_mut(S::LANES);
            for (place, numbers) in (&mut places).zip(&mut numbers) {
                simd.store(place, simd.load(numbers));
            }
            let rest = simd.load_rest(numbers.remainder());
            simd.store_rest(places.into_remainder(), rest);
        }
    }
}

/// Where copy number `index` of the `outer` dimensions, each `whole` numbers long, begins in the source.
fn place(outer: &[Dimension], index: usize, whole: usize) -> usize {
    let number = index * whole;
    let along = |one: &Dimension| number / one.copy % one.count * one.source;
    outer.iter().map(along).sum()
}

/// Copies part of a line for every place of the `inner` dimensions; its numbers are `apart` in the copy.
fn copy_lines(level: Level, inner: &[Dimension], source: &[f32], output: &mut [f32], apart: usize) {
    let Some((last, middle)) = inner.split_last() else {
        output.copy_from_slice(&source[..output.len()]);
        return;
    };
    let count = output.len() / apart;
    let middles: usize = middle.iter().map(|one| one.count).product();
    for index in 0..middles {
        let from = place(middle, index, last.count);
        let across = Across {
            numbers: &source[from..],
            stride: last.source,
            shape: [last.count, count],
        };
        transpose(level, across, &mut output[index * last.count..], apart);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_merge_where_they_follow_without_gaps() {
        let one = |count, source, copy| Dimension {
            count,
            source,
            copy,
        };
        assert_eq!(merged(&[2, 3, 4], &[12, 4, 1]), [one(24, 1, 1)]);
        assert_eq!(
            merged(&[2, 4, 3], &[12, 1, 4]),
            [one(2, 12, 12), one(4, 1, 3), one(3, 4, 1)]
        );
        assert_eq!(merged(&[5, 1, 2], &[0, 9, 1]), [one(5, 0, 2), one(2, 1, 1)]);
        assert_eq!(merged(&[1, 1], &[7, 1]), []);
    }
}
