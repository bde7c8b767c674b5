//! Pixels to patches: normalised, and laid out as the vision tower reads them.
//!
//! In: RGB frames of a size that squares of patches fill. Out: numbers, patch by patch: colours, frames, rows, columns.

use rayon::prelude::*;

use super::{settings::ImageSettings, size::Size};

/// Patches of as many frames as a patch holds.
///
/// # Panics
/// Where frames are fewer, or smaller than `size`.
pub(crate) fn patches(frames: &[&[u8]], size: Size, settings: &ImageSettings) -> Vec<f32> {
    let [height, width] = size;
    let (edge, merge) = (settings.patch, settings.merge);
    assert_eq!(frames.len(), settings.patch_frames, "frames of a patch");
    assert!(frames.iter().all(|frame| frame.len() == height * width * 3));
    let numbers = 3 * frames.len() * edge * edge;
    let squares_across = width / edge / merge;
    let mut out = vec![0.0; height / edge * (width / edge) * numbers];
    let levels = levels(settings);
    out.par_chunks_mut((merge * merge * numbers).max(1))
        .enumerate()
        .for_each(|(square, out)| {
            let (down, across) = (square / squares_across, square % squares_across);
            for (index, patch) in out.chunks_exact_mut(numbers).enumerate() {
                let top = (down * merge + index / merge) * edge;
                let left = (across * merge + index % merge) * edge;
                for (index, row) in patch.chunks_exact_mut(edge).enumerate() {
                    let (colour, index) =
                        (index / (frames.len() * edge), index % (frames.len() * edge));
                    let (frame, line) = (frames[index / edge], top + index % edge);
                    let start = (line * width + left) * 3;
                    let pixels = frame[start..start + edge * 3].as_chunks::<3>().0;
                    for (number, pixel) in row.iter_mut().zip(pixels) {
                        *number = levels[colour][pixel[colour] as usize];
                    }
                }
            }
        });
    out
}

/// The number that each of a colour's 256 levels becomes.
fn levels(settings: &ImageSettings) -> [[f32; 256]; 3] {
    std::array::from_fn(|colour| {
        let mean = settings.mean[colour] * 255.0;
        let deviation = settings.deviation[colour] * 255.0;
        std::array::from_fn(|level| (level as f32 - mean) / deviation)
    })
}
