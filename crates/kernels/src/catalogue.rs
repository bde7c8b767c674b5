//! Every function that has a fast path and gradients, at sizes of choice, as a function of flat inputs: for tests of what holds for
//! all of them.
//!
//! `fixtures/kernels/gradients.py` has the same list in PyTorch's functions.

use burn::tensor::{Tensor, TensorData};

use crate::reference::numbers;
use crate::{
    Activation, AttentionOptions, Conv2dOptions, ConvTranspose2dOptions, DeformableAttention,
    GridSampleOptions, LinearOptions, Outside, ResizeOptions, activate, add, attention,
    conv_transpose2d, conv2d, deformable_attention, gated_silu, grid_sample, layer_norm,
    layer_norm_2d, linear, matmul, max_pool_by_two, permuted, resize_bilinear, rms_norm,
    rotate_halves, rotate_pairs, self_attention, softmax,
};

type Function = Box<dyn Fn(&[Tensor<1>]) -> Tensor<1> + Sync>;

/// A function, and how many numbers each of its inputs has.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) lengths: Vec<usize>,
    pub(crate) function: Function,
}

fn entry<const N: usize>(
    name: &'static str,
    lengths: [usize; N],
    function: impl Fn([&Tensor<1>; N]) -> Tensor<1> + Sync + 'static,
) -> Entry {
    Entry {
        name,
        lengths: lengths.to_vec(),
        function: Box::new(move |inputs| function(std::array::from_fn(|index| &inputs[index]))),
    }
}

/// A flat tensor in another shape; where that holds nothing, a new one, since zeros mean something else in a reshape.
fn shaped<const D: usize>(flat: &Tensor<1>, shape: [usize; D]) -> Tensor<D> {
    if shape.contains(&0) {
        return Tensor::zeros(shape, (&flat.device(), flat.dtype())).require_grad();
    }
    flat.clone().reshape(shape)
}

fn flat<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    match tensor.dims().iter().product::<usize>() {
        0 => tensor.sum(),
        length => tensor.reshape([length]),
    }
}

/// Numbers that get no gradient, beside a tensor.
fn constant<const D: usize>(shape: [usize; D], seed: usize, beside: &Tensor<1>) -> Tensor<D> {
    let data = TensorData::new(numbers(shape.iter().product(), seed), shape);
    Tensor::from_data(data, (&beside.device(), beside.dtype()))
}

/// All functions; the four sizes stand for rows, columns, channels and so on, each function's own.
pub(crate) fn catalogue(sizes: [usize; 4]) -> Vec<Entry> {
    let mut all = products(sizes);
    all.extend(rows(sizes));
    all.extend(images(sizes));
    all.extend(places(sizes));
    all
}

fn products([a, b, c, d]: [usize; 4]) -> Vec<Entry> {
    let causal = AttentionOptions {
        causal: true,
        ..AttentionOptions::default()
    };
    let both = a + b;
    vec![
        entry(
            "linear",
            [d * a * b, c * b, c, d * a * c],
            move |[x, w, bias, residual]| {
                let options = LinearOptions {
                    bias: Some(bias.clone()),
                    residual: Some(shaped(residual, [d, a, c])),
                    activation: Activation::Gelu,
                };
                flat(linear(shaped(x, [d, a, b]), shaped(w, [c, b]), options))
            },
        ),
        entry("matmul", [d * a * b, d * b * c], move |[x, y]| {
            flat(matmul(shaped(x, [d, a, b]), shaped(y, [d, b, c])))
        }),
        entry(
            "attention",
            [d * 2 * a * c, d * 2 * b * c, d * 2 * b * c],
            move |[q, k, v]| {
                let [k, v] = [k, v].map(|x| shaped(x, [d, 2, b, c]));
                flat(attention(
                    shaped(q, [d, 2, a, c]),
                    k,
                    v,
                    AttentionOptions::default(),
                ))
            },
        ),
        entry(
            "attention_causal_grouped",
            [d * 4 * a * c, d * 2 * both * c, d * 2 * both * b],
            move |[q, k, v]| {
                let (k, v) = (shaped(k, [d, 2, both, c]), shaped(v, [d, 2, both, b]));
                flat(attention(shaped(q, [d, 4, a, c]), k, v, causal.clone()))
            },
        ),
        entry(
            "attention_with_bias",
            [d * a * c, d * b * c, d * b * c, a * b],
            move |[q, k, v, bias]| {
                let [k, v] = [k, v].map(|x| shaped(x, [d, 1, b, c]));
                let options = AttentionOptions {
                    bias: Some(shaped(bias, [1, 1, a, b])),
                    ..AttentionOptions::default()
                };
                flat(attention(shaped(q, [d, 1, a, c]), k, v, options))
            },
        ),
        entry("self_attention", [d * a * 6 * c], move |[x]| {
            flat(self_attention(
                shaped(x, [d, a, 6 * c]),
                2,
                AttentionOptions::default(),
            ))
        }),
    ]
}

fn rows([a, b, c, d]: [usize; 4]) -> Vec<Entry> {
    let activation = |name, kind| {
        entry(name, [a * b * c], move |[x]| {
            flat(activate(shaped(x, [a, b, c]), kind))
        })
    };
    vec![
        entry("softmax", [a * b * c], move |[x]| {
            flat(softmax(shaped(x, [a, b, c]), 2))
        }),
        entry("softmax_of_columns", [a * b * c], move |[x]| {
            flat(softmax(shaped(x, [a, b, c]), 1))
        }),
        entry("layer_norm", [a * b * c, c, c], move |[x, w, bias]| {
            let (w, bias) = (shaped(w, [c]), shaped(bias, [c]));
            flat(layer_norm(shaped(x, [a, b, c]), w, bias, 1e-2))
        }),
        entry("rms_norm", [a * b * c, c], move |[x, w]| {
            flat(rms_norm(shaped(x, [a, b, c]), shaped(w, [c]), 1e-2))
        }),
        entry(
            "layer_norm_2d",
            [d * a * b * c, a, a],
            move |[x, w, bias]| {
                let (w, bias) = (shaped(w, [a]), shaped(bias, [a]));
                flat(layer_norm_2d(shaped(x, [d, a, b, c]), w, bias, 1e-2))
            },
        ),
        activation("relu", Activation::Relu),
        activation("gelu", Activation::Gelu),
        activation("gelu_tanh", Activation::GeluTanh),
        activation("silu", Activation::Silu),
        activation("sigmoid", Activation::Sigmoid),
        entry("gated_silu", [a * b, a * b], move |[x, y]| {
            flat(gated_silu(shaped(x, [a, b]), shaped(y, [a, b])))
        }),
        entry("add", [d * a * c, a * c], move |[x, y]| {
            flat(add(shaped(x, [d, a, c]), shaped(y, [1, a, c])))
        }),
        entry("permuted", [d * a * b * c], move |[x]| {
            flat(permuted(shaped(x, [d, a, b, c]), [0, 2, 1, 3]))
        }),
        entry("rotate_pairs", [d * a * 4 * c], move |[x]| {
            let tables = [91, 92].map(|seed| constant([1, a, 1, 2 * c], seed, x));
            let [cosines, sines] = tables;
            flat(rotate_pairs(shaped(x, [d, a, 2, 2 * c]), cosines, sines))
        }),
        entry("rotate_halves", [d * a * 4 * c], move |[x]| {
            let [cosines, sines] = [91, 92].map(|seed| constant([a, c], seed, x));
            flat(rotate_halves(shaped(x, [d, a, 2, 2 * c]), cosines, sines))
        }),
    ]
}

fn images([a, b, c, d]: [usize; 4]) -> Vec<Entry> {
    let convolution = |name, stride, activation| {
        entry(name, [d * a * b * c, b * a * 9, b], move |[x, w, bias]| {
            let options = Conv2dOptions {
                bias: Some(shaped(bias, [b])),
                stride: [stride; 2],
                padding: [1, 1],
                groups: 1,
                activation,
            };
            flat(conv2d(
                shaped(x, [d, a, b, c]),
                shaped(w, [b, a, 3, 3]),
                options,
            ))
        })
    };
    let resize = |name, align_corners| {
        entry(name, [d * a * b * c], move |[x]| {
            let size = [2 * b + 1, c + 3];
            let options = ResizeOptions {
                size,
                align_corners,
            };
            flat(resize_bilinear(shaped(x, [d, a, b, c]), options))
        })
    };
    vec![
        convolution("convolution", 1, Activation::Gelu),
        convolution("convolution_of_every_second", 2, Activation::None),
        entry("depthwise", [d * a * b * c, a * 25], move |[x, w]| {
            let options = Conv2dOptions {
                padding: [2, 2],
                groups: a,
                ..Conv2dOptions::default()
            };
            flat(conv2d(
                shaped(x, [d, a, b, c]),
                shaped(w, [a, 1, 5, 5]),
                options,
            ))
        }),
        entry("patches", [d * a * 4 * b * c, c * a * 4], move |[x, w]| {
            let options = Conv2dOptions {
                stride: [2, 2],
                ..Conv2dOptions::default()
            };
            flat(conv2d(
                shaped(x, [d, a, 2 * b, 2 * c]),
                shaped(w, [c, a, 2, 2]),
                options,
            ))
        }),
        entry(
            "transposed",
            [d * a * b * c, a * b * 4, b],
            move |[x, w, bias]| {
                let options = ConvTranspose2dOptions {
                    bias: Some(shaped(bias, [b])),
                    stride: [2, 2],
                };
                flat(conv_transpose2d(
                    shaped(x, [d, a, b, c]),
                    shaped(w, [a, b, 2, 2]),
                    options,
                ))
            },
        ),
        resize("resize", false),
        resize("resize_to_corners", true),
        entry("max_pool", [d * (2 * a + 1) * 2 * b * c], move |[x]| {
            flat(max_pool_by_two(shaped(x, [d, 2 * a + 1, 2 * b, c])))
        }),
    ]
}

fn places([a, b, c, d]: [usize; 4]) -> Vec<Entry> {
    let sample = |name, align_corners, outside| {
        entry(name, [d * a * b * c, d * b * a * 2], move |[x, grid]| {
            let grid = shaped(grid, [d, b, a, 2]).mul_scalar(1.2);
            let options = GridSampleOptions {
                align_corners,
                outside,
            };
            flat(grid_sample(shaped(x, [d, a, b, c]), grid, options))
        })
    };
    let tokens = b * c + 6;
    vec![
        sample("grid_sample", false, Outside::Zero),
        sample("grid_sample_to_corners", true, Outside::Nearest),
        entry(
            "deformable",
            [d * tokens * 2 * a, d * a * 16, d * a * 8],
            move |[values, places, weights]| {
                flat(deformable_attention(DeformableAttention {
                    values: shaped(values, [d, tokens, 2, a]),
                    maps: vec![[b, c], [2, 3]],
                    places: shaped(places, [d, a, 2, 4, 2])
                        .mul_scalar(0.6)
                        .add_scalar(0.5),
                    weights: shaped(weights, [d, a, 2, 4]),
                }))
            },
        ),
    ]
}
