//! An actor: a figure dressed in textures, with a motion, a shadow and perhaps a mirror image.
//!
//! In: random choices, a figure, the scene's colours. Out: drawings on a canvas at any time.

use std::sync::Arc;

use super::affine::Affine;
use super::canvas::{Canvas, Coat, Finish, Mark, Placement, Shadow};
use super::colour::{Colour, Palette};
use super::dice::Dice;
use super::figure::{Figure, Kind, Swing};
use super::motion::{Motion, Pose};
use super::pattern;
use super::shading::Light;
use super::silhouette::Silhouette;
use super::texture::{Grain, Texture};

/// A part ready for drawing.
struct Limb {
    silhouette: Silhouette,
    parent: Option<usize>,
    joint: [f32; 2],
    rest: f32,
    swing: Swing,
    skin: usize,
    texels_from_part: Affine,
    bevel: f32,
    /// Limbs on the far side lie in the shade of the body.
    shade: f32,
}

/// The unchanging body of an actor; look-alikes share it.
pub(super) struct Body {
    limbs: Vec<Limb>,
    /// Indices of limbs, back to front.
    order: Vec<usize>,
    textures: Vec<Arc<Texture>>,
    finish: Finish,
    kind: Kind,
    area: f32,
    /// Lowest point at rest, where the ground is.
    foot: f32,
}

/// How an actor darkens or mirrors on its surroundings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Trace {
    None,
    /// The outline, shifted (world units): a wall or floor close behind.
    Drop {
        shift: [f32; 2],
        strength: f32,
    },
    /// The outline laid down on the ground, `skew` to the side.
    Ground {
        skew: f32,
        flat: f32,
        strength: f32,
    },
    /// A mirror image below the foot: water, polished floor.
    Mirror {
        opacity: f32,
        ripple: f32,
    },
}

/// See the module documentation.
#[derive(Clone)]
pub(super) struct Actor {
    pub(super) body: Arc<Body>,
    pub(super) motion: Motion,
    pub(super) trace: Trace,
    pub(super) gain: Colour,
    pub(super) softness: f32,
    /// 0 when the actor is scenery.
    pub(super) id: u8,
    /// How much it moves with the camera: 1 in the plane of the action, less behind, more before.
    pub(super) parallax: f32,
    /// Moves along with a camera that follows the action.
    pub(super) carried: bool,
}

/// What drawing an actor needs from the scene.
pub(super) struct Stage<'a> {
    pub(super) screen_from_world: Affine,
    pub(super) light: &'a Light,
    pub(super) time: f32,
}

impl Body {
    /// Dresses a figure; `pixels` is its half size on screen.
    pub(super) fn dress(
        dice: &mut Dice,
        figure: Figure,
        disguise: Disguise,
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
    fn part_maps(&self, gait: f32, rolled: f32) -> Vec<Affine> {
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
pub(super) enum Disguise {
    None,
    /// Colours close to one that is behind it.
    Colour(Colour),
    /// The very texture of some ground.
    Texture(Arc<Texture>),
}

/// One texture per surface. The first may imitate the surroundings; the others are like it or quite different.
fn skins(dice: &mut Dice, count: usize, disguise: Disguise, grain: &Grain) -> Vec<Arc<Texture>> {
    let mut textures: Vec<Arc<Texture>> = Vec::with_capacity(count);
    let first = match disguise {
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
        // Now and then an object is made of what scenes are made of.
        let pattern = if dice.chance(0.8) {
            pattern::choose(dice, &pattern::OF_OBJECTS)
        } else {
            pattern::choose(dice, &pattern::OF_SCENES)
        };
        textures.push(Arc::new(Texture::paint(dice, grain, pattern, &palette)));
    }
    textures
}

impl Actor {
    /// Draws the actor, its shadow or its mirror image first.
    pub(super) fn draw(&self, canvas: &mut Canvas, shadow: &mut Shadow, stage: &Stage<'_>) {
        let pose = self.motion.pose(stage.time);
        let maps = self.body.part_maps(pose.gait, pose.rolled);
        let forms: Vec<Option<Vec<f32>>> = self
            .body
            .limbs
            .iter()
            .map(|limb| limb.silhouette.between(pose.change))
            .collect();
        let sight = Sight {
            actor: self,
            maps: &maps,
            forms: &forms,
            pose: &pose,
        };
        sight.trace(canvas, shadow, stage);
        let screen_from_figure = stage.screen_from_world.after(pose.world_from_figure);
        sight.paint(
            canvas,
            stage,
            screen_from_figure,
            Mark {
                id: Some(self.id),
                opacity: 1.0,
            },
        );
    }
}

/// An actor at one moment.
struct Sight<'a> {
    actor: &'a Actor,
    maps: &'a [Affine],
    forms: &'a [Option<Vec<f32>>],
    pose: &'a Pose,
}

impl Sight<'_> {
    fn placements(
        &self,
        screen_from_figure: Affine,
    ) -> impl Iterator<Item = (&Limb, Placement<'_>)> {
        let body = &self.actor.body;
        body.order.iter().filter_map(move |&index| {
            let limb = body.limbs.get(index)?;
            let place = Placement {
                view: limb.silhouette.view(self.forms.get(index)?.as_deref()),
                bounds: limb.silhouette.bounds(),
                screen_from_figure,
                part_from_figure: self.maps.get(index)?.inverse()?,
                bend: self.pose.bend,
            };
            Some((limb, place))
        })
    }

    fn paint(
        &self,
        canvas: &mut Canvas,
        stage: &Stage<'_>,
        screen_from_figure: Affine,
        mark: Mark,
    ) {
        let body = &self.actor.body;
        for (limb, place) in self.placements(screen_from_figure) {
            let Some(texture) = body.textures.get(limb.skin).or(body.textures.first()) else {
                continue;
            };
            // A body that turns about its vertical axis shows another side of its texture.
            let slide = self.pose.yaw * 0.6 * limb.texels_from_part.determinant().abs().sqrt();
            let coat = Coat {
                texture,
                texels_from_part: Affine::translation(slide, 0.0).after(limb.texels_from_part),
                gain: self
                    .actor
                    .gain
                    .map(|channel| channel * limb.shade * self.pose.light),
                finish: Finish {
                    softness: self.actor.softness,
                    bevel: limb.bevel,
                    ..body.finish
                },
            };
            canvas.draw(&place, &coat, stage.light, mark);
        }
    }

    fn trace(&self, canvas: &mut Canvas, shadow: &mut Shadow, stage: &Stage<'_>) {
        let world_from_figure = self.pose.world_from_figure;
        let foot = Affine::translation(0.0, self.actor.body.foot);
        let lift = Affine::translation(0.0, -self.actor.body.foot);
        let fade = self.actor.motion.size * 0.12 * canvas.height as f32;
        let (map, strength) = match self.actor.trace {
            Trace::None => return,
            Trace::Drop {
                shift: [x, y],
                strength,
            } => (Affine::translation(x, y).after(world_from_figure), strength),
            Trace::Ground {
                skew,
                flat,
                strength,
            } => {
                let lay = Affine {
                    xy: skew,
                    yy: flat,
                    ..Affine::IDENTITY
                };
                (
                    world_from_figure.after(foot).after(lay).after(lift),
                    strength,
                )
            }
            Trace::Mirror { opacity, ripple } => {
                let mirror = world_from_figure
                    .after(foot)
                    .after(Affine::scale(1.0, -1.0))
                    .after(lift);
                let mut pose = *self.pose;
                pose.bend.reach = [pose.bend.reach[0] + ripple, pose.bend.reach[1]];
                pose.bend.wave = 14.0;
                pose.bend.phase = stage.time * 0.7;
                let sight = Sight {
                    pose: &pose,
                    ..*self
                };
                sight.paint(
                    canvas,
                    stage,
                    stage.screen_from_world.after(mirror),
                    Mark { id: None, opacity },
                );
                return;
            }
        };
        for (_, place) in self.placements(stage.screen_from_world.after(map)) {
            canvas.cast(shadow, &place, fade);
        }
        canvas.darken(shadow, strength);
    }
}
