//! RefCOCO, RefCOCO+ and RefCOCOg with boxes: whether a box among the first k is near enough.

use crate::error::MetricsError;
use crate::mean::Mean;
use crate::precise_box::{PreciseBox, SizedBox};
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
    /// Generalised IoU in f32, as in the evaluators of MDETR and ReferFormer. It is never larger.
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

    /// Adds an expression: the true box, and the predicted ones, best first. Without predicted boxes it is missed. Gives the IoU
    /// of the first.
    pub fn push(&mut self, truth: SizedBox, predictions: &[SizedBox]) -> f64 {
        let overlap = |prediction: &SizedBox| match self.rules {
            RefCocoBoxRules::Iou => refexp_iou(truth, *prediction),
            RefCocoBoxRules::GeneralizedIou => generalized_iou(truth, *prediction),
        };
        for (fold, rank) in self.near.iter_mut().zip(RANKS) {
            let first = predictions.iter().take(rank).map(overlap);
            fold.push(first.fold(-1.0, f64::max));
        }
        let first = predictions.first();
        let first = first.map_or(0.0, |prediction| refexp_iou(truth, *prediction));
        self.mean.push(first);
        first
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

/// The toolbox's IoU; its shared extent is counted with a pixel taken away and added again.
fn refexp_iou(first: SizedBox, second: SizedBox) -> f64 {
    const NO_AREA: f64 = 1e-6;
    let area = |width: f64, height: f64| {
        if width > 0.0 && height > 0.0 {
            width * height
        } else {
            0.0
        }
    };
    let shared = |[start, length]: [f64; 2], [other, extent]: [f64; 2]| {
        (start + length - 1.0).min(other + extent - 1.0) - start.max(other) + 1.0
    };
    let shared = area(
        shared([first.left, first.width], [second.left, second.width]),
        shared([first.top, first.height], [second.top, second.height]),
    );
    let covered = area(first.width, first.height) + area(second.width, second.height) - shared;
    let iou = shared / covered;
    if covered >= NO_AREA && iou.is_finite() {
        iou.clamp(0.0, 1.0)
    } else {
        0.0
    }
}

/// Generalised IoU, from -1 to 1: IoU minus the share of the smallest box around both that neither covers (Rezatofighi et al.,
/// CVPR 2019). Of edges in f32, in the order of `torchvision` and MDETR's `box_ops`; -1 where it is not a number.
fn generalized_iou(first: SizedBox, second: SizedBox) -> f64 {
    let edges = |sized: SizedBox| {
        let PreciseBox {
            left,
            top,
            right,
            bottom,
        } = sized.into();
        [left, top, right, bottom].map(|edge| edge as f32)
    };
    let area = |left: f32, top: f32, right: f32, bottom: f32| (right - left) * (bottom - top);
    let ([x0, y0, x1, y1], [u0, v0, u1, v1]) = (edges(first), edges(second));
    let extent = |start: f32, end: f32| (end - start).max(0.0);
    let shared = extent(x0.max(u0), x1.min(u1)) * extent(y0.max(v0), y1.min(v1));
    let covered = area(x0, y0, x1, y1) + area(u0, v0, u1, v1) - shared;
    let around = extent(x0.min(u0), x1.max(u1)) * extent(y0.min(v0), y1.max(v1));
    let generalized = shared / covered - (around - covered) / around;
    if generalized.is_finite() {
        f64::from(generalized)
    } else {
        -1.0
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn overlaps_on_the_threshold_are_rounded_as_officially() {
        // Twice the same box, half as high: the toolbox finds a hair more than a half.
        let truth = SizedBox::new([73.38, 82.24, 54.99, 65.93]);
        let half = SizedBox::new([73.38, 82.24, 54.99, 65.93 / 2.0]);
        assert_eq!(refexp_iou(truth, half), 0.500_000_000_000_000_2);
        let nothing = SizedBox::new([1.0, 1.0, 0.0, 5.0]);
        assert_eq!(refexp_iou(nothing, nothing), 0.0);
        assert_eq!(generalized_iou(nothing, nothing), -1.0);
        let [left, right] = [0.0, 1.0].map(|x| SizedBox::new([x, 0.0, 2.0, 2.0]));
        assert!((generalized_iou(left, right) - 1.0 / 3.0).abs() < 1e-6);
        assert_eq!(
            generalized_iou(left, SizedBox::new([6.0, 0.0, 2.0, 2.0])),
            -0.5
        );
        assert_eq!(refexp_iou(SizedBox::new([f64::NAN; 4]), truth), 0.0);
    }

    #[test]
    fn a_box_on_the_threshold_is_near_enough() {
        let truth = SizedBox::new([0.0, 0.0, 4.0, 4.0]);
        let half = SizedBox::new([0.0, 0.0, 4.0, 2.0]);
        // An IoU of 8/14 inside a hull of 4 by 6, that is 24.
        let shifted = SizedBox::new([1.0, 0.0, 3.0, 6.0]);
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
