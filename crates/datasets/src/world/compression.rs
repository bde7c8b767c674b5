//! Blocks and ringing of compressed video: an 8×8 cosine transform, quantised and back.
//!
//! In: red, green, blue bytes, a quality. Out: the same picture as a JPEG or an intra-coded frame would show it,
//! colour at half resolution. Quantisation tables of ITU-T T.81, Annex K.

use std::f32::consts::PI;

use super::rounding::nearest;

const LUMA: [u8; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
    92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];

/// Quantises pictures at one quality.
#[derive(Clone)]
pub(crate) struct Compression {
    /// `cosines[k][n]`, orthonormal.
    cosines: [[f32; 8]; 8],
    steps_luma: [f32; 64],
    step_chroma: f32,
}

impl Compression {
    /// `quality` as JPEG counts it, 1 to 100.
    pub(crate) fn new(quality: f32) -> Self {
        let quality = quality.clamp(1.0, 100.0);
        let scale = if quality < 50.0 {
            50.0 / quality
        } else {
            2.0 - quality / 50.0
        };
        let mut cosines = [[0.0f32; 8]; 8];
        for (frequency, row) in cosines.iter_mut().enumerate() {
            let norm = if frequency == 0 {
                (1.0f32 / 8.0).sqrt()
            } else {
                0.5
            };
            for (place, value) in row.iter_mut().enumerate() {
                *value = norm * ((2 * place + 1) as f32 * frequency as f32 * PI / 16.0).cos();
            }
        }
        let steps_luma = LUMA.map(|step| (f32::from(step) * scale).max(1.0));
        Self {
            cosines,
            steps_luma,
            step_chroma: (60.0 * scale).max(1.0),
        }
    }

    /// Quantises a picture in place.
    pub(crate) fn apply(&self, rgb: &mut [u8], [width, height]: [usize; 2]) {
        for top in (0..height).step_by(16) {
            for left in (0..width).step_by(16) {
                self.quantise_square(rgb, [left, top], [width, height]);
            }
        }
    }

    /// One square of 16×16: four blocks of luma, one of each chroma.
    fn quantise_square(
        &self,
        rgb: &mut [u8],
        [left, top]: [usize; 2],
        [width, height]: [usize; 2],
    ) {
        let place = |x: usize, y: usize| {
            ((top + y).min(height - 1) * width + (left + x).min(width - 1)) * 3
        };
        let mut luma = [[0.0f32; 64]; 4];
        let mut chroma = [[0.0f32; 64]; 2];
        for y in 0..16 {
            for x in 0..16 {
                let at = place(x, y);
                let [r, g, b] = [rgb[at], rgb[at + 1], rgb[at + 2]].map(f32::from);
                let bright = 0.299 * r + 0.587 * g + 0.114 * b;
                luma[y / 8 * 2 + x / 8][y % 8 * 8 + x % 8] = bright - 128.0;
                let half = y / 2 * 8 + x / 2;
                chroma[0][half] += (b - bright) * (0.564 * 0.25);
                chroma[1][half] += (r - bright) * (0.713 * 0.25);
            }
        }
        for block in &mut luma {
            self.quantise(block, |index| self.steps_luma[index]);
        }
        for block in &mut chroma {
            self.quantise(block, |_| self.step_chroma);
        }
        for y in 0..16.min(height - top) {
            for x in 0..16.min(width - left) {
                let at = place(x, y);
                let bright = luma[y / 8 * 2 + x / 8][y % 8 * 8 + x % 8] + 128.0;
                let half = y / 2 * 8 + x / 2;
                let [blue, red] = [chroma[0][half], chroma[1][half]];
                rgb[at] = (bright + 1.402 * red + 0.5) as u8;
                rgb[at + 1] = (bright - 0.344 * blue - 0.714 * red + 0.5) as u8;
                rgb[at + 2] = (bright + 1.772 * blue + 0.5) as u8;
            }
        }
    }

    fn quantise(&self, block: &mut [f32; 64], step: impl Fn(usize) -> f32) {
        let mut half = [0.0f32; 64];
        let mut full = [0.0f32; 64];
        for row in 0..8 {
            for frequency in 0..8 {
                half[frequency * 8 + row] = (0..8)
                    .map(|place| self.cosines[frequency][place] * block[row * 8 + place])
                    .sum();
            }
        }
        for column in 0..8 {
            for frequency in 0..8 {
                full[frequency * 8 + column] = (0..8)
                    .map(|place| self.cosines[frequency][place] * half[column * 8 + place])
                    .sum();
            }
        }
        for (index, value) in full.iter_mut().enumerate() {
            let step = step(index);
            *value = nearest(*value / step) * step;
        }
        // The inverse of an orthonormal transform is its transpose.
        for column in 0..8 {
            let mut line = [0.0f32; 8];
            for frequency in 0..8 {
                let value = full[frequency * 8 + column];
                (0..8).for_each(|place| line[place] += self.cosines[frequency][place] * value);
            }
            (0..8).for_each(|place| half[place * 8 + column] = line[place]);
        }
        for row in 0..8 {
            let mut line = [0.0f32; 8];
            for frequency in 0..8 {
                let value = half[row * 8 + frequency];
                (0..8).for_each(|place| line[place] += self.cosines[frequency][place] * value);
            }
            block[row * 8..row * 8 + 8].copy_from_slice(&line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> Vec<u8> {
        (0..35 * 21 * 3)
            .map(|index| ((index * 7) % 200 + 20) as u8)
            .collect()
    }

    fn error(quality: f32) -> f32 {
        let mut changed: Vec<u8> = (0..40 * 24)
            .flat_map(|index| [(index % 40 * 6) as u8, (index / 40 * 9) as u8, 90])
            .collect();
        let original = changed.clone();
        Compression::new(quality).apply(&mut changed, [40, 24]);
        changed
            .iter()
            .zip(&original)
            .map(|(a, b)| f32::from(a.abs_diff(*b)))
            .sum::<f32>()
            / original.len() as f32
    }

    #[test]
    fn better_quality_changes_less() {
        assert!(error(95.0) < 4.0, "{}", error(95.0));
        assert!(error(95.0) < error(10.0));
    }

    #[test]
    fn sizes_that_are_no_multiple_of_the_block_are_handled() {
        let mut rgb = picture();
        Compression::new(60.0).apply(&mut rgb, [35, 21]);
        assert_eq!(rgb.len(), picture().len());
    }
}
