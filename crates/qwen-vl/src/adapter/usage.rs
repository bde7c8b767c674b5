//! An adapter on its way through a model.
//!
//! In: an adapter, for answers or for training. Out: what each projection needs of it.

use burn::tensor::{Device, Distribution, Tensor, TensorData};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tubelet_kernels::{LinearOptions, linear};

use super::{low_rank::Adapter, packed::Unpacked};
use crate::projection::beside;

/// How a pass through a model uses an adapter.
#[derive(Clone, Copy, Debug)]
pub struct AdapterUse<'a> {
    source: Source<'a>,
    manner: Manner,
}

/// All of a use but the matrices.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// Factor on the additions.
    scale: f64,
    /// Share of the inputs that is dropped.
    dropout: f64,
    /// What random numbers follow from, where blocks are computed again.
    pub recomputing: Option<u64>,
}

/// Where the matrices are.
#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    Adapter(&'a Adapter),
    Unpacked(&'a Unpacked),
}

impl<'a> AdapterUse<'a> {
    /// For answers and evaluation.
    pub fn fixed(adapter: &'a Adapter) -> Self {
        Self {
            source: Source::Adapter(adapter),
            manner: Manner {
                scale: adapter.config().scale(),
                dropout: 0.0,
                recomputing: None,
            },
        }
    }

    /// For training: inputs of the low-rank part are dropped as the adapter's configuration says.
    pub fn training(adapter: &'a Adapter) -> Self {
        let mut used = Self::fixed(adapter);
        used.manner.dropout = adapter.config().dropout;
        used
    }

    /// For training where memory is short (gradient checkpointing): every block keeps nothing but what goes into it, and is
    /// computed again for the backward pass. Gradients are the same; they reach the adapter and the embeddings, not the weights of a
    /// model that is itself part of a graph, which is passed as ever. What is dropped follows from `seed`, which every step wants
    /// another of.
    pub fn recomputing(mut self, seed: u64) -> Self {
        self.manner.recomputing = Some(seed);
        self
    }

    /// A use of tensors that stand for an adapter's.
    pub(crate) fn of_matrices(matrices: &'a Unpacked, manner: Manner) -> Self {
        Self {
            source: Source::Unpacked(matrices),
            manner,
        }
    }

    /// All of it but the matrices.
    pub(crate) fn manner(&self) -> Manner {
        self.manner
    }

    /// The matrices that add to a projection: `[rank, in]`, `[out, rank]`.
    pub(crate) fn find(&self, name: &str) -> Option<[Tensor<2>; 2]> {
        match self.source {
            Source::Adapter(adapter) => adapter.matrices(name),
            Source::Unpacked(matrices) => matrices.get(name).cloned(),
        }
    }

    /// The additions to the projections whose paths begin so.
    pub(crate) fn under(&self, prefix: &str) -> Vec<(String, [Tensor<2>; 2])> {
        let found = |name: &str, matrices| {
            name.starts_with(prefix)
                .then(|| (name.to_owned(), matrices))
        };
        match self.source {
            Source::Adapter(adapter) => adapter
                .named()
                .filter_map(|(name, pair)| found(name, [pair.down.val(), pair.up.val()]))
                .collect(),
            Source::Unpacked(matrices) => matrices
                .iter()
                .filter_map(|(name, pair)| found(name, pair.clone()))
                .collect(),
        }
    }

    /// The addition to what a projection makes of its input.
    ///
    /// # Shapes
    /// - `input`: `[..., in]`
    /// - output: `[..., out]`
    pub(crate) fn addition<const D: usize>(
        &self,
        name: &str,
        input: Tensor<D>,
    ) -> Option<Tensor<D>> {
        let [down, up] = self.find(name)?;
        let input = beside(input, &down);
        let (down, up) = (beside(down, &input), beside(up, &input));
        let kept = self.dropped(name, input);
        let narrow = linear(kept, down, LinearOptions::default());
        Some(linear(narrow, up, LinearOptions::default()).mul_scalar(self.manner.scale))
    }

    fn dropped<const D: usize>(&self, name: &str, input: Tensor<D>) -> Tensor<D> {
        if self.manner.dropout == 0.0 {
            return input;
        }
        let keep = 1.0 - self.manner.dropout;
        let device = input.device().without_autodiff();
        let mask = match self.manner.recomputing {
            None => Tensor::<D>::random(input.dims(), Distribution::Bernoulli(keep), &device),
            Some(seed) => drawn(input.dims(), keep, (seed, name), &device),
        };
        let mask = beside(mask.div_scalar(keep), &input);
        input * mask
    }
}

/// Ones with a probability and zeros, the same for the same seed and name.
fn drawn<const D: usize>(
    shape: [usize; D],
    probability: f64,
    (seed, name): (u64, &str),
    device: &Device,
) -> Tensor<D> {
    let mut random = ChaCha8Rng::seed_from_u64(mixed(seed, name));
    let count = shape.iter().product();
    let numbers: Vec<f32> = (0..count)
        .map(|_| f32::from(u8::from(random.random_bool(probability))))
        .collect();
    Tensor::from_data(TensorData::new(numbers, shape), device)
}

/// A seed of a part's own (FNV-1a over its name).
pub(crate) fn mixed(seed: u64, name: &str) -> u64 {
    name.bytes()
        .fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

/// A tensor as part of the graph of the adapter that it will meet, if that has one.
pub(crate) fn tracked<const D: usize>(tensor: Tensor<D>, used: Option<AdapterUse>) -> Tensor<D> {
    let example = used.and_then(|used| match used.source {
        Source::Adapter(adapter) => adapter.example(),
        Source::Unpacked(matrices) => matrices.values().next().map(|[down, _]| down.clone()),
    });
    match example {
        Some(example) => beside(tensor, &example),
        None => tensor,
    }
}
