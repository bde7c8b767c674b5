//! The actors of a clip: which figures, how dressed, how large, where, how they move.
//!
//! In: a config, random choices, the backdrop to blend in with. Out: actors with and without identities.

use std::sync::Arc;

use super::actor::{Actor, Trace};
use super::backdrop::{self, Backdrop};
use super::body::{self, Body, Disguise};
use super::config::WorldConfig;
use super::dice::Dice;
use super::figure::Figure;
use super::motion::{FASTEST, Liveliness, Motion};
use super::texture::Grain;
use super::{creature, landmark, machine, thing};

/// The stage in world units (short sides of the frame).
pub(super) struct Extent {
    pub(super) half: [f32; 2],
    pub(super) short_pixels: f32,
}

/// What the actors of one clip share.
pub(super) struct Script {
    /// Difficulty of this clip.
    pub(super) level: f32,
    pub(super) lively: Liveliness,
    pub(super) extent: Extent,
    pub(super) largest: f32,
    pub(super) softness: f32,
}

impl Script {
    pub(super) fn new(dice: &mut Dice, config: &WorldConfig) -> Self {
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
pub(super) fn props(dice: &mut Dice, script: &Script, grain: &Grain) -> Vec<Arc<Body>> {
    let wardrobe = body::wardrobe(dice, 5, grain);
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
                Disguise::Wardrobe(&wardrobe),
                (grain, script.extent.short_pixels * 0.12),
            ))
        })
        .collect()
}

/// The tracked actors, and whether two of them look alike.
pub(super) fn players(
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
fn disguise(dice: &mut Dice, level: f32, backdrop: &Backdrop) -> Disguise<'static> {
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
    disguise: Disguise<'_>,
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
        repeats: None,
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
        let speed = (half[0] + motion.size - motion.start[0].abs()) / frames;
        motion.velocity[0] = side * speed.min(FASTEST);
    }
    motion.limit = Some(half.map(|length| {
        if leaves {
            length + motion.size * 1.1
        } else {
            (length - motion.size * 0.3).max(length * 0.5)
        }
    }));
}

/// Unnamed things that stand about in depth.
pub(super) fn scenery(dice: &mut Dice, script: &Script, props: &[Arc<Body>]) -> Vec<Actor> {
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
            repeats: Some(script.extent.half[0] * 4.0),
        });
    }
    actors
}
