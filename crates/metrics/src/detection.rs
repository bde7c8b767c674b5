//! Average precision of objects that are found with a score, as COCO evaluates them.
//!
//! In: per image (or video) and category, true and predicted objects and the overlap of every pair. What an overlap is,
//! and what an area, is the protocol's affair. Out: a [`DetectionReport`](crate::DetectionReport). Source: Lin et al.,
//! ECCV 2014, and pycocotools' `cocoeval.py`. A fold keeps a few bytes per prediction, because precision needs all
//! scores sorted.

use crate::ranking::by_score;
use std::collections::BTreeMap;

/// Number of overlaps at which precision is taken.
pub(crate) const OVERLAPS: usize = 10;

/// The overlaps 0.50, 0.55, ..., 0.95, to the last bit as NumPy spaces them.
pub fn coco_overlaps() -> [f64; OVERLAPS] {
    let step = (0.95 - 0.5) / (OVERLAPS - 1) as f64;
    std::array::from_fn(|number| {
        if number + 1 == OVERLAPS {
            0.95
        } else {
            number as f64 * step + 0.5
        }
    })
}

/// A range of areas; both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AreaRange {
    /// Smallest area in square pixels.
    pub least: f64,
    /// Largest area in square pixels.
    pub most: f64,
}

impl AreaRange {
    /// Every area.
    pub const ALL: Self = Self {
        least: 0.0,
        most: 1e10,
    };

    fn contains(self, area: f64) -> bool {
        self.least <= area && area <= self.most
    }
}

/// What counts.
#[derive(Debug, Clone, PartialEq)]
pub struct DetectionRules {
    /// The ranges of areas for which figures are given. True objects outside are neither found nor missed.
    pub areas: Vec<AreaRange>,
    /// How many predictions per image and category count, ascending. Precision is given for the last number, recall for
    /// each.
    pub most_predictions: Vec<usize>,
}

impl DetectionRules {
    /// The rules for images: all areas, and small, medium and large ones with limits of 32² and 96² pixels.
    pub fn coco() -> Self {
        Self::with_limits(32.0, 96.0)
    }

    /// The rules for tracks, whose area is a mean over frames: limits of 128² and 256² pixels.
    pub fn youtube_vis() -> Self {
        Self::with_limits(128.0, 256.0)
    }

    fn with_limits(small: f64, medium: f64) -> Self {
        let limits = [0.0, small * small, medium * medium, AreaRange::ALL.most];
        let ranges = limits.windows(2).filter_map(|ends| match *ends {
            [least, most] => Some(AreaRange { least, most }),
            _ => None,
        });
        Self {
            areas: std::iter::once(AreaRange::ALL).chain(ranges).collect(),
            most_predictions: vec![1, 10, 100],
        }
    }
}

/// A true object.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrueObject {
    /// Its area in square pixels.
    pub area: f64,
    /// Whether it stands for a crowd: any number of predictions may match it, none is right or wrong for it.
    pub is_crowd: bool,
}

/// A predicted object.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredObject {
    /// Its area in square pixels.
    pub area: f64,
    /// How sure the model is.
    pub score: f64,
}

/// The objects of one category in one image or video.
#[derive(Debug, Clone, Copy)]
pub struct DetectionSample<'a> {
    /// The category; any constant where categories do not count.
    pub category: u64,
    /// The true objects.
    pub truth: &'a [TrueObject],
    /// The predicted objects.
    pub predictions: &'a [ScoredObject],
}

/// Collects images; samples of equal scores rank in the order in which they come.
#[derive(Debug, Clone)]
pub struct DetectionFold {
    pub(crate) rules: DetectionRules,
    pub(crate) categories: BTreeMap<u64, CategoryFold>,
}

/// What was found of one category.
#[derive(Debug, Clone, Default)]
pub(crate) struct CategoryFold {
    /// For each range of areas, how many true objects there are to find.
    pub(crate) positives: Vec<usize>,
    /// For each range of areas, the predictions.
    pub(crate) outcomes: Vec<Vec<Outcome>>,
}

/// A prediction after matching; bit `n` stands for the overlap `n`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    pub(crate) score: f64,
    /// Its rank in its image, from 0.
    pub(crate) rank: usize,
    pub(crate) right: u16,
    pub(crate) ignored: u16,
}

impl DetectionFold {
    /// A fold before its first image.
    pub fn new(rules: DetectionRules) -> Self {
        Self {
            rules,
            categories: BTreeMap::new(),
        }
    }

    /// Adds the objects of a category in an image. `overlap` gives the overlap of a predicted and a true object by
    /// their positions in the sample. What is not a number counts as no overlap.
    pub fn push(&mut self, sample: &DetectionSample<'_>, overlap: impl Fn(usize, usize) -> f64) {
        let most = self.rules.most_predictions.last().copied().unwrap_or(0);
        let mut order: Vec<(usize, &ScoredObject)> =
            sample.predictions.iter().enumerate().collect();
        order.sort_by(|first, second| by_score(second.1.score, first.1.score));
        order.truncate(most);
        let overlaps: Vec<Vec<f64>> = order
            .iter()
            .map(|&(prediction, _)| {
                let with = (0..sample.truth.len()).map(|truth| overlap(prediction, truth));
                with.map(|overlap| if overlap.is_nan() { 0.0 } else { overlap })
                    .collect()
            })
            .collect();
        let areas = &self.rules.areas;
        let category = self.categories.entry(sample.category).or_default();
        category.positives.resize(areas.len(), 0);
        category.outcomes.resize(areas.len(), Vec::new());
        let folds = category.positives.iter_mut().zip(&mut category.outcomes);
        for (&area, (positives, outcomes)) in areas.iter().zip(folds) {
            let image = Image {
                truth: sample.truth,
                overlaps: &overlaps,
                area,
            };
            *positives += (0..sample.truth.len())
                .filter(|&truth| !image.is_ignored(truth))
                .count();
            let objects: Vec<ScoredObject> = order.iter().map(|&(_, object)| *object).collect();
            outcomes.extend(image.outcomes(&objects));
        }
    }

    /// Adds what another part of the evaluation collected by the same rules.
    pub fn merge(&mut self, other: &Self) {
        let areas = self.rules.areas.len();
        for (&category, more) in &other.categories {
            let fold = self.categories.entry(category).or_default();
            fold.positives.resize(areas, 0);
            fold.outcomes.resize(areas, Vec::new());
            for (positives, more) in fold.positives.iter_mut().zip(&more.positives) {
                *positives += more;
            }
            for (outcomes, more) in fold.outcomes.iter_mut().zip(&more.outcomes) {
                outcomes.extend_from_slice(more);
            }
        }
    }
}

/// One image, looked at for one range of areas.
struct Image<'a> {
    truth: &'a [TrueObject],
    /// By rank of the prediction, then by true object.
    overlaps: &'a [Vec<f64>],
    area: AreaRange,
}

impl Image<'_> {
    /// Whether a true object is neither to be found nor to be missed.
    fn is_ignored(&self, truth: usize) -> bool {
        self.truth
            .get(truth)
            .is_none_or(|object| object.is_crowd || !self.area.contains(object.area))
    }

    /// The outcomes of predictions in the order of their ranks.
    fn outcomes(&self, predictions: &[ScoredObject]) -> Vec<Outcome> {
        let mut outcomes: Vec<Outcome> = predictions
            .iter()
            .enumerate()
            .map(|(rank, prediction)| Outcome {
                score: prediction.score,
                rank,
                right: 0,
                ignored: 0,
            })
            .collect();
        // Objects that count come first; a prediction goes to one that does not only where it finds no other.
        let mut order: Vec<usize> = (0..self.truth.len()).collect();
        order.sort_by_key(|&truth| self.is_ignored(truth));
        for (bit, threshold) in coco_overlaps().into_iter().enumerate() {
            let mut is_taken = vec![false; self.truth.len()];
            for (outcome, prediction) in outcomes.iter_mut().zip(predictions) {
                let found = self.best_match(&order, &is_taken, outcome.rank, threshold);
                match found {
                    Some(truth) => {
                        if let Some(is_taken) = is_taken.get_mut(truth) {
                            *is_taken = true;
                        }
                        if self.is_ignored(truth) {
                            outcome.ignored |= 1 << bit;
                        } else {
                            outcome.right |= 1 << bit;
                        }
                    }
                    None if !self.area.contains(prediction.area) => outcome.ignored |= 1 << bit,
                    None => {}
                }
            }
        }
        outcomes
    }

    /// The free true object that a prediction overlaps most, of equal ones the last.
    fn best_match(
        &self,
        order: &[usize],
        is_taken: &[bool],
        rank: usize,
        threshold: f64,
    ) -> Option<usize> {
        let overlaps = self.overlaps.get(rank)?;
        let mut best: Option<usize> = None;
        let mut least = threshold.min(1.0 - 1e-10);
        for &truth in order {
            let object = self.truth.get(truth)?;
            if *is_taken.get(truth)? && !object.is_crowd {
                continue;
            }
            if best.is_some_and(|best| !self.is_ignored(best)) && self.is_ignored(truth) {
                break;
            }
            let overlap = *overlaps.get(truth)?;
            if overlap >= least {
                least = overlap;
                best = Some(truth);
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(area: f64) -> TrueObject {
        TrueObject {
            area,
            is_crowd: false,
        }
    }

    fn outcomes(
        truth: &[TrueObject],
        predictions: &[(f64, f64)],
        overlap: impl Fn(usize, usize) -> f64,
    ) -> Vec<(u16, u16)> {
        let mut fold = DetectionFold::new(DetectionRules::coco());
        let predictions: Vec<ScoredObject> = predictions
            .iter()
            .map(|&(score, area)| ScoredObject { area, score })
            .collect();
        let sample = DetectionSample {
            category: 0,
            truth,
            predictions: &predictions,
        };
        fold.push(&sample, overlap);
        let outcomes = fold.categories.values().next();
        let outcomes = outcomes.and_then(|category| category.outcomes.get(1));
        let bits = |outcome: &Outcome| (outcome.right & 1, outcome.ignored & 1);
        outcomes.map_or(Vec::new(), |outcomes| outcomes.iter().map(bits).collect())
    }

    #[test]
    fn the_better_of_two_predictions_takes_the_object() {
        // In the range of small objects.
        let found = outcomes(&[object(100.0)], &[(0.5, 100.0), (0.9, 100.0)], |_, _| 0.8);
        assert_eq!(found, [(1, 0), (0, 0)]);
    }

    #[test]
    fn objects_of_other_sizes_are_neither_right_nor_wrong() {
        let truth = [object(1e6), object(100.0)];
        let overlap = |prediction, truth| if prediction == truth { 0.9 } else { 0.0 };
        let predictions = [(0.9, 1e6), (0.8, 100.0), (0.7, 1e6), (0.6, 100.0)];
        let found = outcomes(&truth, &predictions, overlap);
        assert_eq!(found, [(0, 1), (1, 0), (0, 1), (0, 0)]);
    }

    #[test]
    fn a_crowd_takes_any_number() {
        let crowd = TrueObject {
            area: 100.0,
            is_crowd: true,
        };
        let found = outcomes(&[crowd], &[(0.9, 100.0), (0.8, 100.0)], |_, _| 0.6);
        assert_eq!(found, [(0, 1), (0, 1)]);
        let found = outcomes(&[crowd], &[(0.9, 100.0)], |_, _| f64::NAN);
        assert_eq!(found, [(0, 0)]);
    }
}
