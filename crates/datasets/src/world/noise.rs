//! Tileable noise fields with the spectra of natural textures.
//!
//! In: a side length, a slope, a stretch. Out: a square field of values around 0.5. Knows nothing of colours.

use super::dice::{Dice, hash, unit_from_bits};

/// A square, tileable field; the side is a power of two.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    side: usize,
    values: Vec<f32>,
}

/// What a spectral field looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spectrum {
    /// Fall of the amplitude from octave to octave, `2^-slope`: 0 is gritty and natural, 1 soft, 2 cloudy.
    pub(crate) slope: f32,
    /// Cells across the tile in the coarsest octave, along x and along y; unequal values give grain and fur.
    pub(crate) cells: [usize; 2],
    /// Ridges (dark creases) instead of soft hills.
    pub(crate) ridged: bool,
}

impl Field {
    /// Sum of octaves of value noise with amplitudes `2^(-slope · octave)`, normalised to mean 0.5 and deviation 0.2.
    pub(crate) fn spectral(dice: &mut Dice, side: usize, spectrum: Spectrum) -> Self {
        let mut values = vec![0.0f32; side * side];
        let [mut across, mut down] = spectrum.cells.map(|cells| cells.clamp(1, side / 2));
        let mut amplitude = 1.0;
        let mut row = vec![0.0f32; side];
        let mut next = vec![0.0f32; side];
        while across <= side / 2 && down <= side / 2 {
            add_octave(
                &mut values,
                [&mut row, &mut next],
                [across, down],
                (dice.seed(), amplitude),
            );
            across *= 2;
            down *= 2;
            amplitude *= 0.5f32.powf(spectrum.slope);
        }
        let mut field = Self { side, values };
        if spectrum.ridged {
            let mean = field.mean();
            field
                .values
                .iter_mut()
                .for_each(|value| *value = -(*value - mean).abs());
        }
        field.normalise();
        field
    }

    fn mean(&self) -> f32 {
        self.values.iter().sum::<f32>() / self.values.len() as f32
    }

    fn normalise(&mut self) {
        let mean = self.mean();
        let variance = self
            .values
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f32>()
            / self.values.len() as f32;
        let gain = 0.2 / variance.sqrt().max(1e-6);
        self.values
            .iter_mut()
            .for_each(|value| *value = ((*value - mean) * gain + 0.5).clamp(0.0, 1.0));
    }

    pub(crate) fn side(&self) -> usize {
        self.side
    }

    /// The value at the texel of index `[x, y]` of a tile of the same side.
    pub(crate) fn texel(&self, x: usize, y: usize) -> f32 {
        self.values[(y & (self.side - 1)) * self.side + (x & (self.side - 1))]
    }
}

fn add_octave(
    values: &mut [f32],
    rows: [&mut Vec<f32>; 2],
    cells: [usize; 2],
    (seed, amplitude): (u64, f32),
) {
    let [mut row, mut next] = rows;
    let side = row.len();
    let [across, down] = cells;
    let lattice = |x: usize, y: usize| {
        unit_from_bits(hash(seed ^ ((y % down) * across + x % across) as u64)) * amplitude
    };
    let fill = |into: &mut Vec<f32>, y: usize| {
        let width = side / across;
        for cell in 0..across {
            let (left, right) = (lattice(cell, y), lattice(cell + 1, y));
            for (step, value) in into[cell * width..(cell + 1) * width]
                .iter_mut()
                .enumerate()
            {
                *value = left + (right - left) * smooth(step as f32 / width as f32);
            }
        }
    };
    let height = side / down;
    fill(row, 0);
    for cell in 0..down {
        fill(next, cell + 1);
        for step in 0..height {
            let weight = smooth(step as f32 / height as f32);
            let start = (cell * height + step) * side;
            let line = &mut values[start..start + side];
            for ((value, top), bottom) in line.iter_mut().zip(row.iter()).zip(next.iter()) {
                *value += top + (bottom - top) * weight;
            }
        }
        std::mem::swap(&mut row, &mut next);
    }
}

/// The cubic `3t² - 2t³`.
pub(crate) fn smooth(fraction: f32) -> f32 {
    fraction * fraction * (3.0 - 2.0 * fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roughness(field: &Field) -> f32 {
        let side = field.side;
        (0..side * side)
            .map(|index| {
                (field.texel(index % side, index / side)
                    - field.texel(index % side + 1, index / side))
                .abs()
            })
            .sum::<f32>()
            / (side * side) as f32
    }

    #[test]
    fn a_field_tiles_and_is_centred() {
        let field = Field::spectral(
            &mut Dice::new(5, 0),
            64,
            Spectrum {
                slope: 1.5,
                cells: [2, 2],
                ridged: false,
            },
        );
        assert!((field.mean() - 0.5).abs() < 0.03);
        let seam: f32 = (0..64)
            .map(|y| (field.texel(63, y) - field.texel(0, y)).abs())
            .sum::<f32>()
            / 64.0;
        assert!(seam < 0.08, "{seam}");
        assert_eq!(field.texel(70, 130), field.texel(6, 2));
    }

    #[test]
    fn a_steeper_slope_is_smoother() {
        let make = |slope| {
            Field::spectral(
                &mut Dice::new(5, 0),
                64,
                Spectrum {
                    slope,
                    cells: [2, 2],
                    ridged: false,
                },
            )
        };
        assert!(roughness(&make(2.0)) < roughness(&make(0.5)) * 0.6);
    }
}
