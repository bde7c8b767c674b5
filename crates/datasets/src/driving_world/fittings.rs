//! Materials that many things of a clip share: glass, tyres, lamps, cloth, leaves.
//!
//! In: random choices, noise. Out: material numbers, and tiles to be tinted.

use super::surface::{Material, MaterialId, Surfaces, TileId};
use super::tile::Tile;
use crate::world::colour::{Colour, Palette};
use crate::world::dice::Dice;
use crate::world::pattern::{self, OF_OBJECTS, Pattern};
use crate::world::texture::Grain;

/// Paints of cars by how common they are.
const PAINTS: [(Colour, f32); 13] = [
    ([226.0, 228.0, 230.0], 2.2),
    ([42.0, 43.0, 47.0], 2.0),
    ([124.0, 127.0, 131.0], 1.8),
    ([176.0, 180.0, 184.0], 1.6),
    ([38.0, 66.0, 128.0], 1.0),
    ([160.0, 30.0, 34.0], 1.0),
    ([62.0, 92.0, 62.0], 0.4),
    ([116.0, 82.0, 58.0], 0.4),
    ([208.0, 192.0, 158.0], 0.5),
    ([226.0, 178.0, 42.0], 0.5),
    ([70.0, 140.0, 196.0], 0.5),
    ([214.0, 98.0, 36.0], 0.3),
    ([92.0, 40.0, 84.0], 0.2),
];

/// See the module docs.
#[derive(Clone, Debug)]
pub(super) struct Fittings {
    pub(super) glass: MaterialId,
    pub(super) tyre: MaterialId,
    pub(super) rim: MaterialId,
    pub(super) trim: MaterialId,
    pub(super) head_lamp: MaterialId,
    pub(super) tail_lamp: MaterialId,
    pub(super) plate: MaterialId,
    pub(super) metal: MaterialId,
    /// A nearly white tile for paint: a little dirt and unevenness.
    pub(super) coat: TileId,
    /// Tiles for the sides of vans, lorries and buses.
    pub(super) liveries: Vec<TileId>,
    /// Tiles for clothes.
    pub(super) cloths: Vec<TileId>,
    pub(super) leaves: Vec<TileId>,
    pub(super) bark: TileId,
}

impl Fittings {
    /// `lamps` says whether lamps are lit.
    pub(super) fn new(
        dice: &mut Dice,
        grain: &Grain,
        surfaces: &mut Surfaces,
        lamps: bool,
    ) -> Self {
        let lit = if lamps { 0.95 } else { 0.25 };
        let mut plain = |colour: [f32; 3]| surfaces.add(Material::plain(colour));
        let (tyre, trim, plate) = (
            plain([30.0, 30.0, 31.0]),
            plain([40.0, 40.0, 43.0]),
            plain([232.0, 230.0, 214.0]),
        );
        let glass = surfaces.add(Material::plain([24.0, 28.0, 33.0]).shining(0.3));
        let rim = surfaces.add(Material::plain([150.0, 152.0, 156.0]).shining(0.1));
        let metal = surfaces.add(Material::plain([112.0, 116.0, 120.0]).shining(0.1));
        let head_lamp = surfaces.add(Material::plain([250.0, 248.0, 232.0]).glowing(lit));
        let tail_lamp = surfaces.add(Material::plain([196.0, 20.0, 22.0]).glowing(lit));
        let coat = Tile::calm(dice, grain, (Pattern::Grain, [238.0; 3]), 0.25);
        let coat = surfaces.add_tile(coat);
        let mut tiles = |count: usize, paint: &mut dyn FnMut(&mut Dice) -> Tile| {
            (0..count)
                .map(|_| surfaces.add_tile(paint(dice)))
                .collect::<Vec<TileId>>()
        };
        let liveries = tiles(5, &mut |dice| {
            let pattern = dice.pick([
                Pattern::Shapes,
                Pattern::Stripes,
                Pattern::Checks,
                Pattern::Grain,
                Pattern::Dots,
            ]);
            let palette = Palette::surface(dice);
            Tile::paint(dice, grain, pattern, &palette)
        });
        let cloths = tiles(9, &mut |dice| {
            let pattern = pattern::choose(dice, &OF_OBJECTS);
            let palette = Palette::surface(dice);
            Tile::paint(dice, grain, pattern, &palette)
        });
        let leaves = tiles(3, &mut |dice| {
            let green = dice.pick([
                [74.0, 104.0, 46.0],
                [58.0, 86.0, 40.0],
                [98.0, 118.0, 54.0],
                [150.0, 112.0, 44.0],
                [66.0, 92.0, 62.0],
            ]);
            let palette = Palette::near(dice, green, 10.0);
            Tile::paint(dice, grain, Pattern::Leaves, &palette)
        });
        let bark = Tile::calm(dice, grain, (Pattern::Grain, [96.0, 80.0, 62.0]), 0.7);
        Self {
            glass,
            tyre,
            rim,
            trim,
            head_lamp,
            tail_lamp,
            plate,
            metal,
            coat,
            liveries,
            cloths,
            leaves,
            bark: surfaces.add_tile(bark),
        }
    }
}

/// A paint that cars have.
pub(super) fn paint(dice: &mut Dice) -> Colour {
    let weights = PAINTS.each_ref().map(|(_, weight)| *weight);
    PAINTS[dice.weighted(&weights)].0
}
