//! Pictures and masks as tensors.
//!
//! In: bytes and bits. Out: what the segmenter and the losses take, in model pixels.

use burn::tensor::{Device, Tensor, TensorData};
use tubelet_geometry::{FrameSize, Mask};

use crate::losses::prediction::TrueMasks;

/// Mean of red, green and blue over ImageNet, from 0 to 1.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
/// Their standard deviation.
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

/// Normalised pictures, red, green and blue apart.
///
/// # Shapes
/// - output: `[pictures, 3, height, width]`
pub(crate) fn pictures(rgb: &[Vec<u8>], size: FrameSize, device: &Device) -> Tensor<4> {
    let plane = size.width * size.height;
    let mut values = vec![0f32; rgb.len() * 3 * plane];
    for (picture, values) in rgb.iter().zip(values.chunks_exact_mut(3 * plane)) {
        let (pixels, _) = picture.as_chunks::<3>();
        for (channel, values) in values.chunks_exact_mut(plane).enumerate() {
            let scale = 1.0 / (255.0 * DEVIATION[channel]);
            let offset = -MEAN[channel] / DEVIATION[channel];
            for (value, pixel) in values.iter_mut().zip(pixels) {
                *value = f32::from(pixel[channel]) * scale + offset;
            }
        }
    }
    let shape = [rgb.len(), 3, size.height, size.width];
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Masks of zeros and ones, as a prompt.
///
/// # Shapes
/// - output: `[objects, 1, height, width]`
pub(crate) fn mask_prompt(masks: &[Mask], size: FrameSize, device: &Device) -> Tensor<4> {
    covered_shares(masks, size, 1, device)
}

/// What is true of a frame, with pixels of `stride` by `stride` pixels of the frame; their values are the covered shares. Each
/// object comes with its weight.
pub(crate) fn true_masks(
    (masks, weights): (&[Mask], Vec<f32>),
    size: FrameSize,
    stride: usize,
    device: &Device,
) -> TrueMasks {
    let present: Vec<f32> = masks
        .iter()
        .map(|mask| f32::from(u8::from(!mask.is_empty())))
        .collect();
    TrueMasks {
        masks: covered_shares(masks, size, stride, device),
        present: Tensor::from_data(TensorData::new(present, [masks.len(), 1]), device),
        weights: Tensor::from_data(TensorData::new(weights, [masks.len(), 1]), device),
    }
}

fn covered_shares(masks: &[Mask], size: FrameSize, stride: usize, device: &Device) -> Tensor<4> {
    let (width, height) = (size.width / stride, size.height / stride);
    let share = 1.0 / (stride * stride) as f32;
    let mut values = vec![0f32; masks.len() * width * height];
    for (mask, values) in masks.iter().zip(values.chunks_exact_mut(width * height)) {
        for y in 0..height * stride {
            let row = &mut values[y / stride * width..][..width];
            for run in mask.row_runs(y) {
                run.for_each(|x| row[x / stride] += share);
            }
        }
    }
    Tensor::from_data(
        TensorData::new(values, [masks.len(), 1, height, width]),
        device,
    )
}

/// Masks of the pixels whose logit is above zero, brought to the frame's size by the caller.
///
/// # Shapes
/// - `logits`: `[objects, 1, height, width]`
pub(crate) fn masks_of_logits(logits: Tensor<4>) -> Vec<Mask> {
    let [objects, _, height, width] = logits.dims();
    let size = FrameSize::new(width, height);
    let values: Vec<f32> = logits.into_data().iter::<f32>().collect();
    let of_object =
        |values: &[f32]| Mask::from_logits(size, values).unwrap_or_else(|_| Mask::new(size));
    let masks: Vec<Mask> = values
        .chunks_exact((width * height).max(1))
        .map(of_object)
        .collect();
    debug_assert_eq!(masks.len(), objects);
    masks
}

#[cfg(test)]
mod tests {
    use super::*;
    use tubelet_geometry::PixelRect;

    const SIZE: FrameSize = FrameSize::new(4, 4);

    fn mask() -> Mask {
        let mut mask = Mask::new(SIZE);
        mask.fill_rect(PixelRect {
            left: 0,
            top: 0,
            right: 3,
            bottom: 2,
        });
        mask
    }

    fn numbers(tensor: Tensor<4>) -> Vec<f32> {
        tensor.into_data().iter::<f32>().collect()
    }

    #[test]
    fn masks_become_numbers_and_come_back() {
        let prompt = mask_prompt(&[mask(), Mask::new(SIZE)], SIZE, &Device::default());
        assert_eq!(prompt.dims(), [2, 1, 4, 4]);
        assert_eq!(masks_of_logits(prompt), [mask(), Mask::new(SIZE)]);
    }

    #[test]
    fn coarse_truth_is_the_covered_share() {
        let truth = true_masks(
            (&[mask(), Mask::new(SIZE)], vec![1.0; 2]),
            SIZE,
            2,
            &Device::default(),
        );
        assert_eq!(
            numbers(truth.masks),
            [1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
        );
        assert_eq!(
            truth.present.into_data().iter::<f32>().collect::<Vec<_>>(),
            [1.0, 0.0]
        );
    }

    #[test]
    fn pictures_are_normalised_plane_by_plane() {
        let rgb: Vec<u8> = [255, 0, 0].repeat(16);
        let values = numbers(pictures(&[rgb], SIZE, &Device::default()));
        assert!((values[0] - (1.0 - 0.485) / 0.229).abs() < 1e-5);
        assert!((values[16] + 0.456 / 0.224).abs() < 1e-5);
    }
}
