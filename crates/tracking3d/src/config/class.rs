//! What a tracker is told about one class of objects.

use crate::overlap::Overlap;

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
    /// A track with a lower score is over; which one, [`Termination`](crate::Termination) says.
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
