//! Matrix products: batched, and against a layer's weight with bias, activation and residual.
//!
//! In and out: tensors; weights in PyTorch's `[out, in]` layout. A weight in bfloat16 asks for products in
//! [`Precision::Half`](crate::Precision::Half).

use burn::tensor::{DType, Tensor};

use crate::extension::{apply, into_primitive, is_fast, is_half, is_untracked};
use crate::{Activation, activate, cpu};

/// What [`linear`] does after the product.
#[derive(Clone, Debug)]
pub struct LinearOptions<const D: usize> {
    /// `[out]`, added to every row.
    pub bias: Option<Tensor<1>>,
    /// Applied after the bias.
    pub activation: Activation,
    /// Added last; the output's shape.
    pub residual: Option<Tensor<D>>,
}

impl<const D: usize> Default for LinearOptions<D> {
    fn default() -> Self {
        Self {
            bias: None,
            activation: Activation::None,
            residual: None,
        }
    }
}

/// `activation(input · weightᵀ + bias) + residual`.
///
/// A weight outside autodiff, with a bias outside autodiff, is frozen: gradients flow through the input and the residual
/// alone, and nothing but the weight is kept for them.
///
/// # Shapes
/// - `input`: `[..., in]`
/// - `weight`: `[out, in]`, in the input's type, or in bfloat16, or in f16, which is widened first
/// - output: `[..., out]`
pub fn linear<const D: usize>(
    input: Tensor<D>,
    weight: Tensor<2>,
    options: LinearOptions<D>,
) -> Tensor<D> {
    if !fits(&input, weight.dims(), &options) {
        return plain_linear(input, weight, options);
    }
    // f16 keeps more digits than products of bfloat16 do.
    let weight = if weight.dtype() == DType::F16 && is_fast(&input) {
        weight.cast(DType::F32)
    } else {
        weight
    };
    if is_frozen(&input, &weight, options.bias.as_ref()) {
        let kernel = cpu::FrozenLinear {
            weight: into_primitive(weight),
            bias: options.bias.map(into_primitive),
            residual: options.residual.is_some(),
            activation: options.activation,
        };
        let mut inputs = vec![input.into_dispatch()];
        inputs.extend(options.residual.map(Tensor::into_dispatch));
        return apply(kernel, inputs);
    }
    let fast = is_fast(&input)
        && (is_fast(&weight) || is_half(&weight) && is_untracked(&input))
        && options.bias.as_ref().is_none_or(is_fast)
        && options.residual.as_ref().is_none_or(is_fast);
    if !fast {
        return plain_linear(input, weight, options);
    }
    let kernel = cpu::Linear {
        bias: options.bias.is_some(),
        residual: options.residual.is_some(),
        activation: options.activation,
    };
    let mut inputs = vec![input.into_dispatch(), weight.into_dispatch()];
    inputs.extend(options.bias.map(Tensor::into_dispatch));
    inputs.extend(options.residual.map(Tensor::into_dispatch));
    apply(kernel, inputs)
}

/// Whether sizes are those that [`linear`] asks for; burn's operations repeat, or refuse, what is not.
pub(crate) fn fits<const D: usize>(
    input: &Tensor<D>,
    [outputs, inputs]: [usize; 2],
    options: &LinearOptions<D>,
) -> bool {
    let mut shape = input.dims();
    let last = std::mem::replace(&mut shape[D - 1], outputs);
    last == inputs
        && of_length(options.bias.as_ref(), outputs)
        && options
            .residual
            .as_ref()
            .is_none_or(|residual| residual.dims() == shape)
}

/// Whether a bias, if there is one, has a number for each output.
pub(crate) fn of_length(bias: Option<&Tensor<1>>, outputs: usize) -> bool {
    bias.is_none_or(|bias| bias.dims() == [outputs])
}

/// Whether a gradient may flow through the input, but neither through the weight nor the bias, which are outside autodiff.
fn is_frozen<const D: usize>(
    input: &Tensor<D>,
    weight: &Tensor<2>,
    bias: Option<&Tensor<1>>,
) -> bool {
    is_fast(input)
        && !is_untracked(input)
        && (is_untracked(weight) || is_half(weight))
        && bias.is_none_or(is_untracked)
}

fn plain_linear<const D: usize>(
    input: Tensor<D>,
    weight: Tensor<2>,
    options: LinearOptions<D>,
) -> Tensor<D> {
    let mut shape = input.dims();
    let in_channels = shape[D - 1];
    let [out_channels, _] = weight.dims();
    let weight = beside(weight.cast(input.dtype()), &input);
    let rows = shape[..D - 1].iter().product::<usize>();
    let mut output = input
        .reshape([rows, in_channels])
        .matmul(weight.transpose());
    if let Some(bias) = options.bias {
        let bias = beside(bias, &output).unsqueeze::<2>();
        output = output + bias;
    }
    shape[D - 1] = out_channels;
    let output = activate(output.reshape(shape), options.activation);
    match options.residual {
        Some(residual) => output + residual,
        None => output,
    }
}

/// A frozen constant as part of the graph that another tensor belongs to, if any.
fn beside<const D: usize, const E: usize>(constant: Tensor<D>, other: &Tensor<E>) -> Tensor<D> {
    if other.is_autodiff() && !constant.is_autodiff() {
        constant.autodiff()
    } else {
        constant
    }
}

/// Batched matrix product; leading dimensions of size one are broadcast.
///
/// # Shapes
/// - `left`: `[..., rows, inner]`
/// - `right`: `[..., inner, columns]`
/// - output: `[..., rows, columns]`
pub fn matmul<const D: usize>(left: Tensor<D>, right: Tensor<D>) -> Tensor<D> {
    if !is_fast(&left) || !is_fast(&right) || D < 2 {
        return left.matmul(right);
    }
    let (mut left_shape, mut right_shape) = (left.dims(), right.dims());
    for dimension in 0..D - 2 {
        let size = left_shape[dimension].max(right_shape[dimension]);
        for shape in [&mut left_shape, &mut right_shape] {
            if shape[dimension] == 1 {
                shape[dimension] = size;
            }
        }
    }
    let agree = left_shape[..D - 2] == right_shape[..D - 2];
    if !agree || left_shape[D - 1] != right_shape[D - 2] {
        // Says what is wrong with the shapes.
        return left.matmul(right);
    }
    let left = widened(left, left_shape);
    let right = widened(right, right_shape);
    apply(
        cpu::Matmul,
        vec![left.into_dispatch(), right.into_dispatch()],
    )
}

fn widened<const D: usize>(tensor: Tensor<D>, shape: [usize; D]) -> Tensor<D> {
    if tensor.dims() == shape {
        tensor
    } else {
        tensor.expand(shape)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
mod tests {
    use proptest::prelude::*;

    use burn::tensor::{DType, Device, TensorData};

    use super::*;
    use crate::reference::{assert_matches_plain, cases, numbers};

    const ACTIVATIONS: [Activation; 6] = [
        Activation::None,
        Activation::Relu,
        Activation::Gelu,
        Activation::GeluTanh,
        Activation::Silu,
        Activation::Sigmoid,
    ];

    #[test]
    fn products_of_batches_match_their_plain_body() {
        for (left, right) in [
            ([2, 3, 5, 7], [2, 3, 7, 4]),
            ([1, 3, 5, 7], [2, 1, 7, 20]),
            ([2, 1, 33, 40], [2, 1, 40, 50]),
            ([1, 1, 130, 300], [1, 1, 300, 65]),
        ] {
            let lengths = [left.iter().product(), right.iter().product()];
            assert_matches_plain(&format!("{left:?} {right:?}"), &lengths, |x| {
                let turned = [right[0], right[1], right[3], right[2]];
                matmul(x[0].clone().reshape(left), x[1].clone().reshape(right))
                    + matmul(
                        x[0].clone().reshape(left),
                        x[1].clone().reshape(turned).swap_dims(2, 3),
                    )
            });
        }
    }

    #[test]
    fn no_rows_give_no_rows() {
        let device = Device::flex();
        let input = Tensor::<3>::zeros([2, 0, 5], &device);
        let output = linear(
            input,
            Tensor::ones([7, 5], &device),
            LinearOptions::default(),
        );
        assert_eq!(output.dims(), [2, 0, 7]);
        let input = Tensor::<3>::zeros([2, 3, 0], &device);
        let options = LinearOptions {
            bias: Some(Tensor::ones([7], &device)),
            ..LinearOptions::default()
        };
        let output = linear(input, Tensor::ones([7, 0], &device), options);
        assert_eq!(output.sum().into_scalar::<f32>(), 42.0);
    }

    #[test]
    fn weights_in_f16_are_multiplied_as_the_numbers_they_are() {
        let device = Device::flex();
        let tensor = |shape: [usize; 2], seed: usize| {
            let data = TensorData::new(numbers(shape[0] * shape[1], seed), shape);
            Tensor::<2>::from_data(data, (&device, DType::F32))
        };
        let weight = tensor([33, 20], 2).cast(DType::F16);
        for rows in [1, 40] {
            let product = |weight: Tensor<2>| {
                linear(tensor([rows, 20], 1), weight, LinearOptions::default()).into_data()
            };
            let found = product(weight.clone());
            assert_eq!(
                found,
                product(weight.clone().cast(DType::F32)),
                "{rows} rows"
            );
        }
        let input = tensor([4, 20], 1).autodiff().require_grad();
        let output = linear(input.clone(), weight.clone(), LinearOptions::default());
        let gradient = input.grad(&output.sum().backward()).unwrap();
        let expected = weight.cast(DType::F32).sum_dim(0).repeat_dim(0, 4);
        let difference: f32 = (gradient - expected).abs().max().into_scalar();
        assert!(difference < 1e-5, "{difference}");
    }

    #[test]
    fn frozen_weights_pass_the_same_gradients_on() {
        let plain = Device::flex();
        let tensor = |shape: [usize; 2], seed: usize| {
            let values = numbers(shape[0] * shape[1], seed);
            let rounded = values.iter().map(|value| (value * 64.0).round() / 64.0);
            let data = TensorData::new(rounded.collect::<Vec<f64>>(), shape);
            Tensor::<2>::from_data(data, (&plain, DType::F32))
        };
        for (rows, half) in [(1, false), (9, false), (3, true), (40, true)] {
            for activation in ACTIVATIONS {
                let weight = tensor([33, 20], 2);
                let bias = tensor([1, 33], 3).reshape([33]);
                let run = |is_frozen: bool| {
                    let input = tensor([rows, 20], 1).autodiff().require_grad();
                    let residual = tensor([rows, 33], 4).autodiff().require_grad();
                    let (mut weight, mut bias) = (weight.clone(), bias.clone());
                    if is_frozen && half {
                        weight = weight.cast(DType::BF16);
                    }
                    if !is_frozen {
                        (weight, bias) = (weight.autodiff(), bias.autodiff());
                    }
                    let options = LinearOptions {
                        bias: Some(bias),
                        activation,
                        residual: Some(residual.clone()),
                    };
                    let output = linear(input.clone(), weight, options);
                    let gradients = output.clone().powf_scalar(2.0).sum().backward();
                    [
                        input.grad(&gradients),
                        residual.grad(&gradients),
                        Some(output.inner()),
                    ]
                };
                for (frozen, usual) in run(true).into_iter().zip(run(false)) {
                    let difference = (frozen.unwrap() - usual.unwrap()).abs().max();
                    let difference: f32 = difference.into_scalar();
                    assert!(
                        difference < 2e-4,
                        "{rows} {half} {activation:?}: {difference}"
                    );
                }
            }
        }
    }

    proptest! {
        #![proptest_config(cases(24))]

        #[test]
        fn linear_matches_its_plain_body(
            (batch, tokens, inner, outer) in (1..3usize, 1..30usize, 1..40usize, 1..70usize),
            activation in prop::sample::select(ACTIVATIONS.to_vec()),
            (bias, residual, turned) in any::<(bool, bool, bool)>(),
        ) {
            let rows = batch * tokens;
            let lengths = [rows * inner, outer * inner, outer, rows * outer];
            let name = format!("{batch}×{tokens}×{inner}→{outer} {activation:?} {bias} {residual} {turned}");
            assert_matches_plain(&name, &lengths, |x| {
                let input = if turned {
                    x[0].clone().reshape([batch, inner, tokens]).swap_dims(1, 2)
                } else {
                    x[0].clone().reshape([batch, tokens, inner])
                };
                let weight = if turned {
                    x[1].clone().reshape([inner, outer]).transpose()
                } else {
                    x[1].clone().reshape([outer, inner])
                };
                // Unused inputs still take part, so that every input has a gradient; a little, for what they add to every number is summed
                // with all their rounding.
                let unused = (x[2].clone().sum() + x[3].clone().sum()).mul_scalar(1e-3);
                let output = linear(input, weight, LinearOptions {
                    bias: bias.then(|| x[2].clone()),
                    activation,
                    residual: residual.then(|| x[3].clone().reshape([batch, tokens, outer])),
                });
                output + unused.reshape([1, 1, 1])
            });
        }
    }
}
