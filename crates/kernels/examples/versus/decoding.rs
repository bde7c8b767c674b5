//! Products of one row with weights that lie in memory, as a model needs them that answers token by token: what counts is the
//! share of the speed at which memory can be read.

use std::cell::Cell;
use std::time::Instant;

use burn::tensor::{DType, Device, Distribution, Tensor};
use tubelet_kernels::{CompressedWeight, Compression, LinearOptions, compressed_linear, linear};

use super::cases::Call;
use super::memory::read_speed;

/// Storage, inner and outer size, as the worker reads them.
pub(crate) const CASES: &[&str] = &[
    "decode_bf16 2048 2048",
    "decode_bf16 2048 6144",
    "decode_bf16 6144 2048",
    "decode_8bit 2048 2048",
    "decode_8bit 2048 6144",
    "decode_8bit 6144 2048",
    "decode_4bit 2048 2048",
    "decode_4bit 2048 6144",
    "decode_4bit 6144 2048",
];

/// Bytes of weights that calls go through in turns, so that no cache holds the next one.
const TOTAL: usize = 400 << 20;

/// A call, and the bytes of weights that it reads.
pub(crate) fn prepare(case: &str) -> (Call, usize) {
    let mut words = case.split(' ');
    let storage = words.next().unwrap_or_default();
    let sizes: Vec<usize> = words.filter_map(|word| word.parse().ok()).collect();
    let (inner, outer) = (sizes[0], sizes[1]);
    let device = Device::flex();
    let range = Distribution::Uniform(-0.5, 0.5);
    let input = Tensor::<2>::random([1, inner], range, &device);
    let weight = Tensor::<2>::random([outer, inner], range, &device);
    let numbers = inner * outer;
    let compression = match storage {
        "decode_8bit" => Some((Compression::EightBit, numbers * 34 / 32)),
        "decode_4bit" => Some((Compression::FourBit, numbers * 18 / 32)),
        _ => None,
    };
    let turn = Cell::new(0);
    let Some((compression, bytes)) = compression else {
        let bytes = numbers * 2;
        let weights: Vec<Tensor<2>> = (0..TOTAL.div_ceil(bytes))
            .map(|index| (weight.clone() + index as f32 * 1e-3).cast(DType::BF16))
            .collect();
        let call = move || {
            let weight = weights[turn.get()].clone();
            turn.set((turn.get() + 1) % weights.len());
            std::hint::black_box(linear(input.clone(), weight, LinearOptions::default()));
        };
        return (Box::new(call), bytes);
    };
    let weights: Vec<CompressedWeight> = (0..TOTAL.div_ceil(bytes))
        .filter_map(|index| {
            CompressedWeight::new(weight.clone() + index as f32 * 1e-3, compression)
        })
        .collect();
    let call = move || {
        let weight = &weights[turn.get()];
        turn.set((turn.get() + 1) % weights.len());
        std::hint::black_box(compressed_linear(
            input.clone(),
            weight,
            LinearOptions::default(),
        ));
    };
    (Box::new(call), bytes)
}

/// Memory to read, and how fast that goes.
pub(crate) struct Memory {
    numbers: Vec<f32>,
    weight: Tensor<2>,
    row: Tensor<2>,
}

impl Memory {
    /// As many bytes as the weights have.
    pub(crate) fn new() -> Self {
        let device = Device::flex();
        Self {
            numbers: vec![1.0; TOTAL / 4],
            weight: Tensor::ones([TOTAL / 4 / 2048, 2048], &device),
            row: Tensor::ones([1, 2048], &device),
        }
    }

    /// Gigabytes that all threads read in a second, in f32: a plain sum, or a product of one row where that is faster.
    pub(crate) fn bandwidth(&self) -> f64 {
        let start = Instant::now();
        std::hint::black_box(linear(
            self.row.clone(),
            self.weight.clone(),
            LinearOptions::default(),
        ));
        let product = TOTAL as f64 / 1e9 / start.elapsed().as_secs_f64();
        read_speed(&self.numbers).max(product)
    }
}
