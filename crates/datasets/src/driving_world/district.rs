//! Where buildings, trees and street furniture stand.
//!
//! In: streets, the places along a drive, styles. Out: models with their places and the shadows they cast, all of which
//! stay where they are.

use std::f64::consts::{FRAC_PI_2, PI};

use glam::{DVec2, DVec3};
use tubelet_geometry::{GeometryError, RigidTransform};

use super::building::Style;
use super::course::Place;
use super::fittings::Fittings;
use super::model::Model;
use super::roadside;
use super::shadow::{Caster, Shadow};
use super::streets::{Street, Streets};
use super::surface::Surfaces;
use crate::world::dice::Dice;

/// Metres from the drive within which things are put up.
const REACH: f64 = 95.0;
/// Most models of one clip that stand still.
const MOST: usize = 1500;

/// Something that stands still.
#[derive(Clone, Debug)]
pub(super) struct Prop {
    pub(super) model: usize,
    pub(super) pose: RigidTransform,
    pub(super) scale: f32,
}

/// See the module docs.
#[derive(Clone, Debug, Default)]
pub(super) struct District {
    pub(super) models: Vec<Model>,
    pub(super) props: Vec<Prop>,
    pub(super) shadows: Vec<Shadow>,
    /// Rectangles that are built on: middle, direction, half the sides.
    plots: Vec<Caster>,
}

/// How a stretch along a street is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Town,
    Houses,
    Park,
    Yard,
}

/// Numbers of models of which there are several of each kind.
struct Kinds {
    trees: Vec<usize>,
    bushes: Vec<usize>,
    lamp: usize,
    signs: Vec<usize>,
    signals: Vec<usize>,
    oddments: Vec<usize>,
    fences: Vec<usize>,
}

/// What everything is made of and where it may stand.
pub(super) struct Site<'a> {
    pub(super) streets: &'a Streets,
    /// Places along the drive.
    pub(super) drive: &'a [DVec2],
    pub(super) styles: &'a [Style],
    pub(super) towards_sun: DVec3,
}

impl District {
    /// Fills the sides of all streets near the drive.
    ///
    /// # Errors
    /// [`GeometryError::NotRigid`] where the drive has left the numbers.
    pub(super) fn new(
        dice: &mut Dice,
        site: &Site<'_>,
        (surfaces, fittings): (&mut Surfaces, &Fittings),
    ) -> Result<Self, GeometryError> {
        let mut district = Self::default();
        let kinds = district.kinds(dice, surfaces, fittings);
        let town = dice.unit();
        for (index, street) in site.streets.all.iter().enumerate() {
            let places = site.drive.iter().map(|at| street.course.locate(*at));
            let near = places.filter(|position| position.left.abs() < REACH);
            let (low, high) = near.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| {
                (low.min(at.along), high.max(at.along))
            });
            if low > high {
                continue;
            }
            let range = [low - REACH, high + REACH];
            for side in [-1.0, 1.0] {
                district.line(dice, site, ((index, street), side, range), (&kinds, town))?;
            }
        }
        Ok(district)
    }

    fn kinds(&mut self, dice: &mut Dice, surfaces: &mut Surfaces, fittings: &Fittings) -> Kinds {
        let mut several = |count: usize, build: &mut dyn FnMut(&mut Dice) -> Model| {
            (0..count)
                .map(|_| {
                    self.models.push(build(dice));
                    self.models.len() - 1
                })
                .collect::<Vec<usize>>()
        };
        Kinds {
            trees: several(5, &mut |dice| roadside::tree(dice, surfaces, fittings)),
            bushes: several(3, &mut |dice| roadside::bush(dice, surfaces, fittings)),
            lamp: several(1, &mut |dice| roadside::lamp(dice, fittings))[0],
            signs: several(4, &mut |dice| roadside::sign(dice, surfaces, fittings)),
            signals: several(2, &mut |dice| roadside::signal(dice, surfaces, fittings)),
            oddments: several(5, &mut |dice| roadside::oddment(dice, surfaces, fittings)),
            fences: several(2, &mut |dice| roadside::fence(dice, surfaces, fittings)),
        }
    }

    /// One side of one street.
    fn line(
        &mut self,
        dice: &mut Dice,
        site: &Site<'_>,
        ((index, street), side, [from, to]): ((usize, &Street), f64, [f64; 2]),
        (kinds, town): (&Kinds, f32),
    ) -> Result<(), GeometryError> {
        let is_avenue = dice.chance(0.45);
        // Turned so that `x` points to the carriageway.
        let beside = |along: f64, away: f64| {
            let place = street.course.place(along).moved(0.0, side * away);
            Place {
                heading: place.heading - side * FRAC_PI_2,
                ..place
            }
        };
        let mut along = from;
        while along < to {
            let place = beside(along, street.half() + 0.55);
            along += f64::from(dice.range(3.0, 6.5));
            if site.streets.is_driven(place.at) || !site.is_near(place.at) {
                continue;
            }
            let is_corner = site.streets.is_crossing(index, place.at, 3.0);
            let pick = |dice: &mut Dice, from: &[usize]| from[dice.integer(0, from.len() - 1)];
            let turned = |turn: f64| Place {
                heading: place.heading + turn,
                ..place
            };
            // Faces those who drive on this side towards it.
            let facing = turned(-FRAC_PI_2);
            if is_corner {
                if dice.chance(0.3) {
                    self.put(pick(dice, &kinds.signals), facing, 1.0)?;
                }
            } else if dice.chance(0.16) {
                self.put(kinds.lamp, place, 1.0)?;
            } else if is_avenue && dice.chance(0.5) {
                self.plant(dice, kinds, place, site)?;
            } else if dice.chance(0.1) {
                self.put(pick(dice, &kinds.signs), facing, 1.0)?;
            } else if dice.chance(0.14) {
                self.put(
                    pick(dice, &kinds.oddments),
                    turned(f64::from(dice.angle())),
                    1.0,
                )?;
            }
        }
        let mut along = from;
        while along < to {
            let length = f64::from(dice.range(35.0, 90.0));
            let weights = [0.2 + 2.0 * town, 1.0 - 0.7 * town, 0.45, 0.3];
            let used = [Use::Town, Use::Houses, Use::Park, Use::Yard][dice.weighted(&weights)];
            let set_back = match used {
                Use::Town => f64::from(dice.range(0.0, 4.0)),
                Use::Houses => f64::from(dice.range(3.0, 8.0)),
                Use::Park | Use::Yard => 0.0,
            };
            let end = (along + length).min(to);
            while along < end {
                let style = &site.styles[dice.integer(0, site.styles.len().saturating_sub(1))];
                along += match used {
                    Use::Town | Use::Houses => {
                        let wide = match used {
                            Use::Town => dice.range(10.0, 26.0),
                            _ => dice.range(7.0, 13.0),
                        };
                        let model = style.build(dice, wide);
                        let size = (model.high - model.low).as_dvec3();
                        let away = street.reach() + set_back + size.y * 0.5;
                        let mut place = beside(along + size.x * 0.5, away);
                        place.heading += FRAC_PI_2;
                        self.erect(model, place, site)?;
                        if used == Use::Houses && dice.chance(0.5) {
                            let garden = beside(along, street.reach() + 1.0);
                            self.grow(dice, kinds, garden, site)?;
                        }
                        let gap = if used == Use::Town {
                            [0.0, 1.5]
                        } else {
                            [3.0, 9.0]
                        };
                        size.x + f64::from(dice.range(gap[0], gap[1]))
                    }
                    Use::Park => {
                        let away = street.reach() + f64::from(dice.log_range(1.5, 30.0));
                        self.grow(dice, kinds, beside(along, away), site)?;
                        f64::from(dice.range(1.5, 5.0))
                    }
                    Use::Yard => {
                        let mut place = beside(along, street.reach() + 0.3);
                        place.heading += FRAC_PI_2;
                        if site.is_open(place.at, -0.1) {
                            self.put(kinds.fences[0], place, 1.0)?;
                        }
                        let away = street.reach() + f64::from(dice.range(5.0, 30.0));
                        if dice.chance(0.4) {
                            self.grow(dice, kinds, beside(along, away), site)?;
                        }
                        6.0
                    }
                };
            }
        }
        Ok(())
    }

    /// A tree or a bush on open land.
    fn grow(
        &mut self,
        dice: &mut Dice,
        kinds: &Kinds,
        place: Place,
        site: &Site<'_>,
    ) -> Result<(), GeometryError> {
        let spot = Caster {
            middle: place.at,
            ahead: DVec2::X,
            half: DVec2::splat(0.7),
            heights: [0.0, 1.0],
        };
        if !site.is_open(place.at, 0.8) || self.plots.iter().any(|plot| meet(plot, &spot)) {
            return Ok(());
        }
        if dice.chance(0.6) {
            self.plant(dice, kinds, place, site)
        } else {
            let bush = kinds.bushes[dice.integer(0, kinds.bushes.len() - 1)];
            self.put(bush, place, dice.range(0.7, 1.2))
        }
    }

    fn plant(
        &mut self,
        dice: &mut Dice,
        kinds: &Kinds,
        place: Place,
        site: &Site<'_>,
    ) -> Result<(), GeometryError> {
        let tree = kinds.trees[dice.integer(0, kinds.trees.len() - 1)];
        let scale = dice.range(0.75, 1.15);
        let turned = Place {
            heading: f64::from(dice.angle()),
            ..place
        };
        if site.is_near(place.at) {
            let model = &self.models[tree];
            let high = f64::from(model.high.z * scale);
            let wide = f64::from(model.high.x.min(model.high.y) * scale) * 0.75;
            let crown = Caster {
                middle: place.at,
                ahead: turned.ahead(),
                half: DVec2::splat(wide),
                heights: [high * 0.35, high * 0.9],
            };
            let shadow = crown.cast(site.towards_sun);
            self.shadows
                .extend(shadow.map(|shadow| shadow.dappled(0.75)));
        }
        self.put(tree, turned, scale)
    }

    /// A building, where there is room for it.
    fn erect(&mut self, model: Model, place: Place, site: &Site<'_>) -> Result<(), GeometryError> {
        let half = (model.high - model.low).as_dvec3() * 0.5;
        let plot = Caster {
            middle: place.at,
            ahead: place.ahead(),
            half: half.truncate(),
            heights: [0.0, f64::from(model.high.z)],
        };
        let steps = [-1.0, -0.5, 0.0, 0.5, 1.0];
        let is_free = steps.iter().all(|ahead| {
            steps.iter().all(|left| {
                let at = place.moved(ahead * half.x, left * half.y).at;
                site.streets.is_clear(at, -0.05)
            })
        });
        if !is_free || !site.is_near(place.at) || self.plots.iter().any(|other| meet(other, &plot))
        {
            return Ok(());
        }
        self.shadows.extend(plot.cast(site.towards_sun));
        self.shadows.push(plot.contact(0.35));
        self.plots.push(plot);
        self.models.push(model);
        self.put(self.models.len() - 1, place, 1.0)
    }

    fn put(&mut self, model: usize, place: Place, scale: f32) -> Result<(), GeometryError> {
        if self.props.len() < MOST {
            let pose =
                RigidTransform::from_yaw(place.heading.rem_euclid(2.0 * PI), place.at.extend(0.0))?;
            self.props.push(Prop { model, pose, scale });
        }
        Ok(())
    }
}

impl Site<'_> {
    fn is_near(&self, at: DVec2) -> bool {
        self.drive
            .iter()
            .any(|place| place.distance_squared(at) < REACH * REACH)
    }

    fn is_open(&self, at: DVec2, margin: f64) -> bool {
        self.is_near(at) && self.streets.is_clear(at, margin)
    }
}

/// Whether two rectangles overlap: none of their sides' directions separates them.
pub(super) fn meet(one: &Caster, other: &Caster) -> bool {
    let away = other.middle - one.middle;
    let reach = |of: &Caster, axis: DVec2| {
        (of.ahead * of.half.x).dot(axis).abs() + (of.ahead.perp() * of.half.y).dot(axis).abs()
    };
    [one.ahead, one.ahead.perp(), other.ahead, other.ahead.perp()]
        .into_iter()
        .all(|axis| away.dot(axis).abs() < reach(one, axis) + reach(other, axis))
}
