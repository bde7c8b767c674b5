//! Quantities that change smoothly with time: positions, angles, sizes, light.
//!
//! In: a time in frames, fractions and negative times included. Out: a value. Values are read in any order and
//! for any length of video, since knots are hashed rather than stored.

use super::dice::{Dice, hash, unit_from_bits};

/// Smooth noise: hashed knots in `[-1, 1]` every `period` frames, joined by Catmull-Rom splines, times an amplitude.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wander {
    seed: u64,
    per_frame: f32,
    amplitude: f32,
    start: f32,
}

impl Wander {
    /// Noise with the given amplitude and frames between knots; it is 0 at time 0.
    pub(crate) fn new(dice: &mut Dice, amplitude: f32, period: f32) -> Self {
        let mut wander = Self {
            seed: dice.seed(),
            per_frame: 1.0 / period.max(0.5),
            amplitude,
            start: 0.0,
        };
        wander.start = wander.at(0.0);
        wander
    }

    /// No change at all.
    pub(crate) fn still() -> Self {
        Self {
            seed: 0,
            per_frame: 1.0,
            amplitude: 0.0,
            start: 0.0,
        }
    }

    pub(crate) fn at(&self, time: f32) -> f32 {
        if self.amplitude == 0.0 {
            return 0.0;
        }
        // The seed also shifts the knots, so that not every quantity turns at time 0.
        let position = time * self.per_frame + unit_from_bits(hash(self.seed));
        let knot = position.floor();
        let fraction = position - knot;
        let [before, here, next, after] =
            [-1i64, 0, 1, 2].map(|step| self.knot(knot as i64 + step));
        let slope = (next - before) * 0.5;
        let slope_next = (after - here) * 0.5;
        let cubic = 2.0 * (here - next) + slope + slope_next;
        let square = 3.0 * (next - here) - 2.0 * slope - slope_next;
        let value = ((cubic * fraction + square) * fraction + slope) * fraction + here;
        value * self.amplitude - self.start
    }

    fn knot(&self, index: i64) -> f32 {
        unit_from_bits(hash(
            self.seed ^ (index as u64).wrapping_mul(0xd6e8_feb8_6659_fd93),
        )) * 2.0
            - 1.0
    }
}

/// Folds a coordinate into `[-limit, limit]` as a ball between two walls.
pub(crate) fn reflect(coordinate: f32, limit: f32) -> f32 {
    let period = 4.0 * limit.max(1e-3);
    let phase = (coordinate + limit).rem_euclid(period);
    if phase < period * 0.5 {
        phase - limit
    } else {
        period - phase - limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wander_starts_at_zero_and_is_continuous() {
        let mut dice = Dice::new(3, 0);
        let wander = Wander::new(&mut dice, 2.0, 5.0);
        assert!(wander.at(0.0).abs() < 1e-6);
        let mut most = 0.0f32;
        for step in -200..2000 {
            let time = step as f32 * 0.1;
            let here = wander.at(time);
            assert!((here - wander.at(time + 0.001)).abs() < 0.01);
            most = most.max(here.abs());
        }
        assert!((1.0..6.0).contains(&most), "{most}");
    }

    #[test]
    fn reflection_stays_between_the_walls_and_keeps_the_inside() {
        assert_eq!(reflect(0.25, 1.0), 0.25);
        assert!((reflect(1.5, 1.0) - 0.5).abs() < 1e-6);
        assert!((reflect(-1.25, 1.0) + 0.75).abs() < 1e-6);
        for step in -100..100 {
            assert!(reflect(step as f32 * 0.37, 1.0).abs() <= 1.0 + 1e-5);
        }
    }
}
