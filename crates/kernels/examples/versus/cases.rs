//! What is timed: the sizes of a small segmentation model in training, and of a large one at 1024 pixels.

use burn::tensor::{
    Device, Distribution, Tensor, activation, module,
    ops::{
        AttentionModuleOptions, ConvOptions, ConvTransposeOptions, InterpolateMode,
        InterpolateOptions,
    },
};
use tubelet_kernels::{
    Activation, AttentionOptions, Conv2dOptions, ConvTranspose2dOptions, LinearOptions,
    ResizeOptions, activate, add, attention, conv_transpose2d, conv2d, layer_norm, layer_norm_2d,
    linear, permuted, resize_bilinear, softmax,
};

use super::sampling;

/// Operation and sizes, as the worker reads them.
pub(crate) const CASES: &[&str] = &[
    "linear 1024 1024 1024",
    "linear 4096 48 144",
    "linear 4096 192 48",
    "linear 4096 96 288",
    "linear 1024 192 576",
    "linear 1024 768 192",
    "linear 64 256 256",
    "linear 8 256 256",
    "linear 4096 384 1536",
    "linear_gelu 4096 192 768",
    "linear_grad 4096 48 192",
    "linear_grad 4096 192 768",
    "linear_grad 1024 384 384",
    "linear_gelu_grad 4096 96 384",
    "attention 64 2 64 64 48",
    "attention 16 8 256 256 48",
    "attention 1 1 1024 2048 128",
    "attention 1 1 4096 4096 256",
    "attention 1 16 1024 1024 64",
    "attention_grad 64 2 64 64 48",
    "attention_grad 4 4 256 256 48",
    "attention_grad 2 1 256 2048 128",
    "conv 4 3 256 48 7 4",
    "conv 1 64 64 64 3 1",
    "conv 1 256 64 256 3 1",
    "conv 4 192 16 256 1 1",
    "conv 1 256 64 64 1 1",
    "conv 1 16 256 64 3 2",
    "conv_grad 4 3 256 48 7 4",
    "conv_grad 2 64 32 64 3 1",
    "conv_grad 2 16 128 64 3 2",
    "conv_grad 4 192 16 256 1 1",
    "depthwise 1 256 64 7",
    "depthwise_grad 2 128 16 7",
    "transposed 1 256 64 64",
    "transposed_grad 2 128 16 32",
    "gelu 4096 768",
    "gelu_grad 4096 384",
    "softmax 4096 1024",
    "layer_norm 4096 192",
    "layer_norm_grad 4096 192",
    "layer_norm_2d 1 256 64 64",
    "layer_norm_2d_grad 2 64 64 64",
    "resize 1 256 64 256",
    "resize_grad 2 32 64 256",
    "add 4096 1024",
    "permute 1 1024 16 64",
    "permute 4 4096 4 48",
    "channels_last 1 256 64 64",
    "grid_sample 1 256 64 4096",
    "grid_sample_grad 2 64 64 4096",
    "deformable 1 900 8 32 64 4",
    "deformable_grad 2 300 8 32 32 4",
];

/// One call of an operation.
pub(crate) type Call = Box<dyn Fn()>;

/// Whose operation.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Side {
    Ours,
    Plain,
}

/// The inputs of one rank each.
struct Inputs {
    four: Vec<Tensor<4>>,
    two: Vec<Tensor<2>>,
    one: Vec<Tensor<1>>,
}

/// Builds the inputs of a case and a call on them.
pub(crate) fn prepare(case: &str, side: Side) -> Call {
    let mut words = case.split(' ');
    let name = words.next().unwrap_or_default();
    let n: Vec<usize> = words.filter_map(|word| word.parse().ok()).collect();
    let kind = name.strip_suffix("_grad").unwrap_or(name).to_owned();
    let tracked = kind != name;
    let device = if tracked {
        Device::flex().autodiff()
    } else {
        Device::flex()
    };
    let (four, two, one) = shapes(&kind, &n);
    let range = Distribution::Uniform(-0.5, 0.5);
    let inputs = Inputs {
        four: four
            .into_iter()
            .map(|s| made(Tensor::random(s, range, &device), tracked))
            .collect(),
        two: two
            .into_iter()
            .map(|s| made(Tensor::random(s, range, &device), tracked))
            .collect(),
        one: one
            .into_iter()
            .map(|s| made(Tensor::random([s], range, &device), tracked))
            .collect(),
    };
    Box::new(move || {
        let output = run(&kind, &n, side, &inputs);
        if tracked {
            std::hint::black_box(output.sum().backward());
        } else {
            std::hint::black_box(output);
        }
    })
}

fn made<const D: usize>(tensor: Tensor<D>, tracked: bool) -> Tensor<D> {
    if tracked {
        tensor.require_grad()
    } else {
        tensor
    }
}

type Shapes = (Vec<[usize; 4]>, Vec<[usize; 2]>, Vec<usize>);

fn shapes(kind: &str, n: &[usize]) -> Shapes {
    if let Some(four) = sampling::shapes(kind, n) {
        return (four, vec![], vec![]);
    }
    match *n {
        [rows, inner, outer] => (vec![], vec![[rows, inner], [outer, inner]], vec![outer]),
        [batch, heads, queries, keys, channels] => (
            vec![
                [batch, heads, queries, channels],
                [batch, heads, keys, channels],
                [batch, heads, keys, channels],
            ],
            vec![],
            vec![],
        ),
        [batch, channels, size, out, kernel, _] => (
            vec![
                [batch, channels, size, size],
                [out, channels, kernel, kernel],
            ],
            vec![],
            vec![out],
        ),
        [a, b, c, d] => match kind {
            "depthwise" => (vec![[a, b, c, c], [b, 1, d, d]], vec![], vec![b]),
            "transposed" => (vec![[a, b, c, c], [b, d, 2, 2]], vec![], vec![d]),
            "resize" => (vec![[a, b, c, c]], vec![], vec![]),
            "permute" | "channels_last" => (vec![[a, b, c, d]], vec![], vec![]),
            _ => (vec![[a, b, c, d]], vec![], vec![b, b]),
        },
        [rows, columns] => (
            vec![],
            vec![[rows, columns], [rows, columns]],
            vec![columns, columns],
        ),
        _ => (vec![], vec![], vec![]),
    }
}

fn run(kind: &str, n: &[usize], side: Side, inputs: &Inputs) -> Tensor<1> {
    match n.len() {
        4..=6 => run_four(kind, n, side, inputs).flatten(0, 3),
        _ => run_two(kind, side, inputs).flatten(0, 1),
    }
}

fn run_two(kind: &str, side: Side, inputs: &Inputs) -> Tensor<2> {
    let x = inputs.two[0].clone();
    let y = || inputs.two[1].clone();
    let one = |index: usize| inputs.one[index].clone();
    match (kind, side) {
        ("linear" | "linear_gelu", Side::Ours) => {
            let options = LinearOptions {
                bias: Some(one(0)),
                activation: if kind == "linear" {
                    Activation::None
                } else {
                    Activation::Gelu
                },
                ..LinearOptions::default()
            };
            linear(x, y(), options)
        }
        ("linear", Side::Plain) => x.matmul(y().transpose()) + one(0).unsqueeze(),
        ("linear_gelu", Side::Plain) => {
            activation::gelu(x.matmul(y().transpose()) + one(0).unsqueeze())
        }
        ("gelu", Side::Ours) => activate(x, Activation::Gelu),
        ("gelu", Side::Plain) => activation::gelu(x),
        ("softmax", Side::Ours) => softmax(x, 1),
        ("softmax", Side::Plain) => activation::softmax(x, 1),
        ("layer_norm", Side::Ours) => layer_norm(x, one(0), one(1), 1e-6),
        ("layer_norm", Side::Plain) => {
            let mean = x.clone().mean_dim(1);
            let centred = x - mean;
            let variance = centred.clone().square().mean_dim(1);
            centred / (variance + 1e-6).sqrt() * one(0).unsqueeze() + one(1).unsqueeze()
        }
        (_, Side::Ours) => add(x, y()),
        (_, Side::Plain) => x + y(),
    }
}

fn run_four(kind: &str, n: &[usize], side: Side, inputs: &Inputs) -> Tensor<4> {
    if sampling::shapes(kind, n).is_some() {
        return sampling::run(n, side, &inputs.four);
    }
    let x = inputs.four[0].clone();
    let tensor = |index: usize| inputs.four[index].clone();
    let one = |index: usize| inputs.one[index].clone();
    match (kind, side) {
        ("attention", Side::Ours) => {
            attention(x, tensor(1), tensor(2), AttentionOptions::default())
        }
        ("attention", Side::Plain) => module::attention(
            x,
            tensor(1),
            tensor(2),
            None,
            None,
            AttentionModuleOptions::default(),
        ),
        ("conv" | "depthwise", _) => {
            let (kernel, stride, groups) = match *n {
                [_, _, _, _, kernel, stride] => (kernel, stride, 1),
                _ => (n[3], 1, n[1]),
            };
            let padding = kernel / 2;
            if side == Side::Plain {
                let geometry = ConvOptions::new([stride; 2], [padding; 2], [1, 1], groups);
                return module::conv2d(x, tensor(1), Some(one(0)), geometry);
            }
            let options = Conv2dOptions {
                bias: Some(one(0)),
                stride: [stride; 2],
                padding: [padding; 2],
                groups,
                activation: Activation::None,
            };
            conv2d(x, tensor(1), options)
        }
        ("transposed", Side::Ours) => {
            let options = ConvTranspose2dOptions {
                bias: Some(one(0)),
                stride: [2, 2],
            };
            conv_transpose2d(x, tensor(1), options)
        }
        ("transposed", Side::Plain) => {
            let geometry = ConvTransposeOptions::new([2, 2], [0, 0], [0, 0], [1, 1], 1);
            module::conv_transpose2d(x, tensor(1), Some(one(0)), geometry)
        }
        ("resize", Side::Ours) => {
            let options = ResizeOptions {
                size: [n[3]; 2],
                align_corners: false,
            };
            resize_bilinear(x, options)
        }
        ("resize", Side::Plain) => {
            let options = InterpolateOptions::new(InterpolateMode::Bilinear)
                .with_align_corners(false)
                .with_output_size([n[3]; 2]);
            module::interpolate(x, options)
        }
        ("permute" | "channels_last", _) => {
            let axes = if kind == "permute" {
                [0, 2, 1, 3]
            } else {
                [0, 2, 3, 1]
            };
            if side == Side::Ours {
                return permuted(x, axes);
            }
            // What follows flattens it, which copies.
            x.permute(axes.map(|axis| axis as isize))
        }
        (_, Side::Ours) => layer_norm_2d(x, one(0), one(1), 1e-6),
        (_, Side::Plain) => {
            let mean = x.clone().mean_dim(1);
            let centred = x - mean;
            let variance = centred.clone().square().mean_dim(1);
            let channels = n[1];
            centred / (variance + 1e-6).sqrt() * one(0).reshape([1, channels, 1, 1])
                + one(1).reshape([1, channels, 1, 1])
        }
    }
}
