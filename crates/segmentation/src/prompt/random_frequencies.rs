//! Positions as sines and cosines of random frequencies (Tancik et al. 2020, "Fourier Features").
//!
//! In: coordinates as fractions of the image. Out: one token for each; or one for every pixel of a map.

use burn::{
    module::{Module, Param},
    nn::Initializer,
    tensor::{Device, Tensor, TensorData},
};
use tubelet_kernels::matmul;

use std::f64::consts::TAU;

/// Sizes of a [`RandomFrequencies`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RandomFrequenciesConfig {
    /// Channels out: half sines, half cosines.
    pub(crate) channels: usize,
}

impl RandomFrequenciesConfig {
    /// Draws the frequencies; they are never trained.
    pub(crate) fn init(self, device: &Device) -> RandomFrequencies {
        let draw = Initializer::Normal {
            mean: 0.0,
            std: 1.0,
        };
        RandomFrequencies {
            frequencies: draw
                .init([2, self.channels / 2], device)
                .set_require_grad(false),
        }
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct RandomFrequencies {
    /// Turns across the image, along x and along y.
    frequencies: Param<Tensor<2>>,
}

impl RandomFrequencies {
    /// # Shapes
    /// - `fractions`: `[batch, points, 2]`, x and y from 0 to 1
    /// - output: `[batch, points, channels]`
    pub(crate) fn forward(&self, fractions: Tensor<3>) -> Tensor<3> {
        let centred = fractions.mul_scalar(2.0).sub_scalar(1.0);
        let angles = matmul(centred, self.frequencies.val().unsqueeze()).mul_scalar(TAU);
        Tensor::cat(vec![angles.clone().sin(), angles.cos()], 2)
    }

    /// Encodes the centres of all pixels. The angle at a pixel is one of its row plus one of its column, so
    /// sines are taken of rows and columns only.
    ///
    /// # Shapes
    /// - `size`: height and width
    /// - output: `[1, channels, height, width]`
    pub(crate) fn forward_dense(&self, size: [usize; 2]) -> Tensor<4> {
        let [height, width] = size;
        let frequencies = self.frequencies.val();
        let [_, half] = frequencies.dims();
        let angles = |count: usize, axis: usize| {
            let centres: Vec<_> = (0..count)
                .map(|place| ((2 * place + 1) as f64 / count as f64 - 1.0) as f32)
                .collect();
            let centres = Tensor::<2>::from_data(
                TensorData::new(centres, [1, count]),
                (&frequencies.device(), frequencies.dtype()),
            );
            let turns = frequencies.clone().narrow(0, axis, 1).transpose();
            matmul(turns, centres).mul_scalar(TAU)
        };
        let columns = angles(width, 0).reshape([1, half, 1, width]);
        let rows = angles(height, 1).reshape([1, half, height, 1]);
        let (column_sine, column_cosine) = (columns.clone().sin(), columns.cos());
        let (row_sine, row_cosine) = (rows.clone().sin(), rows.cos());
        let sine =
            row_sine.clone() * column_cosine.clone() + row_cosine.clone() * column_sine.clone();
        let cosine = row_cosine * column_cosine - row_sine * column_sine;
        Tensor::cat(vec![sine, cosine], 1)
    }
}
