//! Fixed sine encoding of positions in a feature map ("Attention Is All You Need", section 3.5, in two dimensions).
//!
//! In: a size. Out: a tensor; half of its channels tell the row, half the column.

use burn::tensor::{Tensor, TensorData};

const TEMPERATURE: f64 = 10_000.0;

/// Encodes rows and columns, scaled to one turn over the map, in sines and cosines of falling frequency.
///
/// `like` gives device and element type.
///
/// # Shapes
/// - `size`: height and width
/// - output: `[1, channels, height, width]`
pub(crate) fn sine_position(channels: usize, size: [usize; 2], like: &Tensor<4>) -> Tensor<4> {
    let [height, width] = size;
    let half = channels / 2;
    let axis = |count: usize, shape: [usize; 4]| {
        let data = TensorData::new(encode_axis(half, count), shape);
        Tensor::<4>::from_data(data, (&like.device(), like.dtype()))
            .expand([1, half, height, width])
    };
    let rows = axis(height, [1, half, height, 1]);
    let columns = axis(width, [1, half, 1, width]);
    Tensor::cat(vec![rows, columns], 1)
}

/// `[channels, count]`, sines in even channels and cosines in odd ones.
fn encode_axis(channels: usize, count: usize) -> Vec<f32> {
    let turn = std::f64::consts::TAU / (count as f64 + 1e-6);
    (0..channels)
        .flat_map(|channel| {
            let exponent = (channel / 2 * 2) as f64 / channels as f64;
            let frequency = turn / TEMPERATURE.powf(exponent);
            (1..=count).map(move |place| {
                let angle = place as f64 * frequency;
                let value = if channel % 2 == 0 {
                    angle.sin()
                } else {
                    angle.cos()
                };
                value as f32
            })
        })
        .collect()
}
