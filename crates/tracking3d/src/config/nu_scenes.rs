//! The settings that Fast-Poly was published with for nuScenes and CenterPoint's detections.
//!
//! Out: a [`TrackerConfig`] of the seven tracked classes. The numbers are those of `config/nusc_config.yaml` and
//! `data/script/NUSC_CONSTANT.py` of github.com/lixiaoyu2000/FastPoly; it has none for Waymo.

use super::class::{
    Association, ClassConfig, ConstantFilter, InitialVariance, LifeCycle, MotionConfig,
    MotionModel, ScoreDecay, Suppression,
};
use super::tracker::{Interval, ScoreUpdate, SecondStage, Termination, TrackerConfig};
use crate::overlap::Overlap;

/// Whether detections come with a velocity, on which the first variances depend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VelocityInput {
    /// They do.
    Measured,
    /// They do not.
    Unknown,
}

/// What differs from class to class.
struct Row {
    name: &'static str,
    lowest_score: f64,
    size_factor: f64,
    suppression: Overlap,
    association: Overlap,
    largest_cost: f64,
    model: MotionModel,
    /// Of process and measurement.
    noise: (f64, f64),
    most_missed: u32,
    decay: f64,
    lowest_track_score: f64,
}

const ROWS: [Row; 7] = [
    Row {
        name: "bicycle",
        lowest_score: 0.15,
        size_factor: 1.4,
        suppression: Overlap::AlignedGiouBev,
        association: Overlap::AlignedGiou3d,
        largest_cost: 1.62,
        model: MotionModel::Bicycle,
        noise: (0.81, 1.0),
        most_missed: 10,
        decay: 0.14,
        lowest_track_score: 0.04,
    },
    Row {
        name: "bus",
        lowest_score: 0.12,
        size_factor: 1.0,
        suppression: Overlap::AlignedGiouBev,
        association: Overlap::AlignedGiouBev,
        largest_cost: 1.16,
        model: MotionModel::TurnRateAcceleration,
        noise: (1.0, 1.0),
        most_missed: 10,
        decay: 0.3,
        lowest_track_score: 0.08,
    },
    Row {
        name: "car",
        lowest_score: 0.16,
        size_factor: 1.0,
        suppression: Overlap::IouBev,
        association: Overlap::AlignedGiou3d,
        largest_cost: 1.21,
        model: MotionModel::TurnRateAcceleration,
        noise: (1.0, 1.0),
        most_missed: 15,
        decay: 0.52,
        lowest_track_score: 0.04,
    },
    Row {
        name: "motorcycle",
        lowest_score: 0.16,
        size_factor: 1.0,
        suppression: Overlap::IouBev,
        association: Overlap::AlignedGiou3d,
        largest_cost: 1.6,
        model: MotionModel::Bicycle,
        noise: (0.25, 1.0),
        most_missed: 20,
        decay: 0.56,
        lowest_track_score: 0.04,
    },
    Row {
        name: "pedestrian",
        lowest_score: 0.19,
        size_factor: 1.1,
        suppression: Overlap::AlignedGiouBev,
        association: Overlap::AlignedGiou3d,
        largest_cost: 1.78,
        model: MotionModel::TurnRateAcceleration,
        noise: (1.0, 1.0),
        most_missed: 10,
        decay: 0.56,
        lowest_track_score: 0.1,
    },
    Row {
        name: "trailer",
        lowest_score: 0.13,
        size_factor: 1.0,
        suppression: Overlap::IouBev,
        association: Overlap::AlignedGiou3d,
        largest_cost: 1.16,
        model: MotionModel::Velocity,
        noise: (0.04, 0.001),
        most_missed: 10,
        decay: 0.52,
        lowest_track_score: 0.04,
    },
    Row {
        name: "truck",
        lowest_score: 0.0,
        size_factor: 1.0,
        suppression: Overlap::AlignedGiouBev,
        association: Overlap::AlignedGiou3d,
        largest_cost: 1.22,
        model: MotionModel::TurnRateAcceleration,
        noise: (1.0, 1.0),
        most_missed: 20,
        decay: 0.22,
        lowest_track_score: 0.04,
    },
];

impl TrackerConfig {
    /// Fast-Poly for the seven classes that nuScenes tracks, in the order of its alphabet, at two key frames a second.
    pub fn nu_scenes(velocity: VelocityInput) -> Self {
        Self {
            classes: ROWS.iter().map(|row| row.class(velocity)).collect(),
            interval: Interval::Fixed(0.5),
            second_stage: Some(SecondStage {
                overlap: Overlap::AlignedGiouBev,
                largest_cost: 1.0,
            }),
            score_update: ScoreUpdate::Product,
            termination: Termination::AverageScore,
            longest_prediction: 1,
            most_boxes: 500,
        }
    }
}

impl Row {
    fn class(&self, velocity: VelocityInput) -> ClassConfig {
        ClassConfig {
            name: self.name.to_owned(),
            lowest_score: self.lowest_score,
            suppression: Suppression {
                overlap: self.suppression,
                largest_overlap: 0.08,
                size_factor: self.size_factor,
                reach: Some(5.0),
            },
            association: Association {
                overlap: self.association,
                largest_cost: self.largest_cost,
                reach: Some(3.0),
            },
            motion: MotionConfig {
                model: self.model,
                process_noise: self.noise.0,
                measurement_noise: self.noise.1,
                initial: self.initial(velocity),
            },
            constants: if self.name == "pedestrian" {
                ConstantFilter::Mean { window: 3 }
            } else {
                ConstantFilter::Median { window: 3 }
            },
            life: LifeCycle {
                most_missed: self.most_missed,
                least_hits: 1,
                decay: ScoreDecay::Factor(self.decay),
                lowest_score: self.lowest_track_score,
            },
        }
    }

    /// A detector that measures no velocity leaves open where larger things are heading.
    fn initial(&self, velocity: VelocityInput) -> InitialVariance {
        let variances = |place, velocity, acceleration, heading, turn| InitialVariance {
            place,
            velocity,
            acceleration,
            heading,
            turn,
        };
        match self.model {
            MotionModel::Velocity | MotionModel::Acceleration => {
                variances(0.01, 0.01, 0.01, 0.01, 0.01)
            }
            MotionModel::Bicycle => variances(10.0, 1000.0, 10.0, 10.0, 10.0),
            MotionModel::TurnRateAcceleration | MotionModel::TurnRateVelocity
                if velocity == VelocityInput::Unknown && self.name != "car" =>
            {
                variances(10.0, 10.0, 10.0, 1000.0, 10.0)
            }
            MotionModel::TurnRateAcceleration | MotionModel::TurnRateVelocity => {
                variances(4.0, 1000.0, 4.0, 1.0, 0.1)
            }
        }
    }
}
