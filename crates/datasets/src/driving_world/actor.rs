//! Those who have an identity: vehicles and people, with their shape and their travel.
//!
//! In: a class, a seed. Out: a model, and where it stands, how it strides and which box holds it at any time.

use glam::DVec2;
use tubelet_geometry::{GeometryError, OrientedBox, RigidTransform};

use super::fittings::{self, Fittings};
use super::model::Model;
use super::shadow::Caster;
use super::surface::Surfaces;
use super::travel::Travel;
use super::{car, lorry, person};
use crate::world::dice::Dice;

/// What an object of the driving world is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DrivingClass {
    /// Passenger cars.
    Car,
    /// Vans; nuScenes and Waymo count them among cars and vehicles.
    Van,
    /// Lorries with a box, a tank or an open bed.
    Truck,
    /// Buses.
    Bus,
    /// People on foot.
    Pedestrian,
    /// Bicycles with their riders.
    Bicycle,
    /// Motorcycles and scooters with their riders.
    Motorcycle,
}

impl DrivingClass {
    /// All classes.
    pub const ALL: [Self; 7] = [
        Self::Car,
        Self::Van,
        Self::Truck,
        Self::Bus,
        Self::Pedestrian,
        Self::Bicycle,
        Self::Motorcycle,
    ];

    /// A word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Car => "car",
            Self::Van => "van",
            Self::Truck => "truck",
            Self::Bus => "bus",
            Self::Pedestrian => "pedestrian",
            Self::Bicycle => "bicycle",
            Self::Motorcycle => "motorcycle",
        }
    }

    /// Its class in the detection and tracking tasks of nuScenes.
    pub const fn nu_scenes_name(self) -> &'static str {
        match self {
            Self::Van => "car",
            _ => self.name(),
        }
    }

    /// Its category in the tables of nuScenes.
    pub const fn nu_scenes_category(self) -> &'static str {
        match self {
            Self::Car | Self::Van => "vehicle.car",
            Self::Truck => "vehicle.truck",
            Self::Bus => "vehicle.bus.rigid",
            Self::Pedestrian => "human.pedestrian.adult",
            Self::Bicycle => "vehicle.bicycle",
            Self::Motorcycle => "vehicle.motorcycle",
        }
    }

    /// Whether it belongs on the carriageway.
    pub(super) const fn is_vehicle(self) -> bool {
        !matches!(self, Self::Pedestrian)
    }
}

/// What an object looks like; equal looks are built equal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    pub(super) class: DrivingClass,
    pub(super) seed: u64,
    /// Added to each channel of its paint.
    pub(super) tint: [f32; 3],
}

impl Look {
    pub(super) fn build(&self, surfaces: &mut Surfaces, fittings: &Fittings) -> Model {
        let dice = &mut Dice::new(self.seed, 9);
        let paint = fittings::paint(dice);
        let paint =
            [0, 1, 2].map(|channel| (paint[channel] + self.tint[channel]).clamp(8.0, 250.0));
        match self.class {
            DrivingClass::Car => car::car(dice, surfaces, fittings, paint),
            DrivingClass::Van => car::van(dice, surfaces, fittings, paint),
            DrivingClass::Truck => lorry::lorry(dice, surfaces, fittings, paint),
            DrivingClass::Bus => lorry::bus(dice, surfaces, fittings, paint),
            DrivingClass::Pedestrian => person::pedestrian(dice, surfaces, fittings),
            DrivingClass::Bicycle => person::cyclist(dice, surfaces, fittings),
            DrivingClass::Motorcycle => person::motorcyclist(dice, surfaces, fittings),
        }
    }
}

/// See the module docs.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    pub(super) look: Look,
    pub(super) model: Model,
    pub(super) travel: Travel,
    /// Share of the stride at time 0.
    pub(super) stride: f32,
    /// Identity of the one it was made to resemble.
    pub(super) lookalike_of: Option<u16>,
}

impl Actor {
    /// Its frame in the world at a time: on the ground, `x` ahead.
    pub(super) fn pose(&self, time: f64) -> Result<RigidTransform, GeometryError> {
        let place = self.travel.place(time);
        RigidTransform::from_yaw(place.heading, place.at.extend(0.0))
    }

    /// The phase of its limbs at a time.
    pub(super) fn phase(&self, time: f64) -> f32 {
        let length = match self.look.class {
            DrivingClass::Pedestrian => person::STRIDE_ON_FOOT,
            DrivingClass::Bicycle => person::STRIDE_ON_BICYCLE,
            _ => return 0.0,
        };
        let strides = self.travel.pace.distance(time) / length;
        self.stride + strides.rem_euclid(1.0) as f32
    }

    /// The box that holds it whatever its limbs do.
    pub(super) fn oriented_box(&self, time: f64) -> Result<OrientedBox, GeometryError> {
        let (low, high) = (self.model.low.as_dvec3(), self.model.high.as_dvec3());
        let middle = RigidTransform::from_yaw(0.0, (low + high) * 0.5)?;
        Ok(OrientedBox {
            pose: self.pose(time)? * middle,
            size: high - low,
        })
    }

    /// The rectangle on which it stands at a time, widened by a margin.
    pub(super) fn footprint(&self, time: f64, margin: f64) -> Caster {
        let (low, high) = (self.model.low.as_dvec3(), self.model.high.as_dvec3());
        let place = self.travel.place(time);
        let middle = (low + high) * 0.5;
        Caster {
            middle: place.moved(middle.x, middle.y).at,
            ahead: place.ahead(),
            half: (high - low).truncate() * 0.5 + DVec2::splat(margin),
            heights: [low.z.max(0.0), high.z],
        }
    }
}
