//! Comparison of a function's fast path in f32 with its plain body in f64, values and gradients, at every level.

use burn::tensor::{DType, Device, Tensor, TensorData};

use proptest::prelude::ProptestConfig;

use crate::cpu::level_tests::at_each_level;

/// Largest difference allowed, relative to the largest number compared, or to [`CANCELLED`].
const TOLERANCE: f64 = 1e-5;
/// Sums of numbers about one may cancel to any small number, but keep the rounding of what they were made of.
const CANCELLED: f64 = 0.25;

/// Random cases that leave no files behind; `PROPTEST_CASES` says how many instead.
pub(crate) fn cases(count: u32) -> ProptestConfig {
    let wanted = std::env::var("PROPTEST_CASES").ok();
    ProptestConfig {
        cases: wanted
            .and_then(|number| number.parse().ok())
            .unwrap_or(count),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Numbers in (−1, 1) that look random and are the same in every run.
pub(crate) fn numbers(length: usize, seed: usize) -> Vec<f64> {
    let mut state = (seed as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            // f32 holds these exactly, so that both precisions start from the same numbers.
            f64::from(((state >> 40) as f32) / 8_388_608.0 - 1.0)
        })
        .collect()
}

/// What a function gives.
pub(crate) struct Run {
    pub(crate) output: Vec<f64>,
    /// Of its sum, weighted by numbers of seed 77, one list for each input.
    pub(crate) gradients: Vec<Vec<f64>>,
}

/// A function of flat inputs whose numbers have the seeds 0, 1, and so on.
pub(crate) fn run<const D: usize>(
    lengths: &[usize],
    dtype: DType,
    function: &impl Fn(&[Tensor<1>]) -> Tensor<D>,
) -> Run {
    let device = Device::flex().autodiff();
    let tensor = |length: usize, seed: usize| {
        let data = TensorData::new(numbers(length, seed), [length]);
        Tensor::<1>::from_data(data, (&device, dtype))
    };
    let inputs: Vec<Tensor<1>> = lengths
        .iter()
        .enumerate()
        .map(|(index, length)| tensor(*length, index).require_grad())
        .collect();
    let output = function(&inputs);
    let length = output.dims().iter().product();
    let weights = tensor(length, 77);
    let flat = output.clone().reshape([length]);
    let gradients = (flat * weights).sum().backward();
    let values = |tensor: Tensor<1>| {
        tensor
            .into_data()
            .convert::<f64>()
            .try_into_vec::<f64>()
            .unwrap()
    };
    Run {
        output: values(output.reshape([length]).inner()),
        gradients: inputs
            .iter()
            .map(|input| {
                if let Some(gradient) = input.grad(&gradients) {
                    return values(gradient);
                }
                assert_eq!(input.dims(), [0], "numbers without a gradient");
                Vec::new()
            })
            .collect(),
    }
}

/// Asserts that two lists of numbers are close.
pub(crate) fn assert_close(found: &[f64], expected: &[f64], what: &str) {
    assert_sums_close(found, expected, 1, what);
}

/// Asserts that sums of so many numbers about one are close: where they cancel, what was rounded on the way was as large as
/// the root of their number.
fn assert_sums_close(found: &[f64], expected: &[f64], terms: usize, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let cancelled = CANCELLED * (terms as f64).sqrt();
    let scale = expected
        .iter()
        .fold(cancelled, |scale, x| scale.max(x.abs()));
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            (found - expected).abs() <= TOLERANCE * scale,
            "{what}: {found} at {index}, expected {expected}"
        );
    }
}

/// Asserts that a function of flat inputs gives the same output and gradients in both precisions.
pub(crate) fn assert_matches_plain<const D: usize>(
    name: &str,
    lengths: &[usize],
    function: impl Fn(&[Tensor<1>]) -> Tensor<D>,
) {
    let expected = run(lengths, DType::F64, &function);
    let outputs = expected.output.len();
    at_each_level(|level| {
        let found = run(lengths, DType::F32, &function);
        assert_close(
            &found.output,
            &expected.output,
            &format!("{name} at {level}"),
        );
        for (index, (found, expected)) in
            found.gradients.iter().zip(&expected.gradients).enumerate()
        {
            // Every output may depend on a number that is repeated.
            let terms = outputs / found.len().max(1);
            assert_sums_close(
                found,
                expected,
                terms.max(1),
                &format!("{name} at {level}, gradient {index}"),
            );
        }
    });
}
