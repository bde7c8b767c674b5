//! The counts of TETA in one video whose classes are annotated in full.
//!
//! First all classes together: which predicted mask belongs to which true one. Then class by class: the objects of the
//! class against every prediction that overlaps one of them, whatever its own class, unless it belongs to an object of
//! another class. Classification is judged for the pairs so found. Source: TETA's `datasets/coco.py` and `teta.py`.

use std::collections::{BTreeMap, BTreeSet};

use crate::alignment::{Alignment, FrameTracks, PairCounts};
use crate::error::MetricsError;
use crate::teta::{CLASS_STEPS, STEPS, TetaCounts, TetaFold, least_similarities};

/// From this similarity on a prediction belongs to an object.
const OVERLAP: f64 = 0.5;

/// Collects the frames of one video.
#[derive(Debug, Clone)]
pub struct TetaVideo {
    truth: Vec<u64>,
    predictions: Vec<u64>,
    frames: Vec<FrameTracks>,
}

impl TetaVideo {
    /// A video with the classes of its true and of its predicted tracks.
    pub fn new(truth: Vec<u64>, predictions: Vec<u64>) -> Self {
        Self {
            truth,
            predictions,
            frames: Vec::new(),
        }
    }

    /// Adds a frame: the numbers of the tracks that are in it, from 0, and how similar a true and a predicted one are,
    /// from 0 to 1 (their IoU).
    ///
    /// # Errors
    /// [`MetricsError::UnknownTrack`] where a number is not that of a track.
    pub fn push(
        &mut self,
        truth: Vec<usize>,
        predictions: Vec<usize>,
        similarity: impl Fn(usize, usize) -> f64,
    ) -> Result<(), MetricsError> {
        for (role, tracks, all) in [
            ("ground truth", &truth, self.truth.len()),
            ("prediction", &predictions, self.predictions.len()),
        ] {
            if let Some(&track) = tracks.iter().find(|&&track| track >= all) {
                return Err(MetricsError::UnknownTrack {
                    frame: self.frames.len(),
                    role,
                    track,
                    tracks: all,
                });
            }
        }
        self.push_frame(FrameTracks::new(truth, predictions, similarity));
        Ok(())
    }

    /// Adds a frame whose tracks are known to exist.
    pub(crate) fn push_frame(&mut self, frame: FrameTracks) {
        self.frames.push(frame);
    }

    /// Adds the video to a fold.
    ///
    /// `classes` are those that some video of the data set shows, in the order of its categories; others are not
    /// scored. The order matters, because the official code counts predictions of a wrong class with the class that was
    /// predicted, and forgets what it has counted there when it comes to a class without any overlap in the video.
    pub fn add_to(&self, fold: &mut TetaFold, classes: &[u64]) {
        let owners = self.owners();
        let mut wrong: BTreeMap<u64, [usize; CLASS_STEPS]> = BTreeMap::new();
        for &class in classes {
            let counts = self.class_counts(class, &owners, &mut wrong);
            fold.add(class, &counts);
        }
        for &class in classes {
            let mut counts = TetaCounts::default();
            let of_class = wrong.get(&class).copied().unwrap_or_default();
            for (step, wrong) in counts.class.iter_mut().zip(of_class) {
                step.wrong = wrong;
            }
            fold.add(class, &counts);
        }
    }

    /// For each frame the predictions that belong to an object, and the class of the object.
    fn owners(&self) -> Vec<BTreeMap<usize, u64>> {
        let overlapping: BTreeSet<usize> = self.frames.iter().flat_map(overlapping).collect();
        let is_overlapping = |track| overlapping.contains(&track);
        let frames: Vec<FrameTracks> = self
            .frames
            .iter()
            .map(|frame| frame.only(|_| true, is_overlapping))
            .collect();
        let alignment = Alignment::new(&frames, self.truth.len(), self.predictions.len());
        let owner = |frame: &FrameTracks, (row, column): (usize, usize)| {
            let is_near = frame.similarity(row, column) >= OVERLAP - f64::EPSILON;
            let class = *self.truth.get(*frame.truth.get(row)?)?;
            let prediction = *frame.predictions.get(column)?;
            is_near.then_some((prediction, class))
        };
        let owners_in = |frame: &FrameTracks| {
            let pairs = alignment.pairs(frame).into_iter();
            pairs.filter_map(|pair| owner(frame, pair)).collect()
        };
        frames.iter().map(owners_in).collect()
    }

    fn class_counts(
        &self,
        class: u64,
        owners: &[BTreeMap<usize, u64>],
        wrong: &mut BTreeMap<u64, [usize; CLASS_STEPS]>,
    ) -> TetaCounts {
        let is_true = |track: usize| self.truth.get(track) == Some(&class);
        let is_predicted = |track: usize| self.predictions.get(track) == Some(&class);
        let of_class: Vec<FrameTracks> = self
            .frames
            .iter()
            .map(|frame| frame.only(is_true, |_| true))
            .collect();
        let near: Vec<BTreeSet<usize>> = of_class
            .iter()
            .zip(owners)
            .map(|(frame, owners)| {
                let is_free = |track: &usize| owners.get(track).is_none_or(|&owner| owner == class);
                overlapping(frame).into_iter().filter(is_free).collect()
            })
            .collect();
        let mut counts = TetaCounts::default();
        // Predictions of the class, and predictions near its objects, in a frame.
        let judged = |frame: &FrameTracks, near: &BTreeSet<usize>| {
            let predicted = frame.predictions.iter().copied();
            let tracks: BTreeSet<usize> = predicted.filter(|&track| is_predicted(track)).collect();
            tracks.union(near).count()
        };
        let objects: usize = of_class.iter().map(|frame| frame.truth.len()).sum();
        let invented = wrong.entry(class).or_default();
        if objects == 0 || near.iter().all(BTreeSet::is_empty) {
            for step in &mut counts.location {
                step.missed = objects;
            }
            let judged = of_class
                .iter()
                .zip(&near)
                .map(|(frame, near)| judged(frame, near));
            *invented = [judged.sum(); CLASS_STEPS];
            return counts;
        }
        let tracks: BTreeSet<usize> = near.iter().flatten().copied().collect();
        let frames: Vec<FrameTracks> = of_class
            .iter()
            .map(|frame| frame.only(|_| true, |track| tracks.contains(&track)))
            .collect();
        let alignment = Alignment::new(&frames, self.truth.len(), self.predictions.len());
        let mut pairs = vec![PairCounts::new(self.truth.len(), self.predictions.len()); STEPS];
        for ((frame, all), near) in frames.iter().zip(&of_class).zip(&near) {
            let extra = if frame.truth.is_empty() {
                judged(all, near)
            } else {
                judged(all, near) - near.len()
            };
            for wrong in wrong.entry(class).or_default() {
                *wrong += extra;
            }
            if frame.truth.is_empty() {
                continue;
            }
            let matched = alignment.pairs(frame);
            for (step, (least, pairs)) in
                least_similarities().into_iter().zip(&mut pairs).enumerate()
            {
                let found: Vec<(usize, usize)> = matched
                    .iter()
                    .filter(|&&(row, column)| frame.similarity(row, column) >= least - f64::EPSILON)
                    .filter_map(|&(row, column)| {
                        Some((*frame.truth.get(row)?, *frame.predictions.get(column)?))
                    })
                    .collect();
                let taken: BTreeSet<usize> = found.iter().map(|&(_, track)| track).collect();
                if let Some(location) = counts.location.get_mut(step) {
                    location.found += found.len();
                    location.missed += frame.truth.len() - found.len();
                    location.wrong += near.difference(&taken).count();
                }
                let Some(place) = step.checked_sub(STEPS - CLASS_STEPS) else {
                    for &(truth, prediction) in &found {
                        pairs.push(truth, prediction);
                    }
                    continue;
                };
                for &(truth, prediction) in &found {
                    pairs.push(truth, prediction);
                    let Some(classes) = counts.class.get_mut(place) else {
                        continue;
                    };
                    if is_predicted(prediction) {
                        classes.right += 1;
                        continue;
                    }
                    classes.missed += 1;
                    let named = self.predictions.get(prediction).copied();
                    let of_named = named.map(|class| wrong.entry(class).or_default());
                    if let Some(count) = of_named.and_then(|counts| counts.get_mut(place)) {
                        *count += 1;
                    }
                }
            }
        }
        for (step, pairs) in counts.location.iter_mut().zip(&pairs) {
            step.association = pairs.sums(&alignment);
        }
        counts
    }
}

/// The predictions of a frame that overlap a true object.
fn overlapping(frame: &FrameTracks) -> Vec<usize> {
    let columns = frame.predictions.iter().copied().enumerate();
    columns
        .filter(|&(column, _)| {
            (0..frame.truth.len()).any(|row| frame.similarity(row, column) >= OVERLAP)
        })
        .map(|(_, track)| track)
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use crate::teta::TetaReport;

    /// One object and one prediction over two frames.
    fn report(predicted_class: u64, similarity: f64) -> TetaReport {
        let mut video = TetaVideo::new(vec![1], vec![predicted_class]);
        for _ in 0..2 {
            video.push(vec![0], vec![0], |_, _| similarity).unwrap();
        }
        let mut fold = TetaFold::default();
        assert!(fold.finish().is_err());
        video.add_to(&mut fold, &[1, 2]);
        let mut merged = TetaFold::default();
        merged.merge(&fold);
        merged.finish().unwrap()
    }

    #[test]
    fn a_wrong_class_costs_classification_alone() {
        let right = report(1, 1.0);
        assert!((right.teta - 1.0).abs() < 1e-12 && right.classification == 1.0);
        let wrong = report(2, 1.0);
        assert!((wrong.localization - 1.0).abs() < 1e-12);
        assert!((wrong.association - 1.0).abs() < 1e-12);
        assert_eq!(wrong.classification, 0.0);
    }

    #[test]
    fn predictions_far_from_all_objects_do_not_count_for_localization() {
        let far = report(1, 0.3);
        assert_eq!((far.localization, far.localization_precision), (0.0, 0.0));
        assert_eq!(far.localization_recall, 0.0);
        let mut video = TetaVideo::new(vec![1], Vec::new());
        assert!(matches!(
            video.push(vec![0], vec![0], |_, _| 1.0),
            Err(MetricsError::UnknownTrack { tracks: 0, .. })
        ));
    }
}
