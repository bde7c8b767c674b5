//! An actor: a body with a motion, a shadow and perhaps a mirror image.
//!
//! In: a body, a motion. Out: drawings on a canvas at any time.

use std::sync::Arc;

use super::affine::Affine;
use super::body::{Body, Limb};
use super::canvas::{Canvas, Coat, Finish, Mark, Placement, Shadow};
use super::colour::Colour;
use super::motion::{Motion, Pose};
use super::shading::Light;

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
    /// World units after which scenery comes again, so that a camera that travels on never runs out of it.
    pub(super) repeats: Option<f32>,
}

/// What drawing an actor needs from the scene.
pub(super) struct Stage<'a> {
    pub(super) screen_from_world: Affine,
    pub(super) light: &'a Light,
    pub(super) time: f32,
}

impl Actor {
    /// How far to the side the copy stands that is nearest to the middle of the view.
    pub(super) fn offset(&self, centre: f32) -> f32 {
        let ahead = centre * self.parallax - self.motion.start[0];
        self.repeats
            .map_or(0.0, |period| (ahead / period).round() * period)
    }

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
