//! The figures of a [`DetectionFold`]: AP and AR.

use crate::average_precision::coco_average_precision;
use crate::detection::{AreaRange, CategoryFold, DetectionFold, OVERLAPS, coco_overlaps};
use crate::error::MetricsError;
use crate::mean::Mean;
use crate::ranking::by_score;
use crate::threshold::ThresholdShare;

/// Average precision for one range of areas, means over the categories that have objects in it; from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaPrecision {
    /// The range.
    pub area: AreaRange,
    /// AP: the mean over all overlaps.
    pub average_precision: f64,
    /// AP at each overlap: 0.50, 0.55, ..., 0.95.
    pub by_overlap: Vec<ThresholdShare>,
    /// AR: the mean over the overlaps of the share of objects that were found.
    pub average_recall: f64,
}

impl AreaPrecision {
    /// AP at the overlap 0.50 + 0.05 `step`; `None` beyond the last.
    pub fn at_step(&self, step: usize) -> Option<f64> {
        self.by_overlap.get(step).map(|share| share.share)
    }
}

/// The figures of detection. A range of areas without true objects has `None` (pycocotools: -1).
#[derive(Debug, Clone, PartialEq)]
pub struct DetectionReport {
    /// Precision by range of areas, in the order of the rules.
    pub by_area: Vec<Option<AreaPrecision>>,
    /// AR over all areas by the number of predictions per image that count.
    pub recall_by_predictions: Vec<(usize, Option<f64>)>,
}

impl DetectionFold {
    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no image.
    pub fn finish(&self) -> Result<DetectionReport, MetricsError> {
        if self.categories.is_empty() {
            return Err(MetricsError::NoSamples);
        }
        let most = self.rules.most_predictions.last().copied().unwrap_or(0);
        let by_area = (0..self.rules.areas.len()).map(|area| self.area(area, most));
        let recall = self.rules.most_predictions.iter().map(|&most| {
            let report = self.area(0, most);
            (most, report.map(|report| report.average_recall))
        });
        Ok(DetectionReport {
            by_area: by_area.collect(),
            recall_by_predictions: recall.collect(),
        })
    }

    fn area(&self, area: usize, most: usize) -> Option<AreaPrecision> {
        let mut precision = [Mean::default(); OVERLAPS];
        let mut recall = Mean::default();
        for category in self.categories.values() {
            let Some(curves) = category.curves(area, most) else {
                continue;
            };
            for ((found, average), mean) in curves.into_iter().zip(&mut precision) {
                mean.push(average);
                recall.push(found);
            }
        }
        let shares = coco_overlaps().into_iter().zip(&precision);
        let by_overlap: Vec<ThresholdShare> = shares
            .map(|(threshold, mean)| ThresholdShare {
                threshold,
                share: mean.value(),
            })
            .collect();
        let sum: f64 = by_overlap.iter().map(|share| share.share).sum();
        let average_precision = sum / by_overlap.len() as f64;
        (!average_precision.is_nan()).then(|| AreaPrecision {
            area: self
                .rules
                .areas
                .get(area)
                .copied()
                .unwrap_or(AreaRange::ALL),
            average_precision,
            average_recall: recall.value(),
            by_overlap,
        })
    }
}

impl CategoryFold {
    /// For each overlap the share of objects found and the average precision; `None` where there is nothing to find.
    fn curves(&self, area: usize, most: usize) -> Option<[(f64, f64); OVERLAPS]> {
        let positives = *self.positives.get(area)?;
        if positives == 0 {
            return None;
        }
        let counted = self.outcomes.get(area)?.iter();
        let mut outcomes: Vec<_> = counted.filter(|outcome| outcome.rank < most).collect();
        outcomes.sort_by(|first, second| by_score(second.score, first.score));
        Some(std::array::from_fn(|bit| {
            let ranked: Vec<bool> = outcomes
                .iter()
                .filter(|outcome| outcome.ignored >> bit & 1 == 0)
                .map(|outcome| outcome.right >> bit & 1 == 1)
                .collect();
            let found = ranked.iter().filter(|&&is_right| is_right).count();
            let average = coco_average_precision(&ranked, positives).unwrap_or(0.0);
            (found as f64 / positives as f64, average)
        }))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use crate::detection::{DetectionRules, DetectionSample, ScoredObject, TrueObject};
    use proptest::prelude::*;

    /// One prediction and one object per image, with the category, the overlap and the score.
    fn fold(images: &[(u64, f64, f64)]) -> DetectionFold {
        let mut fold = DetectionFold::new(DetectionRules::coco());
        for &(category, overlap, score) in images {
            let sample = DetectionSample {
                category,
                truth: &[TrueObject {
                    area: 50.0,
                    is_crowd: false,
                }],
                predictions: &[ScoredObject { area: 50.0, score }],
            };
            fold.push(&sample, |_, _| overlap);
        }
        fold
    }

    #[test]
    fn categories_weigh_the_same_and_empty_ranges_are_left_out() {
        let report = fold(&[(1, 0.72, 0.9), (1, 0.72, 0.8), (2, 0.3, 0.7)]);
        let report = report.finish().unwrap();
        let all = report.by_area[0].as_ref().unwrap();
        assert_eq!((all.at_step(4), all.at_step(5)), (Some(0.5), Some(0.0)));
        assert_eq!(all.at_step(10), None);
        assert!((all.average_precision - 0.25).abs() < 1e-12);
        assert!((all.average_recall - 0.25).abs() < 1e-12);
        assert!(report.by_area[1].is_some() && report.by_area[2].is_none());
        assert_eq!(report.recall_by_predictions.len(), 3);
        assert!(fold(&[]).finish().is_err());
    }

    proptest! {
        #[test]
        fn parts_merge_into_the_whole(
            images in prop::collection::vec((0u64..3, 0.0..1.0f64, 0.0..1.0f64), 1..30),
            part in 0usize..30,
        ) {
            let part = part.min(images.len());
            let mut merged = fold(&images[..part]);
            merged.merge(&fold(&images[part..]));
            prop_assert_eq!(merged.finish(), fold(&images).finish());
        }

        #[test]
        fn only_the_order_of_scores_matters(images in prop::collection::vec((0u64..2, 0.0..1.0f64, 0.0..1.0f64), 1..30)) {
            let halved: Vec<_> = images.iter().map(|&(category, overlap, score)| (category, overlap, score / 2.0)).collect();
            let report = fold(&images).finish().unwrap();
            prop_assert_eq!(&report, &fold(&halved).finish().unwrap());
            let all = report.by_area[0].as_ref().unwrap();
            prop_assert!((0.0..=1.0).contains(&all.average_precision));
            prop_assert!(all.by_overlap.is_sorted_by(|first, second| first.share >= second.share));
        }
    }
}
