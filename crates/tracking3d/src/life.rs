//! How sure a track is, and whether it is reported.
//!
//! In: scores of matched detections, and frames without any. Out: the track's score and stage (confidence-based life
//! cycle of Fast-Poly, section III, after CBMOT).

use crate::config::class::{LifeCycle, ScoreDecay};
use crate::config::tracker::{ScoreUpdate, Termination, TrackerConfig};

/// Where a track stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Not yet believed, and not reported.
    Tentative,
    /// Reported.
    Active,
    /// Over.
    Over,
}

/// See the module docs.
#[derive(Debug)]
pub(crate) struct Life {
    pub stage: Stage,
    /// That of the frame; between prediction and update the decayed one.
    pub score: f64,
    /// Frames in a row without detection.
    pub missed: u32,
    sum: f64,
    frames: u32,
    hits: u32,
}

impl Life {
    /// A track that begins in a frame, counted from 1.
    pub(crate) fn new(rules: &LifeCycle, score: f64, frame: u64) -> Self {
        let is_early = frame <= u64::from(rules.least_hits);
        Self {
            stage: if rules.least_hits <= 1 || is_early {
                Stage::Active
            } else {
                Stage::Tentative
            },
            score,
            missed: 0,
            sum: score,
            frames: 1,
            hits: 1,
        }
    }

    /// Goes one frame on.
    pub(crate) fn predict(&mut self, rules: &LifeCycle) {
        self.missed += 1;
        self.score = match rules.decay {
            ScoreDecay::Factor(factor) => self.score * factor,
            ScoreDecay::Step(step) => (self.score - step).max(0.0),
        };
    }

    /// Takes in what the frame, counted from 1, has: the score of a detection, or nothing.
    pub(crate) fn update(
        &mut self,
        config: &TrackerConfig,
        rules: &LifeCycle,
        (detected, frame): (Option<f64>, u64),
    ) {
        if let Some(detected) = detected {
            self.score = merged(config.score_update, detected, self.score);
            self.hits += 1;
            self.missed = 0;
        }
        self.sum += self.score;
        self.frames += 1;
        self.stage = match self.stage {
            Stage::Tentative => {
                let is_early = frame <= u64::from(rules.least_hits);
                if self.hits >= rules.least_hits || is_early {
                    Stage::Active
                } else if self.missed > 0 {
                    Stage::Over
                } else {
                    Stage::Tentative
                }
            }
            Stage::Active => {
                let score = match config.termination {
                    Termination::AverageScore => self.sum / f64::from(self.frames),
                    Termination::LatestScore => self.score,
                };
                if self.missed >= rules.most_missed || score < rules.lowest_score {
                    Stage::Over
                } else {
                    Stage::Active
                }
            }
            Stage::Over => Stage::Over,
        };
    }
}

fn merged(update: ScoreUpdate, detected: f64, own: f64) -> f64 {
    let (doubt, own_doubt) = (1.0 - detected, 1.0 - own);
    match update {
        ScoreUpdate::Product => 1.0 - doubt * own_doubt,
        // Two certainties leave no doubt to share.
        ScoreUpdate::Parallel if doubt + own_doubt <= 0.0 => 1.0,
        ScoreUpdate::Parallel => 1.0 - doubt * own_doubt / (doubt + own_doubt),
        ScoreUpdate::Detection => detected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::nu_scenes::VelocityInput;

    #[test]
    fn scores_merge_as_the_settings_say() {
        assert!((merged(ScoreUpdate::Product, 0.5, 0.5) - 0.75).abs() < 1e-12);
        assert!((merged(ScoreUpdate::Parallel, 0.5, 0.5) - 0.75).abs() < 1e-12);
        assert_eq!(merged(ScoreUpdate::Parallel, 1.0, 1.0), 1.0);
        assert_eq!(merged(ScoreUpdate::Detection, 0.3, 0.9), 0.3);
    }

    #[test]
    fn a_track_without_detections_ends_by_its_average() {
        let config = TrackerConfig::nu_scenes(VelocityInput::Measured);
        let rules = LifeCycle {
            most_missed: 100,
            ..config.classes[2].life
        };
        let mut life = Life::new(&rules, 0.4, 1);
        let mut frames = 0;
        while life.stage == Stage::Active {
            life.predict(&rules);
            life.update(&config, &rules, (None, frames + 2));
            frames += 1;
        }
        // The sum of all scores is 0.4 / (1 - 0.52), and the average falls below 0.04 after twenty frames.
        assert_eq!(frames, 20);
    }
}
