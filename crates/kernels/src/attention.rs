//! Scaled dot-product attention.
//!
//! In: queries, keys and values by head. Out: attended values. Positions are the caller's.

use burn::tensor::{Tensor, module, ops::AttentionModuleOptions};

use crate::extension::{apply, is_fast};
use crate::{Precision, cpu, matmul, softmax};

/// How [`attention`] scores and masks.
#[derive(Clone, Debug, Default)]
pub struct AttentionOptions {
    /// Factor on the scores; `1 / sqrt(head channels)` when absent.
    pub scale: Option<f64>,
    /// Each query sees only keys at its own index and before (aligned at the end).
    pub causal: bool,
    /// Added to the scores before the softmax: `[batch or 1, heads or 1, queries, keys]`.
    pub bias: Option<Tensor<4>>,
    /// How queries are multiplied with keys and weights with values; a bias asks for single precision.
    pub precision: Precision,
}

/// `softmax(scale · query · keyᵀ + bias) · value`, by head.
///
/// Heads of `key` and `value` may be fewer than those of `query` (grouped queries): each serves
/// `heads / key_heads` neighbouring query heads. A query that sees no key gets zeros. Scores are never in memory as a whole, but for
/// a bias on the CPU; other devices run burn's fused attention.
///
/// # Shapes
/// - `query`: `[batch, heads, queries, channels]`
/// - `key`: `[batch, key_heads, keys, channels]`
/// - `value`: `[batch, key_heads, keys, value_channels]`
/// - output: `[batch, heads, queries, value_channels]`
///
/// # Panics
/// Where shapes do not fit together.
pub fn attention(
    query: Tensor<4>,
    key: Tensor<4>,
    value: Tensor<4>,
    options: AttentionOptions,
) -> Tensor<4> {
    let [batch, heads, queries, channels] = query.dims();
    let [_, key_heads, keys, value_channels] = value.dims();
    let fits = key.dims() == [batch, key_heads, keys, channels]
        && value.dims()[0] == batch
        && key_heads > 0
        && heads % key_heads == 0;
    assert!(
        fits,
        "attention of {:?} to keys {:?} and values {:?}",
        query.dims(),
        key.dims(),
        value.dims()
    );
    let scale = options
        .scale
        .unwrap_or_else(|| 1.0 / (channels as f64).sqrt());
    let fast = is_fast(&query) && is_fast(&key) && is_fast(&value);
    // A bias needs a gradient for every score, and with that the scores in memory.
    if options.bias.is_none() && fast {
        let kernel = cpu::Attention(cpu::Scoring {
            scale: scale as f32,
            causal: options.causal,
            precision: options.precision,
        });
        let inputs = vec![
            query.into_dispatch(),
            key.into_dispatch(),
            value.into_dispatch(),
        ];
        return apply(kernel, inputs);
    }
    let group = heads / key_heads;
    let (key, value) = if group == 1 {
        (key, value)
    } else {
        (
            key.reshape([batch, key_heads, 1, keys, channels])
                .repeat_dim(2, group)
                .reshape([batch, heads, keys, channels]),
            value
                .reshape([batch, key_heads, 1, keys, value_channels])
                .repeat_dim(2, group)
                .reshape([batch, heads, keys, value_channels]),
        )
    };
    if !fast {
        let settings = AttentionModuleOptions {
            scale: Some(scale),
            softcap: None,
            is_causal: options.causal,
        };
        return module::attention(query, key, value, None, options.bias, settings);
    }
    let mut scores = matmul(query.mul_scalar(scale), key.swap_dims(2, 3));
    if let Some(bias) = options.bias {
        scores = scores + bias;
    }
    if options.causal {
        let offset = keys as i64 - queries as i64;
        let hidden =
            Tensor::<2, burn::tensor::Bool>::tril_mask([queries, keys], offset, &scores.device())
                .unsqueeze::<4>()
                .expand([batch, heads, queries, keys]);
        scores = scores.mask_fill(hidden, f32::NEG_INFINITY);
    }
    matmul(softmax(scores, 3), value)
}

/// [`attention`] of tokens with themselves, from one tensor that holds all queries of a token, then its keys, then its
/// values, as one linear layer makes them; nothing is cut apart or put together in memory.
///
/// # Shapes
/// - `packed`: `[batch, tokens, 3 · heads · channels]`
/// - output: `[batch, tokens, heads · channels]`
///
/// # Panics
/// Where a token cannot be divided among the heads.
pub fn self_attention(packed: Tensor<3>, heads: usize, options: AttentionOptions) -> Tensor<3> {
    let [batch, tokens, width] = packed.dims();
    assert!(
        heads > 0 && width % (3 * heads) == 0,
        "{width} numbers of a token are not those of {heads} heads"
    );
    let channels = width / 3 / heads;
    if options.bias.is_none() && is_fast(&packed) {
        let scale = options
            .scale
            .unwrap_or_else(|| 1.0 / (channels as f64).sqrt());
        let kernel = cpu::PackedAttention {
            heads,
            scoring: cpu::Scoring {
                scale: scale as f32,
                causal: options.causal,
                precision: options.precision,
            },
        };
        return apply(kernel, vec![packed.into_dispatch()]);
    }
    let part = |index: usize| {
        packed
            .clone()
            .narrow(2, index * heads * channels, heads * channels)
            .reshape([batch, tokens, heads, channels])
            .swap_dims(1, 2)
    };
    attention(part(0), part(1), part(2), options)
        .swap_dims(1, 2)
        .reshape([batch, tokens, heads * channels])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::assert_matches_plain;

    struct Case {
        batch: usize,
        heads: [usize; 2],
        tokens: [usize; 2],
        channels: [usize; 2],
        causal: bool,
        merged: bool,
    }

    fn check(case: &Case) {
        let Case {
            batch,
            heads,
            tokens,
            channels,
            causal,
            merged,
        } = *case;
        let shapes = [
            [batch, heads[0], tokens[0], channels[0]],
            [batch, heads[1], tokens[1], channels[0]],
            [batch, heads[1], tokens[1], channels[1]],
        ];
        let lengths = shapes.map(|shape| shape.iter().product());
        let name = format!("{shapes:?} causal {causal}");
        assert_matches_plain(&name, &lengths, |x| {
            let tensor = |index: usize| {
                let [batch, heads, tokens, channels] = shapes[index];
                let flat = x[index].clone().mul_scalar(2.0);
                if merged {
                    flat.reshape([batch, tokens, heads, channels])
                        .swap_dims(1, 2)
                } else {
                    flat.reshape([batch, heads, tokens, channels])
                }
            };
            let options = AttentionOptions {
                causal,
                ..AttentionOptions::default()
            };
            attention(tensor(0), tensor(1), tensor(2), options)
        });
    }

    #[test]
    fn self_attention_matches_its_plain_body() {
        for [batch, tokens, heads, channels] in [[1, 1, 1, 1], [5, 16, 2, 24], [2, 130, 3, 7]] {
            for causal in [false, true] {
                let shape = [batch, tokens, 3 * heads * channels];
                let name = format!("{shape:?} {heads} {causal}");
                assert_matches_plain(&name, &[shape.iter().product()], |x| {
                    let options = AttentionOptions {
                        causal,
                        ..AttentionOptions::default()
                    };
                    self_attention(x[0].clone().mul_scalar(2.0).reshape(shape), heads, options)
                });
            }
        }
    }

    #[test]
    fn few_queries_attend_as_many_do() {
        let device = burn::tensor::Device::flex();
        let random = |shape: [usize; 4], seed| {
            let data = crate::reference::numbers(shape.iter().product(), seed);
            let data = burn::tensor::TensorData::new(data, shape);
            Tensor::<4>::from_data(data, (&device, burn::tensor::DType::F32)).mul_scalar(3.0)
        };
        for (heads, queries, keys, channels) in [
            ([1, 1], 1, 1, 3),
            ([4, 2], 3, 40, 24),
            ([6, 2], 2, 700, 128),
            ([2, 2], 4, 9, 17),
        ] {
            for causal in [false, true] {
                let query = random([2, heads[0], queries, channels], 1);
                let key = random([2, heads[1], keys + 5, channels], 2).narrow(2, 0, keys);
                let value = random([2, heads[1], keys + 5, channels], 3).narrow(2, 0, keys);
                let options = AttentionOptions {
                    causal,
                    ..AttentionOptions::default()
                };
                let attend = |query: Tensor<4>, key: Tensor<4>, value: Tensor<4>| {
                    attention(query, key, value, options.clone())
                };
                let expected = attend(
                    query.clone().autodiff().require_grad(),
                    key.clone().autodiff(),
                    value.clone().autodiff(),
                );
                cpu::level_tests::at_each_level(|level| {
                    let found = attend(query.clone(), key.clone(), value.clone());
                    let difference = (found - expected.clone().inner()).abs().max();
                    let difference: f32 = difference.into_scalar();
                    assert!(
                        difference < 1e-5,
                        "{queries} {keys} {causal} at {level}: {difference}"
                    );
                });
            }
        }
    }

    #[test]
    fn attention_matches_its_plain_body() {
        for (heads, tokens, channels) in [
            ([1, 1], [1, 1], [1, 1]),
            ([2, 2], [64, 64], [48, 48]),
            ([4, 2], [7, 13], [16, 24]),
            ([1, 1], [130, 600], [32, 20]),
            ([3, 1], [100, 33], [8, 40]),
        ] {
            for causal in [false, true] {
                for merged in [false, true] {
                    for batch in [1, 3] {
                        check(&Case {
                            batch,
                            heads,
                            tokens,
                            channels,
                            causal,
                            merged,
                        });
                    }
                }
            }
        }
    }
}
