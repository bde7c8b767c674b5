//! The additions to a part of a model as one row, and back: what a part that is computed again gets its gradients through.
//!
//! In: an adapter's use and a part's path. Out: a row with all its matrices, and their places.

use std::{collections::BTreeMap, sync::Arc};

use burn::tensor::Tensor;
use tubelet_kernels::recomputed;

use super::usage::{AdapterUse, mixed};

/// Matrices by the projections that they add to: `[rank, in]`, `[out, rank]`.
pub(crate) type Unpacked = BTreeMap<String, [Tensor<2>; 2]>;

/// Names and shapes of the matrices in a row, in order.
struct Places(Vec<(String, [[usize; 2]; 2])>);

/// `part(input, use)` with nothing kept for the backward pass but what goes in, where `used` asks for that. The part's projections
/// have paths that begin with `path`; `portion` tells calls of a part from one another.
pub(crate) fn part_recomputed<const D: usize>(
    (path, portion): (&str, usize),
    input: Tensor<D>,
    used: AdapterUse,
    part: impl Fn(Tensor<D>, AdapterUse) -> Tensor<D> + Send + Sync + 'static,
) -> Tensor<D> {
    let mut manner = used.manner();
    let Some(seed) = manner.recomputing else {
        return part(input, used);
    };
    if portion > 0 {
        manner.recomputing = Some(mixed(seed, &portion.to_string()));
    }
    let (places, row) = packed(used.under(path));
    let function = move |input: Tensor<D>, row: Option<Tensor<1>>| {
        let matrices = row.map_or_else(Unpacked::new, |row| places.unpacked(&row));
        part(input, AdapterUse::of_matrices(&matrices, manner))
    };
    recomputed(Arc::new(function), input, row)
}

fn packed(additions: Vec<(String, [Tensor<2>; 2])>) -> (Places, Option<Tensor<1>>) {
    let mut places = Vec::with_capacity(additions.len());
    let mut rows = Vec::with_capacity(2 * additions.len());
    for (name, matrices) in additions {
        places.push((name, matrices.each_ref().map(Tensor::dims)));
        rows.extend(matrices.map(|matrix| matrix.flatten::<1>(0, 1)));
    }
    let row = (!rows.is_empty()).then(|| Tensor::cat(rows, 0));
    (Places(places), row)
}

impl Places {
    fn unpacked(&self, row: &Tensor<1>) -> Unpacked {
        let mut taken = 0;
        let mut take = |shape: [usize; 2]| {
            let count = shape[0] * shape[1];
            taken += count;
            row.clone().narrow(0, taken - count, count).reshape(shape)
        };
        let named = self.0.iter();
        named
            .map(|(name, shapes)| (name.clone(), shapes.map(&mut take)))
            .collect()
    }
}
