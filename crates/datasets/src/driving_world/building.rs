//! Buildings: walls with rows of windows, shops below, roofs.
//!
//! In: random choices, noise. Out: painted walls as materials, and models whose front is along `x`.

use glam::Vec3;

use super::model::{Model, Solid};
use super::surface::{Material, MaterialId, Surfaces};
use super::tile::Tile;
use crate::world::colour::{Colour, jitter, material, mix};
use crate::world::dice::{Dice, hash, unit_from_bits};
use crate::world::pattern::Pattern;
use crate::world::texture::Grain;

/// Bays and storeys on one tile.
const CELLS: usize = 4;

/// How one kind of building looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    wall: MaterialId,
    shops: MaterialId,
    roof: MaterialId,
    /// Width of a bay and height of a storey in metres.
    bay: f32,
    /// Whether roofs are steep.
    is_house: bool,
}

/// How the windows of a wall are cut: shares of a bay and of a storey.
struct Windows {
    across: [f32; 2],
    up: [f32; 2],
    frame: f32,
    glass: Colour,
    border: Colour,
    /// Bars in a window.
    bars: f32,
    /// Share of lit or curtained ones.
    bright: f32,
}

impl Style {
    /// A style; `lamps` says whether people have switched on the light, `texture` how much of the paint shows.
    pub(super) fn new(
        dice: &mut Dice,
        (grain, surfaces): (&Grain, &mut Surfaces),
        (lamps, texture): (bool, f32),
    ) -> Self {
        let is_house = dice.chance(0.35);
        let wall_colour = dice.pick([
            [186.0, 170.0, 146.0],
            [160.0, 104.0, 82.0],
            [196.0, 192.0, 184.0],
            [142.0, 140.0, 138.0],
            [204.0, 184.0, 140.0],
            [120.0, 88.0, 74.0],
            [108.0, 118.0, 128.0],
            [176.0, 150.0, 140.0],
        ]);
        let wall_colour = jitter(dice, wall_colour, 12.0);
        let pattern = dice.pick([
            Pattern::Plain,
            Pattern::Bricks,
            Pattern::Grain,
            Pattern::Plain,
        ]);
        let wall = Tile::calm(dice, grain, (pattern, wall_colour), 0.55);
        let windows = Windows::new(dice, wall_colour, lamps);
        let seed = dice.seed();
        let painted = over(&wall, texture, |x, y, wall| {
            windows.paint([x, y], wall, seed)
        });
        let wall_tile = surfaces.add_tile(painted);
        let shop = Shops::new(dice, lamps);
        let plinth = Tile::calm(dice, grain, (Pattern::Grain, wall_colour), 0.5);
        let painted = over(&plinth, texture, |x, y, wall| {
            shop.paint([x, y], wall, seed)
        });
        let shop_tile = surfaces.add_tile(painted);
        let bay = dice.range(2.8, 3.8);
        let tiles = dice.pick([
            [128.0, 72.0, 58.0],
            [92.0, 88.0, 88.0],
            [76.0, 66.0, 62.0],
            [104.0, 96.0, 84.0],
        ]);
        let roof = Tile::calm(dice, grain, (Pattern::Bricks, tiles), 0.6);
        let roof = surfaces.add_tile(roof);
        Self {
            wall: surfaces.add(Material::tiled(wall_tile, bay * CELLS as f32)),
            shops: surfaces.add(Material::tiled(shop_tile, bay * CELLS as f32)),
            roof: surfaces.add(Material::tiled(roof, 3.0)),
            bay,
            is_house,
        }
    }

    /// A building about as wide as wanted; the model's box says how wide it became.
    pub(super) fn build(&self, dice: &mut Dice, wide: f32) -> Model {
        let mut solid = Solid::default();
        let bays = (wide / self.bay).round().max(2.0);
        let half = bays * self.bay * 0.5;
        if self.is_house {
            let deep = self.bay * dice.integer(2, 3) as f32 * 0.5;
            let top = self.bay * dice.integer(1, 2) as f32;
            solid.cuboid(
                self.wall,
                Vec3::new(-half, -deep, 0.0),
                Vec3::new(half, deep, top),
            );
            gable(
                &mut solid,
                (self.roof, self.wall),
                Vec3::new(half, deep, top),
                dice.range(1.6, 3.2),
            );
            if dice.chance(0.6) {
                let low = Vec3::new(half * 0.4, -deep * 0.4, top);
                solid.cuboid(self.wall, low, low + Vec3::new(0.7, 0.7, 3.4));
            }
            return Model::rigid(solid.faces);
        }
        let deep = self.bay * dice.integer(2, 4) as f32 * 0.5;
        let storeys = dice.log_range(2.0, 9.0).round();
        let foot = self.bay * 1.15;
        let top = foot + self.bay * storeys;
        solid.cuboid(
            self.shops,
            Vec3::new(-half, -deep, 0.0),
            Vec3::new(half, deep, foot),
        );
        // A little behind the shops, so that there is a ledge.
        let back = 0.12;
        solid.cuboid(
            self.wall,
            Vec3::new(-half + back, -deep + back, foot),
            Vec3::new(half - back, deep - back, top),
        );
        let low = Vec3::new(-half, -deep, top);
        solid.cuboid(self.roof, low, Vec3::new(half, deep, top + 0.5));
        Model::rigid(solid.faces)
    }
}

/// A roof with its ridge along `x` over a rectangle with a corner at `corner`.
fn gable(solid: &mut Solid, (roof, wall): (MaterialId, MaterialId), corner: Vec3, high: f32) {
    let Vec3 { x, y, z } = corner;
    let (eaves, ridge) = (y + 0.4, z + high);
    let inside = Vec3::new(0.0, 0.0, z + high * 0.3);
    let at = |x: f32, y: f32, z: f32| Vec3::new(x, y, z);
    let low = z - 0.4 * high / y;
    for side in [-1.0, 1.0] {
        let end = x + 0.3;
        let corners = [
            at(-end, 0.0, ridge),
            at(end, 0.0, ridge),
            at(end, side * eaves, low),
            at(-end, side * eaves, low),
        ];
        solid.quad_around(inside, roof, corners);
        let corners = [
            at(side * x, -y, z),
            at(side * x, y, z),
            at(side * x, 0.0, ridge),
            at(side * x, 0.0, ridge),
        ];
        solid.quad_around(inside, wall, corners);
    }
}

/// Paints over a tile, whose coordinates count bays to the right and storeys down, and pulls it to its mean where
/// texture is not wanted.
fn over(tile: &Tile, texture: f32, paint: impl Fn(f32, f32, Colour) -> Colour) -> Tile {
    let side = tile.side();
    let scale = CELLS as f32 / side as f32;
    let colours: Vec<Colour> = tile
        .colours()
        .enumerate()
        .map(|(index, wall)| {
            let (x, y) = (index % side, index / side);
            paint((x as f32 + 0.5) * scale, (y as f32 + 0.5) * scale, wall)
        })
        .collect();
    let painted = Tile::from_colours(&colours, side);
    let mean = painted.mean();
    painted.map(|colour| mix(mean, colour, texture))
}

impl Windows {
    fn new(dice: &mut Dice, wall: Colour, lamps: bool) -> Self {
        let is_glazed = dice.chance(0.18);
        let (wide, tall) = if is_glazed {
            (0.94, 0.86)
        } else {
            (dice.range(0.32, 0.7), dice.range(0.42, 0.68))
        };
        let sill = if is_glazed {
            0.08
        } else {
            dice.range(0.16, 0.26)
        };
        let blue = dice.range(0.0, 26.0);
        Self {
            across: [0.5 - wide * 0.5, 0.5 + wide * 0.5],
            up: [1.0 - sill - tall, 1.0 - sill],
            frame: dice.range(0.025, 0.06),
            glass: [46.0, 54.0 + blue * 0.4, 62.0 + blue],
            border: mix(wall, dice.pick([[236.0; 3], [70.0; 3], [214.0; 3]]), 0.75),
            bars: dice.pick([0.0, 1.0, 1.0, 2.0]),
            bright: if lamps { 0.45 } else { 0.22 },
        }
    }

    fn paint(&self, [x, y]: [f32; 2], wall: Colour, seed: u64) -> Colour {
        let (u, v) = (x.fract(), y.fract());
        let cell = hash(seed ^ (y as u64 * CELLS as u64 + x as u64));
        let outside = (self.across[0] - u)
            .max(u - self.across[1])
            .max(self.up[0] - v)
            .max(v - self.up[1]);
        let inner = (u - self.across[0]) / (self.across[1] - self.across[0]);
        let is_bar = self.bars > 0.0 && ((inner * (self.bars + 1.0)).fract() - 0.5).abs() > 0.45;
        if outside > self.frame {
            // A band between the storeys.
            let band = if v > 0.95 { 0.9 } else { 1.0 };
            return wall.map(|channel| channel * band);
        }
        if outside > 0.0 || is_bar {
            return self.border;
        }
        let height = (v - self.up[0]) / (self.up[1] - self.up[0]);
        let choice = unit_from_bits(cell);
        if choice < self.bright {
            let warm = [232.0, 206.0, 150.0];
            let pale = [196.0, 194.0, 188.0];
            let blind = unit_from_bits(cell << 21);
            let light = if self.bright > 0.4 { warm } else { pale };
            return if height < blind {
                light
            } else {
                mix(self.glass, light, 0.3)
            };
        }
        // The sky in the upper part of the pane.
        let sky = [150.0, 168.0, 186.0];
        mix(
            self.glass,
            sky,
            (0.75 - height).max(0.0) * unit_from_bits(cell << 13),
        )
    }
}

/// The ground floor: show windows, doors, signs.
struct Shops {
    signs: [Colour; CELLS],
    doors: [bool; CELLS],
    frame: Colour,
    inside: Colour,
    awning: f32,
}

impl Shops {
    fn new(dice: &mut Dice, lamps: bool) -> Self {
        let plain = dice.chance(0.4);
        let sign = material(dice);
        Self {
            signs: [0; CELLS].map(|_| if plain { sign } else { material(dice) }),
            doors: [0; CELLS].map(|_| dice.chance(0.3)),
            frame: jitter(dice, [64.0, 62.0, 60.0], 20.0),
            inside: if lamps {
                [226.0, 196.0, 140.0]
            } else {
                [70.0, 72.0, 74.0]
            },
            awning: if dice.chance(0.4) { 0.3 } else { 0.0 },
        }
    }

    fn paint(&self, [x, y]: [f32; 2], wall: Colour, seed: u64) -> Colour {
        // The wall below the ledge is a little more than a storey high: the tile starts again near the pavement.
        let bay = (x as usize).min(CELLS - 1);
        let (u, v) = (x.fract(), y.fract());
        let cell = hash(seed ^ 0x4d ^ bay as u64);
        if y >= 1.0 {
            return wall.map(|channel| channel * 0.72);
        }
        if !(0.06..0.94).contains(&u) {
            return wall;
        }
        if v < 0.24 {
            let is_letter = (0.08..0.17).contains(&v)
                && (0.2..0.8).contains(&u)
                && !hash(cell ^ (u * 22.0) as u64).is_multiple_of(3);
            return if is_letter {
                mix(self.signs[bay], [245.0; 3], 0.8)
            } else {
                self.signs[bay]
            };
        }
        if v < 0.24 + self.awning * 0.5 {
            let stripe = (u * 9.0) as u32 % 2;
            return if stripe == 0 {
                [226.0, 224.0, 218.0]
            } else {
                self.signs[bay]
            };
        }
        if self.doors[bay] && (0.36..0.64).contains(&u) {
            return if (u - 0.5).abs() > 0.11 {
                self.frame
            } else {
                mix(self.inside, [30.0; 3], 0.5)
            };
        }
        if v > 0.86 {
            return wall.map(|channel| channel * 0.8);
        }
        let goods = unit_from_bits(hash(cell ^ ((u * 10.0) as u64) << 8 ^ (v * 9.0) as u64));
        let goods = mix(self.inside, self.signs[(bay + 1) % CELLS], goods * 0.5);
        if (u - 0.5).abs() > 0.41 {
            self.frame
        } else {
            goods
        }
    }
}
