//! The filter of each law of motion.

use super::filter::{Filter, Measurement, Motion};
use super::linear::{ConstantAcceleration, ConstantVelocity};
use super::turning::{Bicycle, TurnRateAcceleration, TurnRateVelocity};
use crate::config::class::{MotionConfig, MotionModel};

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
