//! Changes of shape: a clip run backwards, mirrored, turned and sheared, all frames alike.
//!
//! In and out: a [`LabelledClip`]. Pictures are interpolated, identities are not. What comes in from outside the frame is of the
//! mean colour of ImageNet and background, as in SAM 2.

use rand::Rng;

use super::clip::{LabelledClip, LabelledFrame};
use crate::recipe::clips::AugmentationRecipe;

/// Colour of what lies outside the frame.
const OUTSIDE: [u8; 3] = [123, 116, 103];

/// Applies the changes of shape that the generator draws.
pub(crate) fn change_shape(
    clip: &mut LabelledClip,
    recipe: &AugmentationRecipe,
    random: &mut impl Rng,
) {
    if random.random_bool(recipe.reversal.get()) {
        clip.frames.reverse();
    }
    if random.random_bool(recipe.mirror.get()) {
        let width = clip.size.width;
        clip.frames
            .iter_mut()
            .for_each(|frame| mirror(frame, width));
    }
    if random.random_bool(recipe.affine.get()) {
        let degrees = |most: f64, random: &mut _| -> f32 {
            ((Rng::random::<f64>(random) * 2.0 - 1.0) * most).to_radians() as f32
        };
        let map = InverseMap::new(
            degrees(recipe.degrees, random),
            [degrees(recipe.shear, random), degrees(recipe.shear, random)],
        );
        let size = [clip.size.width, clip.size.height];
        for frame in &mut clip.frames {
            *frame = map.apply(frame, size);
        }
    }
}

fn mirror(frame: &mut LabelledFrame, width: usize) {
    frame.ids.chunks_exact_mut(width).for_each(<[u8]>::reverse);
    for row in frame.rgb.chunks_exact_mut(3 * width) {
        let (pixels, _) = row.as_chunks_mut::<3>();
        pixels.reverse();
    }
}

/// Where a pixel of the result comes from, relative to the centre: a matrix by rows.
struct InverseMap([[f32; 2]; 2]);

impl InverseMap {
    /// A turn by `angle` after a shear along both axes, in radians.
    fn new(angle: f32, shear: [f32; 2]) -> Self {
        let (sine, cosine) = angle.sin_cos();
        let [across, down] = shear.map(f32::tan);
        // Rotation times shear: [c -s; s c] · [1 a; d 1].
        let forward = [
            [cosine - sine * down, cosine * across - sine],
            [sine + cosine * down, sine * across + cosine],
        ];
        let determinant = forward[0][0] * forward[1][1] - forward[0][1] * forward[1][0];
        Self([
            [forward[1][1] / determinant, -forward[0][1] / determinant],
            [-forward[1][0] / determinant, forward[0][0] / determinant],
        ])
    }

    fn apply(&self, frame: &LabelledFrame, [width, height]: [usize; 2]) -> LabelledFrame {
        let mut result = LabelledFrame {
            rgb: Vec::with_capacity(frame.rgb.len()),
            ids: Vec::with_capacity(frame.ids.len()),
        };
        let centre = [width as f32 / 2.0, height as f32 / 2.0];
        let Self([across, down]) = self;
        for y in 0..height {
            for x in 0..width {
                let from = [x as f32 + 0.5 - centre[0], y as f32 + 0.5 - centre[1]];
                let source = [
                    across[0] * from[0] + across[1] * from[1] + centre[0] - 0.5,
                    down[0] * from[0] + down[1] * from[1] + centre[1] - 0.5,
                ];
                result.rgb.extend(blend(frame, [width, height], source));
                result.ids.push(nearest(frame, [width, height], source));
            }
        }
        result
    }
}

pub(super) fn nearest(frame: &LabelledFrame, [width, height]: [usize; 2], [x, y]: [f32; 2]) -> u8 {
    let (column, row) = (x.round(), y.round());
    let inside = column >= 0.0 && row >= 0.0 && column < width as f32 && row < height as f32;
    let index = inside.then(|| row as usize * width + column as usize);
    index
        .and_then(|index| frame.ids.get(index))
        .copied()
        .unwrap_or(0)
}

pub(super) fn blend(
    frame: &LabelledFrame,
    [width, height]: [usize; 2],
    [x, y]: [f32; 2],
) -> [u8; 3] {
    let (left, top) = (x.floor(), y.floor());
    let (right_share, bottom_share) = (x - left, y - top);
    let colour = |column: f32, row: f32| -> [f32; 3] {
        let inside = column >= 0.0 && row >= 0.0 && column < width as f32 && row < height as f32;
        let start = inside.then(|| 3 * (row as usize * width + column as usize));
        let pixel = start.and_then(|start| frame.rgb.get(start..start + 3));
        let pixel: [u8; 3] = pixel
            .and_then(|pixel| pixel.try_into().ok())
            .unwrap_or(OUTSIDE);
        pixel.map(f32::from)
    };
    let corners = [
        (
            colour(left, top),
            (1.0 - right_share) * (1.0 - bottom_share),
        ),
        (colour(left + 1.0, top), right_share * (1.0 - bottom_share)),
        (colour(left, top + 1.0), (1.0 - right_share) * bottom_share),
        (colour(left + 1.0, top + 1.0), right_share * bottom_share),
    ];
    [0, 1, 2].map(|channel| {
        let sum: f32 = corners
            .iter()
            .map(|(colour, share)| colour[channel] * share)
            .sum();
        sum.round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::number::Share;
    use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
    use tubelet_geometry::FrameSize;

    const SIDE: usize = 21;

    /// A disk off the centre, coloured like its identity.
    fn clip() -> LabelledClip {
        let frame = |shift: usize| {
            let mut frame = LabelledFrame {
                rgb: Vec::new(),
                ids: Vec::new(),
            };
            for y in 0..SIDE {
                for x in 0..SIDE {
                    let inside = x.abs_diff(7 + shift).pow(2) + y.abs_diff(9).pow(2) <= 9;
                    frame.ids.push(u8::from(inside));
                    frame.rgb.extend([if inside { 250 } else { 10 }; 3]);
                }
            }
            frame
        };
        LabelledClip {
            size: FrameSize::new(SIDE, SIDE),
            frames: vec![frame(0), frame(3)],
        }
    }

    fn changed(recipe: AugmentationRecipe) -> LabelledClip {
        let mut clip = clip();
        change_shape(&mut clip, &recipe, &mut ChaCha8Rng::seed_from_u64(1));
        clip
    }

    #[test]
    fn nothing_changes_without_chances() {
        assert_eq!(changed(AugmentationRecipe::none()), clip());
    }

    #[test]
    fn time_runs_backwards() {
        let recipe = AugmentationRecipe {
            reversal: Share::constant(1.0),
            ..AugmentationRecipe::none()
        };
        assert_eq!(changed(recipe).frames[0], clip().frames[1]);
    }

    #[test]
    fn a_mirror_image_has_its_columns_in_reverse() {
        let recipe = AugmentationRecipe {
            mirror: Share::constant(1.0),
            ..AugmentationRecipe::none()
        };
        let (found, from) = (changed(recipe), clip());
        for y in 0..SIDE {
            for x in 0..SIDE {
                let (to, source) = (y * SIDE + x, y * SIDE + SIDE - 1 - x);
                assert_eq!(found.frames[0].ids[to], from.frames[0].ids[source]);
                assert_eq!(
                    found.frames[0].rgb[3 * to..3 * to + 3],
                    from.frames[0].rgb[3 * source..3 * source + 3]
                );
            }
        }
    }

    #[test]
    fn a_quarter_turn_moves_pixels_about_the_centre_and_identities_with_them() {
        let from = clip().frames.remove(0);
        let map = InverseMap::new(std::f32::consts::FRAC_PI_2, [0.0; 2]);
        let found = map.apply(&from, [SIDE; 2]);
        for y in 0..SIDE {
            for x in 0..SIDE {
                // (x, y) lands on (-y, x) about the centre.
                let source = (SIDE - 1 - x) * SIDE + y;
                assert_eq!(found.ids[y * SIDE + x], from.ids[source], "{x} {y}");
                assert!(found.rgb[3 * (y * SIDE + x)].abs_diff(from.rgb[3 * source]) <= 1);
            }
        }
    }

    #[test]
    fn picture_and_identities_stay_together_under_any_affine_change() {
        let recipe = AugmentationRecipe {
            affine: Share::constant(1.0),
            degrees: 25.0,
            shear: 20.0,
            ..AugmentationRecipe::none()
        };
        let frame = changed(recipe).frames.remove(0);
        let agree = frame
            .ids
            .iter()
            .zip(frame.rgb.chunks(3))
            .filter(|(id, rgb)| (**id == 1) == (rgb[0] > 180))
            .count();
        assert!(agree as f64 > 0.97 * frame.ids.len() as f64, "{agree}");
        assert!(frame.ids.contains(&1));
    }
}
