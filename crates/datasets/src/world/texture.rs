//! Tileable colour textures, packed for fast sampling.
//!
//! In: a pattern, a palette, noise fields. Out: texels of red, green, blue and a fourth channel of relief that
//! roughens outlines. Knows nothing of shapes.

use super::colour::{Colour, Palette};
use super::dice::Dice;
use super::noise::{Field, Spectrum};
use super::pattern::{self, Pattern};

/// Scalar fields shared by all textures of one world; each texture reads them shifted and turned its own way.
pub(crate) struct Grain {
    fields: Vec<Field>,
    side: usize,
    strength: f32,
}

impl Grain {
    /// `strength` is how much textures differ from their average colour, `0..=1`.
    pub(crate) fn with_strength(self, strength: f32) -> Self {
        Self {
            strength: strength.clamp(0.0, 1.0),
            ..self
        }
    }

    pub(crate) fn new(dice: &mut Dice, side: usize) -> Self {
        let mut fields = Vec::new();
        for base in [2, 4, 16] {
            // Octaves of equal amplitude have the 1/f spectrum of natural images.
            let slope = dice.range(0.1, 0.8);
            fields.push(Field::spectral(
                dice,
                side,
                Spectrum {
                    slope,
                    cells: [base; 2],
                    ridged: false,
                },
            ));
        }
        let long = dice.pick([16, 32]);
        let slope = dice.range(0.1, 0.6);
        fields.push(Field::spectral(
            dice,
            side,
            Spectrum {
                slope,
                cells: [long, 2],
                ridged: false,
            },
        ));
        fields.push(Field::spectral(
            dice,
            side,
            Spectrum {
                slope,
                cells: [2, long],
                ridged: false,
            },
        ));
        let slope = dice.range(0.3, 0.9);
        fields.push(Field::spectral(
            dice,
            side,
            Spectrum {
                slope,
                cells: [4, 4],
                ridged: true,
            },
        ));
        Self {
            fields,
            side,
            strength: 1.0,
        }
    }

    /// Side of every field and texture, in texels.
    pub(crate) fn side(&self) -> usize {
        self.side
    }

    /// A shifted, perhaps mirrored view of one of the fields.
    pub(crate) fn view(&self, dice: &mut Dice) -> View<'_> {
        let field = &self.fields[dice.integer(0, self.fields.len() - 1)];
        View {
            field,
            shift: [
                dice.integer(0, self.side - 1),
                dice.integer(0, self.side - 1),
            ],
            transpose: dice.chance(0.5),
        }
    }

    /// A view of the coarse, isotropic field, for warps and large shapes.
    pub(crate) fn coarse(&self, dice: &mut Dice) -> View<'_> {
        View {
            field: &self.fields[0],
            ..self.view(dice)
        }
    }
}

/// See [`Grain::view`].
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    field: &'a Field,
    shift: [usize; 2],
    transpose: bool,
}

impl View<'_> {
    /// Values of a row between texels, in steps of `1 / fine` along it; `y` is in texels, not negative.
    pub(crate) fn row(&self, y: f32, fine: usize) -> Vec<f32> {
        let (top, down) = (y as usize, y - y.floor());
        let side = self.field.side();
        let line: Vec<f32> = (0..=side)
            .map(|x| self.texel(x, top) + (self.texel(x, top + 1) - self.texel(x, top)) * down)
            .collect();
        let mut values = vec![0.0; side * fine];
        for (pair, steps) in line.windows(2).zip(values.chunks_exact_mut(fine)) {
            let slope = (pair[1] - pair[0]) / fine as f32;
            for (step, value) in steps.iter_mut().enumerate() {
                *value = pair[0] + slope * step as f32;
            }
        }
        values
    }

    pub(crate) fn texel(&self, x: usize, y: usize) -> f32 {
        let [x, y] = if self.transpose { [y, x] } else { [x, y] };
        self.field.texel(x + self.shift[0], y + self.shift[1])
    }
}

/// A square tile of packed texels; the side is a power of two.
#[derive(Clone, Debug)]
pub(crate) struct Texture {
    side: usize,
    texels: Vec<u32>,
}

impl Texture {
    /// Paints a pattern and lays light noise over it.
    pub(crate) fn paint(
        dice: &mut Dice,
        grain: &Grain,
        pattern: Pattern,
        palette: &Palette,
    ) -> Self {
        let side = grain.side();
        let mut colours = vec![[0.0f32; 3]; side * side];
        pattern::draw(pattern, dice, grain, palette, &mut colours);
        let (light, fine, tint) = (grain.coarse(dice), grain.view(dice), grain.view(dice));
        let contrast = dice.log_range(4.0, 70.0);
        let fine_contrast = dice.log_range(4.0, 60.0);
        let tint_contrast = dice.log_range(1.0, 12.0);
        let toward: Colour = [dice.signed(1.0), dice.signed(1.0), dice.signed(1.0)];
        let mut texels = Vec::with_capacity(side * side);
        let mean = mean(&colours);
        for y in 0..side {
            for x in 0..side {
                let height = fine.texel(x, y);
                let shade = 1.0
                    + ((light.texel(x, y) - 0.5) * contrast + (height - 0.5) * fine_contrast)
                        * (1.0 / 128.0);
                let hue = (tint.texel(x, y) - 0.5) * tint_contrast * 2.0;
                let colour = colours[y * side + x];
                let lit = [0, 1, 2].map(|channel| {
                    let lit =
                        (colour[channel] + 6.0) * shade.max(0.1) + toward[channel] * hue - 6.0;
                    mean[channel] + (lit - mean[channel]) * grain.strength
                });
                texels.push(pack(lit, height * 255.0));
            }
        }
        Self { side, texels }
    }

    /// Bilinear sample; coordinates in texels times 256, wrapping. Channels are packed red lowest, relief highest.
    #[inline]
    pub(crate) fn sample(&self, x: i32, y: i32) -> u32 {
        let mask = self.side - 1;
        let (column, row) = ((x >> 8) as usize & mask, (y >> 8) as usize & mask);
        let (next_column, next_row) = ((column + 1) & mask, (row + 1) & mask);
        let (weight_x, weight_y) = ((x & 255) as u32, (y & 255) as u32);
        let (top, bottom) = (row * self.side, next_row * self.side);
        let above = blend(
            self.texels[top + column],
            self.texels[top + next_column],
            weight_x,
        );
        let below = blend(
            self.texels[bottom + column],
            self.texels[bottom + next_column],
            weight_x,
        );
        blend(above, below, weight_y)
    }

    /// Side in texels.
    pub(crate) fn side(&self) -> usize {
        self.side
    }

    /// Packed texels, row after row.
    pub(crate) fn texels(&self) -> &[u32] {
        &self.texels
    }
}

fn mean(colours: &[Colour]) -> Colour {
    let sum = colours.iter().fold([0.0f64; 3], |sum, colour| {
        [0, 1, 2].map(|channel| sum[channel] + f64::from(colour[channel]))
    });
    sum.map(|sum| (sum / colours.len().max(1) as f64) as f32)
}

/// Mixes all four channels of two packed texels; the weight of `b` is in 256ths.
#[inline]
pub(crate) fn blend(a: u32, b: u32, weight: u32) -> u32 {
    const EVEN: u32 = 0x00ff_00ff;
    let rest = 256 - weight;
    let even = (((a & EVEN) * rest + (b & EVEN) * weight) >> 8) & EVEN;
    let odd = (((a >> 8) & EVEN) * rest + ((b >> 8) & EVEN) * weight) & !EVEN;
    even | odd
}

/// Packs a colour and a fourth channel, each rounded into a byte.
#[inline]
pub(crate) fn pack(colour: Colour, fourth: f32) -> u32 {
    let byte = |value: f32| (value + 0.5).clamp(0.0, 255.0) as u32;
    byte(colour[0]) | byte(colour[1]) << 8 | byte(colour[2]) << 16 | byte(fourth) << 24
}

/// The colour of a packed texel.
#[inline]
pub(crate) fn unpack(texel: u32) -> Colour {
    [
        (texel & 255) as f32,
        (texel >> 8 & 255) as f32,
        (texel >> 16 & 255) as f32,
    ]
}

/// The fourth channel of a packed texel.
#[inline]
pub(crate) fn fourth(texel: u32) -> f32 {
    (texel >> 24) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blending_packed_texels_mixes_every_channel() {
        let a = pack([10.0, 200.0, 0.0], 255.0);
        let b = pack([20.0, 100.0, 255.0], 0.0);
        assert_eq!(blend(a, b, 0), a);
        let middle = blend(a, b, 128);
        let [r, g, b] = unpack(middle);
        assert!((r - 15.0).abs() <= 1.0 && (g - 150.0).abs() <= 1.0 && (b - 127.5).abs() <= 1.0);
        assert!((fourth(middle) - 127.5).abs() <= 1.0);
    }

    #[test]
    fn without_strength_a_texture_has_one_colour() {
        let mut dice = Dice::new(1, 0);
        let grain = Grain::new(&mut dice, 32).with_strength(0.0);
        let palette = Palette::surface(&mut dice);
        let texture = Texture::paint(&mut dice, &grain, Pattern::Plain, &palette);
        let first = unpack(texture.texels[0]);
        assert!(texture.texels.iter().all(|&texel| unpack(texel) == first));
    }

    #[test]
    fn sampling_wraps_around_the_tile() {
        let mut dice = Dice::new(1, 0);
        let grain = Grain::new(&mut dice, 32);
        let palette = Palette::surface(&mut dice);
        let texture = Texture::paint(&mut dice, &grain, Pattern::Plain, &palette);
        let tile = 32 * 256;
        assert_eq!(
            texture.sample(300, 777),
            texture.sample(300 - tile, 777 + 3 * tile)
        );
    }
}
