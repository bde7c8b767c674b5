//! In which precision numbers are multiplied.

/// Precision of products. Tensors, and the sums of products, are f32 in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// f32.
    #[default]
    Single,
    /// Numbers are rounded to bfloat16 before they are multiplied, where the processor has instructions for that and no
    /// gradient is asked for; elsewhere as [`Precision::Single`].
    Half,
}

#[cfg(test)]
mod tests {
    use burn::tensor::{DType, Device, Tensor, TensorData};

    use super::*;
    use crate::cpu::level_tests::at_each_level;
    use crate::reference::numbers;
    use crate::{Activation, AttentionOptions, LinearOptions, attention, linear, self_attention};

    /// Numbers that bfloat16 holds, so that products of both precisions are the same.
    fn tensor<const D: usize>(shape: [usize; D], seed: usize) -> Tensor<D> {
        let values = numbers(shape.iter().product(), seed);
        let rounded = values.iter().map(|value| (value * 64.0).round() / 64.0);
        let data = TensorData::new(rounded.collect(), shape);
        Tensor::from_data(data, (&Device::flex(), DType::F32))
    }

    /// Compares, where the largest numbers are about one.
    fn assert_close<const D: usize>(name: &str, left: Tensor<D>, right: Tensor<D>, most: f32) {
        let difference: f32 = (left - right).abs().max().into_scalar();
        assert!(difference <= most, "{name}: {difference}");
    }

    #[test]
    fn weights_in_half_change_nothing_that_half_holds() {
        for ([batch, tokens, inner, outer], bias) in [
            ([1, 1, 1, 1], true),
            ([2, 9, 7, 33], false),
            ([1, 100, 400, 65], true),
            ([1, 5, 0, 4], true),
        ] {
            let input = tensor([batch, tokens, inner], 1);
            let weight = tensor([outer, inner], 2);
            let options = LinearOptions {
                bias: bias.then(|| tensor([outer], 3)),
                activation: Activation::Relu,
                residual: Some(tensor([batch, tokens, outer], 4)),
            };
            at_each_level(|level| {
                let single = linear(input.clone(), weight.clone(), options.clone());
                let half = weight.clone().cast(DType::BF16);
                let half = linear(input.clone(), half, options.clone());
                assert_close(level, half, single, 1e-4);
            });
        }
    }

    #[test]
    fn attention_in_half_is_near_that_in_single() {
        for ([heads, key_heads, queries, keys, channels], causal) in [
            ([1, 1, 1, 1, 4], false),
            ([4, 2, 33, 33, 24], true),
            ([1, 1, 130, 1101, 40], false),
        ] {
            let query = tensor([2, heads, queries, channels], 1);
            let key = tensor([2, key_heads, keys, channels], 2);
            let value = tensor([2, key_heads, keys, channels], 3);
            let attend = |precision| {
                let options = AttentionOptions {
                    causal,
                    precision,
                    ..AttentionOptions::default()
                };
                attention(query.clone(), key.clone(), value.clone(), options)
            };
            let difference = 8e-3;
            assert_close(
                "",
                attend(Precision::Half),
                attend(Precision::Single),
                difference,
            );
        }
    }

    #[test]
    fn packed_attention_takes_the_precision_too() {
        let packed = tensor([3, 70, 3 * 48], 5);
        let attend = |precision| {
            let options = AttentionOptions {
                precision,
                ..AttentionOptions::default()
            };
            self_attention(packed.clone(), 2, options)
        };
        assert_close("", attend(Precision::Half), attend(Precision::Single), 8e-3);
    }

    #[test]
    fn half_weights_have_gradients() {
        let device = Device::flex().autodiff();
        let input = Tensor::<2>::from_data(tensor::<2>([5, 8], 1).into_data(), &device);
        let weight = Tensor::<2>::from_data(tensor::<2>([3, 8], 2).into_data(), &device)
            .cast(DType::BF16)
            .require_grad();
        let output = linear(input, weight.clone(), LinearOptions::default());
        let gradients = output.sum().backward();
        assert_eq!(weight.grad(&gradients).map(|g| g.dims()), Some([3, 8]));
    }
}
