//! A2D-Sentences and JHMDB-Sentences: one object per annotated frame, found by scored masks.
//!
//! Source: Gavrilyuk et al., CVPR 2018; the calculation is that of MTTR's `metrics.py`, which ReferFormer shares.
//! Overlaps are calculated in f32 there, and an overlap of exactly K does not count.

use tubelet_geometry::Mask;

use crate::detection::{DetectionFold, DetectionRules, DetectionSample, ScoredObject, TrueObject};
use crate::detection_report::DetectionReport;
use crate::error::MetricsError;
use crate::mean::Mean;
use crate::ranking::by_score;
use crate::region_similarity::RegionOverlap;
use crate::threshold::{Comparison, ThresholdFold, ThresholdShare};

/// The overlaps K of `P@K`.
const PRECISION_OVERLAPS: [f64; 5] = [0.5, 0.6, 0.7, 0.8, 0.9];
/// Keeps the overlap of two empty masks a number.
const SMALL: f32 = 1e-6;

/// A predicted mask and how sure the model is of it.
#[derive(Debug, Clone, Copy)]
pub struct ScoredMask<'a> {
    /// The mask.
    pub mask: &'a Mask,
    /// Its score.
    pub score: f64,
}

/// The figures of A2D-Sentences, from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct A2dReport {
    /// Frames with an expression.
    pub samples: usize,
    /// `P@K` for K = 0.5, ..., 0.9.
    pub precision: Vec<ThresholdShare>,
    /// Overall IoU: all intersections over all unions.
    pub overall_iou: f64,
    /// Mean IoU.
    pub mean_iou: f64,
    /// COCO's figures with all masks; the published mAP is the average precision of all areas.
    pub detection: DetectionReport,
}

/// Collects the frames of A2D-Sentences or JHMDB-Sentences.
#[derive(Debug, Clone)]
pub struct A2dFold {
    precision: ThresholdFold,
    overlap: RegionOverlap,
    mean: Mean,
    detection: DetectionFold,
}

impl Default for A2dFold {
    fn default() -> Self {
        Self {
            precision: ThresholdFold::new(Comparison::Above, &PRECISION_OVERLAPS),
            overlap: RegionOverlap::default(),
            mean: Mean::default(),
            detection: DetectionFold::new(DetectionRules::coco()),
        }
    }
}

impl A2dFold {
    /// Adds a frame with its expression and gives the overlap of the mask with the largest score, of equal ones the
    /// last. A frame without predicted masks counts as one with an empty mask (the official code fails on it).
    ///
    /// # Errors
    /// [`MetricsError::Geometry`] where a predicted mask has another size than the true one.
    pub fn push(
        &mut self,
        truth: &Mask,
        predictions: &[ScoredMask<'_>],
    ) -> Result<f64, MetricsError> {
        for prediction in predictions {
            truth.same_size(prediction.mask)?;
        }
        let overlaps: Vec<RegionOverlap> = predictions
            .iter()
            .map(|prediction| RegionOverlap::of(truth, prediction.mask))
            .collect();
        let scores = predictions.iter().map(|prediction| prediction.score);
        let best = scores
            .zip(&overlaps)
            .max_by(|first, second| by_score(first.0, second.0));
        let empty = RegionOverlap {
            intersection: 0,
            union: truth.count(),
        };
        let best = best.map_or(empty, |(_, &overlap)| overlap);
        let iou = f64::from((best.intersection as f32 + SMALL) / (best.union as f32 + SMALL));
        self.precision.push(iou);
        self.mean.push(iou);
        self.overlap = self.overlap.plus(best);
        let objects: Vec<ScoredObject> = predictions
            .iter()
            .map(|prediction| ScoredObject {
                area: prediction.mask.count() as f64,
                score: prediction.score,
            })
            .collect();
        let sample = DetectionSample {
            category: 0,
            truth: &[TrueObject {
                area: truth.count() as f64,
                is_crowd: false,
            }],
            predictions: &objects,
        };
        self.detection.push(&sample, |prediction, _| {
            overlaps.get(prediction).map_or(0.0, |overlap| {
                overlap.intersection as f64 / overlap.union as f64
            })
        });
        Ok(iou)
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        self.precision.merge(&other.precision);
        self.overlap = self.overlap.plus(other.overlap);
        self.mean.merge(other.mean);
        self.detection.merge(&other.detection);
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no frame.
    pub fn finish(&self) -> Result<A2dReport, MetricsError> {
        Ok(A2dReport {
            detection: self.detection.finish()?,
            samples: self.precision.values(),
            precision: self.precision.shares(),
            overall_iou: self.overlap.similarity(),
            mean_iou: self.mean.value(),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use tubelet_geometry::{FrameSize, PixelRect};

    fn columns(right: usize) -> Mask {
        let mut mask = Mask::new(FrameSize::new(10, 400));
        mask.fill_rect(PixelRect {
            left: 0,
            top: 0,
            right,
            bottom: 400,
        });
        mask
    }

    #[test]
    fn the_last_of_the_best_masks_counts() {
        let mut fold = A2dFold::default();
        assert!(fold.finish().is_err());
        let (truth, half) = (columns(8), columns(4));
        let scored = |mask, score| ScoredMask { mask, score };
        let masks = [scored(&truth, 0.5), scored(&half, 0.9), scored(&truth, 0.9)];
        assert_eq!(fold.push(&truth, &masks).unwrap(), 1.0);
        assert_eq!(fold.push(&truth, &masks[..2]).unwrap(), 0.5);
        let mut rest = A2dFold::default();
        assert!(rest.push(&truth, &[]).unwrap() < 1e-6);
        fold.merge(&rest);
        let report = fold.finish().unwrap();
        assert_eq!(report.samples, 3);
        // An overlap of exactly one half does not count.
        assert_eq!(report.precision[0].share, 1.0 / 3.0);
        assert_eq!(report.overall_iou, (32.0 + 16.0) / 96.0);
        assert!((report.mean_iou - 0.5).abs() < 1e-6);
        assert!(report.detection.by_area[2].is_some());
    }

    #[test]
    fn masks_of_another_size_are_refused() {
        let other = Mask::new(FrameSize::new(400, 10));
        let scored = ScoredMask {
            mask: &other,
            score: 1.0,
        };
        let error = A2dFold::default().push(&columns(3), &[scored]);
        assert!(matches!(error, Err(MetricsError::Geometry(_))));
    }
}
