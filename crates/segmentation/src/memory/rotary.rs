//! Axial rotary encoding: tokens of a square grid turn by angles that follow from column and row.
//!
//! In and out: projected tokens by head. Scores between turned queries and keys depend on the distance along each
//! axis. The first half of a head's channels turns with the column, the second with the row; neighbouring channels
//! form the pairs that turn together (SAM 2, section C; RoFormer, equation 34).

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};
use tubelet_kernels::{AxialTurn, rotate_pairs};

/// Shape of an [`AxialRotary`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct AxialRotaryConfig {
    /// Tokens along each axis.
    pub(crate) grid: usize,
    /// Channels of a head, a multiple of four.
    pub(crate) head_channels: usize,
    /// Base of the wavelengths.
    pub(crate) base: f64,
}

impl AxialRotaryConfig {
    /// Tabulates the angles.
    pub(crate) fn init(&self, device: &Device) -> AxialRotary {
        let frequencies: Vec<f32> = (0..self.head_channels / 4)
            .map(|pair| {
                let exponent = 4.0 * pair as f32 / self.head_channels as f32;
                1.0 / (self.base as f32).powf(exponent)
            })
            .collect();
        let tokens = self.grid * self.grid;
        let mut cosines = Vec::with_capacity(tokens * self.head_channels);
        let mut sines = Vec::with_capacity(tokens * self.head_channels);
        for token in 0..tokens {
            for coordinate in [token % self.grid, token / self.grid] {
                for frequency in &frequencies {
                    let (sine, cosine) = (coordinate as f32 * frequency).sin_cos();
                    cosines.extend([cosine, cosine]);
                    sines.extend([-sine, sine]);
                }
            }
        }
        let table = |values| {
            let data = TensorData::new(values, [1, tokens, 1, self.head_channels]);
            Tensor::from_data(data, device)
        };
        AxialRotary {
            width: self.grid,
            cosines: table(cosines),
            sines: table(sines),
        }
    }
}

/// See the module docs.
#[derive(Module, Debug)]
pub(crate) struct AxialRotary {
    #[module(skip)]
    width: usize,
    /// `[1, tokens, 1, head channels]`.
    cosines: Tensor<4>,
    /// Likewise, negative where a channel is the first of its pair.
    sines: Tensor<4>,
}

impl AxialRotary {
    /// What turns each place of the grid.
    pub(crate) fn turns(&self) -> AxialTurn {
        AxialTurn {
            width: self.width,
            cosines: self.cosines.clone(),
            sines: self.sines.clone(),
        }
    }

    /// Turns the tokens of one or more whole grids, one after the other.
    ///
    /// # Shapes
    /// - `tokens`, output: `[batch, grids · tokens, heads, channels]`
    pub(crate) fn turn(&self, tokens: Tensor<4>) -> Tensor<4> {
        rotate_pairs(tokens, self.cosines.clone(), self.sines.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Distribution;

    #[test]
    fn scores_depend_on_distances_only() {
        let device = Device::flex();
        let rotary = AxialRotaryConfig {
            grid: 4,
            head_channels: 8,
            base: 100.0,
        }
        .init(&device);
        let token = || {
            Tensor::<4>::random([1, 1, 1, 8], Distribution::Normal(0.0, 1.0), &device)
                .repeat_dim(1, 16)
        };
        let (query, key) = (rotary.turn(token()), rotary.turn(token()));
        let score = |from: usize, to: usize| -> f32 {
            let at = |tokens: &Tensor<4>, index: usize| tokens.clone().narrow(1, index, 1);
            (at(&query, from) * at(&key, to)).sum().into_scalar()
        };
        // One column to the right and two rows down, from three places of the 4 × 4 grid.
        for (from, to) in [(1, 10), (4, 13), (6, 15)] {
            assert!((score(from, to) - score(0, 9)).abs() < 1e-4);
        }
        assert!((score(0, 6) - score(0, 9)).abs() > 1e-4);
    }
}
