//! Who is on the streets during a drive, and where they go.
//!
//! In: streets, the drive, random choices. Out: actors near the drive of whom no two are ever in the same place.

use std::f64::consts::{FRAC_PI_2, PI};
use std::sync::Arc;

use super::actor::{Actor, DrivingClass, Look};
use super::course::{Course, Place};
use super::district::meet;
use super::drive::Drive;
use super::fittings::Fittings;
use super::shadow::Caster;
use super::streets::{Street, Streets};
use super::surface::Surfaces;
use super::travel::{Pace, Travel};
use crate::world::dice::Dice;

/// Tries to find a place for one actor.
const TRIES: usize = 24;
/// Seconds between the times at which actors must be apart, and the most times that are checked: in drives of more than
/// 48 seconds they lie further apart.
const CHECK: f64 = 0.3;
const CHECKS: usize = 160;

/// What decides about traffic.
pub(super) struct Occasion<'a> {
    pub(super) streets: &'a Streets,
    pub(super) drive: &'a Drive,
    /// Seconds.
    pub(super) duration: f64,
    pub(super) objects: usize,
    pub(super) lookalikes: f32,
}

impl Occasion<'_> {
    /// Actors with the identities 1, 2, ….
    pub(super) fn fill(
        &self,
        dice: &mut Dice,
        surfaces: &mut Surfaces,
        fittings: &Fittings,
    ) -> Vec<Actor> {
        let times = self.times();
        // The vehicle itself and some room around it.
        let own: Vec<Caster> = times.iter().map(|time| self.own(*time)).collect();
        let mut taken: Vec<Vec<Caster>> = vec![own];
        let mut actors: Vec<Actor> = Vec::new();
        let mut last_walk: Option<Travel> = None;
        for _ in 0..self.objects {
            let (look, lookalike_of) = self.look(dice, &actors);
            let mut actor = Actor {
                look,
                model: look.build(surfaces, fittings),
                travel: Travel::parked(self.drive.travel.place(0.0)),
                stride: dice.unit(),
                lookalike_of,
            };
            for _ in 0..TRIES {
                let companion = last_walk.as_ref().filter(|_| dice.chance(0.35));
                let travel = match (look.class, companion) {
                    (DrivingClass::Pedestrian, Some(walk)) => Some(Travel {
                        left: walk.left + f64::from(dice.pick([-0.65f32, 0.65])),
                        start: walk.start + f64::from(dice.range(-0.7, 0.7)),
                        ..walk.clone()
                    }),
                    (DrivingClass::Pedestrian, None) => self.walk(dice),
                    _ => self.ride(dice, look.class, f64::from(actor.model.high.x)),
                };
                let Some(travel) = travel else { continue };
                actor.travel = travel;
                let margin = if look.class.is_vehicle() { 0.3 } else { 0.08 };
                let prints: Vec<Caster> = times
                    .iter()
                    .map(|time| actor.footprint(*time, margin))
                    .collect();
                let collides = taken.iter().any(|other| {
                    prints.iter().zip(other).any(|(print, other)| {
                        print.middle.distance_squared(other.middle) < 250.0 && meet(print, other)
                    })
                });
                if !collides {
                    if look.class == DrivingClass::Pedestrian {
                        last_walk = Some(actor.travel.clone());
                    }
                    taken.push(prints);
                    actors.push(actor);
                    break;
                }
            }
        }
        actors
    }

    fn times(&self) -> Vec<f64> {
        let count = ((self.duration / CHECK) as usize + 2).min(CHECKS);
        (0..count)
            .map(|index| self.duration * index as f64 / (count - 1) as f64)
            .collect()
    }

    fn own(&self, time: f64) -> Caster {
        let place = self.drive.travel.place(time);
        Caster {
            middle: place.moved(1.4, 0.0).at,
            ahead: place.ahead(),
            half: glam::DVec2::new(3.2, 1.25),
            heights: [0.0, 1.8],
        }
    }

    fn look(&self, dice: &mut Dice, actors: &[Actor]) -> (Look, Option<u16>) {
        if !actors.is_empty() && dice.chance(self.lookalikes) {
            let model = dice.integer(0, actors.len() - 1);
            let tint = [0; 3].map(|_| dice.normal() * 3.0);
            let look = Look {
                tint,
                ..actors[model].look
            };
            return (look, Some(model as u16 + 1));
        }
        let weights = [4.2, 0.8, 0.7, 0.5, 2.8, 0.9, 0.5];
        let class = DrivingClass::ALL[dice.weighted(&weights)];
        let look = Look {
            class,
            seed: dice.seed(),
            tint: [0.0; 3],
        };
        (look, None)
    }

    /// A street near the vehicle at a moment of the drive, how far along it the vehicle is, and the moment.
    fn scene(&self, dice: &mut Dice) -> Option<(usize, &Street, f64, f64)> {
        let time = self.duration * f64::from(dice.unit());
        let at = self.drive.travel.place(time).at;
        let near: Vec<_> = self.streets.near(at, 32.0).collect();
        let weights: Vec<f32> = near
            .iter()
            .map(|(_, _, position)| 1.0 / (6.0 + position.left.abs() as f32))
            .collect();
        let (index, street, position) = near.get(dice.weighted(&weights))?;
        Some((*index, *street, position.along, time))
    }

    /// A ride in a lane, a wait, or a place at the kerb.
    fn ride(&self, dice: &mut Dice, class: DrivingClass, half_length: f64) -> Option<Travel> {
        let (index, street, own, time) = self.scene(dice)?;
        let along = own + f64::from(dice.normal() * 20.0 + 3.0);
        let backwards = dice.chance(0.5);
        let is_two_wheeled = matches!(class, DrivingClass::Bicycle | DrivingClass::Motorcycle);
        let can_park = !is_two_wheeled && class != DrivingClass::Bus;
        if can_park && street.parking > 0.0 && dice.chance(0.5) {
            let place = street.course.place(along);
            let beside = street.half() - 1.15;
            let at = place.moved(0.0, if backwards { beside } else { -beside });
            if self.streets.is_crossing(index, at.at, 2.0 + half_length) {
                return None;
            }
            let heading = if backwards {
                place.heading + PI
            } else {
                place.heading
            };
            return Some(Travel::parked(Place { heading, ..at }));
        }
        if index == 0 && class != DrivingClass::Bicycle && dice.chance(0.15) {
            return self.turning(dice, time);
        }
        let lane = dice.integer(0, street.lanes - 1);
        let mut left = street.lane_middle(lane, backwards);
        let mut speed = f64::from(dice.range(4.5, 13.0));
        if class == DrivingClass::Bicycle {
            let edge = street.lanes as f64 * street.lane - 0.5;
            left = if backwards { edge } else { -edge };
            speed = f64::from(dice.range(3.0, 7.0));
        }
        let follows = index == 0 && !backwards && dice.chance(0.6);
        let pace = if follows {
            // With the flow, in which the vehicle swims, too.
            self.drive.travel.pace.clone()
        } else {
            match dice.weighted(&[1.0, 0.18, 0.2]) {
                0 => Pace::wavering(dice, speed, self.duration),
                1 => Pace::steady(0.0),
                _ => {
                    let halt = time + f64::from(dice.range(-1.0, 2.0));
                    Pace::through(vec![(halt - speed / 3.5, speed), (halt, 0.0)])
                }
            }
        };
        let covered = pace.distance(time);
        Some(Travel {
            course: Arc::clone(&street.course),
            start: if backwards {
                along + covered
            } else {
                along - covered
            },
            backwards,
            left: left + f64::from(dice.normal() * 0.12),
            shift: None,
            pace,
        })
    }

    /// From the main street into another, near the vehicle at a time.
    fn turning(&self, dice: &mut Dice, time: f64) -> Option<Travel> {
        let at = self.drive.travel.place(time).at;
        let crossing = *self.streets.crossings.iter().min_by(|one, other| {
            let far = |along: f64| {
                self.streets
                    .main()
                    .course
                    .place(along)
                    .at
                    .distance_squared(at)
            };
            far(one.along).total_cmp(&far(other.along))
        })?;
        let before = 200.0;
        let way = (dice.chance(0.5), dice.chance(0.5));
        let course = self.streets.turn(crossing, way, before);
        // The main street may bend before the crossing; then there is no such way.
        let is_straight = (1..5).all(|step| {
            let place = course.place(before - 12.0 * f64::from(step));
            self.streets.is_driven(place.at)
        });
        if !is_straight {
            return None;
        }
        let pace = Pace::steady(f64::from(dice.range(3.0, 6.5)));
        let reached = before + f64::from(dice.range(-18.0, 25.0));
        Some(Travel {
            course: Arc::new(course),
            start: reached - pace.distance(time),
            backwards: false,
            left: 0.0,
            shift: None,
            pace,
        })
    }

    /// A walk along a pavement or across a street, or a place to stand.
    fn walk(&self, dice: &mut Dice) -> Option<Travel> {
        let (index, street, own, time) = self.scene(dice)?;
        let along = own + f64::from(dice.normal() * 14.0 + 4.0);
        let side = if dice.chance(0.5) { 1.0 } else { -1.0 };
        let speed = f64::from(dice.range(0.8, 1.9));
        let place = street.course.place(along);
        if dice.chance(0.28) {
            let mut start = place;
            start.heading += side * FRAC_PI_2;
            let pace = Pace::steady(speed);
            let across = f64::from(dice.range(-1.0, 1.0)) * street.half();
            return Some(Travel {
                course: Arc::new(Course::from(start)),
                start: across - pace.distance(time),
                backwards: false,
                left: 0.0,
                shift: None,
                pace,
            });
        }
        let room = f64::from(dice.unit()) * (street.pavement - 1.4).max(0.0);
        let left = side * (street.half() + 1.0 + room);
        if self
            .streets
            .is_crossing(index, place.moved(0.0, left).at, 0.0)
        {
            return None;
        }
        if dice.chance(0.2) {
            let heading = f64::from(dice.angle());
            return Some(Travel::parked(Place {
                heading,
                ..place.moved(0.0, left)
            }));
        }
        let (backwards, pace) = (dice.chance(0.5), Pace::steady(speed));
        let covered = pace.distance(time);
        Some(Travel {
            course: Arc::clone(&street.course),
            start: if backwards {
                along + covered
            } else {
                along - covered
            },
            backwards,
            left,
            shift: None,
            pace,
        })
    }
}
