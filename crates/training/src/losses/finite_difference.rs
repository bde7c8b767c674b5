//! Checks a gradient against central differences, in double precision.
//!
//! In: a scalar function of one tensor and a point. It panics, naming the entry, where the two disagree.

use burn::tensor::{DType, Device, Tensor, TensorData};

/// Half the distance between the two points of a difference.
const STEP: f64 = 1e-5;

/// A tensor of doubles on the plain device.
pub(crate) fn doubles<const D: usize>(values: &[f64], shape: [usize; D]) -> Tensor<D> {
    let data = TensorData::new(values.to_vec(), shape);
    Tensor::from_data(data, (&Device::default(), DType::F64))
}

/// The only number of a scalar.
pub(crate) fn number(scalar: Tensor<1>) -> f64 {
    scalar.into_data().iter::<f64>().next().unwrap()
}

/// All numbers of a tensor.
pub(crate) fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

/// Compares the gradient of `function` at `point` with central differences, entry by entry.
pub(crate) fn check_gradient<const D: usize>(
    point: &[f64],
    shape: [usize; D],
    function: impl Fn(Tensor<D>) -> Tensor<1>,
) {
    let input = doubles(point, shape).autodiff().require_grad();
    let gradients = function(input.clone()).backward();
    let analytic = numbers(input.grad(&gradients).unwrap());
    for entry in 0..point.len() {
        let at = |offset: f64| {
            let mut moved = point.to_vec();
            moved[entry] += offset;
            number(function(doubles(&moved, shape)))
        };
        let numeric = (at(STEP) - at(-STEP)) / (2.0 * STEP);
        let difference = (analytic[entry] - numeric).abs();
        assert!(
            difference <= 1e-7 + 1e-5 * numeric.abs(),
            "entry {entry}: gradient {}, difference quotient {numeric}",
            analytic[entry]
        );
    }
}
