//! Several cameras: the cross-view and the generic benchmark of MST-SAM.
//!
//! In: for each frame, camera and instance the true and the predicted mask; instances carry one number over all cameras
//! and frames. Out: mean J and F over instances, of those that two or more cameras see at some time, and of all. Source:
//! *MST-SAM*, appendix A.2. The paper does not say how frames are averaged. Here an instance's score is the mean over
//! the frames and cameras from the frame on in which it first appears on either side in that camera, as vos-benchmark
//! counts.

use std::collections::BTreeMap;

use tubelet_geometry::Mask;

use crate::error::MetricsError;
use crate::frame_scorer::{FrameScore, FrameScorer};
use crate::protocols::vos_benchmark::SeenObject;
use crate::score_mean::{ScoreMean, ScoreMeanFold};

/// The masks of one instance in one camera at one time.
#[derive(Debug, Clone, Copy)]
pub struct ViewMasks<'a> {
    /// The camera.
    pub view: usize,
    /// The instance, numbered over all cameras.
    pub instance: u64,
    /// Its true mask, empty where it is not seen.
    pub truth: &'a Mask,
    /// Its predicted mask.
    pub prediction: &'a Mask,
}

/// The scores of one instance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InstanceMean {
    /// The instance.
    pub instance: u64,
    /// How many cameras see it at some time.
    pub views: usize,
    /// Its means over frames and cameras.
    pub scores: ScoreMean,
}

/// Scores the instances of one sequence of several cameras.
#[derive(Debug, Clone, Default)]
pub struct MultiViewSequence {
    scorers: BTreeMap<usize, FrameScorer>,
    instances: BTreeMap<u64, BTreeMap<usize, SeenObject>>,
}

impl MultiViewSequence {
    /// Adds the masks of an instance in a camera at the next time and gives their score; `None` before it has appeared
    /// there. Cameras may have frames of different sizes. A camera that cannot show an instance need not be pushed.
    ///
    /// # Errors
    /// [`MetricsError::Geometry`] where the two masks differ in size.
    pub fn push(&mut self, masks: &ViewMasks<'_>) -> Result<Option<FrameScore>, MetricsError> {
        masks.truth.same_size(masks.prediction)?;
        let views = self.instances.entry(masks.instance).or_default();
        let is_new = !views.contains_key(&masks.view);
        if is_new && masks.truth.is_empty() && masks.prediction.is_empty() {
            return Ok(None);
        }
        let scorer = self
            .scorers
            .entry(masks.view)
            .or_insert_with(|| FrameScorer::new(masks.truth.size()));
        let seen = views.entry(masks.view).or_default();
        Ok(Some(seen.push(scorer, masks.truth, masks.prediction)))
    }

    /// The means of the instances that the ground truth shows in some camera.
    ///
    /// # Errors
    /// [`MetricsError::NoObjects`] where there is none.
    pub fn finish(&self) -> Result<Vec<InstanceMean>, MetricsError> {
        let mut means = Vec::new();
        for (&instance, cameras) in &self.instances {
            let views = cameras.values().filter(|seen| seen.is_in_truth).count();
            if views == 0 {
                continue;
            }
            let mut scores = ScoreMeanFold::default();
            for seen in cameras.values() {
                scores.merge(&seen.scores);
            }
            means.push(InstanceMean {
                instance,
                views,
                scores: scores.finish()?,
            });
        }
        if means.is_empty() {
            return Err(MetricsError::NoObjects);
        }
        Ok(means)
    }
}

/// The figures of both benchmarks; `None` where no instance belongs to one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MultiViewReport {
    /// Instances that two or more cameras see: the *cross-view benchmark*.
    pub cross_view: Option<ScoreMean>,
    /// Instances that one camera sees.
    pub single_view: Option<ScoreMean>,
    /// All instances: the *generic object benchmark*.
    pub generic: ScoreMean,
}

/// Collects the instances of a data set; each weighs the same.
#[derive(Debug, Clone, Copy, Default)]
pub struct MultiViewFold {
    cross_view: ScoreMeanFold,
    single_view: ScoreMeanFold,
}

impl MultiViewFold {
    /// Adds an instance.
    pub fn push(&mut self, instance: &InstanceMean) {
        let fold = if instance.views > 1 {
            &mut self.cross_view
        } else {
            &mut self.single_view
        };
        fold.push(instance.scores.into());
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        self.cross_view.merge(&other.cross_view);
        self.single_view.merge(&other.single_view);
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no instance.
    pub fn finish(&self) -> Result<MultiViewReport, MetricsError> {
        let mut generic = self.cross_view;
        generic.merge(&self.single_view);
        Ok(MultiViewReport {
            cross_view: self.cross_view.finish().ok(),
            single_view: self.single_view.finish().ok(),
            generic: generic.finish()?,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use tubelet_geometry::FrameSize;

    #[test]
    fn instances_of_several_cameras_are_reported_apart() {
        let sizes = [FrameSize::new(30, 20), FrameSize::new(40, 10)];
        let empty = sizes.map(Mask::new);
        let shown = sizes.map(|size| {
            let mut mask = Mask::new(size);
            mask.set(3, 3, true);
            mask
        });
        let mut sequence = MultiViewSequence::default();
        let mut push = |view: usize, instance, is_true: bool, is_predicted: bool| {
            let masks = |is_shown| if is_shown { &shown[view] } else { &empty[view] };
            let (truth, prediction) = (masks(is_true), masks(is_predicted));
            let masks = ViewMasks {
                view,
                instance,
                truth,
                prediction,
            };
            sequence.push(&masks).unwrap().is_some()
        };
        // Instance 5 goes from one camera to the other, where it is lost.
        assert!(push(0, 5, true, true) && !push(1, 5, false, false));
        assert!(push(0, 5, false, false) && push(1, 5, true, false));
        assert!(push(1, 8, true, true));
        // Nothing but a prediction.
        assert!(push(1, 9, false, true));
        let means = sequence.finish().unwrap();
        let summary = |mean: &InstanceMean| (mean.instance, mean.views, mean.scores.count);
        let found: Vec<_> = means.iter().map(summary).collect();
        assert_eq!(found, [(5, 2, 3), (8, 1, 1)]);
        let (mut fold, mut rest) = (MultiViewFold::default(), MultiViewFold::default());
        fold.push(&means[0]);
        rest.push(&means[1]);
        fold.merge(&rest);
        let report = fold.finish().unwrap();
        assert_eq!(report.cross_view.unwrap().region, 2.0 / 3.0);
        assert_eq!(report.single_view.unwrap().region, 1.0);
        assert_eq!(report.generic.count, 2);
        assert!((report.generic.region - 5.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn without_instances_there_is_nothing_to_score() {
        let nothing = MultiViewSequence::default().finish();
        assert_eq!(nothing, Err(MetricsError::NoObjects));
        assert_eq!(
            MultiViewFold::default().finish(),
            Err(MetricsError::NoSamples)
        );
        let (one, other) = (
            Mask::new(FrameSize::new(3, 2)),
            Mask::new(FrameSize::new(2, 3)),
        );
        let masks = ViewMasks {
            view: 0,
            instance: 0,
            truth: &one,
            prediction: &other,
        };
        assert!(MultiViewSequence::default().push(&masks).is_err());
    }
}
