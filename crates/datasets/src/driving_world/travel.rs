//! How something moves along a course: at which speed, on which side, changing lanes.
//!
//! In: a time in seconds. Out: a place with a heading. Nothing here knows what it is that moves.

use std::sync::Arc;

use glam::DVec2;

use super::course::{Course, Place};
use crate::world::dice::Dice;

/// Speed over time: straight lines between knots, steady before the first and after the last.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    /// Seconds, ascending, and metres per second.
    knots: Vec<(f64, f64)>,
}

impl Pace {
    /// One speed for ever.
    pub(super) fn steady(speed: f64) -> Self {
        Self {
            knots: vec![(0.0, speed)],
        }
    }

    /// Speeds at times in ascending order.
    pub(super) fn through(knots: Vec<(f64, f64)>) -> Self {
        if knots.is_empty() {
            return Self::steady(0.0);
        }
        Self { knots }
    }

    /// A speed that wavers by a share of itself, as a driver's does.
    pub(super) fn wavering(dice: &mut Dice, speed: f64, duration: f64) -> Self {
        let mut time = f64::from(dice.range(-3.0, 0.0));
        let mut knots = Vec::new();
        // A long drive wavers no more often than this; after that it is steady.
        while time < duration + 3.0 && knots.len() < 256 {
            knots.push((time, speed * f64::from(dice.range(0.8, 1.2))));
            time += f64::from(dice.range(1.5, 4.0));
        }
        Self::through(knots)
    }

    /// Metres per second at a time.
    pub(super) fn speed(&self, time: f64) -> f64 {
        let next = self.knots.partition_point(|(known, _)| *known <= time);
        let before = next.checked_sub(1).and_then(|index| self.knots.get(index));
        match (before, self.knots.get(next)) {
            (Some((start, from)), Some((end, to))) => {
                from + (to - from) * (time - start) / (end - start)
            }
            (Some((_, speed)), None) | (None, Some((_, speed))) => *speed,
            (None, None) => 0.0,
        }
    }

    /// Metres since time 0; negative before it.
    pub(super) fn distance(&self, time: f64) -> f64 {
        self.since_first(time) - self.since_first(0.0)
    }

    fn since_first(&self, time: f64) -> f64 {
        let Some((first, _)) = self.knots.first() else {
            return 0.0;
        };
        if time <= *first {
            return self.speed(time) * (time - first);
        }
        let mut distance = 0.0;
        let mut from = *first;
        for (end, _) in self.knots.iter().skip(1) {
            let to = end.min(time);
            // Exact, since the speed is a straight line in between.
            distance += self.speed((from + to) * 0.5) * (to - from);
            from = *end;
            if time <= *end {
                return distance;
            }
        }
        distance + self.speed(time) * (time - from)
    }
}

/// A change of lane: from a distance along the course, over a length, by metres to the left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shift {
    pub(super) from: f64,
    pub(super) length: f64,
    pub(super) by: f64,
}

impl Shift {
    /// Metres to the left at a distance along the course, and their slope.
    fn at(&self, along: f64) -> (f64, f64) {
        let share = ((along - self.from) / self.length).clamp(0.0, 1.0);
        let moved = self.by * share * share * (3.0 - 2.0 * share);
        (moved, self.by * 6.0 * share * (1.0 - share) / self.length)
    }
}

/// See the module docs.
#[derive(Clone, Debug)]
pub(super) struct Travel {
    pub(super) course: Arc<Course>,
    /// Metres along the course at time 0.
    pub(super) start: f64,
    /// Whether it moves towards the course's start.
    pub(super) backwards: bool,
    /// Metres to the left of the course, as the course heads.
    pub(super) left: f64,
    pub(super) shift: Option<Shift>,
    pub(super) pace: Pace,
}

impl Travel {
    /// Standing at a place.
    pub(super) fn parked(place: Place) -> Self {
        Self {
            course: Arc::new(Course::from(place)),
            start: 0.0,
            backwards: false,
            left: 0.0,
            shift: None,
            pace: Pace::steady(0.0),
        }
    }

    /// Metres along the course at a time.
    pub(super) fn along(&self, time: f64) -> f64 {
        let distance = self.pace.distance(time);
        self.start + if self.backwards { -distance } else { distance }
    }

    /// The place at a time in seconds.
    pub(super) fn place(&self, time: f64) -> Place {
        let along = self.along(time);
        let (moved, slope) = self.shift.map_or((0.0, 0.0), |shift| shift.at(along));
        let left = self.left + moved;
        let mut place = self.course.place(along).moved(0.0, left);
        // Beside a bend a step along the course is longer or shorter.
        let stretch = (1.0 - left * self.course.curvature(along)).max(0.1);
        place.heading += (slope / stretch).atan();
        if self.backwards {
            place.heading += std::f64::consts::PI;
        }
        place
    }

    /// Metres per second along the world's axes.
    pub(super) fn velocity(&self, time: f64) -> DVec2 {
        let step = 1e-3;
        (self.place(time + step).at - self.place(time - step).at) / (2.0 * step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_is_the_integral_of_speed() {
        let pace = Pace::through(vec![(0.5, 4.0), (2.0, 0.0), (3.0, 0.0), (5.0, 8.0)]);
        let mut sum = 0.0;
        for step in 0..7000 {
            sum += pace.speed(f64::from(step) * 1e-3 + 5e-4) * 1e-3;
        }
        assert!((pace.distance(7.0) - sum).abs() < 1e-3);
        assert_eq!(pace.distance(0.0), 0.0);
        assert!((pace.distance(-1.0) + 4.0).abs() < 1e-9);
    }

    #[test]
    fn the_heading_is_where_it_goes() {
        let start = Place {
            at: DVec2::ZERO,
            heading: 1.0,
        };
        let travel = Travel {
            course: Arc::new(Course::from(start).straight(10.0).bend(20.0, 1.5)),
            start: -5.0,
            backwards: false,
            left: -3.0,
            shift: Some(Shift {
                from: 2.0,
                length: 15.0,
                by: 3.5,
            }),
            pace: Pace::steady(8.0),
        };
        for backwards in [false, true] {
            let travel = Travel {
                backwards,
                start: if backwards { 40.0 } else { -5.0 },
                ..travel.clone()
            };
            for step in 0..50 {
                let time = f64::from(step) * 0.1 + 0.013;
                let moved = travel.velocity(time).normalize();
                let ahead = travel.place(time).ahead();
                assert!(moved.distance(ahead) < 1e-2, "{time} {moved} {ahead}");
            }
        }
    }
}
