//! Straight motion: velocity or acceleration stays, and the heading is a quantity of its own (CV and CA of Fast-Poly,
//! whose components along the third axis never leave zero and are left out).

use glam::DVec2;

use super::law::{Law, Matrix, identity};
use crate::config::class::InitialVariance;

/// `x, y, vx, vy, heading`.
#[derive(Debug)]
pub(crate) struct ConstantVelocity;

impl Law<5> for ConstantVelocity {
    const HEADING: usize = 4;
    const PROCESS: [f64; 5] = [1.0, 1.0, 2.0, 2.0, 0.5];
    const MEASUREMENT: [f64; 3] = [1.0, 2.0, 0.5];

    fn begin(place: DVec2, velocity: DVec2, heading: f64) -> [f64; 5] {
        [place.x, place.y, velocity.x, velocity.y, heading]
    }

    fn variances(it: &InitialVariance) -> [f64; 5] {
        [it.place, it.place, it.velocity, it.velocity, it.heading]
    }

    fn advance(state: &[f64; 5], seconds: f64) -> ([f64; 5], Matrix<5>) {
        let [x, y, vx, vy, heading] = *state;
        let mut motion = identity();
        motion[0][2] = seconds;
        motion[1][3] = seconds;
        let next = [x + seconds * vx, y + seconds * vy, vx, vy, heading];
        (next, motion)
    }

    fn velocity(state: &[f64; 5]) -> (DVec2, [[f64; 5]; 2]) {
        let slopes = [[0.0, 0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 0.0]];
        (DVec2::new(state[2], state[3]), slopes)
    }
}

/// `x, y, vx, vy, ax, ay, heading`.
#[derive(Debug)]
pub(crate) struct ConstantAcceleration;

impl Law<7> for ConstantAcceleration {
    const HEADING: usize = 6;
    const PROCESS: [f64; 7] = [1.0; 7];
    const MEASUREMENT: [f64; 3] = [1.0; 3];

    fn begin(place: DVec2, velocity: DVec2, heading: f64) -> [f64; 7] {
        [place.x, place.y, velocity.x, velocity.y, 0.0, 0.0, heading]
    }

    fn variances(it: &InitialVariance) -> [f64; 7] {
        [
            it.place,
            it.place,
            it.velocity,
            it.velocity,
            it.acceleration,
            it.acceleration,
            it.heading,
        ]
    }

    fn advance(state: &[f64; 7], seconds: f64) -> ([f64; 7], Matrix<7>) {
        let [x, y, vx, vy, ax, ay, heading] = *state;
        let half = seconds * seconds / 2.0;
        let mut motion = identity();
        for axis in 0..2 {
            motion[axis][axis + 2] = seconds;
            motion[axis][axis + 4] = half;
            motion[axis + 2][axis + 4] = seconds;
        }
        let next = [
            x + seconds * vx + half * ax,
            y + seconds * vy + half * ay,
            vx + seconds * ax,
            vy + seconds * ay,
            ax,
            ay,
            heading,
        ];
        (next, motion)
    }

    fn velocity(state: &[f64; 7]) -> (DVec2, [[f64; 7]; 2]) {
        let mut slopes = [[0.0; 7]; 2];
        slopes[0][2] = 1.0;
        slopes[1][3] = 1.0;
        (DVec2::new(state[2], state[3]), slopes)
    }
}
