//! What a tracker as a whole is told.
//!
//! Settings of single classes are in `class.rs`.

use super::class::ClassConfig;
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

/// Which score of a track is compared with [`LifeCycle::lowest_score`](crate::LifeCycle::lowest_score).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Termination {
    /// The mean over its life.
    AverageScore,
    /// That of the frame.
    LatestScore,
}
