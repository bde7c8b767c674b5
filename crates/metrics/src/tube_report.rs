//! Scores of tubes over a data set: `m_tIoU`, `m_vIoU`, `vIoU@R` and their oracle counterparts.

use crate::error::MetricsError;
use crate::mean::Mean;
use crate::threshold::{Comparison, ThresholdFold, ThresholdShare};
use crate::tube_overlap::TubeScore;

/// The overlaps at which benchmarks give `vIoU@R`.
const RECALL_OVERLAPS: [f64; 2] = [0.3, 0.5];

/// The figures of a set of sentences, unweighted means from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct TubeReport {
    /// Sentences.
    pub samples: usize,
    /// `m_tIoU`.
    pub temporal_iou: f64,
    /// `m_vIoU`.
    pub tube_iou: f64,
    /// `m_vIoU` with the true spans (*oracle window*, `gt_viou`).
    pub oracle_tube_iou: f64,
    /// `vIoU@R` for R = 0.3 and 0.5.
    pub recall: Vec<ThresholdShare>,
    /// `vIoU@R` with the true spans.
    pub oracle_recall: Vec<ThresholdShare>,
}

/// Collects the tubes of a data set.
#[derive(Debug, Clone)]
pub struct TubeReportFold {
    temporal: Mean,
    tube: Mean,
    oracle: Mean,
    recall: ThresholdFold,
    oracle_recall: ThresholdFold,
}

impl Default for TubeReportFold {
    /// A fold whose `vIoU@R` is strict, as in every public evaluator.
    fn default() -> Self {
        Self::new(Comparison::Above)
    }
}

impl TubeReportFold {
    /// A fold with a rule for tubes whose overlap is exactly R. Evaluators count them as missed; some papers write the
    /// measure with `≥` (Bridge-STG, equation 12).
    pub fn new(comparison: Comparison) -> Self {
        let recall = ThresholdFold::new(comparison, &RECALL_OVERLAPS);
        Self {
            temporal: Mean::default(),
            tube: Mean::default(),
            oracle: Mean::default(),
            oracle_recall: recall.clone(),
            recall,
        }
    }

    /// Adds the tube of one sentence.
    pub fn push(&mut self, score: &TubeScore) {
        self.temporal.push(score.temporal_iou);
        self.tube.push(score.tube_iou);
        self.oracle.push(score.oracle_tube_iou);
        self.recall.push(score.tube_iou);
        self.oracle_recall.push(score.oracle_tube_iou);
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        self.temporal.merge(other.temporal);
        self.tube.merge(other.tube);
        self.oracle.merge(other.oracle);
        self.recall.merge(&other.recall);
        self.oracle_recall.merge(&other.oracle_recall);
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no sentence.
    pub fn finish(&self) -> Result<TubeReport, MetricsError> {
        let samples = self.recall.values();
        if samples == 0 {
            return Err(MetricsError::NoSamples);
        }
        Ok(TubeReport {
            samples,
            temporal_iou: self.temporal.value(),
            tube_iou: self.tube.value(),
            oracle_tube_iou: self.oracle.value(),
            recall: self.recall.shares(),
            oracle_recall: self.oracle_recall.shares(),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    fn score(tube_iou: f64) -> TubeScore {
        TubeScore {
            temporal_iou: 0.5,
            tube_iou,
            oracle_tube_iou: 1.0,
        }
    }

    #[test]
    fn recall_is_strict_unless_asked() {
        let recall = |comparison| {
            let mut fold = TubeReportFold::new(comparison);
            fold.push(&score(0.3));
            fold.push(&score(0.9));
            fold.finish().unwrap().recall[0].share
        };
        assert_eq!(recall(Comparison::Above), 0.5);
        assert_eq!(recall(Comparison::AtLeast), 1.0);
    }

    #[test]
    fn parts_merge_into_the_whole() {
        let fold = |scores: &[f64]| {
            let mut fold = TubeReportFold::default();
            for &tube in scores {
                fold.push(&score(tube));
            }
            fold
        };
        let mut part = fold(&[0.25, 0.5]);
        part.merge(&fold(&[1.0]));
        assert_eq!(
            part.finish().unwrap(),
            fold(&[0.25, 0.5, 1.0]).finish().unwrap()
        );
        assert_eq!(
            TubeReportFold::default().finish(),
            Err(MetricsError::NoSamples)
        );
    }
}
