//! The way from a tensor to a kernel of the CPU backend, with gradients.
//!
//! In: a [`Kernel`] and its inputs. Out: the tensor it computes, recorded for the backward pass where an input is
//! tracked. Knows no kernel.

use std::fmt::Debug;

use burn::backend::autodiff::{
    checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
    grads::Gradients,
    ops::{Backward, Ops, OpsKind},
};
use burn::backend::tensor::FloatTensor;
use burn::backend::{
    Autodiff, Backend, Dispatch, DispatchDevice, DispatchTensor, Flex, backend_extension,
};
use burn::tensor::{DType, Tensor};
use burn_flex::FlexTensor;

/// An operation on tensors of the CPU backend together with its gradient.
pub(crate) trait Kernel: Clone + Debug + Send + 'static {
    /// Computes the output; `keep` says that the backward pass will follow.
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> Outcome;

    /// From what `forward` saved and the gradient of its output to the gradients of the inputs that are `wanted`.
    fn backward(
        &self,
        saved: Vec<FlexTensor>,
        gradient: FlexTensor,
        wanted: &[bool],
    ) -> Vec<Option<FlexTensor>>;
}

/// What a kernel's forward pass returns.
pub(crate) struct Outcome {
    /// The result.
    pub output: FlexTensor,
    /// What the backward pass needs; empty where none follows.
    pub saved: Vec<FlexTensor>,
}

/// Whether the kernels of this crate can take a tensor: f32 on the CPU backend.
pub(crate) fn is_fast<const D: usize>(tensor: &Tensor<D>) -> bool {
    tensor.dtype() == DType::F32
        && match tensor.device().as_dispatch() {
            DispatchDevice::Flex(_) => true,
            DispatchDevice::Autodiff(device) => matches!(**device, DispatchDevice::Flex(_)),
            #[expect(unreachable_patterns, reason = "other backends are features of burn")]
            _ => false,
        }
}

/// Whether a tensor is f32 on the CPU backend and no gradient can flow through it.
pub(crate) fn is_untracked<const D: usize>(tensor: &Tensor<D>) -> bool {
    tensor.dtype() == DType::F32 && matches!(tensor.device().as_dispatch(), DispatchDevice::Flex(_))
}

/// Whether a weight is one that half products are made with: bfloat16 on the CPU backend, without a gradient.
pub(crate) fn is_half<const D: usize>(weight: &Tensor<D>) -> bool {
    weight.dtype() == DType::BF16
        && matches!(weight.device().as_dispatch(), DispatchDevice::Flex(_))
}

/// The primitive of a tensor that [`is_untracked`].
pub(crate) fn into_primitive<const D: usize>(tensor: Tensor<D>) -> FlexTensor {
    tensor
        .try_into_primitive::<Flex>()
        .unwrap_or_else(|_| unreachable!("untracked tensors are the CPU backend's own"))
}

/// A tensor around a primitive.
pub(crate) fn from_primitive<const D: usize>(primitive: FlexTensor) -> Tensor<D> {
    Tensor::from_primitive::<Flex>(primitive)
}

/// Runs a kernel on one to four inputs that are [`is_fast`].
pub(crate) fn apply<const D: usize>(kernel: impl Kernel, inputs: Vec<DispatchTensor>) -> Tensor<D> {
    let mut inputs = inputs.into_iter();
    let mut next = || inputs.next();
    let output = match (next(), next(), next(), next()) {
        (Some(a), None, None, None) => Dispatch::one(kernel, a),
        (Some(a), Some(b), None, None) => Dispatch::two(kernel, a, b),
        (Some(a), Some(b), Some(c), None) => Dispatch::three(kernel, a, b, c),
        (Some(a), Some(b), Some(c), Some(d)) => Dispatch::four(kernel, a, b, c, d),
        _ => unreachable!("kernels have inputs"),
    };
    Tensor::from_dispatch(output)
}

#[backend_extension(Flex, Autodiff)]
trait FastPath: Backend {
    fn one<K: Kernel>(kernel: K, a: FloatTensor<Self>) -> FloatTensor<Self>;
    fn two<K: Kernel>(kernel: K, a: FloatTensor<Self>, b: FloatTensor<Self>) -> FloatTensor<Self>;
    fn three<K: Kernel>(
        kernel: K,
        a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        c: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
    fn four<K: Kernel>(
        kernel: K,
        a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        c: FloatTensor<Self>,
        d: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

impl FastPath for Flex {
    fn one<K: Kernel>(kernel: K, a: FlexTensor) -> FlexTensor {
        kernel.forward(&[a], false).output
    }
    fn two<K: Kernel>(kernel: K, a: FlexTensor, b: FlexTensor) -> FlexTensor {
        kernel.forward(&[a, b], false).output
    }
    fn three<K: Kernel>(kernel: K, a: FlexTensor, b: FlexTensor, c: FlexTensor) -> FlexTensor {
        kernel.forward(&[a, b, c], false).output
    }
    fn four<K: Kernel>(
        kernel: K,
        a: FlexTensor,
        b: FlexTensor,
        c: FlexTensor,
        d: FlexTensor,
    ) -> FlexTensor {
        kernel.forward(&[a, b, c, d], false).output
    }
}

type Tracked<C> = FloatTensor<Autodiff<Flex, C>>;

impl<C: CheckpointStrategy> FastPath for Autodiff<Flex, C> {
    fn one<K: Kernel>(kernel: K, a: Tracked<C>) -> Tracked<C> {
        record::<K, C, 1>(kernel, [a])
    }
    fn two<K: Kernel>(kernel: K, a: Tracked<C>, b: Tracked<C>) -> Tracked<C> {
        record::<K, C, 2>(kernel, [a, b])
    }
    fn three<K: Kernel>(kernel: K, a: Tracked<C>, b: Tracked<C>, c: Tracked<C>) -> Tracked<C> {
        record::<K, C, 3>(kernel, [a, b, c])
    }
    fn four<K: Kernel>(
        kernel: K,
        a: Tracked<C>,
        b: Tracked<C>,
        c: Tracked<C>,
        d: Tracked<C>,
    ) -> Tracked<C> {
        record::<K, C, 4>(kernel, [a, b, c, d])
    }
}

fn record<K: Kernel, C: CheckpointStrategy, const N: usize>(
    kernel: K,
    inputs: [Tracked<C>; N],
) -> Tracked<C> {
    let nodes = inputs.each_ref().map(Tracked::<C>::node);
    let preparation = Recorded(kernel.clone())
        .prepare::<C>(nodes)
        .compute_bound()
        .stateful();
    let inputs = inputs.map(Tracked::<C>::into_primitive);
    match preparation {
        OpsKind::Tracked(preparation) => {
            let Outcome { output, saved } = kernel.forward(&inputs, true);
            preparation.finish(saved, output)
        }
        OpsKind::UnTracked(preparation) => {
            preparation.finish(kernel.forward(&inputs, false).output)
        }
    }
}

/// A kernel's place in the graph.
#[derive(Debug)]
struct Recorded<K>(K);

impl<K: Kernel, const N: usize> Backward<Flex, N> for Recorded<K> {
    type State = Vec<FlexTensor>;

    fn backward(
        self,
        ops: Ops<Self::State, N>,
        grads: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let found = self.0.backward(ops.state, gradient, &wanted);
        for (parent, gradient) in ops.parents.into_iter().zip(found) {
            if let (Some(parent), Some(gradient)) = (parent, gradient) {
                grads.register::<Flex>(parent.id, gradient);
            }
        }
    }
}
