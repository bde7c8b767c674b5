//! Who plays: which figures, how dressed, how large, where, how they move; what stands behind and before them.
//!
//! In: a config, a seed. Out: the parts of a scene. Each clip draws its own difficulty below the config's.

use std::sync::Arc;

use super::actor::{Actor, Body, Disguise, Trace};
use super::backdrop::{self, Backdrop};
use super::camera::{Camera, Restlessness};
use super::config::WorldConfig;
use super::dice::Dice;
use super::figure::Figure;
use super::foreground;
use super::layer::{Layer, Ripple};
use super::motion::{Liveliness, Motion};
use super::photograph::Photograph;
use super::shading::Light;
use super::texture::Grain;
use super::{creature, landmark, machine, thing};

/// Everything that is shown.
pub(super) struct Cast {
    pub(super) backdrop: Layer,
    pub(super) backdrop_parallax: f32,
    pub(super) ripple: Option<Ripple>,
    /// Back to front; those with an identity are tracked.
    pub(super) actors: Vec<Actor>,
    pub(super) foreground: Option<(Layer, f32)>,
    pub(super) camera: Camera,
    pub(super) light: Light,
    pub(super) photograph: Photograph,
    pub(super) look_alikes: bool,
}

/// The stage in world units (short sides of the frame).
struct Extent {
    half: [f32; 2],
    short_pixels: f32,
}

/// What the actors of one clip share.
struct Script {
    /// Difficulty of this clip.
    level: f32,
    lively: Liveliness,
    extent: Extent,
    largest: f32,
    softness: f32,
}

/// Draws a cast; `attempt` numbers further tries of the same clip.
pub(super) fn cast(config: &WorldConfig, seed: u64, attempt: u64) -> Cast {
    let mut dice = Dice::new(seed, attempt);
    let dice = &mut dice;
    let script = Script::new(dice, config);
    let level = script.level;
    let texture_side = (config.size.width.min(config.size.height) / 2)
        .next_power_of_two()
        .clamp(32, 256);
    let grain = Grain::new(dice, texture_side);
    let light = light(dice);
    let props = props(dice, &script, &grain);
    let backdrop = backdrop::paint(dice, &grain, level, (&props, &light));

    let mut camera = Camera::new(
        dice,
        Restlessness {
            speed: script.lively.speed,
            unrest: level,
        },
    );
    let (mut actors, look_alikes) = players(dice, config, &script, (&grain, &backdrop));
    follow(dice, &mut camera, &mut actors, level);
    actors.extend(scenery(dice, &script, &props));
    actors.sort_by(|a, b| a.parallax.total_cmp(&b.parallax));
    let foreground = dice.chance(0.45 * level).then(|| {
        let layer = foreground::paint(dice, &grain, &light);
        (layer, dice.range(1.1, 1.8))
    });
    let ripple = dice.chance(0.15).then(|| Ripple {
        reach: dice.log_range(0.002, 0.012),
        top: dice.range(-0.2, 0.3),
        waves: dice.range(3.0, 12.0),
        rate: dice.signed(0.8),
    });
    Cast {
        backdrop: backdrop.layer,
        backdrop_parallax: dice.range(0.55, 1.0),
        ripple,
        actors,
        foreground,
        camera,
        light,
        photograph: Photograph::new(dice, 0.3 + 0.7 * level),
        look_alikes,
    }
}

impl Script {
    fn new(dice: &mut Dice, config: &WorldConfig) -> Self {
        // Most clips come close to the config's difficulty, some are easy.
        let level = config.difficulty.clamp(0.0, 1.0) * dice.unit().powf(0.6);
        let short = config.size.width.min(config.size.height) as f32;
        let speed = dice.log_range(0.004, 0.014 + 0.075 * level);
        Self {
            level,
            lively: Liveliness {
                speed,
                change: 0.15 + 0.85 * level * dice.unit(),
            },
            extent: Extent {
                half: [
                    config.size.width as f32 / short * 0.5,
                    config.size.height as f32 / short * 0.5,
                ],
                short_pixels: short,
            },
            largest: 0.6,
            softness: if dice.chance(0.65) {
                1.0
            } else {
                dice.log_range(1.0, 2.6)
            },
        }
    }

    fn frame_area(&self) -> f32 {
        4.0 * self.extent.half[0] * self.extent.half[1]
    }
}

fn light(dice: &mut Dice) -> Light {
    let (turn, height) = (dice.angle(), dice.range(0.35, 0.95));
    let flat = (1.0 - height * height).sqrt();
    // Lamps are above more often than below.
    Light {
        direction: [turn.cos() * flat, -turn.sin().abs() * flat, height],
        ambient: dice.range(0.25, 0.75),
    }
}

/// A figure of any kind.
fn figure(dice: &mut Dice) -> Figure {
    match dice.weighted(&[1.0, 0.8, 0.55, 0.1]) {
        0 => thing::figure(dice),
        1 => creature::figure(dice),
        2 => machine::figure(dice),
        _ => landmark::figure(dice),
    }
}

/// A few bodies that are used many times as clutter and scenery.
fn props(dice: &mut Dice, script: &Script, grain: &Grain) -> Vec<Arc<Body>> {
    let count = dice.integer(3, 5);
    (0..count)
        .map(|_| {
            let figure = if dice.chance(0.5) {
                landmark::figure(dice)
            } else {
                figure(dice)
            };
            Arc::new(Body::dress(
                dice,
                figure,
                Disguise::None,
                (grain, script.extent.short_pixels * 0.12),
            ))
        })
        .collect()
}

/// The tracked actors, and whether two of them look alike.
fn players(
    dice: &mut Dice,
    config: &WorldConfig,
    script: &Script,
    (grain, backdrop): (&Grain, &Backdrop),
) -> (Vec<Actor>, bool) {
    let most = 1 + (script.level * (config.objects.clamp(1, 32) - 1) as f32 + 0.5) as usize;
    let wanted = dice.integer(1, most);
    let mut actors: Vec<Actor> = Vec::with_capacity(wanted);
    let mut look_alikes = false;
    while actors.len() < wanted {
        let twin = actors
            .last()
            .filter(|_| dice.chance(0.15 + 0.4 * script.level))
            .cloned();
        let actor = if let Some(twin) = twin {
            look_alikes = true;
            copy(dice, script, &twin)
        } else {
            let disguise = disguise(dice, script.level, backdrop);
            player(dice, script, disguise, (grain, wanted))
        };
        actors.push(Actor {
            id: actors.len() as u8 + 1,
            ..actor
        });
    }
    // An unnamed double of someone named: the distractor that no mask gives away.
    if dice.chance(0.35 * script.level)
        && let Some(twin) = actors.first().cloned()
    {
        look_alikes = true;
        let double = copy(dice, script, &twin);
        actors.push(Actor { id: 0, ..double });
    }
    (actors, look_alikes)
}

/// Some actors are hard to tell from what is behind them.
fn disguise(dice: &mut Dice, level: f32, backdrop: &Backdrop) -> Disguise {
    let Backdrop {
        colours, textures, ..
    } = backdrop;
    if dice.chance(0.35 * level) {
        Disguise::Colour(colours[dice.integer(0, colours.len() - 1)])
    } else if dice.chance(0.12 * level) {
        Disguise::Texture(Arc::clone(&textures[dice.integer(0, textures.len() - 1)]))
    } else {
        Disguise::None
    }
}

fn player(
    dice: &mut Dice,
    script: &Script,
    disguise: Disguise,
    (grain, crowd): (&Grain, usize),
) -> Actor {
    let figure = figure(dice);
    let kind = figure.kind;
    let largest = script.largest / (crowd as f32).powf(0.6);
    let share = dice.log_range(0.012, largest);
    // The figure's area is known only once it is dressed, at a guess of its size that is good enough for resolution.
    let guess = (share * script.frame_area()).sqrt() * 0.9;
    let body = Body::dress(
        dice,
        figure,
        disguise,
        (grain, guess * script.extent.short_pixels),
    );
    let size = (share * script.frame_area() / body.area().max(0.05))
        .sqrt()
        .min(0.62);
    let mut motion = Motion::new(dice, kind, size, script.lively);
    place(dice, script, &mut motion);
    Actor {
        body: Arc::new(body),
        motion,
        trace: if dice.chance(0.6) {
            backdrop::trace(dice, kind)
        } else {
            Trace::None
        },
        gain: [1.0; 3],
        softness: script.softness,
        id: 0,
        parallax: 1.0,
        carried: dice.chance(0.6),
    }
}

/// The same body with another motion, and perhaps slightly other light on it.
fn copy(dice: &mut Dice, script: &Script, actor: &Actor) -> Actor {
    let mut motion = actor.motion.varied(dice, script.lively, actor.body.kind());
    place(dice, script, &mut motion);
    let tint = if dice.chance(0.5) { 0.0 } else { 0.15 };
    Actor {
        motion,
        gain: [0; 3].map(|_| 1.0 + dice.signed(tint)),
        carried: dice.chance(0.6),
        ..actor.clone()
    }
}

/// Puts an actor into the frame and sets its walls: outside the frame for those that come and go.
fn place(dice: &mut Dice, script: &Script, motion: &mut Motion) {
    let half = script.extent.half;
    let inside = half.map(|length| (length - motion.size * 0.6).max(length * 0.15));
    motion.start = inside.map(|length| dice.signed(length));
    let leaves = dice.chance(0.2 + 0.5 * script.level);
    if leaves && dice.chance(0.5) {
        // Out of the frame soon, straight through the nearer side.
        let frames = dice.log_range(4.0, 20.0);
        let side = motion.start[0].signum();
        motion.velocity[0] = side * (half[0] + motion.size - motion.start[0].abs()) / frames;
    }
    motion.limit = Some(half.map(|length| {
        if leaves {
            length + motion.size * 1.1
        } else {
            (length - motion.size * 0.3).max(length * 0.5)
        }
    }));
}

/// Lets the camera go with one of the actors, as people film.
fn follow(dice: &mut Dice, camera: &mut Camera, actors: &mut [Actor], level: f32) {
    if !dice.chance(0.25 + 0.35 * level) {
        return;
    }
    let Some(target) = actors.first_mut() else {
        return;
    };
    camera.drift = target.motion.velocity;
    target.motion.limit = None;
    target.carried = false;
    let drift = camera.drift;
    for actor in actors.iter_mut().skip(1).filter(|actor| actor.carried) {
        actor.motion.limit = None;
        actor.motion.velocity = [0, 1].map(|axis| actor.motion.velocity[axis] * 0.3 + drift[axis]);
    }
}

/// Unnamed things that stand about in depth.
fn scenery(dice: &mut Dice, script: &Script, props: &[Arc<Body>]) -> Vec<Actor> {
    let count = dice.integer(0, (script.level * 5.0) as usize);
    let mut actors = Vec::with_capacity(count);
    for _ in 0..count {
        let body = Arc::clone(&props[dice.integer(0, props.len() - 1)]);
        let kind = body.kind();
        let parallax = dice.pick([0.7, 0.85, 0.95, 0.95, 1.15, 1.3]) + dice.signed(0.04);
        let size = dice.log_range(0.04, 0.3) * parallax;
        let mut motion = Motion::fixed(dice, kind, size);
        motion.start = script.extent.half.map(|length| dice.signed(length * 1.4));
        let trace = if dice.chance(0.6) {
            backdrop::trace(dice, kind)
        } else {
            Trace::None
        };
        let gain = [0; 3].map(|_| dice.range(0.7, 1.2));
        actors.push(Actor {
            body,
            motion,
            trace,
            gain,
            softness: script.softness,
            id: 0,
            parallax,
            carried: false,
        });
    }
    actors
}

/// The plainest cast that still follows the config: one actor in the middle, nothing before it.
pub(super) fn solo(config: &WorldConfig, seed: u64, attempt: u64) -> Cast {
    let mut cast = cast(&config.clone().with_difficulty(0.0), seed, attempt);
    let named = cast.actors.iter().position(|actor| actor.id == 1);
    cast.actors = named
        .map(|index| cast.actors.swap_remove(index))
        .into_iter()
        .collect();
    for actor in &mut cast.actors {
        actor.motion.start = [0.0; 2];
        actor.motion.size = actor.motion.size.max(0.25);
    }
    cast.foreground = None;
    cast
}

#[cfg(test)]
mod tests {
    use super::super::figure::Kind;
    use super::*;

    fn stands(actor: &Actor) -> bool {
        actor.body.kind() == Kind::Upright
    }

    #[test]
    fn identities_are_numbered_from_one_without_gaps() {
        let config = WorldConfig::training(64);
        for seed in 0..20 {
            let cast = cast(&config, seed, 0);
            let mut ids: Vec<u8> = cast
                .actors
                .iter()
                .map(|actor| actor.id)
                .filter(|id| *id > 0)
                .collect();
            ids.sort_unstable();
            assert_eq!(ids, (1..=ids.len() as u8).collect::<Vec<_>>());
            assert!(ids.len() <= config.objects);
        }
    }

    #[test]
    fn casts_are_varied() {
        let config = WorldConfig::training(64);
        let upright = (0..40).filter(|seed| {
            cast(&config, *seed, 0)
                .actors
                .iter()
                .any(|actor| actor.id == 1 && stands(actor))
        });
        assert!((8..36).contains(&upright.count()));
    }
}
