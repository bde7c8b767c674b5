//! Where objects will be: laws of motion in the plane, and the filter that follows them.
//!
//! In: places, headings and velocities of detections. Out: the same, estimated and predicted. Height and size are not
//! moved here, which keeps the filter small (see [`constants`](crate::constants)).

mod angle;
mod filter;
mod law;
mod linear;
mod turning;

pub(crate) use filter::{Measurement, Motion};

use crate::config::{MotionConfig, MotionModel};
use filter::Filter;
use linear::{ConstantAcceleration, ConstantVelocity};
use turning::{Bicycle, TurnRateAcceleration, TurnRateVelocity};

/// The motion of an object that was detected for the first time.
pub(crate) fn begin(config: &MotionConfig, first: &Measurement) -> Box<dyn Motion> {
    match config.model {
        MotionModel::TurnRateAcceleration => {
            Box::new(Filter::<TurnRateAcceleration, 6>::new(config, first))
        }
        MotionModel::TurnRateVelocity => {
            Box::new(Filter::<TurnRateVelocity, 5>::new(config, first))
        }
        MotionModel::Bicycle => Box::new(Filter::<Bicycle, 5>::new(config, first)),
        MotionModel::Velocity => Box::new(Filter::<ConstantVelocity, 5>::new(config, first)),
        MotionModel::Acceleration => {
            Box::new(Filter::<ConstantAcceleration, 7>::new(config, first))
        }
    }
}
