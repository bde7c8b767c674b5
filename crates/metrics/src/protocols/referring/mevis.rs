//! MeViS, Refer-YouTube-VOS, and Ref-DAVIS17 expression by expression: unweighted means over the expressions.
//!
//! Sources: Ding et al., *MeViS*, ICCV 2023, and its `tools/eval_mevis.py`; for Ref-DAVIS17 VISA's
//! `tools/eval_davis17.py`, the same calculation. Refer-YouTube-VOS (Seo et al., ECCV 2020) is scored by a server whose
//! code is not public: that it averages J and F over expressions is documented, that it counts the first and the last
//! frame is not.

use crate::error::MetricsError;
use crate::frame_scorer::FrameScore;
use crate::score_mean::{ScoreMean, ScoreMeanFold};

/// The figures of a set of expressions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpressionReport {
    /// The means over all expressions; `count` says how many.
    pub scores: ScoreMean,
    /// How many of them had no prediction at all and count as 0.
    pub missing: usize,
}

/// Collects the expressions of a data set, all of one weight.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExpressionFold {
    scores: ScoreMeanFold,
    missing: usize,
}

impl ExpressionFold {
    /// Adds an expression.
    pub fn push(&mut self, scores: &ScoreMean) {
        self.scores.push((*scores).into());
    }

    /// Adds an expression of a video without predictions: J and F are 0.
    pub fn push_missing(&mut self) {
        self.missing += 1;
        self.scores.push(FrameScore {
            region: 0.0,
            boundary: 0.0,
        });
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        self.scores.merge(&other.scores);
        self.missing += other.missing;
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no expression.
    pub fn finish(&self) -> Result<ExpressionReport, MetricsError> {
        Ok(ExpressionReport {
            scores: self.scores.finish()?,
            missing: self.missing,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn expressions_without_prediction_score_nothing() {
        let scores = |count, region| ScoreMean {
            count,
            region,
            boundary: region,
        };
        let (mut first, mut second) = (ExpressionFold::default(), ExpressionFold::default());
        first.push(&scores(100, 1.0));
        first.push(&scores(2, 0.5));
        second.push_missing();
        first.merge(&second);
        let report = first.finish().unwrap();
        // However many frames they have.
        assert_eq!(report.scores, scores(3, 0.5));
        assert_eq!(report.missing, 1);
        assert!(ExpressionFold::default().finish().is_err());
    }
}
