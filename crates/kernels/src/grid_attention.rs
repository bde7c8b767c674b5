//! Attention to tokens that lie in grids: memories of images, and a few tokens without a place.
//!
//! In: queries, tokens, what makes keys of the tokens, values. Out: attended values. A key is its token projected, then
//! turned by its place in the grid (axial rotary positions).

use burn::tensor::Tensor;

use crate::extension::{from_primitive, into_primitive, is_half, is_untracked};
use crate::{AttentionOptions, LinearOptions, Precision, attention, cpu, linear, rotate_pairs};

/// What keys are made of.
#[derive(Clone, Debug)]
pub struct GridKeys {
    /// `[batch, tokens, token_channels]`: whole grids, row by row, one after the other, then tokens without a place.
    pub tokens: Tensor<3>,
    /// Projection to the keys of all heads: `[heads · channels, token_channels]`; in bfloat16 it asks for products in
    /// [`Precision::Half`].
    pub weight: Tensor<2>,
    /// Added to every projected token: `[heads · channels]`.
    pub bias: Option<Tensor<1>>,
    /// How keys turn, as in [`rotate_pairs`].
    pub turn: AxialTurn,
    /// How many tokens have no place; their keys do not turn.
    pub placeless: usize,
}

/// Rotations by the places of a grid.
#[derive(Clone, Debug)]
pub struct AxialTurn {
    /// Places in a row.
    pub width: usize,
    /// `[1, places, 1, channels]`, row by row. The first half of the channels turns with the column alone, the second
    /// with the row alone.
    pub cosines: Tensor<4>,
    /// Likewise.
    pub sines: Tensor<4>,
}

/// Scaled dot-product attention to [`GridKeys`].
///
/// A token's key has more channels than the token. Where that pays and no gradient is asked for, queries are turned back
/// by every column and every row and projected to the tokens' channels instead, and keys are never made: a score is
/// `(column part + row part) · token`, the same but for rounding.
///
/// # Shapes
/// - `query`: `[batch or 1, queries, heads, channels]`, turned
/// - `value`: `[batch, tokens, heads, value_channels]`
/// - output: `[batch, queries, heads, value_channels]`
pub fn grid_attention(query: Tensor<4>, keys: GridKeys, value: Tensor<4>) -> Tensor<4> {
    let [batch, count, _] = keys.tokens.dims();
    let [query_batch, _, heads, channels] = query.dims();
    let fast = heads == 1
        && (is_untracked(&keys.weight) || is_half(&keys.weight))
        && [&query, &value, &keys.turn.cosines, &keys.turn.sines]
            .into_iter()
            .all(is_untracked)
        && is_untracked(&keys.tokens)
        && keys.bias.as_ref().is_none_or(is_untracked);
    if fast && turning_queries_pays(&keys, channels) {
        let precision = precision_of(&keys.weight);
        let inputs = cpu::GridInputs {
            query: into_primitive(query),
            tokens: into_primitive(keys.tokens),
            weight: into_primitive(keys.weight.cast(burn::tensor::DType::F32)),
            bias: keys.bias.map(into_primitive),
            cosines: into_primitive(keys.turn.cosines),
            sines: into_primitive(keys.turn.sines),
            value: into_primitive(value),
        };
        let output = cpu::grid_attention(&inputs, keys.turn.width, keys.placeless, precision);
        return from_primitive(output);
    }
    let precision = precision_of(&keys.weight);
    let options = LinearOptions {
        bias: keys.bias,
        ..LinearOptions::default()
    };
    let key = linear(keys.tokens, keys.weight, options).reshape([batch, count, heads, channels]);
    let turn = |key| rotate_pairs(key, keys.turn.cosines, keys.turn.sines);
    let placed = count - keys.placeless;
    let key = match (placed, keys.placeless) {
        (0, _) => key,
        (_, 0) => turn(key),
        (_, placeless) => Tensor::cat(
            vec![
                turn(key.clone().narrow(1, 0, placed)),
                key.narrow(1, placed, placeless),
            ],
            1,
        ),
    };
    let query = if query_batch == batch {
        query
    } else {
        query.repeat_dim(0, batch)
    };
    let options = AttentionOptions {
        precision,
        ..AttentionOptions::default()
    };
    attention(
        query.swap_dims(1, 2),
        key.swap_dims(1, 2),
        value.swap_dims(1, 2),
        options,
    )
    .swap_dims(1, 2)
}

fn precision_of(weight: &Tensor<2>) -> Precision {
    if is_half(weight) {
        Precision::Half
    } else {
        Precision::Single
    }
}

/// Whether a query turned to every column and row, and scores in the tokens' channels, are fewer products than scores in
/// the keys' channels.
fn turning_queries_pays(keys: &GridKeys, channels: usize) -> bool {
    let [_, count, token_channels] = keys.tokens.dims();
    let [_, places, _, _] = keys.turn.cosines.dims();
    let width = keys.turn.width;
    let parts = (width + places / width.max(1)) * channels / 2 + channels;
    token_channels > 0
        && channels.is_multiple_of(4)
        && (parts + count) * token_channels < count * channels
}

#[cfg(test)]
mod tests {
    use burn::tensor::{DType, Device, TensorData};

    use super::*;
    use crate::cpu::level_tests::at_each_level;
    use crate::reference::numbers;

    struct Case {
        batch: [usize; 2],
        grid: [usize; 2],
        grids: usize,
        placeless: usize,
        queries: usize,
        channels: [usize; 3],
    }

    const CASES: [Case; 4] = [
        Case {
            batch: [1, 1],
            grid: [4, 4],
            grids: 3,
            placeless: 5,
            queries: 16,
            channels: [32, 4, 4],
        },
        Case {
            batch: [1, 2],
            grid: [3, 5],
            grids: 7,
            placeless: 0,
            queries: 33,
            channels: [40, 3, 9],
        },
        Case {
            batch: [2, 2],
            grid: [5, 3],
            grids: 16,
            placeless: 300,
            queries: 70,
            channels: [24, 2, 13],
        },
        Case {
            batch: [1, 1],
            grid: [2, 70],
            grids: 5,
            placeless: 1,
            queries: 1,
            channels: [64, 8, 1],
        },
    ];

    fn tensor<const D: usize>(shape: [usize; D], seed: usize, device: &Device) -> Tensor<D> {
        let data = TensorData::new(numbers(shape.iter().product(), seed), shape);
        Tensor::from_data(data, (device, DType::F32))
    }

    /// Rotations whose halves follow column and row.
    fn turn([height, width]: [usize; 2], channels: usize, device: &Device) -> AxialTurn {
        let angle = |place: usize, channel: usize| {
            let part = if channel < channels / 2 {
                place % width
            } else {
                place / width
            };
            part as f64 * 0.3 / (1 + channel % (channels / 2) / 2) as f64
        };
        let table = |value: &dyn Fn(usize, usize) -> f64| {
            let values = (0..height * width)
                .flat_map(|place| (0..channels).map(move |channel| (place, channel)))
                .map(|(place, channel)| value(place, channel))
                .collect::<Vec<_>>();
            let data = TensorData::new(values, [1, height * width, 1, channels]);
            Tensor::from_data(data, (device, DType::F32))
        };
        let sine = |place: usize, channel: usize| {
            let sine = angle(place, channel).sin();
            if channel.is_multiple_of(2) {
                -sine
            } else {
                sine
            }
        };
        AxialTurn {
            width,
            cosines: table(&|place, channel| angle(place, channel).cos()),
            sines: table(&sine),
        }
    }

    impl Case {
        fn run(&self, device: &Device, weight_type: DType) -> Tensor<4> {
            let [channels, token_channels, value_channels] = self.channels;
            let [query_batch, batch] = self.batch;
            let count = self.grids * self.grid[0] * self.grid[1] + self.placeless;
            let keys = GridKeys {
                tokens: tensor([batch, count, token_channels], 1, device),
                weight: tensor([channels, token_channels], 2, device).cast(weight_type),
                bias: Some(tensor([channels], 3, device)),
                turn: turn(self.grid, channels, device),
                placeless: self.placeless,
            };
            assert!(turning_queries_pays(&keys, channels));
            let query = tensor([query_batch, self.queries, 1, channels], 4, device).mul_scalar(2.0);
            grid_attention(
                query,
                keys,
                tensor([batch, count, 1, value_channels], 5, device),
            )
        }
    }

    #[test]
    fn turned_queries_see_what_turned_keys_show() {
        for (index, case) in CASES.iter().enumerate() {
            let plain = case.run(&Device::flex().autodiff(), DType::F32).inner();
            for (weight_type, most) in [(DType::F32, 2e-6), (DType::BF16, 2e-2)] {
                at_each_level(|level| {
                    let fast = case.run(&Device::flex(), weight_type);
                    let difference: f32 = (fast - plain.clone()).abs().max().into_scalar();
                    assert!(
                        difference < most,
                        "{level} {index} {weight_type:?}: {difference}"
                    );
                });
            }
        }
    }
}
