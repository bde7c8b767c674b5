//! RefCOCO, RefCOCO+ and RefCOCOg with boxes: whether a box among the first k is near enough.

use crate::error::MetricsError;
use crate::mean::Mean;
use crate::precise_box::PreciseBox;
use crate::threshold::{Comparison, ThresholdFold};

/// The numbers k of boxes that are looked at.
const RANKS: [usize; 3] = [1, 5, 10];
/// From this overlap on a box is near enough.
const NEAR_ENOUGH: f64 = 0.5;

/// The overlap that decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefCocoBoxRules {
    /// IoU, as in the toolbox of RefCOCOg (Google Refexp) and the usual `IoU@0.5` or `Acc@0.5`.
    Iou,
    /// Generalised IoU, as in the evaluators of MDETR and ReferFormer. It is never larger.
    GeneralizedIou,
}

/// Precision among the first k boxes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankPrecision {
    /// How many boxes were looked at.
    pub rank: usize,
    /// The share of expressions for which one of them is near enough.
    pub precision: f64,
}

/// The figures of RefCOCO with boxes, from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct RefCocoBoxReport {
    /// Expressions.
    pub samples: usize,
    /// `P@1`, `P@5` and `P@10`.
    pub precision: Vec<RankPrecision>,
    /// The mean IoU of the first box, whatever decides.
    pub mean_iou: f64,
}

/// Collects the expressions of RefCOCO.
#[derive(Debug, Clone)]
pub struct RefCocoBoxFold {
    rules: RefCocoBoxRules,
    near: [ThresholdFold; RANKS.len()],
    mean: Mean,
}

impl RefCocoBoxFold {
    /// A fold before its first expression.
    pub fn new(rules: RefCocoBoxRules) -> Self {
        Self {
            rules,
            near: RANKS.map(|_| ThresholdFold::new(Comparison::AtLeast, &[NEAR_ENOUGH])),
            mean: Mean::default(),
        }
    }

    /// Adds an expression: the true box, and the predicted ones, best first. Without predicted boxes it is missed.
    pub fn push(&mut self, truth: PreciseBox, predictions: &[PreciseBox]) {
        let overlap = |prediction: &PreciseBox| match self.rules {
            RefCocoBoxRules::Iou => truth.iou(*prediction),
            RefCocoBoxRules::GeneralizedIou => truth.generalized_iou(*prediction),
        };
        for (fold, rank) in self.near.iter_mut().zip(RANKS) {
            let first = predictions.iter().take(rank).map(overlap);
            fold.push(first.fold(-1.0, f64::max));
        }
        let first = predictions.first();
        self.mean
            .push(first.map_or(0.0, |prediction| truth.iou(*prediction)));
    }

    /// Adds what another part of the evaluation collected by the same rules.
    pub fn merge(&mut self, other: &Self) {
        for (fold, more) in self.near.iter_mut().zip(&other.near) {
            fold.merge(more);
        }
        self.mean.merge(other.mean);
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no expression.
    pub fn finish(&self) -> Result<RefCocoBoxReport, MetricsError> {
        let samples = self.near.first().map_or(0, ThresholdFold::values);
        if samples == 0 {
            return Err(MetricsError::NoSamples);
        }
        let shares = self.near.iter().flat_map(ThresholdFold::shares);
        let precision = RANKS.iter().zip(shares);
        Ok(RefCocoBoxReport {
            samples,
            precision: precision
                .map(|(&rank, share)| RankPrecision {
                    rank,
                    precision: share.share,
                })
                .collect(),
            mean_iou: self.mean.value(),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn a_box_on_the_threshold_is_near_enough() {
        let truth = PreciseBox::from_edges([0.0, 0.0, 4.0, 4.0]);
        let half = PreciseBox::from_edges([0.0, 0.0, 4.0, 2.0]);
        // An IoU of 8/14 inside a hull of 4 by 6, that is 24.
        let shifted = PreciseBox::from_edges([1.0, 0.0, 4.0, 6.0]);
        let report = |rules| {
            let (mut fold, mut rest) = (RefCocoBoxFold::new(rules), RefCocoBoxFold::new(rules));
            fold.push(truth, &[half]);
            rest.push(truth, &[shifted]);
            rest.push(truth, &[shifted, truth]);
            rest.push(truth, &[]);
            fold.merge(&rest);
            let report = fold.finish().unwrap();
            let precision: Vec<f64> = report.precision.iter().map(|rank| rank.precision).collect();
            precision
        };
        assert_eq!(report(RefCocoBoxRules::Iou), [0.75, 0.75, 0.75]);
        assert_eq!(report(RefCocoBoxRules::GeneralizedIou), [0.25, 0.5, 0.5]);
        let nothing = RefCocoBoxFold::new(RefCocoBoxRules::Iou).finish();
        assert_eq!(nothing, Err(MetricsError::NoSamples));
    }
}
