//! A vision transformer forward, in f32 and with weights in bfloat16, and a step of training of a smaller one with AdamW.

use std::cell::RefCell;

use burn::tensor::{DType, Device, Distribution, Tensor};
use tubelet_kernels::{
    Activation, AdamWState, AdamWStep, AttentionOptions, LinearOptions, Precision, adam_w_step,
    layer_norm, linear, self_attention,
};

use super::cases::Call;

/// Layers, channels, heads, batch and tokens, as the worker reads them.
pub(crate) const CASES: &[&str] = &[
    "vit 12 768 12 1 1024",
    "vit_bf16 12 768 12 1 1024",
    "training_step 4 256 4 8 256",
];

/// Builds the model of a case and a call of it.
pub(crate) fn prepare(case: &str) -> Call {
    let mut words = case.split(' ');
    let kind = words.next().unwrap_or_default().to_owned();
    let sizes: Vec<usize> = words.filter_map(|word| word.parse().ok()).collect();
    let [layers, channels, heads, batch, tokens] = sizes[..] else {
        return Box::new(|| {});
    };
    let device = if kind == "training_step" {
        Device::flex().autodiff()
    } else {
        Device::flex()
    };
    let range = Distribution::Uniform(-0.5, 0.5);
    let input = Tensor::<3>::random([batch, tokens, channels], range, &Device::flex());
    let model = Model::new([layers, channels, heads], &device);
    match kind.as_str() {
        "training_step" => {
            let run = RefCell::new(Run::new(model));
            Box::new(move || run.borrow_mut().step(input.clone().autodiff()))
        }
        "vit_bf16" => {
            let model = model.in_half();
            Box::new(move || drop(std::hint::black_box(model.forward(input.clone()))))
        }
        _ => Box::new(move || drop(std::hint::black_box(model.forward(input.clone())))),
    }
}

/// Matrices `[out, in]` and vectors, layer after layer: queries with keys and values, their output, up, down; of vectors first two
/// of each norm, then the biases.
struct Model {
    matrices: Vec<Tensor<2>>,
    vectors: Vec<Tensor<1>>,
    heads: usize,
    precision: Precision,
}

/// A parameter, where gradients are asked for.
fn learnt<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    if tensor.is_autodiff() {
        tensor.require_grad()
    } else {
        tensor
    }
}

const MATRICES: usize = 4;
const VECTORS: usize = 8;

impl Model {
    fn new([layers, channels, heads]: [usize; 3], device: &Device) -> Self {
        let range = Distribution::Uniform(-0.05, 0.05);
        let (mut matrices, mut vectors) = (Vec::new(), Vec::new());
        for _ in 0..layers {
            for [outer, inner] in [[3, 1], [1, 1], [4, 1], [1, 4]] {
                let shape = [outer * channels, inner * channels];
                matrices.push(learnt(Tensor::random(shape, range, device)));
            }
            for size in [1, 1, 1, 1, 3, 1, 4, 1] {
                vectors.push(learnt(Tensor::random([size * channels], range, device)));
            }
        }
        Self {
            matrices,
            vectors,
            heads,
            precision: Precision::Single,
        }
    }

    fn in_half(mut self) -> Self {
        self.precision = Precision::Half;
        self.matrices = self
            .matrices
            .into_iter()
            .map(|m| m.cast(DType::BF16))
            .collect();
        self
    }

    fn forward(&self, input: Tensor<3>) -> Tensor<3> {
        let layers = self
            .matrices
            .chunks(MATRICES)
            .zip(self.vectors.chunks(VECTORS));
        layers.fold(input, |x, (matrices, vectors)| {
            let layer = |x: Tensor<3>, index: usize, activation, residual| {
                let options = LinearOptions {
                    bias: Some(vectors[4 + index].clone()),
                    activation,
                    residual,
                };
                linear(x, matrices[index].clone(), options)
            };
            let norm = |x: &Tensor<3>, index: usize| {
                let [weight, bias] = [0, 1].map(|part| vectors[2 * index + part].clone());
                layer_norm(x.clone(), weight, bias, 1e-6)
            };
            let packed = layer(norm(&x, 0), 0, Activation::None, None);
            let options = AttentionOptions {
                precision: self.precision,
                ..AttentionOptions::default()
            };
            let attended = self_attention(packed, self.heads, options);
            let x = layer(attended, 1, Activation::None, Some(x));
            let hidden = layer(norm(&x, 1), 2, Activation::Gelu, None);
            layer(hidden, 3, Activation::None, Some(x))
        })
    }
}

/// A model in training, and the moments of its matrices, then of its vectors.
struct Run {
    model: Model,
    moments: Vec<[Tensor<1>; 2]>,
    step: usize,
}

impl Run {
    fn new(model: Model) -> Self {
        let lengths = model
            .matrices
            .iter()
            .map(|m| m.dims().iter().product::<usize>());
        let lengths = lengths.chain(model.vectors.iter().map(|v| v.dims()[0]));
        let zeros = |length| [0, 1].map(|_| Tensor::zeros([length], &Device::flex()));
        Self {
            moments: lengths.map(zeros).collect(),
            model,
            step: 0,
        }
    }

    fn step(&mut self, input: Tensor<3>) {
        self.step += 1;
        let gradients = self.model.forward(input).square().mean().backward();
        let step = AdamWStep {
            rate: 1e-4,
            first_decay: 0.9,
            second_decay: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.01,
            step: self.step,
        };
        let update = |value: Tensor<1>, gradient: Tensor<1>, moments: &mut [Tensor<1>; 2]| {
            let [first, second] = moments.clone();
            let state = AdamWState {
                value,
                first,
                second,
            };
            let state = adam_w_step(state, gradient, step);
            *moments = [state.first, state.second];
            state.value
        };
        let (of_matrices, of_vectors) = self.moments.split_at_mut(self.model.matrices.len());
        for (matrix, moments) in self.model.matrices.iter_mut().zip(of_matrices) {
            if let Some(gradient) = matrix.grad(&gradients) {
                let (shape, length) = (matrix.dims(), moments[0].dims());
                let value = matrix.clone().without_autodiff().reshape(length);
                let value = update(value, gradient.reshape(length), moments).reshape(shape);
                *matrix = value.autodiff().require_grad();
            }
        }
        for (vector, moments) in self.model.vectors.iter_mut().zip(of_vectors) {
            if let Some(gradient) = vector.grad(&gradients) {
                let value = update(vector.clone().without_autodiff(), gradient, moments);
                *vector = value.autodiff().require_grad();
            }
        }
    }
}
