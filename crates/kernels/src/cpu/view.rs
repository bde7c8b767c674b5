//! Reading a tensor's numbers: all of them in order, or as a matrix of any strides.

use burn::tensor::DType;
use burn_flex::FlexTensor;

use super::copy::in_order;
use super::gemm::Matrix;
use crate::Precision;

/// The tensor itself where its numbers lie in order, else a copy in which they do.
pub(crate) fn dense(tensor: &FlexTensor) -> FlexTensor {
    if tensor.is_contiguous() {
        tensor.clone()
    } else {
        in_order(tensor)
    }
}

/// The precision that a weight's type asks for.
pub(crate) fn precision_of(weight: &FlexTensor) -> Precision {
    if weight.dtype() == DType::BF16 {
        Precision::Half
    } else {
        Precision::Single
    }
}

/// The tensor in a buffer that holds its numbers in order and nothing else, to be written to.
pub(crate) fn owned(tensor: FlexTensor) -> FlexTensor {
    let dense = if tensor.is_contiguous() {
        tensor.to_contiguous()
    } else {
        in_order(&tensor)
    };
    // The last other handle, if there was one, so that writing needs no copy.
    drop(tensor);
    dense
}

/// The numbers of a [`dense`] tensor.
pub(crate) fn numbers(tensor: &FlexTensor) -> &[f32] {
    tensor.as_slice::<f32>().unwrap_or_default()
}

/// Sizes of the dimensions.
pub(crate) fn dimensions(tensor: &FlexTensor) -> &[usize] {
    tensor.layout().shape()
}

/// Distances between neighbours along each dimension, where none is negative.
pub(crate) fn strides(tensor: &FlexTensor) -> Option<Vec<usize>> {
    tensor
        .layout()
        .strides()
        .iter()
        .map(|stride| usize::try_from(*stride).ok())
        .collect()
}

/// A tensor whose last dimension is kept and all others are one: copied where its strides do not allow that.
pub(crate) struct RowView {
    tensor: FlexTensor,
    shape: [usize; 2],
    strides: [usize; 2],
}

impl RowView {
    /// `[..., columns]` as `[rows, columns]`.
    pub(crate) fn new(tensor: &FlexTensor) -> Self {
        let sizes = dimensions(tensor);
        let columns = sizes.last().copied().unwrap_or(1);
        let rows = sizes.iter().rev().skip(1).product();
        let shape = [rows, columns];
        match strides(tensor).and_then(|strides| merged(sizes, &strides)) {
            Some(strides) => Self {
                tensor: tensor.clone(),
                shape,
                strides,
            },
            None => Self {
                tensor: in_order(tensor),
                shape,
                strides: [columns, 1],
            },
        }
    }

    /// The matrix.
    pub(crate) fn matrix(&self) -> Matrix<'_> {
        let storage = self.tensor.storage::<f32>();
        let start = self.tensor.layout().start_offset().min(storage.len());
        Matrix::new(&storage[start..], self.shape, self.strides)
    }
}

/// Strides of rows and columns, where the leading dimensions follow one another without gaps.
fn merged(sizes: &[usize], strides: &[usize]) -> Option<[usize; 2]> {
    let (column, leading) = strides.split_last()?;
    let mut row: Option<(usize, usize)> = None;
    for (size, stride) in sizes
        .iter()
        .zip(leading)
        .rev()
        .filter(|(size, _)| **size != 1)
    {
        row = match row {
            None => Some((*stride, size * stride)),
            Some((first, next)) if *stride == next => Some((first, size * stride)),
            Some(_) => return None,
        };
    }
    Some([row.map_or(0, |(first, _)| first), *column])
}

#[cfg(test)]
mod tests {
    use super::merged;

    #[test]
    fn leading_dimensions_merge_where_they_follow_without_gaps() {
        assert_eq!(merged(&[2, 3, 4], &[12, 4, 1]), Some([4, 1]));
        assert_eq!(merged(&[2, 3, 4], &[24, 8, 2]), Some([8, 2]));
        assert_eq!(merged(&[2, 3, 4], &[4, 8, 1]), None);
        assert_eq!(merged(&[3, 1, 4], &[1, 99, 3]), Some([1, 3]));
        assert_eq!(merged(&[5], &[2]), Some([0, 2]));
    }
}
