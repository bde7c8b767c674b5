//! Dimensions in another order, with the numbers in that order in memory.
//!
//! In and out: tensors of any rank.

use burn::tensor::Tensor;

use crate::cpu;
use crate::extension::{apply, is_fast};

/// The tensor with its dimensions in the order of `axes`; in f32 on the CPU backend with its numbers in order in memory, so that
/// what is made of it next reads and reshapes it without a copy of its own.
///
/// # Shapes
/// - `input`: any; dimension `i` of the output is dimension `axes[i]` of the input
///
/// # Panics
/// Where `axes` is no order of the dimensions.
pub fn permuted<const D: usize>(input: Tensor<D>, axes: [usize; D]) -> Tensor<D> {
    let turned = input.permute(axes.map(|axis| axis as isize));
    if is_fast(&turned) {
        return apply(cpu::InOrder, vec![turned.into_dispatch()]);
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::{assert_matches_plain, cases};
    use burn::tensor::Distribution;
    use proptest::prelude::*;

    fn orders() -> impl Strategy<Value = [usize; 4]> {
        Just(vec![0, 1, 2, 3])
            .prop_shuffle()
            .prop_map(|order| [order[0], order[1], order[2], order[3]])
    }

    proptest! {
        #![proptest_config(cases(64))]

        #[test]
        fn it_matches_its_plain_body(
            axes in orders(),
            sizes in [0_usize..7, 1_usize..40, 1_usize..20, 1_usize..40],
            cut in [0_usize..2, 0_usize..2],
        ) {
            let length = sizes.iter().product();
            let [first, last] = cut.map(|cut| cut.min(sizes[1] - 1));
            prop_assume!(length > 0 && first + last < sizes[1]);
            assert_matches_plain(&format!("{sizes:?} {axes:?}"), &[length], |x| {
                // A part, whose numbers have gaps between them.
                let input = x[0].clone().reshape(sizes).slice_dim(1, first..sizes[1] - last);
                permuted(input, axes).mul_scalar(2.0)
            });
        }
    }

    #[test]
    fn large_ones_come_out_in_order() {
        let device = burn::tensor::Device::flex();
        for (sizes, axes) in [
            ([2, 300, 4, 64], [0, 2, 1, 3]),
            ([1, 64, 90, 70], [0, 2, 3, 1]),
            ([3, 5000, 1, 33], [3, 1, 2, 0]),
        ] {
            let length: usize = sizes.iter().product();
            let numbers: Vec<f32> = (0..length).map(|number| number as f32).collect();
            let input = Tensor::<1>::from_floats(numbers.as_slice(), &device).reshape(sizes);
            let found = permuted(input.clone(), axes);
            let expected = input.permute(axes.map(|axis| axis as isize));
            assert_eq!(found.dims(), expected.dims());
            found.into_data().assert_eq(&expected.into_data(), true);
        }
        // Rows longer than a thread takes at a time, with gaps between them; one row again and again; from the end to the beginning.
        let wide = Tensor::<2>::random([3, 40_100], Distribution::Default, &device);
        let views = [
            wide.clone().slice([0..3, 100..40_100]),
            wide.clone().slice([0..1, 0..40_000]).expand([3, 40_000]),
            wide.slice([0..3, 0..40_000]).flip([1]),
        ];
        for view in views {
            let found = permuted(view.clone(), [0, 1]).reshape([120_000]);
            found
                .into_data()
                .assert_eq(&view.reshape([120_000]).into_data(), true);
        }
        let empty = Tensor::<4>::zeros([2, 0, 3, 4], &device);
        assert_eq!(permuted(empty, [3, 2, 1, 0]).dims(), [4, 3, 0, 2]);
    }
}
