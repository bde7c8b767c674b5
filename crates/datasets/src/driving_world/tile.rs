//! Tiles of texture that can be looked at from afar: each with smaller copies of itself.
//!
//! In: a texture of the two-dimensional world, or texels painted here. Out: colours, smoothed to the size of a pixel.

use crate::world::colour::{Colour, Palette, jitter};
use crate::world::dice::Dice;
use crate::world::pattern::Pattern;
use crate::world::texture::{Grain, Texture, blend, pack, unpack};

/// See the module docs. Coordinates count tiles: 1 is one tile further.
#[derive(Clone, Debug)]
pub(super) struct Tile {
    /// The side of the first is a power of two; each next one has half the side.
    levels: Vec<Vec<u32>>,
    side: usize,
}

impl Tile {
    /// A tile painted with a pattern.
    pub(super) fn paint(
        dice: &mut Dice,
        grain: &Grain,
        pattern: Pattern,
        palette: &Palette,
    ) -> Self {
        let texture = Texture::paint(dice, grain, pattern, palette);
        Self::from_texels(texture.texels().to_vec(), texture.side())
    }

    /// A tile painted with shades of one colour, with a share of the pattern's contrast: what large surfaces need, on
    /// which stray colours would be louder than anything that moves.
    pub(super) fn calm(
        dice: &mut Dice,
        grain: &Grain,
        (pattern, colour): (Pattern, Colour),
        contrast: f32,
    ) -> Self {
        let shades = (0..4).map(|_| jitter(dice, colour, 9.0)).collect();
        let tile = Self::paint(dice, grain, pattern, &Palette(shades));
        let mean = tile.mean();
        // Light noise may have moved the mean.
        tile.map(|texel| [0, 1, 2].map(|at| colour[at] + (texel[at] - mean[at]) * contrast))
    }

    /// A tile of colours, row after row; `side` is a power of two.
    pub(super) fn from_colours(colours: &[Colour], side: usize) -> Self {
        let texels = colours.iter().map(|colour| pack(*colour, 0.0));
        Self::from_texels(texels.collect(), side)
    }

    fn from_texels(texels: Vec<u32>, side: usize) -> Self {
        let mut levels = vec![texels];
        let mut length = side;
        while length > 1 {
            let finer = &levels[levels.len() - 1];
            let half = length / 2;
            let coarser = (0..half * half).map(|index| {
                let at = index / half * 2 * length + index % half * 2;
                let above = blend(finer[at], finer[at + 1], 128);
                let below = blend(finer[at + length], finer[at + length + 1], 128);
                blend(above, below, 128)
            });
            let coarser = coarser.collect();
            levels.push(coarser);
            length = half;
        }
        Self { levels, side }
    }

    /// The same with every colour changed.
    pub(super) fn map(&self, change: impl Fn(Colour) -> Colour) -> Self {
        let colours: Vec<Colour> = self.colours().map(change).collect();
        Self::from_colours(&colours, self.side)
    }

    /// Side in texels.
    pub(super) fn side(&self) -> usize {
        self.side
    }

    /// Colours, row after row.
    pub(super) fn colours(&self) -> impl Iterator<Item = Colour> {
        self.levels[0].iter().map(|texel| unpack(*texel))
    }

    /// Mean colour.
    pub(super) fn mean(&self) -> Colour {
        self.levels
            .last()
            .and_then(|level| level.first())
            .map_or([0.0; 3], |texel| unpack(*texel))
    }

    /// The colour at a point where a pixel covers `footprint` tiles.
    #[inline]
    pub(super) fn sample(&self, u: f32, v: f32, footprint: f32) -> Colour {
        let texels = footprint * self.side as f32;
        // The exponent of the number of texels under a pixel is the level at which it covers one to two.
        let exponent = (texels.max(1.0).to_bits() >> 23) as usize - 127;
        let level = exponent.min(self.levels.len() - 1);
        let (texels, side) = (&self.levels[level], self.side >> level);
        let mask = side as i32 - 1;
        let scale = side as f32 * 256.0;
        let (x, y) = ((u * scale) as i32 - 128, (v * scale) as i32 - 128);
        let (column, row) = ((x >> 8) & mask, (y >> 8) & mask);
        let (next, below) = ((column + 1) & mask, (row + 1) & mask);
        let at = |column: i32, row: i32| texels[row as usize * side + column as usize];
        let weight = (x & 255) as u32;
        let top = blend(at(column, row), at(next, row), weight);
        let bottom = blend(at(column, below), at(next, below), weight);
        unpack(blend(top, bottom, (y & 255) as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_by_a_tile_shows_its_texels_and_from_afar_its_mean() {
        let colours: Vec<Colour> = (0..64)
            .map(|index| {
                [if (index % 8 + index / 8) % 2 == 0 {
                    200.0
                } else {
                    0.0
                }; 3]
            })
            .collect();
        let tile = Tile::from_colours(&colours, 8);
        let middle = |texel: f32| (texel + 0.5) / 8.0;
        assert_eq!(tile.sample(middle(2.0), middle(4.0), 0.01), [200.0; 3]);
        assert_eq!(tile.sample(middle(3.0), middle(4.0), 0.01), [0.0; 3]);
        // Tiles repeat on both sides.
        assert_eq!(
            tile.sample(middle(-6.0), middle(12.0), 0.01),
            tile.sample(middle(2.0), middle(4.0), 0.01)
        );
        let far = tile.sample(0.3, 0.7, 5.0);
        assert!((far[0] - 100.0).abs() < 2.0, "{far:?}");
        assert_eq!(far, tile.mean());
    }
}
