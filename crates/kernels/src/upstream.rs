//! Defects of burn that this crate works around; each test fails once its defect is gone, and says what can go with it.

use std::panic::catch_unwind;

use burn::tensor::{DType, Device, Tensor, TensorData, bf16};

#[test]
fn half_numbers_are_widened_where_no_type_is_named() {
    let data = TensorData::new(vec![bf16::ONE; 4], [4]);
    let found = Tensor::<1>::from_data(data, &Device::flex());
    assert_eq!(
        found.dtype(),
        DType::F32,
        "tensors of bfloat16 no longer need their type beside the device"
    );
}

#[test]
fn tables_of_no_rows_cannot_be_reshaped() {
    let found =
        catch_unwind(|| Tensor::<2>::zeros([0, 8], &Device::flex()).reshape([1_usize, 0, 1, 8]));
    assert!(found.is_err(), "the early returns in rotary.rs can go");
}
