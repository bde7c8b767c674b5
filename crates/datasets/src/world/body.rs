//! A body: a figure dressed in textures, ready for drawing.
//!
//! In: random choices, a figure, the scene's colours. Out: parts with silhouettes and coats, and where they lie in a
//! pose. Knows nothing of places in the world.

use std::sync::Arc;

use super::affine::Affine;
use super::canvas::Finish;
use super::colour::{Colour, Palette};
use super::dice::Dice;
use super::figure::{Figure, Kind, Swing};
use super::pattern;
use super::silhouette::Silhouette;
use super::texture::{Grain, Texture};

/// A part ready for drawing.
pub(super) struct Limb {
    pub(super) silhouette: Silhouette,
    pub(super) parent: Option<usize>,
    pub(super) joint: [f32; 2],
    pub(super) rest: f32,
    pub(super) swing: Swing,
    pub(super) skin: usize,
    pub(super) texels_from_part: Affine,
    pub(super) bevel: f32,
    /// Limbs on the far side lie in the shade of the body.
    pub(super) shade: f32,
}

/// The unchanging body of an actor; look-alikes share it.
pub(super) struct Body {
    pub(super) limbs: Vec<Limb>,
    /// Indices of limbs, back to front.
    pub(super) order: Vec<usize>,
    pub(super) textures: Vec<Arc<Texture>>,
    pub(super) finish: Finish,
    kind: Kind,
    area: f32,
    /// Lowest point at rest, where the ground is.
    pub(super) foot: f32,
}

impl Body {
    /// Dresses a figure; `pixels` is its half size on screen.
    pub(super) fn dress(
        dice: &mut Dice,
        figure: Figure,
        disguise: Disguise<'_>,
        (grain, pixels): (&Grain, f32),
    ) -> Self {
        let textures = skins(dice, figure.skins(), disguise, grain);
        let finish = Finish {
            softness: 1.0,
            roughness: if dice.chance(0.3) {
                dice.log_range(0.01, 0.08)
            } else {
                0.0
            },
            bevel: if dice.chance(0.75) {
                dice.range(0.35, 1.0)
            } else {
                0.0
            },
            curve: dice.range(0.25, 0.94),
            gloss: if dice.chance(0.45) {
                dice.range(0.1, 1.0)
            } else {
                0.0
            },
        };
        let mut order: Vec<usize> = (0..figure.parts.len()).collect();
        order.sort_by_key(|index| figure.parts[*index].order);
        let limbs: Vec<Limb> = figure
            .parts
            .iter()
            .map(|part| {
                let [low, high] = part.shape.bounds();
                let extent = (high[0] - low[0]).max(high[1] - low[1]);
                let cells = (extent * pixels / 2.2).clamp(8.0, 64.0) as usize;
                let silhouette = Silhouette::new(&part.shape, part.other.as_ref(), cells);
                // About one texel per pixel at the size at which the actor is usually seen.
                let texels = pixels * dice.range(0.45, 1.1) * 256.0;
                let texels_from_part =
                    Affine::translation(dice.unit() * 65536.0, dice.unit() * 65536.0)
                        .after(Affine::rotation(dice.angle()))
                        .after(Affine::scale(texels, texels));
                let bevel = silhouette.depth() * finish.bevel;
                Limb {
                    silhouette,
                    parent: part.parent,
                    joint: part.joint,
                    rest: part.rest,
                    swing: part.swing,
                    skin: part.skin,
                    texels_from_part,
                    bevel,
                    shade: if part.order < 0 { 0.72 } else { 1.0 },
                }
            })
            .collect();
        let area = limbs.iter().map(|limb| limb.silhouette.area()).sum::<f32>() * 0.9;
        let mut body = Self {
            limbs,
            order,
            textures,
            finish,
            kind: figure.kind,
            area,
            foot: 0.0,
        };
        body.foot = body.lowest_point();
        body
    }

    /// Area on its own plane, in square figure units.
    pub(super) fn area(&self) -> f32 {
        self.area
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    fn lowest_point(&self) -> f32 {
        let maps = self.part_maps(0.0, 0.0);
        let corners = self.limbs.iter().zip(&maps).flat_map(|(limb, map)| {
            let [low, high] = limb.silhouette.outline();
            [low, [high[0], low[1]], high, [low[0], high[1]]].map(|corner| map.apply(corner)[1])
        });
        corners.fold(f32::MIN, f32::max)
    }

    /// Maps from the units of each part to those of the figure.
    pub(super) fn part_maps(&self, gait: f32, rolled: f32) -> Vec<Affine> {
        let mut maps: Vec<Affine> = Vec::with_capacity(self.limbs.len());
        for limb in &self.limbs {
            let swing = limb.swing.reach * (gait + limb.swing.phase).sin()
                + limb.swing.rolls * rolled * std::f32::consts::TAU;
            let own = Affine::translation(limb.joint[0], limb.joint[1])
                .after(Affine::rotation(limb.rest + swing));
            let parent = limb.parent.and_then(|parent| maps.get(parent)).copied();
            maps.push(parent.map_or(own, |parent| parent.after(own)));
        }
        maps
    }
}

/// What an actor wears with respect to its surroundings.
pub(super) enum Disguise<'a> {
    None,
    /// Colours close to one that is behind it.
    Colour(Colour),
    /// The very texture of some ground.
    Texture(Arc<Texture>),
    /// Nothing but what hangs in a wardrobe that others share.
    Wardrobe(&'a [Arc<Texture>]),
}

/// One texture per surface. The first may imitate the surroundings; the others are like it or quite different.
fn skins(
    dice: &mut Dice,
    count: usize,
    disguise: Disguise<'_>,
    grain: &Grain,
) -> Vec<Arc<Texture>> {
    let mut textures: Vec<Arc<Texture>> = Vec::with_capacity(count);
    let first = match disguise {
        Disguise::Wardrobe(shared) if !shared.is_empty() => {
            let picks =
                (0..count.max(1)).map(|_| Arc::clone(&shared[dice.integer(0, shared.len() - 1)]));
            return picks.collect();
        }
        Disguise::Colour(colour) => Palette::near(dice, colour, 18.0),
        _ => Palette::surface(dice),
    };
    if let Disguise::Texture(texture) = disguise {
        textures.push(texture);
    }
    for index in textures.len()..count.clamp(1, 5) {
        let palette = match index {
            0 => first.clone(),
            _ if dice.chance(0.35) => Palette::near(dice, first.first(), 25.0),
            _ => Palette::surface(dice),
        };
        textures.push(cloth(dice, &palette, grain));
    }
    textures
}

/// A texture for an object; now and then objects are made of what scenes are made of.
fn cloth(dice: &mut Dice, palette: &Palette, grain: &Grain) -> Arc<Texture> {
    let pattern = if dice.chance(0.8) {
        pattern::choose(dice, &pattern::OF_OBJECTS)
    } else {
        pattern::choose(dice, &pattern::OF_SCENES)
    };
    Arc::new(Texture::paint(dice, grain, pattern, palette))
}

/// Textures for several bodies to share.
pub(super) fn wardrobe(dice: &mut Dice, count: usize, grain: &Grain) -> Vec<Arc<Texture>> {
    (0..count)
        .map(|_| {
            let palette = Palette::surface(dice);
            cloth(dice, &palette, grain)
        })
        .collect()
}
