//! Changes of colour: brightness, contrast, saturation, and no colour at all.
//!
//! In and out: a [`LabelledClip`]; identities stay. One change for the whole clip, and a smaller one for every frame, as in SAM 2.

use rand::Rng;

use super::clip::LabelledClip;
use crate::recipe::clips::AugmentationRecipe;

/// Share of red, green and blue in brightness (ITU-R BT.601).
const LUMA: [f32; 3] = [0.299, 0.587, 0.114];

/// Applies the changes of colour that the generator draws.
pub(crate) fn change_colours(
    clip: &mut LabelledClip,
    recipe: &AugmentationRecipe,
    random: &mut impl Rng,
) {
    let shared = Jitter::draw(recipe.colour.get(), random);
    let grey = random.random_bool(recipe.grey.get());
    for frame in &mut clip.frames {
        let own = Jitter::draw(recipe.flicker.get(), random);
        for jitter in [shared, own] {
            jitter.apply(&mut frame.rgb);
        }
        if grey {
            Jitter {
                saturation: 0.0,
                ..Jitter::NONE
            }
            .apply(&mut frame.rgb);
        }
    }
}

/// Factors on brightness, on the distance from the mean brightness, and on the distance from grey.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Jitter {
    brightness: f32,
    contrast: f32,
    saturation: f32,
}

impl Jitter {
    const NONE: Self = Self {
        brightness: 1.0,
        contrast: 1.0,
        saturation: 1.0,
    };

    fn draw(most: f64, random: &mut impl Rng) -> Self {
        let mut factor = || 1.0 + ((random.random::<f64>() * 2.0 - 1.0) * most) as f32;
        Self {
            brightness: factor(),
            contrast: factor(),
            saturation: factor(),
        }
    }

    fn apply(self, rgb: &mut [u8]) {
        if self == Self::NONE {
            return;
        }
        let (pixels, _) = rgb.as_chunks_mut::<3>();
        let luma =
            |pixel: [f32; 3]| -> f32 { (0..3).map(|channel| pixel[channel] * LUMA[channel]).sum() };
        let total: f64 = pixels
            .iter()
            .map(|pixel| f64::from(luma(pixel.map(f32::from))))
            .sum();
        let mean = (total / pixels.len().max(1) as f64) as f32 * self.brightness;
        for pixel in pixels {
            let bright = pixel.map(|value| f32::from(value) * self.brightness);
            let contrasting = bright.map(|value| mean + (value - mean) * self.contrast);
            let grey = luma(contrasting);
            *pixel = contrasting.map(|value| {
                (grey + (value - grey) * self.saturation)
                    .round()
                    .clamp(0.0, 255.0) as u8
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brightness_scales_contrast_spreads_and_no_saturation_is_grey() {
        let mut rgb = vec![100, 50, 20, 40, 40, 40];
        Jitter {
            brightness: 2.0,
            ..Jitter::NONE
        }
        .apply(&mut rgb);
        assert_eq!(rgb, [200, 100, 40, 80, 80, 80]);
        let mut rgb = vec![60, 60, 60, 100, 100, 100];
        Jitter {
            contrast: 0.5,
            ..Jitter::NONE
        }
        .apply(&mut rgb);
        assert_eq!(rgb, [70, 70, 70, 90, 90, 90]);
        let mut rgb = vec![200, 100, 40];
        Jitter {
            saturation: 0.0,
            ..Jitter::NONE
        }
        .apply(&mut rgb);
        assert_eq!(rgb, [123, 123, 123]);
    }
}
