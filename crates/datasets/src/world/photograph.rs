//! From light to bytes: exposure, colour cast, contrast, vignette, softness, noise, compression.
//!
//! In: summed canvas colours. Out: red, green, blue bytes. Knows nothing of what is shown.

use super::canvas::Canvas;
use super::compression::Compression;
use super::dice::{Dice, hash};
use super::path::Wander;

/// The qualities of a camera and its recording.
pub(super) struct Photograph {
    exposure: Wander,
    cast: [f32; 3],
    drift: [Wander; 3],
    /// Lifts (positive) or lowers the middle tones, as a gamma does.
    bow: f32,
    contrast: f32,
    saturation: f32,
    vignette: f32,
    softness: f32,
    noise: f32,
    /// Normal draws, four rows of three channels; rows of noise are read from it at random places.
    draws: Vec<f32>,
    seed: u64,
    compression: Option<Compression>,
    /// Brightness and contrast that the first frame should have, as levels.
    wanted: Tone,
    /// What was measured in it.
    metered: Tone,
}

/// Mean and standard deviation of the brightness of a picture, in levels of `0..=255`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tone {
    pub(super) mean: f32,
    pub(super) deviation: f32,
}

impl Tone {
    /// The tone of a canvas whose colours are sums over `samples` moments.
    pub(super) fn of(canvas: &Canvas, samples: usize) -> Self {
        let grey = |pixel: &[f32; 4]| {
            f64::from(0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]) / samples as f64
        };
        let count = canvas.colours.len().max(1) as f64;
        let mean = canvas.colours.iter().map(grey).sum::<f64>() / count;
        let square = canvas
            .colours
            .iter()
            .map(|pixel| (grey(pixel) - mean).powi(2))
            .sum::<f64>()
            / count;
        Self {
            mean: mean as f32,
            deviation: square.sqrt() as f32,
        }
    }
}

impl Photograph {
    /// For frames of a width; `wear` is how far from a clean picture it may be, `0..=1`.
    pub(super) fn new(dice: &mut Dice, wear: f32, width: usize) -> Self {
        let mut rare = |chance: f32, low: f32, high: f32| {
            if dice.chance(chance) {
                dice.range(low, high) * wear
            } else {
                0.0
            }
        };
        let [flicker, tint] = [rare(0.4, 0.02, 0.3), rare(0.3, 0.01, 0.08)];
        let [vignette, softness] = [rare(0.4, 0.1, 0.6), rare(0.35, 0.04, 0.22)];
        let quality = if dice.chance(0.6) {
            Some(100.0 - dice.range(8.0, 70.0) * wear)
        } else {
            None
        };
        let period = dice.log_range(5.0, 40.0);
        Self {
            exposure: Wander::new(dice, flicker, period),
            cast: [0; 3].map(|_| 1.0 + dice.normal() * 0.06 * wear),
            drift: [0; 3].map(|_| Wander::new(dice, tint, period)),
            bow: (dice.normal() * 0.25 * wear).clamp(-0.8, 0.8),
            contrast: 1.0 + dice.normal() * 0.14 * wear,
            saturation: (1.0 + dice.normal() * 0.25 * wear).max(0.0),
            vignette,
            softness,
            noise: if dice.chance(0.6) {
                dice.log_range(1.0, 9.0) * wear
            } else {
                0.5
            },
            draws: (0..width * 12).map(|_| dice.normal()).collect(),
            seed: dice.seed(),
            compression: quality.map(Compression::new),
            wanted: Tone {
                mean: (120.0 + dice.normal() * 24.0).clamp(50.0, 200.0),
                deviation: dice.log_range(38.0, 80.0),
            },
            metered: Tone {
                mean: 120.0,
                deviation: 50.0,
            },
        }
    }

    /// Sets exposure and contrast by the first frame, as a camera does.
    pub(super) fn meter(&mut self, tone: Tone) {
        self.metered = tone;
    }

    /// Develops a canvas whose colours are sums over `samples` moments.
    pub(super) fn develop(&self, canvas: &mut Canvas, samples: usize, frame: usize) -> Vec<u8> {
        if self.softness > 0.0 {
            soften(canvas, self.softness);
        }
        let time = frame as f32;
        let exposure = self.exposure.at(time).exp() / samples as f32;
        let gains = [0, 1, 2]
            .map(|channel| self.cast[channel] * self.drift[channel].at(time).exp() * exposure);
        let contrast = (self.wanted.deviation / self.metered.deviation.max(1.0)).clamp(0.7, 3.0);
        let offset = self.wanted.mean - self.metered.mean * contrast;
        // Stretched contrast alone would make colours garish.
        let vividness = self.saturation * 0.8 * contrast.sqrt();
        let (width, height) = (canvas.width, canvas.height);
        let mut rgb = vec![0u8; width * height * 3];
        let scale = 2.0 / width.max(height) as f32;
        for row in 0..height {
            let y = (row as f32 - height as f32 * 0.5) * scale;
            let pixels = &canvas.colours[row * width..(row + 1) * width];
            let bytes = rgb[row * width * 3..(row + 1) * width * 3].chunks_exact_mut(3);
            let grain = self.grain(frame, row, width);
            for (column, ((pixel, bytes), grain)) in pixels.iter().zip(bytes).zip(grain).enumerate()
            {
                let x = (column as f32 - width as f32 * 0.5) * scale;
                let dim = 1.0 - self.vignette * (x * x + y * y) * 0.5;
                let [r, g, b] = [0, 1, 2].map(|channel| pixel[channel] * gains[channel] * dim);
                let grey = 0.299 * r + 0.587 * g + 0.114 * b;
                let bright = grey * contrast + offset * dim;
                for (channel, value) in [r, g, b].into_iter().enumerate() {
                    let level = (bright + (value - grey) * vividness) * (1.0 / 255.0);
                    bytes[channel] = (self.tone(level) + grain[channel] + 0.5) as u8;
                }
            }
        }
        if let Some(compression) = &self.compression {
            compression.apply(&mut rgb, [width, height]);
        }
        rgb
    }

    /// The tone curve, from `0..=1` to levels.
    #[inline]
    fn tone(&self, level: f32) -> f32 {
        let level = level.clamp(0.0, 1.0);
        let bowed = level + self.bow * level * (1.0 - level);
        ((bowed - 0.5) * self.contrast + 0.5) * 255.0
    }

    /// Noise of one row, most of it in the brightness that the channels share.
    fn grain(&self, frame: usize, row: usize, width: usize) -> impl Iterator<Item = [f32; 3]> {
        let places = hash(self.seed ^ ((frame as u64) << 20 | row as u64)) as usize;
        let own = &self.draws[places % (width * 9)..];
        let common = &self.draws[(places >> 32) % (width * 11)..];
        own.chunks_exact(3)
            .zip(common)
            .take(width)
            .map(|(own, common)| {
                [0, 1, 2].map(|channel| (common + own[channel] * 0.5) * self.noise)
            })
    }
}

/// A separable 3-tap blur with the given weight on each neighbour; borders repeat.
fn soften(canvas: &mut Canvas, weight: f32) {
    let (width, height) = (canvas.width, canvas.height);
    let centre = 1.0 - 2.0 * weight;
    let mix = |a: [f32; 4], b: [f32; 4], c: [f32; 4]| {
        std::array::from_fn(|channel| b[channel] * centre + (a[channel] + c[channel]) * weight)
    };
    for row in canvas.colours.chunks_exact_mut(width) {
        let mut before = row[0];
        for column in 0..width {
            let here = row[column];
            row[column] = mix(before, here, row[(column + 1).min(width - 1)]);
            before = here;
        }
    }
    let mut before = canvas.colours[..width].to_vec();
    for row in 0..height {
        let start = row * width;
        let below = (row + 1).min(height - 1) * width;
        for (column, above) in before.iter_mut().enumerate() {
            let here = canvas.colours[start + column];
            canvas.colours[start + column] = mix(*above, here, canvas.colours[below + column]);
            *above = here;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_photograph_keeps_grey_levels() {
        let mut photograph = Photograph::new(&mut Dice::new(1, 0), 0.0, 32);
        photograph.meter(photograph.wanted);
        let mut canvas = Canvas::new(32, 16);
        for (index, pixel) in canvas.colours.iter_mut().enumerate() {
            *pixel = [(index % 32) as f32 * 16.0; 4];
        }
        let rgb = photograph.develop(&mut canvas, 2, 0);
        assert_eq!(rgb.len(), 32 * 16 * 3);
        for (index, value) in rgb.iter().enumerate() {
            assert!((f32::from(*value) - (index / 3 % 32) as f32 * 8.0).abs() < 30.0);
        }
    }

    #[test]
    fn softening_keeps_a_plain_picture() {
        let mut canvas = Canvas::new(8, 8);
        canvas.colours.fill([70.0, 80.0, 90.0, 1.0]);
        soften(&mut canvas, 0.2);
        assert!(
            canvas
                .colours
                .iter()
                .all(|pixel| (pixel[0] - 70.0).abs() < 1e-3)
        );
    }
}
