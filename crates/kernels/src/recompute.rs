//! Part of a model whose activations are computed again for the backward pass instead of being kept (gradient checkpointing,
//! Chen et al. 2016).
//!
//! In: a function of a tensor and of parameters in one row. Out: its value, recorded as one operation that keeps its inputs
//! alone. Knows nothing of what the function computes.

use std::{fmt::Debug, sync::Arc};

use burn::tensor::Tensor;
use burn_flex::FlexTensor;

use crate::extension::{
    Kernel, Outcome, apply, from_primitive, into_primitive, is_fast, is_untracked,
};

/// A function of a tensor and parameters that [`recomputed`] can call as often as it needs to. The same inputs must give the same
/// value; tensors that it owns are constants.
pub type Recomputable<const D: usize> =
    Arc<dyn Fn(Tensor<D>, Option<Tensor<1>>) -> Tensor<D> + Send + Sync>;

/// `function(input, parameters)`, of which the backward pass keeps only the inputs: it calls the function again. Gradients flow to
/// the input and the parameters; they are those of the function itself. Calls may lie inside one another.
pub fn recomputed<const D: usize>(
    function: Recomputable<D>,
    input: Tensor<D>,
    parameters: Option<Tensor<1>>,
) -> Tensor<D> {
    let is_tracked = !is_untracked(&input) || parameters.as_ref().is_some_and(|p| !is_untracked(p));
    if !is_tracked || !is_fast(&input) || parameters.as_ref().is_some_and(|p| !is_fast(p)) {
        return function(input, parameters);
    }
    let mut inputs = vec![part_of_a_graph(input).into_dispatch()];
    inputs.extend(parameters.map(|parameters| part_of_a_graph(parameters).into_dispatch()));
    apply(Recomputed(function), inputs)
}

fn part_of_a_graph<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    if tensor.is_autodiff() {
        tensor
    } else {
        tensor.autodiff()
    }
}

#[derive(Clone)]
struct Recomputed<const D: usize>(Recomputable<D>);

impl<const D: usize> Debug for Recomputed<D> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Recomputed")
    }
}

impl<const D: usize> Kernel for Recomputed<D> {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome {
        // Constants of a graph go the same way through the function as what gradients flow through.
        let output = (self.0)(
            from_primitive::<D>(inputs[0].clone()).autodiff(),
            inputs
                .get(1)
                .map(|p| from_primitive::<1>(p.clone()).autodiff()),
        );
        Outcome {
            output: into_primitive(output.without_autodiff()),
            saved: if keep { inputs.to_vec() } else { Vec::new() },
        }
    }

    fn backward(
        &self,
        saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let mut saved = saved.into_iter();
        let input = saved.next().map(|input| leaf::<D>(input, wanted[0]));
        let parameters = saved.next().map(|row| leaf::<1>(row, wanted[1]));
        let Some(input) = input else {
            unreachable!("the forward pass saved the input");
        };
        let output = (self.0)(input.clone(), parameters.clone());
        let gradient = from_primitive::<D>(gradient).autodiff();
        let gradients = (output * gradient).sum().backward();
        let mut found = vec![input.grad(&gradients).map(into_primitive)];
        if let Some(parameters) = parameters {
            found.push(parameters.grad(&gradients).map(into_primitive));
        }
        found
    }
}

/// The beginning of a graph.
fn leaf<const D: usize>(primitive: FlexTensor, is_wanted: bool) -> Tensor<D> {
    let tensor = from_primitive::<D>(primitive).autodiff();
    if is_wanted {
        tensor.require_grad()
    } else {
        tensor
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use burn::tensor::{DType, Device, TensorData};

    use super::*;
    use crate::reference::numbers;

    fn tensor<const D: usize>(shape: [usize; D], seed: usize) -> Tensor<D> {
        let data = TensorData::new(numbers(shape.iter().product(), seed), shape);
        Tensor::from_data(data, (&Device::flex(), DType::F32))
    }

    fn mix(tokens: Tensor<2>, parameters: Option<Tensor<1>>) -> Tensor<2> {
        let weight = parameters.unwrap().reshape([4, 4]);
        tokens.clone().matmul(weight).tanh() + tokens.powf_scalar(2.0)
    }

    fn largest_difference<const D: usize>(left: Tensor<D>, right: Tensor<D>) -> f32 {
        (left - right).abs().max().into_scalar()
    }

    #[test]
    fn gradients_are_those_of_the_function_itself_also_inside_one_another() {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = calls.clone();
        let inner: Recomputable<2> = Arc::new(move |tokens, parameters| {
            counted.fetch_add(1, Ordering::Relaxed);
            mix(tokens, parameters)
        });
        let twice = inner.clone();
        let outer: Recomputable<2> = Arc::new(move |tokens, parameters| {
            let once = recomputed(twice.clone(), tokens, parameters.clone());
            recomputed(twice.clone(), once, parameters)
        });
        let leaves = || {
            let input = tensor([3, 4], 1).autodiff().require_grad();
            (input, tensor([16], 2).autodiff().require_grad())
        };
        let (input, row) = leaves();
        let plain = mix(mix(input.clone(), Some(row.clone())), Some(row.clone()));
        let gradients = plain.clone().sum().backward();
        let expected = (
            input.grad(&gradients).unwrap(),
            row.grad(&gradients).unwrap(),
        );
        for function in [
            outer,
            Arc::new(move |tokens: Tensor<2>, parameters: Option<Tensor<1>>| {
                recomputed(inner.clone(), mix(tokens, parameters.clone()), parameters)
            }),
        ] {
            let (input, row) = leaves();
            let found = recomputed(function, input.clone(), Some(row.clone()));
            assert!(largest_difference(found.clone(), plain.clone()) < 1e-6);
            let gradients = found.sum().backward();
            let found = (
                input.grad(&gradients).unwrap(),
                row.grad(&gradients).unwrap(),
            );
            assert!(largest_difference(found.0, expected.0.clone()) < 1e-5);
            assert!(largest_difference(found.1, expected.1.clone()) < 1e-5);
        }
        // Forward, again for the outer function's graph, again for the inner one's: three times each of two; then the second
        // function's.
        assert_eq!(calls.load(Ordering::Relaxed), 3 * 2 + 3);
    }

    #[test]
    fn constants_get_no_gradient_and_nothing_is_recorded_without_a_graph() {
        let function: Recomputable<2> = Arc::new(mix);
        let row = tensor([16], 2).autodiff().require_grad();
        let found = recomputed(function.clone(), tensor([3, 4], 1), Some(row.clone()));
        assert!(row.grad(&found.sum().backward()).is_some());
        let found = recomputed(function, tensor([3, 4], 1), Some(tensor([16], 2)));
        assert!(!found.is_autodiff());
        let input = tensor([3, 4], 1).autodiff().require_grad();
        let alone: Recomputable<2> = Arc::new(|tokens, _| tokens.powf_scalar(3.0));
        let found = recomputed(alone, input.clone(), None);
        let gradient = input.grad(&found.sum().backward()).unwrap();
        let expected = tensor([3, 4], 1).powf_scalar(2.0).mul_scalar(3.0);
        assert!(largest_difference(gradient, expected) < 1e-5);
    }
}
