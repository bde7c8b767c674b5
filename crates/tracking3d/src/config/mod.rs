//! Settings: what a tracker does, class by class.
//!
//! In: numbers. Out: the same, checked. [`TrackerConfig::nu_scenes`] has those that Fast-Poly was published with.

mod nu_scenes;

pub use nu_scenes::VelocityInput;

use crate::error::TrackingError;
use crate::overlap::Overlap;

/// Settings of a tracker.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackerConfig {
    /// One for each class; a detection names its class by the place in this list.
    pub classes: Vec<ClassConfig>,
    /// How long a frame lasts to the motion models.
    pub interval: Interval,
    /// A second association of what the first left over, across all classes alike.
    pub second_stage: Option<SecondStage>,
    /// What a matched detection does to the score of its track.
    pub score_update: ScoreUpdate,
    /// Which score decides that a track is over.
    pub termination: Termination,
    /// For how many frames in a row a track without detection is still reported.
    pub longest_prediction: u32,
    /// How many boxes a frame reports at most, the surest first. Results of nuScenes may have 500.
    pub most_boxes: usize,
}

/// How long a frame lasts to the motion models.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Interval {
    /// The same number of seconds always, whatever the times say.
    Fixed(f64),
    /// As long as the times say.
    Measured,
}

/// See [`TrackerConfig::second_stage`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SecondStage {
    /// What a detection and a track are compared by.
    pub overlap: Overlap,
    /// Largest cost, 1 - overlap, of a pair.
    pub largest_cost: f64,
}

/// The new score of a track from that of its detection `d` and its own `t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScoreUpdate {
    /// `1 - (1 - d)(1 - t)`: both would have to be wrong.
    Product,
    /// `1 - (1 - d)(1 - t) / ((1 - d) + (1 - t))`.
    Parallel,
    /// `d`.
    Detection,
}

/// Which score of a track is compared with [`LifeCycle::lowest_score`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Termination {
    /// The mean over its life.
    AverageScore,
    /// That of the frame.
    LatestScore,
}

/// Settings of one class.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassConfig {
    /// Its name, such as `car`.
    pub name: String,
    /// Detections up to this score are passed over.
    pub lowest_score: f64,
    /// Which of several detections of one object stays.
    pub suppression: Suppression,
    /// The first association.
    pub association: Association,
    /// How objects of the class move.
    pub motion: MotionConfig,
    /// How height and size, which do not change, are estimated.
    pub constants: ConstantFilter,
    /// When tracks begin and end.
    pub life: LifeCycle,
}

/// Non-maximum suppression: a detection goes where a surer one of its class is too much like it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suppression {
    /// What detections are compared by.
    pub overlap: Overlap,
    /// Largest overlap of two that stay.
    pub largest_overlap: f64,
    /// How often lengths count for this, which makes small objects meet.
    pub size_factor: f64,
    /// Only centres nearer than this, in metres, are compared; `None` for all.
    pub reach: Option<f64>,
}

/// The first association of detections with tracks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Association {
    /// What a detection and a track are compared by.
    pub overlap: Overlap,
    /// Largest cost, 1 - overlap, of a pair.
    pub largest_cost: f64,
    /// Only centres nearer than this, in metres, are compared; `None` for all.
    pub reach: Option<f64>,
}

/// How objects of a class move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MotionConfig {
    /// By which law.
    pub model: MotionModel,
    /// Variance that a frame adds to each quantity, up to factors of the model.
    pub process_noise: f64,
    /// Variance of what the detector measures, up to factors of the model.
    pub measurement_noise: f64,
    /// Variances at the first detection.
    pub initial: InitialVariance,
}

/// Laws of motion in the plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MotionModel {
    /// Speed along the heading, acceleration, and a rate of turn that stay (CTRA).
    TurnRateAcceleration,
    /// Speed along the heading and a rate of turn that stay (CTRV).
    TurnRateVelocity,
    /// A bicycle whose steering stays (BICYCLE).
    Bicycle,
    /// A velocity that stays, and a heading of its own (CV).
    Velocity,
    /// An acceleration that stays, and a heading of its own (CA).
    Acceleration,
}

/// Variances at the first detection, in squares of metres, metres a second and radians.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InitialVariance {
    /// Along each axis.
    pub place: f64,
    /// Of the speed, or of the velocity along each axis.
    pub velocity: f64,
    /// Of the acceleration, likewise.
    pub acceleration: f64,
    /// Of the heading.
    pub heading: f64,
    /// Of the rate of turn.
    pub turn: f64,
}

/// How quantities are estimated that do not change: height above ground, width, length, height. They are kept out of the
/// motion's filter, which saves most of its work (Fast-Poly, section III, "lightweight filter").
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ConstantFilter {
    /// The median of the last detections.
    Median {
        /// How many.
        window: usize,
    },
    /// The mean of the last detections.
    Mean {
        /// How many.
        window: usize,
    },
    /// A Kalman filter for each quantity.
    Kalman {
        /// Variance at the first detection.
        initial: f64,
        /// Variance that a frame adds.
        process: f64,
        /// Variance of a detection.
        measurement: f64,
    },
}

/// When tracks begin and end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LifeCycle {
    /// A track without detection for so many frames is over.
    pub most_missed: u32,
    /// Detections in a row before a track is reported. Tracks of the first so many frames are reported at once.
    pub least_hits: u32,
    /// What a frame takes from a track's score before it is matched.
    pub decay: ScoreDecay,
    /// A track with a lower score is over; which one, [`Termination`] says.
    pub lowest_score: f64,
}

/// What a frame takes from a track's score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ScoreDecay {
    /// The score is multiplied by this.
    Factor(f64),
    /// This is subtracted, down to 0.
    Step(f64),
}

impl TrackerConfig {
    /// The number of a class.
    pub fn class(&self, name: &str) -> Option<usize> {
        self.classes.iter().position(|class| class.name == name)
    }

    /// Refuses settings under which a tracker would make no sense.
    pub(crate) fn check(&self) -> Result<(), TrackingError> {
        if self.classes.is_empty() {
            return Err(TrackingError::NoClasses);
        }
        if let Interval::Fixed(seconds) = self.interval
            && !(seconds.is_finite() && seconds > 0.0)
        {
            return Err(TrackingError::Interval { seconds });
        }
        for (index, class) in self.classes.iter().enumerate() {
            if self.classes[..index].iter().any(|it| it.name == class.name) {
                let class = class.name.clone();
                return Err(TrackingError::ClassTwice { class });
            }
            class.check()?;
            if let Some(second) = self.second_stage {
                class.demand(
                    "the second stage's largest cost",
                    second.largest_cost,
                    NUMBER,
                )?;
            }
        }
        Ok(())
    }
}

/// What a setting has to be, with a name.
type Demand = (&'static str, fn(f64) -> bool);

const NUMBER: Demand = ("a number", f64::is_finite);
const POSITIVE: Demand = ("a positive number", |value| {
    value.is_finite() && value > 0.0
});
const COUNTABLE: Demand = ("at least 1", |value| value >= 1.0);

impl ClassConfig {
    fn demand(
        &self,
        setting: &'static str,
        value: f64,
        (expected, holds): Demand,
    ) -> Result<(), TrackingError> {
        if holds(value) {
            return Ok(());
        }
        Err(TrackingError::Setting {
            class: self.name.clone(),
            setting,
            value,
            expected,
        })
    }

    fn check(&self) -> Result<(), TrackingError> {
        let Self {
            suppression,
            association,
            motion,
            life,
            ..
        } = self;
        let initial = &motion.initial;
        let mut settings = vec![
            ("the lowest score", self.lowest_score, NUMBER),
            ("the largest overlap", suppression.largest_overlap, NUMBER),
            ("the size factor", suppression.size_factor, POSITIVE),
            ("the largest cost", association.largest_cost, NUMBER),
            ("the process noise", motion.process_noise, POSITIVE),
            ("the measurement noise", motion.measurement_noise, POSITIVE),
            ("the variance of the place", initial.place, POSITIVE),
            ("the variance of the velocity", initial.velocity, POSITIVE),
            (
                "the variance of the acceleration",
                initial.acceleration,
                POSITIVE,
            ),
            ("the variance of the heading", initial.heading, POSITIVE),
            ("the variance of the turn", initial.turn, POSITIVE),
            ("the lowest score of a track", life.lowest_score, NUMBER),
        ];
        for reach in [suppression.reach, association.reach].into_iter().flatten() {
            settings.push(("the reach", reach, POSITIVE));
        }
        match self.constants {
            ConstantFilter::Median { window } | ConstantFilter::Mean { window } => {
                settings.push(("the window", window as f64, COUNTABLE));
            }
            ConstantFilter::Kalman {
                initial,
                process,
                measurement,
            } => {
                let name = "the constants' variance";
                settings.extend([initial, process, measurement].map(|it| (name, it, POSITIVE)));
            }
        }
        let (ScoreDecay::Factor(decay) | ScoreDecay::Step(decay)) = life.decay;
        settings.push(("the decay of the score", decay, NUMBER));
        settings
            .into_iter()
            .try_for_each(|(setting, value, demand)| self.demand(setting, value, demand))
    }
}
