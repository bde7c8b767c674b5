//! To which size pictures are resized: whole squares of patches, within a budget of pixels, nearly of their shape.
//!
//! In: heights and widths. Out: the same. Rounds as the released processors do.

use super::settings::{ImageSettings, LONGEST_EDGE, VideoSettings};
use crate::error::{QwenError, Result};

/// Longest edge over shortest edge that is still taken.
const FLATTEST: f64 = 200.0;

/// Height and width of a picture.
pub(crate) type Size = [usize; 2];

/// Size of an image in the model.
pub(crate) fn image_size(size: Size, settings: &ImageSettings) -> Result<Size> {
    check(size)?;
    let factor = settings.factor();
    let whole = size.map(|edge| nearest(edge, factor));
    let pixels = (size[0] * size[1]) as f64;
    Ok(fitted(
        size.map(|edge| edge as f64),
        (whole, 1),
        (pixels, settings.pixels),
        factor,
    ))
}

/// Size of every frame of a video in the model.
pub(crate) fn video_size(frames: usize, size: Size, settings: &VideoSettings) -> Result<Size> {
    check(size)?;
    let image = &settings.image;
    if frames < image.patch_frames {
        return Err(QwenError::Video {
            reason: format!("{frames} frames are fewer than {}", image.patch_frames),
        });
    }
    let factor = image.factor();
    let [fewest, mut most] = image.pixels;
    if let Some(tokens) = settings.frame_tokens {
        let share = tokens.saturating_mul(factor * factor).min(most / frames);
        most = share.max((fewest as f64 * 1.05) as usize) * frames;
    }
    let smallest = size[0].min(size[1]);
    let size = if smallest < factor {
        let scale = (factor as f64 / size[0] as f64).max(factor as f64 / size[1] as f64);
        size.map(|edge| (edge as f64 * scale) as usize)
    } else {
        size
    };
    check(size)?;
    let whole = size.map(|edge| nearest(edge, factor));
    let whole_frames = nearest(frames, image.patch_frames);
    let pixels = (frames * size[0] * size[1]) as f64;
    let edges = size.map(|edge| edge as f64);
    Ok(fitted(
        edges,
        (whole, whole_frames),
        (pixels, [fewest, most]),
        factor,
    ))
}

/// The nearest whole size, or the nearest within the budget.
fn fitted(
    edges: [f64; 2],
    (whole, frames): (Size, usize),
    (pixels, [fewest, most]): (f64, [usize; 2]),
    factor: usize,
) -> Size {
    let count = frames * whole[0] * whole[1];
    let step = factor as f64;
    if count > most {
        let shrink = (pixels / most as f64).sqrt();
        edges.map(|edge| factor.max((edge / shrink / step).floor() as usize * factor))
    } else if count < fewest {
        let grow = (fewest as f64 / pixels).sqrt();
        edges.map(|edge| (edge * grow / step).ceil() as usize * factor)
    } else {
        whole
    }
}

/// The nearest multiple; halves go to the even one.
fn nearest(value: usize, factor: usize) -> usize {
    (value as f64 / factor as f64).round_ties_even() as usize * factor
}

fn check([height, width]: Size) -> Result<()> {
    let wrong = |reason: String| QwenError::Image {
        width,
        height,
        reason,
    };
    if height == 0 || width == 0 {
        return Err(wrong("it has no pixels".to_owned()));
    }
    if height.max(width) > LONGEST_EDGE {
        return Err(wrong(format!("an edge is longer than {LONGEST_EDGE}")));
    }
    let ratio = height.max(width) as f64 / height.min(width) as f64;
    if ratio > FLATTEST {
        return Err(wrong(format!(
            "one edge is {ratio:.0} times the other, more than {FLATTEST}"
        )));
    }
    Ok(())
}
