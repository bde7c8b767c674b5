//! How far numbers are from those of a reference.

use burn::tensor::Tensor;

/// Largest difference as a share of the largest expected value; infinite where a value is not a number.
///
/// # Panics
/// When the shapes differ.
pub fn relative_error<const D: usize>(actual: Tensor<D>, expected: Tensor<D>) -> f32 {
    assert_eq!(actual.dims(), expected.dims(), "shapes to be compared");
    let values = |tensor: Tensor<D>| tensor.into_data().convert::<f32>();
    let (actual, expected) = (values(actual), values(expected));
    let largest = expected
        .iter::<f32>()
        .fold(f32::MIN_POSITIVE, |most, value| most.max(value.abs()));
    let difference = actual
        .iter::<f32>()
        .zip(expected.iter::<f32>())
        .map(|(left, right)| (left - right).abs())
        .fold(0.0, |most: f32, difference| {
            if difference.is_nan() {
                f32::INFINITY
            } else {
                most.max(difference)
            }
        });
    difference / largest
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn errors_are_shares_of_the_largest_value_and_nothing_hides_a_nan() {
        let tensor = |values: [f32; 3]| Tensor::<1>::from_floats(values, &Device::flex());
        let expected = tensor([1.0, -4.0, 2.0]);
        let close = relative_error(tensor([1.0, -4.0, 2.2]), expected.clone());
        assert!((close - 0.05).abs() < 1e-6);
        assert!(relative_error(tensor([1.0, f32::NAN, 2.0]), expected).is_infinite());
    }
}
