//! Views of `[batch, heads, tokens, channels]` tensors by head.
//!
//! Results are written token by token, all heads of a token together, so that merging the heads afterwards moves
//! nothing.

use burn::tensor::{Bytes, DType, Shape};
use burn_flex::{FlexTensor, Layout};

use super::super::gemm::{Matrix, Target};
use super::super::view::{dimensions, strides};

/// A tensor to read, head by head.
pub(super) struct Heads {
    tensor: FlexTensor,
    /// Batch, heads, tokens, channels.
    pub shape: [usize; 4],
    strides: [usize; 4],
}

impl Heads {
    /// Copies the tensor only where a stride is negative.
    pub(super) fn new(tensor: &FlexTensor) -> Self {
        let tensor = match strides(tensor) {
            Some(_) => tensor.clone(),
            None => tensor.to_contiguous(),
        };
        let four = |values: &[usize]| std::array::from_fn(|dimension| values[dimension]);
        Self {
            shape: four(dimensions(&tensor)),
            strides: four(&strides(&tensor).unwrap_or_else(|| vec![0; 4])),
            tensor,
        }
    }

    /// Tokens by channels of one head.
    pub(super) fn head(&self, batch: usize, head: usize) -> Matrix<'_> {
        let [_, _, tokens, channels] = self.shape;
        let storage = self.tensor.storage::<f32>();
        let start =
            self.tensor.layout().start_offset() + batch * self.strides[0] + head * self.strides[1];
        Matrix::new(
            &storage[start.min(storage.len())..],
            [tokens, channels],
            [self.strides[2], self.strides[3]],
        )
    }
}

/// The part of a result that belongs to one head; `all` is `[batch · tokens, heads · channels]`.
pub(super) fn head_of(all: Target<'_>, shape: [usize; 4], batch: usize, head: usize) -> Target<'_> {
    let [_, _, tokens, channels] = shape;
    all.part(
        batch * tokens..(batch + 1) * tokens,
        head * channels..(head + 1) * channels,
    )
}

/// All heads of a result that is laid out token by token.
pub(super) fn all_heads(data: &mut [f32], shape: [usize; 4]) -> Target<'_> {
    let [batch, heads, tokens, channels] = shape;
    Target::dense(data, [batch * tokens, heads * channels])
}

/// The tensor `[batch, heads, tokens, channels]` around numbers laid out token by token.
pub(super) fn tensor_of_heads(data: Vec<f32>, shape: [usize; 4]) -> FlexTensor {
    let [_, heads, tokens, channels] = shape;
    let strides = [tokens * heads * channels, channels, heads * channels, 1];
    let layout = Layout::new(
        Shape::new(shape),
        strides.map(|stride| stride as isize).to_vec(),
        0,
    );
    FlexTensor::new(Bytes::from_elems(data), layout, DType::F32)
}
