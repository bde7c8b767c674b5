//! What faces are covered with.
//!
//! In: tiles and colours. Out: materials by number. Knows nothing of shapes.

use super::tile::Tile;
use crate::world::colour::Colour;

/// Number of a material in its [`Surfaces`].
pub(super) type MaterialId = u32;
/// Number of a tile in its [`Surfaces`].
pub(super) type TileId = usize;

/// How a face looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Material {
    /// Colour, or factor on the tile's, of which 255 is one.
    pub(super) colour: Colour,
    pub(super) tile: Option<TileId>,
    /// Tiles in a metre.
    pub(super) per_metre: f32,
    /// Share of what it mirrors, seen straight on.
    pub(super) shine: f32,
    /// Share of its colour that it sheds itself.
    pub(super) glow: f32,
}

impl Material {
    /// A dull surface of one colour.
    pub(super) fn plain(colour: Colour) -> Self {
        Self {
            colour,
            tile: None,
            per_metre: 1.0,
            shine: 0.0,
            glow: 0.0,
        }
    }

    /// A dull surface of tiles that are so many metres wide.
    pub(super) fn tiled(tile: TileId, metres: f32) -> Self {
        Self {
            colour: [255.0; 3],
            tile: Some(tile),
            per_metre: 1.0 / metres,
            shine: 0.0,
            glow: 0.0,
        }
    }

    pub(super) fn shining(self, shine: f32) -> Self {
        Self { shine, ..self }
    }

    pub(super) fn glowing(self, glow: f32) -> Self {
        Self { glow, ..self }
    }

    pub(super) fn tinted(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }
}

/// All materials of a clip and their tiles.
#[derive(Clone, Debug, Default)]
pub(super) struct Surfaces {
    pub(super) tiles: Vec<Tile>,
    materials: Vec<Material>,
}

impl Surfaces {
    pub(super) fn add(&mut self, material: Material) -> MaterialId {
        self.materials.push(material);
        self.materials.len() as u32 - 1
    }

    pub(super) fn add_tile(&mut self, tile: Tile) -> TileId {
        self.tiles.push(tile);
        self.tiles.len() - 1
    }

    #[inline]
    pub(super) fn material(&self, id: MaterialId) -> &Material {
        &self.materials[id as usize]
    }
}
