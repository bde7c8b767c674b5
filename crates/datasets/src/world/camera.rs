//! The camera: following, panning, zooming, rolling, shaking, with parallax between layers.
//!
//! In: random choices, a time in frames. Out: maps from the world to the screen.

use super::affine::Affine;
use super::dice::Dice;
use super::path::Wander;

/// See the module documentation.
#[derive(Clone, Debug)]
pub(super) struct Camera {
    /// World units per frame; equal to the velocity of an actor that the camera follows.
    pub(super) drift: [f32; 2],
    pan: [Wander; 2],
    shake: [Wander; 2],
    roll: Wander,
    zoom: Wander,
    /// Exposed part of the time between frames; 0 freezes motion.
    pub(super) shutter: f32,
}

/// How restless a camera may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Restlessness {
    /// World units per frame.
    pub(super) speed: f32,
    /// Rolling, zooming, shaking: 0 tripod, 1 hand-held and running.
    pub(super) unrest: f32,
}

impl Camera {
    pub(super) fn new(dice: &mut Dice, restless: Restlessness) -> Self {
        let Restlessness { speed, unrest } = restless;
        let tripod = dice.chance(0.2);
        let live = if tripod { 0.0 } else { 1.0 };
        let period = dice.log_range(6.0, 40.0);
        let reach = live * speed * period * dice.range(0.1, 0.8);
        let pan = [
            Wander::new(dice, reach, period),
            Wander::new(dice, reach * 0.5, period),
        ];
        let tremble = if dice.chance(0.5) {
            live * unrest * dice.log_range(0.001, 0.012)
        } else {
            0.0
        };
        let shake = [0, 1].map(|_| Wander::new(dice, tremble, 1.6));
        let roll = live
            * unrest
            * if dice.chance(0.4) {
                dice.range(0.0, 0.15)
            } else {
                0.0
            };
        let zoom = unrest
            * if dice.chance(0.4) {
                dice.range(0.0, 0.3)
            } else {
                0.0
            };
        let [roll_period, zoom_period] = [dice.log_range(8.0, 40.0), dice.log_range(8.0, 40.0)];
        Self {
            drift: [0.0; 2],
            pan,
            shake,
            roll: Wander::new(dice, roll, roll_period),
            zoom: Wander::new(dice, zoom, zoom_period),
            shutter: if dice.chance(0.3) {
                0.0
            } else {
                dice.range(0.1, 0.9)
            },
        }
    }

    /// Middle of the view, in world units; the origin at time 0.
    pub(super) fn centre(&self, time: f32) -> [f32; 2] {
        [0, 1].map(|axis| {
            self.drift[axis] * time + self.pan[axis].at(time) + self.shake[axis].at(time)
        })
    }

    /// The map for a layer with the given parallax, onto a screen of the given size in pixels.
    pub(super) fn screen_from_world(
        &self,
        time: f32,
        parallax: f32,
        [width, height]: [usize; 2],
    ) -> Affine {
        let scale = width.min(height) as f32 * self.zoom.at(time).exp();
        let [x, y] = self.centre(time);
        Affine::translation(width as f32 * 0.5, height as f32 * 0.5)
            .after(Affine::rotation(self.roll.at(time)))
            .after(Affine::scale(scale, scale))
            .after(Affine::translation(-x * parallax, -y * parallax))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_time_zero_the_origin_is_in_the_middle_of_every_layer() {
        let camera = Camera::new(
            &mut Dice::new(3, 0),
            Restlessness {
                speed: 0.05,
                unrest: 1.0,
            },
        );
        for parallax in [0.5, 1.0, 1.7] {
            let [x, y] = camera
                .screen_from_world(0.0, parallax, [300, 200])
                .apply([0.0, 0.0]);
            assert!((x - 150.0).abs() < 1e-3 && (y - 100.0).abs() < 1e-3);
        }
    }

    #[test]
    fn near_layers_move_further_than_far_ones() {
        let mut camera = Camera::new(
            &mut Dice::new(5, 0),
            Restlessness {
                speed: 0.0,
                unrest: 0.0,
            },
        );
        camera.drift = [0.02, 0.0];
        let at = |parallax| {
            camera
                .screen_from_world(5.0, parallax, [256, 256])
                .apply([0.0, 0.0])[0]
        };
        assert!(at(1.5) < at(1.0) && at(1.0) < at(0.5) && at(0.5) < 128.0);
    }
}
