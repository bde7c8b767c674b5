//! A video frame and a given mask, as the model wants to see them.
//!
//! In: bytes of RGB pixels, or masks in video pixels. Out: a square image, normalised; masks of its size. Knows no video
//! and no object. Resizing is that of PyTorch for bytes, digit by digit: antialiased, in integers, rows before columns.

use burn::tensor::{Device, Tensor, TensorData};
use tubelet_geometry::FrameSize;

use crate::{
    SegmentationError,
    resample::{Filter, resample},
};

/// Mean of red, green and blue in ImageNet, where one is white.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
/// Standard deviation, likewise.
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];
const CHANNELS: usize = 3;

/// Resizes a frame to a square and normalises its colours.
///
/// # Shapes
/// - `pixels`: three bytes (red, green, blue) for each pixel, row after row
/// - output: `[1, 3, image_size, image_size]`
///
/// # Errors
/// [`SegmentationError::PixelCount`] where `pixels` are not as many as `size` says.
pub fn prepare_frame(
    pixels: &[u8],
    size: FrameSize,
    image_size: usize,
    device: &Device,
) -> Result<Tensor<4>, SegmentationError> {
    let expected = size.pixel_count().saturating_mul(CHANNELS);
    if pixels.len() != expected || expected == 0 {
        return Err(SegmentationError::PixelCount {
            size,
            found: pixels.len(),
        });
    }
    let narrowed = if size.width == image_size {
        pixels.to_vec()
    } else {
        resize_rows(pixels, size.width, &Taps::new(size.width, image_size))
    };
    let resized = if size.height == image_size {
        narrowed
    } else {
        let row = image_size * CHANNELS;
        resize_columns(&narrowed, row, &Taps::new(size.height, image_size))
    };
    let mut values = Vec::with_capacity(resized.len());
    for channel in 0..CHANNELS {
        let levels: Vec<f32> = (0..=255_u8)
            .map(|level| (f32::from(level) / 255.0 - MEAN[channel]) / DEVIATION[channel])
            .collect();
        let plane = resized.iter().skip(channel).step_by(CHANNELS);
        values.extend(plane.map(|&level| levels[usize::from(level)]));
    }
    let data = TensorData::new(values, [1, CHANNELS, image_size, image_size]);
    Ok(Tensor::from_data(data, device))
}

/// Resizes masks to a square; a pixel belongs to the mask if at least half of it does.
///
/// # Shapes
/// - `masks`: `[objects, 1, height, width]`, zero or one
/// - output: `[objects, 1, image_size, image_size]`, likewise
pub fn prepare_masks(masks: Tensor<4>, image_size: usize) -> Tensor<4> {
    let dtype = masks.dtype();
    let resized = resample(masks, [image_size, image_size], Filter::Triangle);
    resized.greater_equal_elem(0.5).float().cast(dtype)
}

/// Which old places, with which weights, make each new place along one axis.
struct Taps {
    /// First old place of each new place.
    starts: Vec<usize>,
    /// Weights of the old places from there on, in units of `1 << shift`.
    weights: Vec<Vec<i32>>,
    shift: u32,
}

impl Taps {
    fn new(from: usize, to: usize) -> Self {
        let scale = from as f64 / to as f64;
        let support = scale.max(1.0);
        let mut starts = Vec::with_capacity(to);
        let mut fractions = Vec::with_capacity(to);
        for place in 0..to {
            let centre = scale * (place as f64 + 0.5);
            let start = (centre - support + 0.5).max(0.0) as usize;
            let end = ((centre + support + 0.5) as usize).min(from);
            let triangle = |old: usize| {
                let distance = (old as f64 - centre + 0.5) / support;
                (1.0 - distance.abs()).max(0.0)
            };
            let weights: Vec<f64> = (start..end).map(triangle).collect();
            let sum: f64 = weights.iter().sum();
            fractions.push(
                weights
                    .iter()
                    .map(|weight| weight / sum)
                    .collect::<Vec<_>>(),
            );
            starts.push(start);
        }
        let largest = fractions.iter().flatten().copied().fold(0.0, f64::max);
        // The most digits with which every weight still fits sixteen bits.
        let fits =
            |shift: &u32| (0.5 + largest * f64::from(1_u32 << (shift + 1))) as i32 >= 1 << 15;
        let shift = (0..22).find(fits).unwrap_or(22);
        let quantised = |weight: &f64| (0.5 + weight * f64::from(1_u32 << shift)) as i32;
        Self {
            starts,
            weights: fractions
                .iter()
                .map(|weights| weights.iter().map(quantised).collect())
                .collect(),
            shift,
        }
    }

    /// First old place and weights of each new place.
    fn iter(&self) -> impl Iterator<Item = (usize, &[i32])> {
        let weights = self.weights.iter().map(Vec::as_slice);
        self.starts.iter().copied().zip(weights)
    }

    fn round(&self, sum: i32) -> u8 {
        ((sum + (1 << (self.shift - 1))) >> self.shift).clamp(0, 255) as u8
    }
}

/// Resizes every row of RGB pixels.
fn resize_rows(pixels: &[u8], width: usize, taps: &Taps) -> Vec<u8> {
    let rows = pixels.chunks_exact(width * CHANNELS);
    let mut resized = Vec::with_capacity(rows.len() * taps.starts.len() * CHANNELS);
    for row in rows {
        for (start, weights) in taps.iter() {
            let mut sums = [0; CHANNELS];
            let old = row[start * CHANNELS..].chunks_exact(CHANNELS);
            for (pixel, weight) in old.zip(weights) {
                for (sum, &level) in sums.iter_mut().zip(pixel) {
                    *sum += i32::from(level) * weight;
                }
            }
            resized.extend(sums.map(|sum| taps.round(sum)));
        }
    }
    resized
}

/// Resizes every column of an image whose rows are `row` bytes.
fn resize_columns(pixels: &[u8], row: usize, taps: &Taps) -> Vec<u8> {
    let mut resized = Vec::with_capacity(row * taps.starts.len());
    let mut sums = vec![0_i32; row];
    for (start, weights) in taps.iter() {
        sums.fill(0);
        let old = pixels[start * row..].chunks_exact(row);
        for (levels, weight) in old.zip(weights) {
            for (sum, &level) in sums.iter_mut().zip(levels) {
                *sum += i32::from(level) * weight;
            }
        }
        resized.extend(sums.iter().map(|&sum| taps.round(sum)));
    }
    resized
}
