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
    /// Where the first number lies in the tensor's storage.
    start: usize,
}

impl Heads {
    /// Copies the tensor only where a stride is negative.
    pub(super) fn new(tensor: &FlexTensor) -> Self {
        let tensor = with_strides(tensor);
        let four = |values: &[usize]| std::array::from_fn(|dimension| values[dimension]);
        Self {
            shape: four(dimensions(&tensor)),
            strides: four(&strides(&tensor).unwrap_or_else(|| vec![0; 4])),
            start: tensor.layout().start_offset(),
            tensor,
        }
    }

    /// One of `[part, parts]` equal parts of the channels of `[batch, tokens, parts · heads · channels]`.
    pub(super) fn of_tokens(tensor: &FlexTensor, heads: usize, [part, parts]: [usize; 2]) -> Self {
        let tensor = with_strides(tensor);
        let steps = strides(&tensor).unwrap_or_else(|| vec![0; 3]);
        let sizes = dimensions(&tensor);
        let channels = sizes[2] / (parts * heads);
        Self {
            shape: [sizes[0], heads, sizes[1], channels],
            strides: [steps[0], channels * steps[2], steps[1], steps[2]],
            start: tensor.layout().start_offset() + part * heads * channels * steps[2],
            tensor,
        }
    }

    /// Tokens by channels of one head.
    pub(super) fn head(&self, batch: usize, head: usize) -> Matrix<'_> {
        let [_, _, tokens, channels] = self.shape;
        let storage = self.tensor.storage::<f32>();
        let start = self.start + batch * self.strides[0] + head * self.strides[1];
        Matrix::new(
            &storage[start.min(storage.len())..],
            [tokens, channels],
            [self.strides[2], self.strides[3]],
        )
    }
}

/// The tensor, copied only where a stride is negative.
fn with_strides(tensor: &FlexTensor) -> FlexTensor {
    match strides(tensor) {
        Some(_) => tensor.clone(),
        None => tensor.to_contiguous(),
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
