//! What holds for every function: gradients are slopes, PyTorch's and those of the plain body; any sizes, zero included; the same
//! numbers again.

use std::panic::{AssertUnwindSafe, catch_unwind};

use burn::tensor::{DType, Device, Tensor, TensorData};
use proptest::prelude::*;

use crate::allocations::allocated;
use crate::catalogue::{Entry, catalogue};
use crate::cpu::level_tests::at_each_level;
use crate::reference::{Run, assert_close, assert_matches_plain, cases, numbers, run};
use crate::{
    AttentionOptions, CompressedWeight, Compression, Conv2dOptions, GridSampleOptions,
    LinearOptions, attention, compressed_linear, conv2d, grid_sample, layer_norm, layer_norm_2d,
    linear, rms_norm,
};

/// Of `fixtures/kernels/gradients.py`.
const SIZES: [usize; 4] = [5, 6, 8, 2];
const PYTORCH: &[u8] = include_bytes!("../tests/golden/gradients.safetensors");

#[test]
fn outputs_and_gradients_are_pytorchs() {
    let golden = safetensors::SafeTensors::deserialize(PYTORCH).unwrap();
    let stored = |name: &str| -> Vec<f64> {
        let (numbers, _) = golden.tensor(name).unwrap().data().as_chunks::<4>();
        let all = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes));
        all.map(f64::from).collect()
    };
    let entries = catalogue(SIZES);
    let tensors: usize = entries.iter().map(|entry| 1 + entry.lengths.len()).sum();
    assert_eq!(golden.len(), tensors, "every stored tensor is compared");
    for entry in &entries {
        let name = entry.name;
        at_each_level(|level| {
            let found = run(&entry.lengths, DType::F32, &entry.function);
            let what = format!("{name} at {level}");
            assert_close(&found.output, &stored(name), &what);
            for (index, found) in found.gradients.iter().enumerate() {
                let expected = stored(&format!("{name}.{index}"));
                assert_close(found, &expected, &format!("{what}, gradient {index}"));
            }
        });
    }
}

/// The sum that [`run`] differentiates, one input's number moved.
fn loss(entry: &Entry, (input, place, by): (usize, usize, f64)) -> f64 {
    let device = Device::flex();
    let tensor = |numbers: Vec<f64>| {
        let length = numbers.len();
        Tensor::<1>::from_data(TensorData::new(numbers, [length]), (&device, DType::F64))
    };
    let inputs: Vec<Tensor<1>> = entry
        .lengths
        .iter()
        .enumerate()
        .map(|(index, &length)| {
            let mut numbers = numbers(length, index);
            if index == input {
                numbers[place] += by;
            }
            tensor(numbers)
        })
        .collect();
    let output = (entry.function)(&inputs);
    let [length] = output.dims();
    (output * tensor(numbers(length, 77))).sum().into_scalar()
}

#[test]
fn gradients_are_slopes() {
    let step = 1e-5;
    for entry in catalogue(SIZES) {
        let Run { gradients, .. } = run(&entry.lengths, DType::F32, &entry.function);
        for (input, gradient) in gradients.iter().enumerate() {
            for place in (0..gradient.len()).step_by(gradient.len().div_ceil(5)) {
                let ends = [step, -step].map(|by| loss(&entry, (input, place, by)));
                let slope = (ends[0] - ends[1]) / (2.0 * step);
                let found = gradient[place];
                assert!(
                    (found - slope).abs() <= 1e-4 * slope.abs().max(1.0),
                    "{}: gradient {found} at {place} of input {input}, slope {slope}",
                    entry.name
                );
            }
        }
    }
}

#[test]
fn the_same_call_gives_the_same_bits() {
    for entry in catalogue([70, 33, 41, 3]) {
        let bits = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let found = pool
                .build()
                .unwrap()
                .install(|| run(&entry.lengths, DType::F32, &entry.function));
            let all = found.gradients.into_iter().chain([found.output]);
            all.flatten().map(f64::to_bits).collect::<Vec<_>>()
        };
        for threads in [1, 2, 3] {
            let first = bits(threads);
            for _ in 0..3 {
                assert!(
                    bits(threads) == first,
                    "{} on {threads} threads",
                    entry.name
                );
            }
        }
    }
}

/// Whose input is a picture, which has at least a pixel.
const OF_PICTURES: &[&str] = &[
    "convolution",
    "convolution_of_every_second",
    "depthwise",
    "patches",
    "transposed",
    "resize",
    "resize_to_corners",
    "grid_sample",
    "grid_sample_to_corners",
];

#[test]
fn nothing_is_made_of_nothing() {
    for zero in 0..SIZES.len() {
        let mut sizes = SIZES;
        sizes[zero] = 0;
        for entry in catalogue(sizes) {
            let name = entry.name;
            let found = catch_unwind(AssertUnwindSafe(|| {
                run(&entry.lengths, DType::F32, &entry.function)
            }));
            if OF_PICTURES.contains(&name) && sizes[1] * sizes[2] == 0 {
                let reason = found
                    .err()
                    .and_then(|reason| reason.downcast::<String>().ok());
                let reason =
                    reason.unwrap_or_else(|| panic!("{name} of {sizes:?} does not say why"));
                assert!(
                    reason.contains("no pixels"),
                    "{name} of {sizes:?}: {reason}"
                );
                continue;
            }
            if name == "depthwise" && sizes[0] == 0 {
                assert!(found.is_err(), "no groups of channels are accepted");
                continue;
            }
            let found = found.unwrap_or_else(|_| panic!("{name} of {sizes:?} panics"));
            for number in found.gradients.iter().flatten().chain(&found.output) {
                assert!(number.is_finite(), "{name} of {sizes:?}: {number}");
            }
        }
    }
}

/// Sizes that do not belong together end in a panic rather than in numbers nobody wrote.
#[test]
fn what_does_not_fit_is_refused() {
    let device = Device::flex();
    let ones = |length: usize| Tensor::<1>::ones([length], &device);
    let refused = |name: &str, call: &dyn Fn() -> Tensor<1>| {
        let found = catch_unwind(AssertUnwindSafe(|| call().into_data()));
        assert!(found.is_err(), "{name}");
    };
    let map = || ones(24).reshape([1, 2, 3, 4]);
    refused("a norm with a short weight", &|| {
        layer_norm(ones(12).reshape([2, 6]), ones(4), ones(4), 1e-6).reshape([12])
    });
    refused("a root mean square norm with a short weight", &|| {
        rms_norm(ones(12).reshape([2, 6]), ones(4), 1e-6).reshape([12])
    });
    refused("a norm of channels with a long weight", &|| {
        layer_norm_2d(map(), ones(3), ones(3), 1e-6).reshape([24])
    });
    refused("a layer with a short bias", &|| {
        let options = LinearOptions {
            bias: Some(ones(4)),
            ..LinearOptions::default()
        };
        linear(ones(12).reshape([2, 6]), ones(30).reshape([5, 6]), options).reshape([10])
    });
    refused("heads that share no heads", &|| {
        let heads = |count: usize| ones(count * 35).reshape([1, count, 5, 7]);
        attention(heads(3), heads(2), heads(2), AttentionOptions::default()).reshape([105])
    });
    refused("a convolution of other channels", &|| {
        let weight = ones(27).reshape([1, 3, 3, 3]);
        conv2d(map(), weight, Conv2dOptions::default()).reshape([2])
    });
    refused("places of another batch", &|| {
        let grid = ones(16).reshape([2, 2, 2, 2]);
        grid_sample(map(), grid, GridSampleOptions::default()).reshape([16])
    });
}

/// Products of one row, as an answering model makes them by the hundred for each token, leave nothing behind but their output.
#[test]
fn a_product_of_one_row_allocates_its_output() {
    let device = Device::flex();
    let (inputs, outputs) = (512, 1024);
    let weight = Tensor::<2>::ones([outputs, inputs], &device);
    let half = weight.clone().cast(DType::BF16);
    let compressed = [Compression::EightBit, Compression::FourBit]
        .map(|bits| CompressedWeight::new(weight.clone(), bits).unwrap());
    let row = Tensor::<2>::ones([1, inputs], &device);
    let calls: [(&str, &(dyn Fn() -> Tensor<2> + Sync)); 4] = [
        ("f32", &|| {
            linear(row.clone(), weight.clone(), LinearOptions::default())
        }),
        ("bfloat16", &|| {
            linear(row.clone(), half.clone(), LinearOptions::default())
        }),
        ("8 bits", &|| {
            compressed_linear(row.clone(), &compressed[0], LinearOptions::default())
        }),
        ("4 bits", &|| {
            compressed_linear(row.clone(), &compressed[1], LinearOptions::default())
        }),
    ];
    // A pool of one thread, so that every allocation is that thread's.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    for (name, call) in calls {
        let bytes = pool.install(|| {
            drop(call());
            allocated(|| drop(call()))
        });
        let beside = bytes.checked_sub(4 * outputs);
        assert!(
            beside.is_some_and(|beside| beside < 2048),
            "{name}: {bytes} bytes"
        );
    }
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn any_sizes_match_the_plain_body(a in 1_usize..20, b in 1_usize..20, c in 1_usize..40, d in 1_usize..4, first in 0_usize..4) {
        // A few functions a case, so that a failure is small.
        for entry in catalogue([a, b, c, d]).into_iter().skip(first).step_by(4) {
            let name = format!("{} of {a}, {b}, {c}, {d}", entry.name);
            assert_matches_plain(&name, &entry.lengths, &entry.function);
        }
    }
}
