//! YouTube-VIS: average precision of mask tracks with categories and scores.
//!
//! Source: Yang et al., ICCV 2019, and its `ytvoseval.py`: COCO's evaluation with the overlap of whole tracks.

use std::collections::BTreeSet;

use tubelet_geometry::RunLength;

use crate::detection::{DetectionFold, DetectionRules, DetectionSample, ScoredObject, TrueObject};
use crate::detection_report::DetectionReport;
use crate::error::MetricsError;
use crate::track_overlap::TrackOverlaps;

/// A true track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrueTrack {
    /// Its category.
    pub category: u64,
    /// Whether it stands for a crowd, which is neither to be found nor to be missed.
    pub is_crowd: bool,
}

/// A predicted track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredTrack {
    /// Its category.
    pub category: u64,
    /// How sure the model is.
    pub score: f64,
}

/// The tracks of one video.
#[derive(Debug, Clone)]
pub struct YoutubeVisVideo {
    truth: Vec<TrueTrack>,
    predictions: Vec<ScoredTrack>,
    overlaps: TrackOverlaps,
}

impl YoutubeVisVideo {
    /// A video before its first frame.
    pub fn new(truth: Vec<TrueTrack>, predictions: Vec<ScoredTrack>) -> Self {
        Self {
            overlaps: TrackOverlaps::new(truth.len(), predictions.len()),
            truth,
            predictions,
        }
    }

    /// Adds the masks of a frame, one or none per track.
    ///
    /// # Errors
    /// As [`TrackOverlaps::push_masks`].
    pub fn push(
        &mut self,
        truth: &[Option<RunLength>],
        predictions: &[Option<RunLength>],
    ) -> Result<(), MetricsError> {
        self.overlaps.push_masks(truth, predictions)
    }

    /// The overlap of a predicted and a true track over the frames so far, whatever their categories; 0 where there is no
    /// such track.
    pub fn overlap(&self, prediction: usize, truth: usize) -> f64 {
        self.overlaps.iou(prediction, truth)
    }
}

/// Collects the videos of YouTube-VIS. Among equal scores those of the video that comes first rank first; the official
/// code goes by the numbers of the videos.
#[derive(Debug, Clone)]
pub struct YoutubeVisFold {
    detection: DetectionFold,
}

impl Default for YoutubeVisFold {
    fn default() -> Self {
        Self {
            detection: DetectionFold::new(DetectionRules::youtube_vis()),
        }
    }
}

impl YoutubeVisFold {
    /// Adds a video.
    pub fn push(&mut self, video: &YoutubeVisVideo) {
        let truth = video.truth.iter().map(|track| track.category);
        let predictions = video.predictions.iter().map(|track| track.category);
        let categories: BTreeSet<u64> = truth.chain(predictions).collect();
        for category in categories {
            let truth: Vec<usize> = places(&video.truth, |track| track.category == category);
            let predictions = places(&video.predictions, |track| track.category == category);
            let objects: Vec<TrueObject> = truth
                .iter()
                .filter_map(|&place| {
                    Some(TrueObject {
                        area: video.overlaps.truth_area(place),
                        is_crowd: video.truth.get(place)?.is_crowd,
                    })
                })
                .collect();
            let scored: Vec<ScoredObject> = predictions
                .iter()
                .filter_map(|&place| {
                    Some(ScoredObject {
                        area: video.overlaps.prediction_area(place),
                        score: video.predictions.get(place)?.score,
                    })
                })
                .collect();
            let sample = DetectionSample {
                category,
                truth: &objects,
                predictions: &scored,
            };
            self.detection.push(&sample, |prediction, object| {
                let pair = predictions.get(prediction).zip(truth.get(object));
                pair.map_or(0.0, |(&prediction, &object)| {
                    video.overlaps.iou(prediction, object)
                })
            });
        }
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        self.detection.merge(&other.detection);
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where no video had a track.
    pub fn finish(&self) -> Result<DetectionReport, MetricsError> {
        self.detection.finish()
    }
}

/// Where the wanted tracks stand.
fn places<T>(tracks: &[T], is_wanted: impl Fn(&T) -> bool) -> Vec<usize> {
    let wanted = tracks
        .iter()
        .enumerate()
        .filter(|(_, track)| is_wanted(track));
    wanted.map(|(place, _)| place).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use tubelet_geometry::FrameSize;

    #[test]
    fn a_track_of_another_category_does_not_count() {
        let mask = RunLength::new(FrameSize::new(4, 4), &[0, 8, 8]).unwrap();
        let truth = TrueTrack {
            category: 3,
            is_crowd: false,
        };
        let scored = |category, score| ScoredTrack { category, score };
        let predictions = vec![scored(4, 0.9), scored(3, 0.5)];
        let mut video = YoutubeVisVideo::new(vec![truth], predictions);
        let masks = [Some(mask.clone()), Some(mask.clone())];
        video.push(&[Some(mask)], &masks).unwrap();
        let (mut fold, empty) = (YoutubeVisFold::default(), YoutubeVisFold::default());
        assert!(empty.finish().is_err());
        fold.push(&video);
        fold.merge(&empty);
        let report = fold.finish().unwrap();
        let all = report.by_area[0].as_ref().unwrap();
        assert_eq!((all.average_precision, all.average_recall), (1.0, 1.0));
        assert!(report.by_area[1].is_some() && report.by_area[2].is_none());
    }
}
