//! What is shown in a clip: backdrop, actors, foreground, camera, light, photograph.
//!
//! In: a config, a seed. Out: the parts of a scene. Each clip draws its own difficulty below the config's.

use super::actor::Actor;
use super::backdrop;
use super::camera::{Camera, Restlessness};
use super::config::WorldConfig;
use super::dice::Dice;
use super::foreground;
use super::layer::{Layer, Ripple};
use super::photograph::Photograph;
use super::players::{self, Script};
use super::shading::Light;
use super::texture::Grain;

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

/// Draws a cast; `attempt` numbers further tries of the same clip.
pub(super) fn cast(config: &WorldConfig, seed: u64, attempt: u64) -> Cast {
    let mut dice = Dice::new(seed, attempt);
    let dice = &mut dice;
    let script = Script::new(dice, config);
    let level = script.level;
    let texture_side = (config.size.width.min(config.size.height) / 2)
        .next_power_of_two()
        .clamp(32, 256);
    let grain = Grain::new(dice, texture_side).with_strength(config.texture);
    let light = light(dice);
    let props = players::props(dice, &script, &grain);
    let backdrop = backdrop::paint(dice, &grain, level, (&props, &light));

    let mut camera = Camera::new(
        dice,
        Restlessness {
            speed: script.lively.speed,
            unrest: level,
        },
    );
    let (mut actors, look_alikes) = players::players(dice, config, &script, (&grain, &backdrop));
    follow(dice, &mut camera, &mut actors, level);
    actors.extend(players::scenery(dice, &script, &props));
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
        photograph: Photograph::new(dice, 0.3 + 0.7 * level, config.size.width),
        look_alikes,
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
