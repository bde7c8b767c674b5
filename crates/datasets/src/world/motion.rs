//! How an actor moves, turns, grows, bends and steps over time.
//!
//! In: random choices, a time in frames. Out: a pose. World units are short sides of the frame. Any time can be
//! asked for, in any order.

use std::f32::consts::PI;

use super::affine::Affine;
use super::canvas::Bend;
use super::dice::Dice;
use super::figure::Kind;
use super::path::{Wander, reflect};

/// Highest speed, world units per frame: a runner close to the camera.
pub(super) const FASTEST: f32 = 0.07;

/// See the module documentation.
#[derive(Clone, Debug)]
pub(super) struct Motion {
    pub(super) start: [f32; 2],
    /// World units per frame.
    pub(super) velocity: [f32; 2],
    /// Walls between which the actor goes to and fro, outside the frame for those that leave; none if unbounded.
    pub(super) limit: Option<[f32; 2]>,
    /// Faces right in its figure; walkers face where they go.
    pub(super) faces_travel: bool,
    pub(super) mirrored: bool,
    pub(super) size: f32,
    sway: [Wander; 2],
    hop: f32,
    gait: f32,
    rest: f32,
    spin: f32,
    turn: Wander,
    growth: Wander,
    squash: Wander,
    yaw: Wander,
    skew: Wander,
    change: Wander,
    light: Wander,
    bend: Bend,
    bend_rate: f32,
}

/// How lively a motion is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Liveliness {
    /// Typical speed, world units per frame.
    pub(super) speed: f32,
    /// Turning, growing, bending: 0 rigid, 1 strong.
    pub(super) change: f32,
}

/// Where an actor is and how it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pose {
    pub(super) world_from_figure: Affine,
    /// Radians of the gait's cycle.
    pub(super) gait: f32,
    /// Distance covered, in the figure's units.
    pub(super) rolled: f32,
    /// Weight of the second outline, `0..=1`.
    pub(super) change: f32,
    /// Turn about the vertical axis, radians, for texture to follow.
    pub(super) yaw: f32,
    /// Factor on the light that falls on it, as it walks through sun and shade.
    pub(super) light: f32,
    pub(super) bend: Bend,
}

impl Motion {
    /// A motion from `start` for an actor of the given half size.
    pub(super) fn new(dice: &mut Dice, kind: Kind, size: f32, lively: Liveliness) -> Self {
        let upright = kind == Kind::Upright;
        let Liveliness { speed, change } = lively;
        let heading = if upright {
            dice.pick([0.0, PI]) + dice.normal() * 0.12
        } else {
            dice.angle()
        };
        let pace = if dice.chance(0.15) {
            0.0
        } else {
            (speed * dice.range(0.3, 1.5)).min(FASTEST)
        };
        let period = dice.log_range(4.0, 24.0);
        let swing = speed * period * dice.range(0.0, 0.35);
        let mut wander = |amplitude: f32, chance: f32| {
            if dice.chance(chance) {
                let (period, share) = (dice.log_range(4.0, 30.0), dice.unit());
                Wander::new(dice, amplitude * change * share, period)
            } else {
                Wander::still()
            }
        };
        let turn = wander(if upright { 0.35 } else { 1.8 }, 0.7);
        let [growth, squash, yaw] = [wander(0.6, 0.6), wander(0.25, 0.5), wander(1.1, 0.5)];
        let [skew, change_path, light] = [wander(0.35, 0.4), wander(1.2, 0.7), wander(0.5, 0.4)];
        let sway = [
            Wander::new(dice, swing, period),
            Wander::new(dice, swing * if upright { 0.3 } else { 1.0 }, period),
        ];
        let bend = Bend {
            reach: [dice.unit(), dice.unit()].map(|share| {
                if dice.chance(0.5) {
                    share * change * 0.12
                } else {
                    0.0
                }
            }),
            wave: dice.range(1.5, 5.0),
            phase: dice.angle(),
        };
        Self {
            start: [0.0; 2],
            velocity: [pace * heading.cos(), pace * heading.sin()],
            limit: None,
            faces_travel: upright || dice.chance(0.5),
            mirrored: dice.chance(0.5),
            size,
            sway,
            hop: if dice.chance(0.3) {
                dice.range(0.0, 0.12) * size
            } else {
                0.0
            },
            gait: dice.log_range(0.1, 0.9),
            rest: if upright {
                dice.normal() * 0.08
            } else {
                dice.angle()
            },
            spin: if !upright && dice.chance(0.25) {
                dice.signed(0.25) * change
            } else {
                0.0
            },
            turn,
            growth,
            squash,
            yaw,
            skew,
            change: change_path,
            light,
            bend,
            bend_rate: dice.signed(0.5),
        }
    }

    /// No motion at all: furniture, trees.
    pub(super) fn fixed(dice: &mut Dice, kind: Kind, size: f32) -> Self {
        let mut motion = Self::new(
            dice,
            kind,
            size,
            Liveliness {
                speed: 0.0,
                change: 0.0,
            },
        );
        (motion.hop, motion.gait) = (0.0, 0.0);
        motion
    }

    /// Place in the world at a time.
    pub(super) fn position(&self, time: f32) -> [f32; 2] {
        let hop = self.hop * (self.gait * time * 0.5).sin().abs();
        let free = [0, 1]
            .map(|axis| self.start[axis] + self.velocity[axis] * time + self.sway[axis].at(time));
        let [x, y] = self.limit.map_or(free, |limit| {
            [0, 1].map(|axis| reflect(free[axis], limit[axis]))
        });
        [x, y - hop]
    }

    /// Everything at a time.
    pub(super) fn pose(&self, time: f32) -> Pose {
        let [x, y] = self.position(time);
        let ahead = self.position(time + 0.5)[0] - x;
        let mirrored = if self.faces_travel && ahead.abs() > 1e-5 {
            ahead < 0.0
        } else {
            self.mirrored
        };
        let facing = if mirrored { -1.0 } else { 1.0 };
        let size = self.size * self.growth.at(time).exp();
        let squash = self.squash.at(time).exp();
        let yaw = self.yaw.at(time).clamp(-1.25, 1.25);
        let angle = (self.rest + self.turn.at(time)) * facing + self.spin * time;
        let skew = Affine {
            xy: self.skew.at(time),
            ..Affine::IDENTITY
        };
        let scale = Affine::scale(size * squash * yaw.cos() * facing, size / squash);
        let distance =
            (self.velocity[0].abs() + self.velocity[1].abs()) * time / self.size.max(1e-3);
        Pose {
            world_from_figure: Affine::translation(x, y)
                .after(Affine::rotation(angle))
                .after(skew)
                .after(scale),
            gait: self.gait * time,
            rolled: distance,
            change: (self.change.at(time) * 0.5 + 0.25).clamp(0.0, 1.0),
            yaw,
            light: self.light.at(time).exp(),
            bend: Bend {
                phase: self.bend.phase + self.bend_rate * time,
                ..self.bend
            },
        }
    }

    /// Another motion of the same manner from another place: for look-alikes.
    pub(super) fn varied(&self, dice: &mut Dice, lively: Liveliness, kind: Kind) -> Self {
        let size = self.size * dice.range(0.75, 1.3);
        let fresh = Self::new(dice, kind, size, lively);
        Self {
            gait: self.gait,
            rest: self.rest + dice.normal() * 0.2,
            ..fresh
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_starts_where_it_is_put_and_moves_without_jumps() {
        let mut dice = Dice::new(11, 0);
        for kind in [Kind::Upright, Kind::Free] {
            for _ in 0..50 {
                let mut motion = Motion::new(
                    &mut dice,
                    kind,
                    0.2,
                    Liveliness {
                        speed: 0.03,
                        change: 1.0,
                    },
                );
                motion.start = [0.1, -0.2];
                motion.limit = Some([0.7, 0.5]);
                let [x, y] = motion.position(0.0);
                assert!((x - 0.1).abs() < 1e-5 && (y + 0.2).abs() < 1e-5);
                for frame in 0..300 {
                    let [here, next] =
                        [frame as f32, frame as f32 + 0.1].map(|time| motion.position(time));
                    assert!((here[0] - next[0]).hypot(here[1] - next[1]) < 0.04);
                    assert!(here[0].abs() <= 0.7 + 1e-4);
                }
            }
        }
    }

    #[test]
    fn furniture_does_not_move() {
        let mut dice = Dice::new(12, 0);
        let motion = Motion::fixed(&mut dice, Kind::Free, 0.3);
        let (first, later) = (motion.pose(0.0), motion.pose(77.0));
        assert_eq!(first.world_from_figure, later.world_from_figure);
        assert_eq!(first.gait, later.gait);
    }
}
