//! Products of numbers in bfloat16, summed in f32.

use burn::tensor::{DType, Device, Distribution, Tensor};
use tubelet_kernels::{AttentionOptions, LinearOptions, Precision, attention, linear};

use super::cases::Call;

/// Operation and sizes, as the worker reads them.
pub(crate) const CASES: &[&str] = &[
    "linear_bf16 1024 1024 1024",
    "linear_bf16 4096 192 48",
    "linear_bf16 4096 384 1536",
    "linear_bf16 4096 1152 4608",
    "attention_bf16 1 16 1024 1024 64",
    "attention_bf16 1 1 4096 4096 256",
];

/// Builds the inputs of a case and a call on them.
pub(crate) fn prepare(case: &str) -> Call {
    let sizes = case.split(' ').skip(1);
    let sizes: Vec<usize> = sizes.filter_map(|word| word.parse().ok()).collect();
    let range = Distribution::Uniform(-0.5, 0.5);
    let device = Device::flex();
    match sizes[..] {
        [rows, inner, outer] => {
            let input = Tensor::<2>::random([rows, inner], range, &device);
            let weight = Tensor::<2>::random([outer, inner], range, &device).cast(DType::BF16);
            let bias = Tensor::<1>::random([outer], range, &device);
            Box::new(move || {
                let options = LinearOptions {
                    bias: Some(bias.clone()),
                    ..LinearOptions::default()
                };
                std::hint::black_box(linear(input.clone(), weight.clone(), options));
            })
        }
        [batch, heads, queries, keys, channels] => {
            let made =
                |length| Tensor::<4>::random([batch, heads, length, channels], range, &device);
            let (query, key, value) = (made(queries), made(keys), made(keys));
            Box::new(move || {
                let options = AttentionOptions {
                    precision: Precision::Half,
                    ..AttentionOptions::default()
                };
                let [query, key, value] = [&query, &key, &value].map(Tensor::clone);
                std::hint::black_box(attention(query, key, value, options));
            })
        }
        _ => Box::new(|| {}),
    }
}
