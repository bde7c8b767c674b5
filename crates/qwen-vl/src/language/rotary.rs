//! Rotary positions of time, height and width, interleaved over a head's frequencies (Qwen3-VL's "interleaved M-RoPE").
//!
//! In: three positions for every token. Out: the cosines and sines of its angles, one for each pair of a head's halves.

use burn::tensor::{Device, Tensor, TensorData};

use crate::config::TextConfig;

/// Where a token stands: time, height, width. Text counts all three alike.
pub type Position = [i64; 3];

/// Which frequency turns by which axis, and how fast.
#[derive(Clone, Debug)]
pub(crate) struct RotaryFrequencies {
    /// Axis and radians for each step, by frequency.
    by_index: Vec<(usize, f32)>,
}

/// Cosines and sines of every token.
#[derive(Clone, Debug)]
pub(crate) struct RotaryTables {
    /// `[tokens, frequencies]`.
    pub cosines: Tensor<2>,
    /// `[tokens, frequencies]`.
    pub sines: Tensor<2>,
}

/// `base^(-2·index / channels)` for each of the `channels / 2` frequencies.
pub(crate) fn frequencies(base: f64, channels: usize) -> impl Iterator<Item = f32> {
    (0..channels / 2).map(move |index| {
        let power = (2 * index) as f32 / channels as f32;
        1.0 / base.powf(f64::from(power)) as f32
    })
}

impl RotaryFrequencies {
    /// The frequencies of a decoder's heads.
    pub(crate) fn new(config: &TextConfig) -> Self {
        let by_index = frequencies(config.rotary_base, config.head_channels)
            .enumerate()
            .map(|(index, frequency)| {
                let axis = index % 3;
                let is_inside = index < 3 * config.rotary_sections[axis];
                (if is_inside { axis } else { 0 }, frequency)
            })
            .collect();
        Self { by_index }
    }

    /// Tables of tokens one after the other.
    pub(crate) fn tables(&self, positions: &[Position], device: &Device) -> RotaryTables {
        let angles = positions.iter().flat_map(|position| {
            self.by_index
                .iter()
                .map(|&(axis, frequency)| position[axis] as f32 * frequency)
        });
        RotaryTables::new(angles, [positions.len(), self.by_index.len()], device)
    }
}

impl RotaryTables {
    /// Tables of angles, row by row.
    pub(crate) fn new(
        angles: impl Iterator<Item = f32>,
        shape: [usize; 2],
        device: &Device,
    ) -> Self {
        let (cosines, sines): (Vec<f32>, Vec<f32>) =
            angles.map(|angle| (angle.cos(), angle.sin())).unzip();
        Self {
            cosines: Tensor::from_data(TensorData::new(cosines, shape), device),
            sines: Tensor::from_data(TensorData::new(sines, shape), device),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::TextConfig;

    fn config(head_channels: usize, rotary_sections: [usize; 3]) -> TextConfig {
        TextConfig {
            vocabulary: 10,
            channels: 8,
            hidden_channels: 8,
            layers: 1,
            heads: 1,
            key_heads: 1,
            head_channels,
            max_positions: 100,
            norm_epsilon: 1e-6,
            rotary_base: 5_000_000.0,
            rotary_sections,
            attention_bias: false,
            tied_embeddings: true,
        }
    }

    #[test]
    fn axes_take_turns_until_their_sections_end() {
        let rotary = RotaryFrequencies::new(&config(128, [24, 20, 20]));
        let axes: Vec<usize> = rotary.by_index.iter().map(|(axis, _)| *axis).collect();
        assert_eq!(axes[..6], [0, 1, 2, 0, 1, 2]);
        assert_eq!(axes[57..], [0, 1, 2, 0, 0, 0, 0]);
        for (axis, section) in [24, 20, 20].into_iter().enumerate() {
            assert_eq!(axes.iter().filter(|found| **found == axis).count(), section);
        }
    }
}
