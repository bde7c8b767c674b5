//! The streets of a district: one that may bend, and straight ones across it.
//!
//! In: random choices. Out: for any point, which streets are near and where on them it lies. Traffic keeps to the right.

use std::sync::Arc;

use glam::DVec2;

use super::course::{Course, Place, Position};
use crate::world::dice::Dice;

/// Metres from the border of the crossed street to the near side of the stripes on which people cross.
pub(super) const STRIPES_FROM: f64 = 1.2;
/// Metres to their far side.
pub(super) const STRIPES_TO: f64 = 4.2;

/// One street with lanes in both directions.
#[derive(Clone, Debug)]
pub(super) struct Street {
    pub(super) course: Arc<Course>,
    /// Lanes in each direction.
    pub(super) lanes: usize,
    /// Width of a lane in metres.
    pub(super) lane: f64,
    /// Width of the strip for parked cars on each side, or 0.
    pub(super) parking: f64,
    /// Width of the pavement on each side.
    pub(super) pavement: f64,
    /// Whether the middle line is yellow.
    pub(super) yellow: bool,
    /// Whether people have stripes to cross at its crossings.
    pub(super) stripes: bool,
}

impl Street {
    fn new(dice: &mut Dice, course: Course, lanes: usize) -> Self {
        Self {
            course: Arc::new(course),
            lanes,
            lane: f64::from(dice.range(3.0, 3.7)),
            parking: if dice.chance(0.6) { 2.2 } else { 0.0 },
            pavement: f64::from(dice.range(2.5, 5.5)),
            yellow: dice.chance(0.4),
            stripes: dice.chance(0.75),
        }
    }

    /// Metres from the middle to the kerb.
    pub(super) fn half(&self) -> f64 {
        self.lanes as f64 * self.lane + self.parking + 0.25
    }

    /// Metres from the middle to the far side of the pavement.
    pub(super) fn reach(&self) -> f64 {
        self.half() + self.pavement
    }

    /// Metres to the left of the course of the middle of a lane, 0 being the innermost, for traffic along the course or
    /// against it.
    pub(super) fn lane_middle(&self, lane: usize, backwards: bool) -> f64 {
        let beside = (lane as f64 + 0.5) * self.lane;
        if backwards { beside } else { -beside }
    }
}

/// Where the main street is crossed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crossing {
    /// Metres along the main street.
    pub(super) along: f64,
    /// Index of the street across; its course starts at the crossing and heads to the main street's left.
    pub(super) street: usize,
}

/// Streets; the first is the one on which the drive begins.
#[derive(Clone, Debug)]
pub(super) struct Streets {
    pub(super) all: Vec<Street>,
    pub(super) crossings: Vec<Crossing>,
}

impl Streets {
    /// Streets around a drive that begins near `start` and is about `length` metres long. `bends` allows bends.
    pub(super) fn new(dice: &mut Dice, start: Place, length: f64, bends: bool) -> Self {
        let lanes = dice.pick([1, 1, 2, 2, 3]);
        let course = Course::from(start);
        let course = match dice.weighted(&[0.3, 0.45, 0.25]) {
            1 if bends => bend(dice, course),
            2 if bends => {
                let course = bend(dice, course);
                bend(dice, course)
            }
            _ => course,
        };
        let mut all = vec![Street::new(dice, course, lanes)];
        let mut crossings = Vec::new();
        let mut along = f64::from(dice.range(-130.0, -70.0));
        while along < length + 130.0 && all.len() < 64 {
            let mut across = all[0].course.place(along);
            across.heading += std::f64::consts::FRAC_PI_2;
            let lanes = dice.pick([1, 1, 1, 2]);
            crossings.push(Crossing {
                along,
                street: all.len(),
            });
            all.push(Street::new(dice, Course::from(across), lanes));
            along += f64::from(dice.range(55.0, 120.0));
        }
        Self { all, crossings }
    }

    /// The street on which the drive begins.
    pub(super) fn main(&self) -> &Street {
        &self.all[0]
    }

    /// Where a point lies with respect to each street that is no further than `margin` from its pavement.
    pub(super) fn near(
        &self,
        point: DVec2,
        margin: f64,
    ) -> impl Iterator<Item = (usize, &Street, Position)> {
        self.all
            .iter()
            .enumerate()
            .map(move |(index, street)| (index, street, street.course.locate(point)))
            .filter(move |(_, street, position)| position.left.abs() <= street.reach() + margin)
    }

    /// Whether a point is further than `margin` from every pavement.
    pub(super) fn is_clear(&self, point: DVec2, margin: f64) -> bool {
        self.near(point, margin).next().is_none()
    }

    /// Whether cars drive at a point.
    pub(super) fn is_driven(&self, point: DVec2) -> bool {
        self.near(point, 0.0)
            .any(|(_, street, position)| position.left.abs() < street.half())
    }

    /// Whether a point on one street lies in or just before a crossing with another.
    pub(super) fn is_crossing(&self, own: usize, point: DVec2, margin: f64) -> bool {
        self.near(point, margin).any(|(index, street, position)| {
            index != own && position.left.abs() < street.half() + margin
        })
    }

    /// The way from the main street into another at a crossing: straight from `before` metres ahead of it in the
    /// innermost lane (for a turn to the left) or the outermost (to the right), a bend, and on straight.
    pub(super) fn turn(
        &self,
        crossing: Crossing,
        (backwards, to_left): (bool, bool),
        before: f64,
    ) -> Course {
        let (main, across) = (self.main(), &self.all[crossing.street]);
        let lane = if to_left { 0 } else { main.lanes - 1 };
        let own = main.lane_middle(lane, false).abs();
        let other = across
            .lane_middle(if to_left { 0 } else { across.lanes - 1 }, false)
            .abs();
        // In the frame of who drives: the lane is `own` to the right of the middle, the one turned into beyond the
        // middle of the street across (to the left) or before it (to the right).
        let (radius, meeting) = if to_left {
            (across.half() * 0.5 + 5.0, other)
        } else {
            (5.0 + across.parking, -other)
        };
        let mut place = main.course.place(crossing.along);
        if backwards {
            place.heading += std::f64::consts::PI;
        }
        let start = place.moved(meeting - radius - before, -own);
        let angle = if to_left { 1.0 } else { -1.0 } * std::f64::consts::FRAC_PI_2;
        Course::from(start).straight(before).bend(radius, angle)
    }
}

fn bend(dice: &mut Dice, course: Course) -> Course {
    let straight = f64::from(dice.range(8.0, 50.0));
    let radius = f64::from(dice.log_range(38.0, 160.0));
    let angle = f64::from(dice.range(0.4, 1.5)) * f64::from(dice.pick([-1.0f32, 1.0]));
    course.straight(straight).bend(radius, angle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_ends_in_a_lane_of_the_street_across() {
        let start = Place {
            at: DVec2::new(50.0, 20.0),
            heading: 2.0,
        };
        for seed in 0..20 {
            let streets = Streets::new(&mut Dice::new(seed, 0), start, 60.0, false);
            let crossing = streets.crossings[1];
            for backwards in [false, true] {
                for to_left in [false, true] {
                    let course = streets.turn(crossing, (backwards, to_left), 30.0);
                    let main = streets.main().course.locate(course.place(0.0).at);
                    let lane = if to_left { 0 } else { streets.main().lanes - 1 };
                    let wanted = streets.main().lane_middle(lane, backwards);
                    assert!((main.left - wanted).abs() < 1e-6);
                    let across = &streets.all[crossing.street];
                    let end = across.course.locate(course.place(80.0).at);
                    let lane = if to_left { 0 } else { across.lanes - 1 };
                    let wanted = across.lane_middle(lane, backwards == to_left);
                    assert!((end.left - wanted).abs() < 1e-6, "{seed} {end:?}");
                }
            }
        }
    }

    #[test]
    fn the_middle_of_a_street_is_driven_and_far_away_is_clear() {
        let start = Place {
            at: DVec2::ZERO,
            heading: 0.3,
        };
        let streets = Streets::new(&mut Dice::new(1, 0), start, 60.0, true);
        let place = streets.main().course.place(33.0);
        assert!(streets.is_driven(place.at));
        let pavement = streets.main().half() + 1.0;
        let crossing = streets.crossings[0].along;
        let middle = streets.main().course.place(crossing + 25.0);
        assert!(!streets.is_driven(middle.moved(0.0, pavement).at));
        assert!(!streets.is_clear(middle.moved(0.0, pavement).at, 0.0));
    }
}
