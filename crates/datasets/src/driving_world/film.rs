//! From light to bytes: what each camera's electronics make of the picture.
//!
//! In: colours. Out: red, green and blue bytes. Cameras of one vehicle differ in exposure and tint, and keep that.

use crate::world::colour::Colour;
use crate::world::compression::Compression;
use crate::world::dice::{Dice, hash};
use crate::world::path::Wander;

/// Normal draws from which noise is read at random places.
const DRAWS: usize = 4096;

/// See the module docs.
pub(super) struct Film {
    gains: Colour,
    /// Exposure over time, in logarithms.
    flicker: Wander,
    contrast: f32,
    vignette: f32,
    /// Weight of each neighbour in a blur over three pixels.
    softness: f32,
    noise: f32,
    draws: Vec<f32>,
    seed: u64,
    compression: Option<Compression>,
}

impl Film {
    /// The film of one camera; `wear` is how far its pictures may be from clean, `0..=1`.
    pub(super) fn new(dice: &mut Dice, wear: f32) -> Self {
        let exposure = (dice.normal() * 0.13 * wear).exp();
        let tint = [0; 3].map(|_| exposure * (1.0 + dice.normal() * 0.03 * wear));
        let mut rare = |chance: f32, low: f32, high: f32| {
            if dice.chance(chance) {
                dice.range(low, high) * wear
            } else {
                0.0
            }
        };
        let flicker = rare(0.3, 0.02, 0.15);
        let (vignette, softness) = (rare(0.5, 0.05, 0.4), rare(0.4, 0.03, 0.2));
        let (noise, loss) = (rare(0.7, 0.8, 5.0), rare(0.6, 5.0, 60.0));
        Self {
            gains: tint,
            flicker: Wander::new(dice, flicker, 3.0),
            contrast: 1.0 + dice.normal() * 0.08 * wear,
            vignette,
            softness,
            noise,
            draws: (0..DRAWS).map(|_| dice.normal()).collect(),
            seed: dice.seed(),
            compression: (loss > 0.0).then(|| Compression::new(100.0 - loss)),
        }
    }

    /// Develops the picture of a step; `time` is in seconds.
    pub(super) fn develop(
        &self,
        mut colours: Vec<Colour>,
        size: [usize; 2],
        (step, time): (usize, f64),
    ) -> Vec<u8> {
        let [width, height] = size;
        if self.softness > 0.0 {
            soften(&mut colours, width, self.softness);
        }
        let exposure = self.flicker.at(time as f32).exp();
        let gains = self.gains.map(|gain| gain * exposure * self.contrast);
        let offset = 118.0 * (1.0 - self.contrast) + 0.5;
        let mut rgb = vec![0u8; width * height * 3];
        let scale = 2.0 / width.max(height) as f32;
        let rows = colours
            .chunks_exact(width)
            .zip(rgb.chunks_exact_mut(width * 3));
        for (row, (colours, bytes)) in rows.enumerate() {
            let y = (row as f32 + 0.5 - height as f32 * 0.5) * scale;
            let places = hash(self.seed ^ ((step as u64) << 20 | row as u64)) as usize;
            let (own, common) = (places % DRAWS, (places >> 32) % DRAWS);
            for (column, (colour, bytes)) in
                colours.iter().zip(bytes.chunks_exact_mut(3)).enumerate()
            {
                let x = (column as f32 + 0.5 - width as f32 * 0.5) * scale;
                let dim = 1.0 - self.vignette * (x * x + y * y) * 0.5;
                let shared = self.draws[(common + column) % DRAWS];
                for channel in 0..3 {
                    // Most of the noise is in the brightness that the channels share.
                    let single = self.draws[(own + column * 3 + channel) % DRAWS];
                    let grain = (shared + single * 0.5) * self.noise;
                    let level = colour[channel] * gains[channel] * dim + offset + grain;
                    bytes[channel] = level as u8;
                }
            }
        }
        if let Some(compression) = &self.compression {
            compression.apply(&mut rgb, size);
        }
        rgb
    }
}

/// A blur over three by three pixels; borders repeat.
fn soften(colours: &mut [Colour], width: usize, weight: f32) {
    let mixed = |a: Colour, b: Colour, c: Colour| {
        [0, 1, 2].map(|channel| b[channel] + (a[channel] + c[channel] - 2.0 * b[channel]) * weight)
    };
    for row in colours.chunks_exact_mut(width) {
        let mut before = row[0];
        for column in 0..width {
            let here = row[column];
            row[column] = mixed(before, here, row[(column + 1).min(width - 1)]);
            before = here;
        }
    }
    let last = colours.len() - width;
    let mut above = colours[..width].to_vec();
    for index in 0..colours.len() {
        let here = colours[index];
        let below = colours[if index < last { index + width } else { index }];
        colours[index] = mixed(above[index % width], here, below);
        above[index % width] = here;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_film_keeps_colours() {
        let film = Film::new(&mut Dice::new(1, 0), 0.0);
        let colours: Vec<Colour> = (0..24).map(|level| [level as f32 * 10.0; 3]).collect();
        let rgb = film.develop(colours.clone(), [6, 4], (3, 1.5));
        for (index, byte) in rgb.iter().enumerate() {
            assert_eq!(f32::from(*byte), colours[index / 3][0]);
        }
    }

    #[test]
    fn a_blur_keeps_a_plain_picture_and_spreads_a_point() {
        let mut plain = vec![[50.0; 3]; 12];
        soften(&mut plain, 4, 0.2);
        assert!(plain.iter().all(|colour| (colour[0] - 50.0).abs() < 1e-3));
        let mut point = vec![[0.0; 3]; 25];
        point[12] = [100.0; 3];
        soften(&mut point, 5, 0.2);
        assert!((point[12][0] - 36.0).abs() < 1e-3 && (point[7][0] - 12.0).abs() < 1e-3);
        let mut single = vec![[9.0; 3]];
        soften(&mut single, 1, 0.2);
        assert!((single[0][1] - 9.0).abs() < 1e-4);
    }
}
