//! RefCOCO, RefCOCO+, RefCOCOg and gRefCOCO with masks.
//!
//! Sources: LAVT's `test.py`, LISA's `train_ds.py` and `reason_seg` evaluation, ReLA's `refer_evaluation.py`.
//! ReferFormer uses the formulas of [`A2dFold`](crate::A2dFold).

use tubelet_geometry::Mask;

use crate::accuracy::Accuracy;
use crate::error::MetricsError;
use crate::mean::Mean;
use crate::region_similarity::RegionOverlap;
use crate::threshold::{Comparison, ThresholdFold, ThresholdShare};

/// The overlaps X of `P@X`.
const PRECISION_OVERLAPS: [f64; 5] = [0.5, 0.6, 0.7, 0.8, 0.9];

/// How overlaps are calculated and averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefCocoMaskRules {
    /// LAVT, and most papers: the overlap of two empty masks is 0.
    Lavt,
    /// LISA: 0.00001 is added to every union, and the overlap of two empty masks is 1.
    Lisa,
    /// ReLA, for gRefCOCO, where expressions may mean nothing: such an expression scores 1 where the model says so, and 0
    /// otherwise. Where the model says so wrongly its mask shares nothing, but counts for the union.
    Rela,
}

/// The masks of an expression.
#[derive(Debug, Clone, Copy)]
pub struct ExpressionMasks<'a> {
    /// What it means.
    pub truth: &'a Mask,
    /// Whether the data set says that it means nothing; its mask is empty then. A mask may also be empty because an
    /// outline holds no pixel.
    pub means_nothing: bool,
    /// What was predicted.
    pub prediction: &'a Mask,
    /// Whether the model says that the expression means nothing.
    pub says_nothing: bool,
}

/// The figures of RefCOCO, from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct RefCocoMaskReport {
    /// Expressions.
    pub samples: usize,
    /// cIoU, also called oIoU: all intersections over all unions.
    pub cumulative_iou: f64,
    /// gIoU, also called mIoU: the mean overlap.
    pub mean_iou: f64,
    /// `P@X` for X = 0.5, ..., 0.9; an overlap of X counts. With [`RefCocoMaskRules::Rela`] the share of those
    /// expressions that mean something.
    pub precision: Vec<ThresholdShare>,
    /// `N-acc`: of the expressions that mean nothing, those where the model says so.
    pub nothing_found: Accuracy,
    /// `T-acc`: of the expressions that mean something, those where the model finds something.
    pub something_found: Accuracy,
}

/// Collects the expressions of RefCOCO.
#[derive(Debug, Clone)]
pub struct RefCocoMaskFold {
    rules: RefCocoMaskRules,
    overlap: RegionOverlap,
    mean: Mean,
    precision: ThresholdFold,
    nothing_found: Accuracy,
    something_found: Accuracy,
}

impl RefCocoMaskFold {
    /// A fold before its first expression.
    pub fn new(rules: RefCocoMaskRules) -> Self {
        Self {
            rules,
            overlap: RegionOverlap::default(),
            mean: Mean::default(),
            precision: ThresholdFold::new(Comparison::AtLeast, &PRECISION_OVERLAPS),
            nothing_found: Accuracy::default(),
            something_found: Accuracy::default(),
        }
    }

    /// Adds an expression and gives its overlap.
    ///
    /// # Errors
    /// [`MetricsError::Geometry`] where the masks differ in size.
    pub fn push(&mut self, masks: ExpressionMasks<'_>) -> Result<f64, MetricsError> {
        let ExpressionMasks {
            truth,
            means_nothing,
            prediction,
            says_nothing,
        } = masks;
        truth.same_size(prediction)?;
        let mut overlap = RegionOverlap::of(truth, prediction);
        if means_nothing {
            self.nothing_found.push(says_nothing);
        } else {
            self.something_found.push(!says_nothing);
        }
        if self.rules == RefCocoMaskRules::Rela && says_nothing {
            overlap.intersection = 0;
            if means_nothing {
                overlap.union = 0;
            }
        }
        let (intersection, union) = (overlap.intersection as f64, overlap.union as f64);
        let iou = match self.rules {
            RefCocoMaskRules::Rela if means_nothing => f64::from(u8::from(says_nothing)),
            RefCocoMaskRules::Lisa if overlap.union == 0 => 1.0,
            RefCocoMaskRules::Lisa => intersection / (union + 1e-5),
            RefCocoMaskRules::Lavt | RefCocoMaskRules::Rela if overlap.union == 0 => 0.0,
            RefCocoMaskRules::Lavt | RefCocoMaskRules::Rela => intersection / union,
        };
        self.overlap = self.overlap.plus(overlap);
        self.mean.push(iou);
        if self.rules != RefCocoMaskRules::Rela || !means_nothing {
            self.precision.push(iou);
        }
        Ok(iou)
    }

    /// Adds what another part of the evaluation collected by the same rules.
    pub fn merge(&mut self, other: &Self) {
        self.overlap = self.overlap.plus(other.overlap);
        self.mean.merge(other.mean);
        self.precision.merge(&other.precision);
        self.nothing_found = self.nothing_found.plus(other.nothing_found);
        self.something_found = self.something_found.plus(other.something_found);
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no expression.
    pub fn finish(&self) -> Result<RefCocoMaskReport, MetricsError> {
        let samples = self.nothing_found.plus(self.something_found).all;
        if samples == 0 {
            return Err(MetricsError::NoSamples);
        }
        let RegionOverlap {
            intersection,
            union,
        } = self.overlap;
        let cumulative_iou = match self.rules {
            RefCocoMaskRules::Lisa => intersection as f64 / (union as f64 + 1e-10),
            RefCocoMaskRules::Lavt | RefCocoMaskRules::Rela if union == 0 => 0.0,
            RefCocoMaskRules::Lavt | RefCocoMaskRules::Rela => intersection as f64 / union as f64,
        };
        Ok(RefCocoMaskReport {
            samples,
            cumulative_iou,
            mean_iou: self.mean.value(),
            precision: self.precision.shares(),
            nothing_found: self.nothing_found,
            something_found: self.something_found,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use tubelet_geometry::{FrameSize, PixelRect};

    fn columns(right: usize) -> Mask {
        let mut mask = Mask::new(FrameSize::new(10, 1));
        mask.fill_rect(PixelRect {
            left: 0,
            top: 0,
            right,
            bottom: 1,
        });
        mask
    }

    /// Columns of the truth and of the prediction, and whether the model says nothing.
    fn report(rules: RefCocoMaskRules, samples: &[(usize, usize, bool)]) -> RefCocoMaskReport {
        let mut fold = RefCocoMaskFold::new(rules);
        for &(truth, prediction, says_nothing) in samples {
            let mut part = RefCocoMaskFold::new(rules);
            let masks = ExpressionMasks {
                truth: &columns(truth),
                means_nothing: truth == 0,
                prediction: &columns(prediction),
                says_nothing,
            };
            part.push(masks).unwrap();
            fold.merge(&part);
        }
        fold.finish().unwrap()
    }

    #[test]
    fn evaluators_differ_on_empty_masks() {
        let pairs = [(4, 8, false), (0, 0, false)];
        let lavt = report(RefCocoMaskRules::Lavt, &pairs);
        assert_eq!((lavt.mean_iou, lavt.cumulative_iou), (0.25, 0.5));
        assert_eq!(lavt.precision[0].share, 0.5);
        let lisa = report(RefCocoMaskRules::Lisa, &pairs);
        assert!((lisa.mean_iou - 0.75).abs() < 1e-5 && lisa.mean_iou < 0.75);
        assert!((lisa.cumulative_iou - 0.5).abs() < 1e-9);
    }

    #[test]
    fn expressions_without_object_are_a_question_of_their_own() {
        let pairs = [(4, 8, false), (5, 9, true), (0, 7, true), (0, 3, false)];
        let rela = report(RefCocoMaskRules::Rela, &pairs);
        assert_eq!(rela.mean_iou, 1.5 / 4.0);
        // Unions of 8, 9, 0 and 3.
        assert_eq!(rela.cumulative_iou, 4.0 / 20.0);
        assert_eq!(rela.nothing_found.share(), Some(0.5));
        assert_eq!(rela.something_found.share(), Some(0.5));
        assert_eq!(rela.precision[0].share, 0.5);
    }

    #[test]
    fn an_object_without_a_pixel_is_still_meant() {
        let mut fold = RefCocoMaskFold::new(RefCocoMaskRules::Rela);
        let masks = ExpressionMasks {
            truth: &columns(0),
            means_nothing: false,
            prediction: &columns(2),
            says_nothing: false,
        };
        assert_eq!(fold.push(masks), Ok(0.0));
        let report = fold.finish().unwrap();
        assert_eq!(report.something_found.share(), Some(1.0));
        assert_eq!(report.nothing_found.share(), None);
    }

    #[test]
    fn masks_of_another_size_are_refused() {
        let mut fold = RefCocoMaskFold::new(RefCocoMaskRules::Lavt);
        let other = Mask::new(FrameSize::new(1, 10));
        let masks = ExpressionMasks {
            truth: &columns(1),
            means_nothing: false,
            prediction: &other,
            says_nothing: false,
        };
        assert!(matches!(fold.push(masks), Err(MetricsError::Geometry(_))));
        assert_eq!(fold.finish(), Err(MetricsError::NoSamples));
    }
}
