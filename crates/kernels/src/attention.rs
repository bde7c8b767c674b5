//! Scaled dot-product attention.
//!
//! In: queries, keys and values by head. Out: attended values. Positions are the caller's.

use burn::tensor::Tensor;

use crate::{matmul, softmax};

/// How [`attention`] scores and masks.
#[derive(Clone, Debug, Default)]
pub struct AttentionOptions {
    /// Factor on the scores; `1 / sqrt(head channels)` when absent.
    pub scale: Option<f64>,
    /// Each query sees only keys at its own index and before (aligned at the end).
    pub causal: bool,
    /// Added to the scores before the softmax: `[batch or 1, heads or 1, queries, keys]`.
    pub bias: Option<Tensor<4>>,
}

/// `softmax(scale · query · keyᵀ + bias) · value`, by head.
///
/// Heads of `key` and `value` may be fewer than those of `query` (grouped queries): each serves
/// `heads / key_heads` neighbouring query heads.
///
/// # Shapes
/// - `query`: `[batch, heads, queries, channels]`
/// - `key`: `[batch, key_heads, keys, channels]`
/// - `value`: `[batch, key_heads, keys, value_channels]`
/// - output: `[batch, heads, queries, value_channels]`
pub fn attention(
    query: Tensor<4>,
    key: Tensor<4>,
    value: Tensor<4>,
    options: AttentionOptions,
) -> Tensor<4> {
    let [batch, heads, queries, channels] = query.dims();
    let [_, key_heads, keys, value_channels] = value.dims();
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
    let scale = options
        .scale
        .unwrap_or_else(|| 1.0 / (channels as f64).sqrt());
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
