//! Motion along the heading: with a rate of turn (CTRA and CTRV of Fast-Poly), and as a bicycle (BICYCLE).
//!
//! The published bicycle never steers. Its filter carries the steering angle, but neither Jacobian connects it with
//! anything that is measured, so it stays at the zero it began with; and the centre of gravity, half way between wheels
//! that stand symmetrically, is the centre of the box. What is left is [`Bicycle`]: straight ahead with an acceleration,
//! and a heading that only detections change.

use glam::DVec2;

use super::law::{Law, Matrix, identity};
use crate::config::class::InitialVariance;

/// Slowest turn in radians a second that is not taken for straight.
const SLOWEST_TURN: f64 = 0.001;

/// `x, y, speed, acceleration, heading, turn`.
#[derive(Debug)]
pub(crate) struct TurnRateAcceleration;

impl Law<6> for TurnRateAcceleration {
    const HEADING: usize = 4;
    const PROCESS: [f64; 6] = [1.0; 6];
    const MEASUREMENT: [f64; 3] = [1.0; 3];

    fn begin(place: DVec2, velocity: DVec2, heading: f64) -> [f64; 6] {
        [place.x, place.y, velocity.length(), 0.0, heading, 0.0]
    }

    fn variances(it: &InitialVariance) -> [f64; 6] {
        [
            it.place,
            it.place,
            it.velocity,
            it.acceleration,
            it.heading,
            it.turn,
        ]
    }

    fn advance(state: &[f64; 6], seconds: f64) -> ([f64; 6], Matrix<6>) {
        let [x, y, speed, acceleration, heading, turn] = *state;
        let end_speed = speed + acceleration * seconds;
        let end_heading = heading + turn * seconds;
        let mut motion = identity();
        motion[2][3] = seconds;
        motion[4][5] = seconds;
        let ahead = DVec2::from_angle(heading);
        let way = if turn.abs() < SLOWEST_TURN {
            let way = straight(ahead, (speed, acceleration), seconds);
            way.write(&mut motion);
            way.covered
        } else {
            let end_ahead = DVec2::from_angle(end_heading);
            let (across, end_across) = (ahead.perp(), end_ahead.perp());
            // The integral of speed along the heading; a turn to the right of a direction is `-perp`.
            let swept = end_ahead - ahead;
            let leaned = end_across * end_speed - across * speed;
            let way = -leaned / turn + swept * acceleration / (turn * turn);
            let by_speed = -(end_across - across) / turn;
            let by_acceleration = swept / (turn * turn) - end_across * (seconds / turn);
            let by_heading = way.perp();
            let by_turn = leaned / (turn * turn) - swept * (2.0 * acceleration / turn.powi(3))
                + end_ahead * (end_speed * seconds / turn)
                + end_across * (acceleration * seconds / (turn * turn));
            let slopes = [by_speed, by_acceleration, by_heading, by_turn];
            write_slopes(&mut motion, &slopes);
            way
        };
        let next = [
            x + way.x,
            y + way.y,
            end_speed,
            acceleration,
            end_heading,
            turn,
        ];
        (next, motion)
    }

    fn velocity(state: &[f64; 6]) -> (DVec2, [[f64; 6]; 2]) {
        along(state, 2, Self::HEADING)
    }
}

/// `x, y, speed, heading, turn`.
#[derive(Debug)]
pub(crate) struct TurnRateVelocity;

impl Law<5> for TurnRateVelocity {
    const HEADING: usize = 3;
    const PROCESS: [f64; 5] = [1.0, 1.0, 2.0, 0.5, 1.0];
    const MEASUREMENT: [f64; 3] = [1.0, 2.0, 0.5];

    fn begin(place: DVec2, velocity: DVec2, heading: f64) -> [f64; 5] {
        [place.x, place.y, velocity.length(), heading, 0.0]
    }

    fn variances(it: &InitialVariance) -> [f64; 5] {
        [it.place, it.place, it.velocity, it.heading, it.turn]
    }

    fn advance(state: &[f64; 5], seconds: f64) -> ([f64; 5], Matrix<5>) {
        let [x, y, speed, heading, turn] = *state;
        // The same without the acceleration.
        let whole = [x, y, speed, 0.0, heading, turn];
        let (next, slopes) = TurnRateAcceleration::advance(&whole, seconds);
        let kept = [0, 1, 2, 4, 5];
        let motion = kept.map(|row| kept.map(|column| slopes[row][column]));
        (kept.map(|index| next[index]), motion)
    }

    fn velocity(state: &[f64; 5]) -> (DVec2, [[f64; 5]; 2]) {
        along(state, 2, Self::HEADING)
    }
}

/// `x, y, speed, acceleration, heading`; see the module docs.
#[derive(Debug)]
pub(crate) struct Bicycle;

impl Law<5> for Bicycle {
    const HEADING: usize = 4;
    const PROCESS: [f64; 5] = [1.0, 1.0, 2.0, 1.0, 0.5];
    const MEASUREMENT: [f64; 3] = [1.0, 2.0, 0.5];

    fn begin(place: DVec2, velocity: DVec2, heading: f64) -> [f64; 5] {
        [place.x, place.y, velocity.length(), 0.0, heading]
    }

    fn variances(it: &InitialVariance) -> [f64; 5] {
        [it.place, it.place, it.velocity, it.acceleration, it.heading]
    }

    fn advance(state: &[f64; 5], seconds: f64) -> ([f64; 5], Matrix<5>) {
        let [x, y, speed, acceleration, heading] = *state;
        let way = straight(DVec2::from_angle(heading), (speed, acceleration), seconds);
        let mut motion = identity();
        motion[2][3] = seconds;
        way.write(&mut motion);
        let next = [
            x + way.covered.x,
            y + way.covered.y,
            speed + acceleration * seconds,
            acceleration,
            heading,
        ];
        (next, motion)
    }

    fn velocity(state: &[f64; 5]) -> (DVec2, [[f64; 5]; 2]) {
        along(state, 2, Self::HEADING)
    }
}

/// The way straight ahead, and how it changes with speed, acceleration and heading.
struct Straight {
    covered: DVec2,
    by_speed: DVec2,
    by_acceleration: DVec2,
    by_heading: DVec2,
}

impl Straight {
    fn write<const N: usize>(&self, motion: &mut Matrix<N>) {
        let slopes = [self.by_speed, self.by_acceleration, self.by_heading];
        write_slopes(motion, &slopes);
    }
}

/// Writes how the place changes with the third quantity and those after it.
fn write_slopes<const N: usize>(motion: &mut Matrix<N>, slopes: &[DVec2]) {
    for (axis, row) in motion.iter_mut().take(2).enumerate() {
        for (entry, slope) in row.iter_mut().skip(2).zip(slopes) {
            *entry = slope[axis];
        }
    }
}

fn straight(ahead: DVec2, (speed, acceleration): (f64, f64), seconds: f64) -> Straight {
    let half = seconds * seconds / 2.0;
    let distance = speed * seconds + acceleration * half;
    Straight {
        covered: ahead * distance,
        by_speed: ahead * seconds,
        by_acceleration: ahead * half,
        by_heading: ahead.perp() * distance,
    }
}

/// The velocity of something that moves along its heading.
fn along<const N: usize>(state: &[f64; N], speed: usize, heading: usize) -> (DVec2, [[f64; N]; 2]) {
    let ahead = DVec2::from_angle(state[heading]);
    let velocity = ahead * state[speed];
    let mut slopes = [[0.0; N]; 2];
    for (axis, row) in slopes.iter_mut().enumerate() {
        row[speed] = ahead[axis];
        row[heading] = velocity.perp()[axis];
    }
    (velocity, slopes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::linear::{ConstantAcceleration, ConstantVelocity};

    /// Compares both Jacobians of a law with differences.
    fn check<L: Law<N>, const N: usize>(state: [f64; N]) {
        let (_, motion) = L::advance(&state, 0.5);
        let (_, slopes) = L::velocity(&state);
        for column in 0..N {
            let shifted = |by: f64| {
                let mut moved = state;
                moved[column] += by;
                (L::advance(&moved, 0.5).0, L::velocity(&moved).0)
            };
            let ((more, more_velocity), (less, less_velocity)) = (shifted(1e-6), shifted(-1e-6));
            for row in 0..N {
                let slope = (more[row] - less[row]) / 2e-6;
                assert!((motion[row][column] - slope).abs() < 1e-6, "{row} {column}");
            }
            let slope = (more_velocity - less_velocity) / 2e-6;
            assert!((slopes[0][column] - slope.x).abs() < 1e-6);
            assert!((slopes[1][column] - slope.y).abs() < 1e-6);
        }
    }

    #[test]
    fn jacobians_are_what_differences_say() {
        for turn in [0.4, -1.3] {
            check::<TurnRateAcceleration, 6>([3.0, -2.0, 5.0, 0.7, 1.1, turn]);
            check::<TurnRateVelocity, 5>([3.0, -2.0, 5.0, 1.1, turn]);
        }
        check::<Bicycle, 5>([3.0, -2.0, 5.0, 0.7, -2.1]);
        check::<ConstantVelocity, 5>([3.0, -2.0, 5.0, 0.7, 0.1]);
        check::<ConstantAcceleration, 7>([3.0, -2.0, 5.0, 0.7, 0.1, 0.2, 3.0]);
    }

    #[test]
    fn a_quarter_turn_ends_beside_the_circle_it_drives() {
        let turn = std::f64::consts::FRAC_PI_2;
        let (next, _) = TurnRateVelocity::advance(&[0.0, 0.0, turn * 10.0, 0.0, turn], 1.0);
        assert!((next[0] - 10.0).abs() < 1e-12 && (next[1] - 10.0).abs() < 1e-12);
    }

    #[test]
    fn the_slowest_turn_hardly_differs_from_straight() {
        let at = |turn| TurnRateAcceleration::advance(&[0.0, 0.0, 8.0, 1.0, 0.5, turn], 0.5).0;
        let (straight, turned) = (at(0.0), at(0.001));
        assert!((straight[0] - turned[0]).abs() < 2e-3 && (straight[1] - turned[1]).abs() < 2e-3);
    }
}
