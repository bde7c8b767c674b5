//! The drive of the vehicle that carries the cameras.
//!
//! In: streets, a duration, random choices. Out: its travel, and exact poses with the small nods of a car on springs.

use std::sync::Arc;

use glam::DVec3;
use tubelet_geometry::{GeometryError, RigidTransform};

use super::course::Place;
use super::streets::Streets;
use super::travel::{Pace, Shift, Travel};
use crate::world::dice::Dice;
use crate::world::path::Wander;

/// Nods are joined by smooth curves through points this many seconds apart.
const NOD_PERIOD: f32 = 0.9;

/// What the driver does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manoeuvre {
    Follow,
    ChangeLane,
    Turn,
    Stop,
}

impl Manoeuvre {
    /// Harder drives turn more often.
    pub(super) fn draw(dice: &mut Dice, difficulty: f32) -> Self {
        let weights = [
            1.2 - difficulty * 0.75,
            0.3 * difficulty,
            0.4 * difficulty,
            0.15,
        ];
        [Self::Follow, Self::ChangeLane, Self::Turn, Self::Stop][dice.weighted(&weights)]
    }
}

/// See the module docs.
#[derive(Clone, Debug)]
pub(super) struct Drive {
    pub(super) travel: Travel,
    nods: [Wander; 3],
}

impl Drive {
    /// A drive on the first of the streets, in the middle of whose manoeuvre half of `duration` is over.
    pub(super) fn new(
        dice: &mut Dice,
        streets: &Streets,
        manoeuvre: Manoeuvre,
        (duration, difficulty): (f64, f32),
    ) -> Self {
        let main = streets.main();
        let cruise = f64::from(dice.range(5.0, 11.5));
        let middle = duration * f64::from(dice.range(0.35, 0.65));
        let lane = dice.integer(0, main.lanes - 1);
        let mut travel = Travel {
            course: Arc::clone(&main.course),
            start: f64::from(dice.range(-5.0, 5.0)),
            backwards: false,
            left: main.lane_middle(lane, false),
            shift: None,
            pace: Pace::wavering(dice, cruise, duration),
        };
        match manoeuvre {
            Manoeuvre::Follow => {}
            Manoeuvre::ChangeLane => {
                let length = cruise * f64::from(dice.range(1.8, 3.2));
                travel.shift = Some(Shift {
                    from: travel.along(middle) - length * 0.5,
                    length,
                    // Towards the middle of the street where there is a lane, else to the right.
                    by: if lane > 0 { main.lane } else { -main.lane },
                });
                if main.lanes == 1 {
                    // Around something at the kerb, and over the middle line.
                    travel.shift = travel.shift.map(|shift| Shift {
                        by: main.lane * 0.8,
                        ..shift
                    });
                }
            }
            Manoeuvre::Stop => {
                let (halt, slow) = (
                    middle + f64::from(dice.range(-0.5, 0.5)),
                    f64::from(dice.range(1.2, 2.5)),
                );
                let mut knots = vec![(halt - slow, cruise), (halt, 0.0)];
                if dice.chance(0.6) {
                    let start = halt + f64::from(dice.range(0.4, 1.6));
                    knots.extend([(start, 0.0), (start + 3.0, cruise)]);
                }
                travel.pace = Pace::through(knots);
            }
            Manoeuvre::Turn => {
                let crossing = streets.crossings[streets.crossings.len() / 2];
                let before = 400.0;
                let to_left = dice.chance(0.5);
                let course = streets.turn(crossing, (false, to_left), before);
                let slow = f64::from(dice.range(3.6, 6.0));
                travel.pace = Pace::through(vec![
                    (middle - 3.0, cruise),
                    (middle - 1.0, slow),
                    (middle + 1.0, slow),
                    (middle + 3.5, cruise),
                ]);
                travel.left = 0.0;
                let bend = slow * f64::from(dice.range(0.6, 1.6));
                travel.start = before + bend - travel.pace.distance(middle);
                travel.course = Arc::new(course);
            }
        }
        let nod = 0.009 * (0.3 + difficulty);
        Self {
            travel,
            nods: [nod, nod, 0.03].map(|size| Wander::new(dice, size, NOD_PERIOD)),
        }
    }

    /// Where the vehicle is at a time: the middle of its rear axle on the ground.
    ///
    /// # Errors
    /// [`GeometryError::NotRigid`] where the drive has left the numbers.
    pub(super) fn pose(&self, time: f64) -> Result<RigidTransform, GeometryError> {
        let Place { at, heading } = self.travel.place(time);
        let [pitch, roll, heave] = self.nods.map(|nod| f64::from(nod.at(time as f32)));
        let level = RigidTransform::from_yaw(heading, DVec3::new(at.x, at.y, heave))?;
        let nod = [1.0, roll * 0.5, pitch * 0.5, 0.0];
        Ok(level * RigidTransform::from_quaternion(nod, [0.0; 3])?)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use glam::DVec2;

    fn drive(seed: u64, manoeuvre: Manoeuvre) -> (Streets, Drive) {
        let dice = &mut Dice::new(seed, 1);
        let start = Place {
            at: DVec2::new(300.0, 400.0),
            heading: f64::from(dice.angle()),
        };
        let bends = manoeuvre != Manoeuvre::Turn;
        let streets = Streets::new(dice, start, 60.0, bends);
        let drive = Drive::new(dice, &streets, manoeuvre, (6.0, 1.0));
        (streets, drive)
    }

    #[test]
    fn every_manoeuvre_stays_on_the_street_and_does_what_it_says() {
        for seed in 0..30 {
            for manoeuvre in [
                Manoeuvre::Follow,
                Manoeuvre::ChangeLane,
                Manoeuvre::Turn,
                Manoeuvre::Stop,
            ] {
                let (streets, drive) = drive(seed, manoeuvre);
                let places: Vec<Place> = (0..=60)
                    .map(|step| drive.travel.place(f64::from(step) * 0.1))
                    .collect();
                assert!(places.iter().all(|place| streets.is_driven(place.at)));
                let turned = places[60].heading - places[0].heading;
                if manoeuvre == Manoeuvre::Turn {
                    assert!(turned.abs() > 0.5, "{seed}: {turned}");
                }
                if manoeuvre == Manoeuvre::Stop {
                    let slowest =
                        (0..60).map(|step| drive.travel.pace.speed(f64::from(step) * 0.1));
                    assert!(slowest.fold(9.0, f64::min) < 0.7, "{seed}");
                }
                let pose = drive.pose(2.0).unwrap();
                assert!((pose.yaw() - drive.travel.place(2.0).heading).sin().abs() < 1e-3);
            }
        }
    }
}
