//! SA-Co/VEval: average precision, cgF1, HOTA and TETA of noun phrases asked of videos.
//!
//! Source: Carion et al., *SAM 3*, and its `saco_veval_evaluators.py`. Scores rank predictions for average precision
//! alone; for the rest a prediction counts from a score of one half on (for HOTA above it).

use std::collections::BTreeSet;

use crate::detection::{DetectionFold, DetectionRules, DetectionSample, ScoredObject, TrueObject};
use crate::detection_report::DetectionReport;
use crate::error::MetricsError;
use crate::gated_f1::{GatedF1Fold, GatedF1Report, QuestionCounts};
use crate::hota::{HotaCounts, HotaReport, HotaSequence};
use crate::protocols::tracks::sa_co::SaCoVideo;
use crate::protocols::tracks::youtube_vis::ScoredTrack;
use crate::teta::{TetaFold, TetaReport};
use crate::teta_video::TetaVideo;

/// The score from which, or above which, predictions count.
const LEAST_SCORE: f64 = 0.5;
/// Phrases are not told apart where average precision is taken over all of them.
const ANY_PHRASE: u64 = 0;

/// What was found for one phrase in one video.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhraseScores {
    /// The phrase, by its number.
    pub phrase: u64,
    /// HOTA; `None` where the phrase has neither an object nor a prediction that counts.
    pub hota: Option<HotaReport>,
    /// Found, missed and wrong tracks.
    pub tracks: QuestionCounts,
}

/// The figures of SA-Co/VEval for masks or for boxes.
#[derive(Debug, Clone, PartialEq)]
pub struct SaCoReport {
    /// Average precision with a class for each phrase.
    pub by_class: DetectionReport,
    /// Phrase AP: each phrase of a video by itself, ranked with all others.
    pub by_phrase: DetectionReport,
    /// cgF1 and what it consists of.
    pub gated_f1: GatedF1Report,
    /// HOTA over all phrases of all videos.
    pub hota: HotaReport,
    /// TETA; `None` where no class has objects.
    pub teta: Option<TetaReport>,
}

/// Collects the videos of SA-Co/VEval. Push them in the order of their numbers: it decides among equal scores.
#[derive(Debug, Clone)]
pub struct SaCoFold {
    classes: Vec<u64>,
    by_class: DetectionFold,
    by_phrase: DetectionFold,
    gated_f1: GatedF1Fold,
    hota: HotaCounts,
    teta: TetaFold,
}

impl SaCoFold {
    /// A fold before its first video, with the phrases that have an object in some video, in the order of the data
    /// set's categories (see [`TetaVideo::add_to`]).
    pub fn new(classes: Vec<u64>) -> Self {
        Self {
            classes,
            by_class: DetectionFold::new(DetectionRules::youtube_vis()),
            by_phrase: DetectionFold::new(DetectionRules::youtube_vis()),
            gated_f1: GatedF1Fold::default(),
            hota: HotaCounts::default(),
            teta: TetaFold::default(),
        }
    }

    /// Adds a video and gives what was found for each phrase that has a true or predicted track or was asked.
    pub fn push(&mut self, video: &SaCoVideo) -> Vec<PhraseScores> {
        self.add_teta(video);
        let predicted = video.predictions.iter().map(|track| track.category);
        let with_tracks: BTreeSet<u64> = video.truth.iter().copied().chain(predicted).collect();
        let phrases: BTreeSet<u64> = with_tracks.union(&video.asked).copied().collect();
        phrases
            .into_iter()
            .map(|phrase| {
                let tracks = PhraseTracks::new(video, phrase);
                if with_tracks.contains(&phrase) {
                    tracks.add_to(&mut self.by_class, phrase);
                    tracks.add_to(&mut self.by_phrase, ANY_PHRASE);
                }
                let question = tracks.question();
                self.gated_f1.push(&question);
                let hota = tracks.hota();
                if let Some(counts) = &hota {
                    self.hota = self.hota.plus(*counts);
                }
                PhraseScores {
                    phrase,
                    hota: hota.map(|counts| counts.report()),
                    tracks: question,
                }
            })
            .collect()
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        self.by_class.merge(&other.by_class);
        self.by_phrase.merge(&other.by_phrase);
        self.gated_f1.merge(&other.gated_f1);
        self.hota = self.hota.plus(other.hota);
        self.teta.merge(&other.teta);
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no track.
    pub fn finish(&self) -> Result<SaCoReport, MetricsError> {
        Ok(SaCoReport {
            by_class: self.by_class.finish()?,
            by_phrase: self.by_phrase.finish()?,
            gated_f1: self.gated_f1.finish()?,
            hota: self.hota.report(),
            teta: self.teta.finish().ok(),
        })
    }

    fn add_teta(&mut self, video: &SaCoVideo) {
        let classes = video.predictions.iter().map(|track| track.category);
        let mut teta = TetaVideo::new(video.truth.clone(), classes.collect());
        let counts = |track: usize| is_counted(video, track, |score| score >= LEAST_SCORE);
        for frame in &video.frames {
            teta.push_frame(frame.only(|_| true, counts));
        }
        teta.add_to(&mut self.teta, &self.classes);
    }
}

/// Whether the score of a predicted track is large enough.
fn is_counted(video: &SaCoVideo, track: usize, is_enough: impl Fn(f64) -> bool) -> bool {
    let track: Option<&ScoredTrack> = video.predictions.get(track);
    track.is_some_and(|track| is_enough(track.score))
}

/// The tracks of one phrase, by their places in the video's lists.
struct PhraseTracks<'a> {
    video: &'a SaCoVideo,
    truth: Vec<usize>,
    predictions: Vec<usize>,
}

impl<'a> PhraseTracks<'a> {
    fn new(video: &'a SaCoVideo, phrase: u64) -> Self {
        let truth = video.truth.iter().enumerate();
        let predictions = video.predictions.iter().enumerate();
        Self {
            video,
            truth: truth
                .filter(|(_, of)| **of == phrase)
                .map(|(track, _)| track)
                .collect(),
            predictions: predictions
                .filter(|(_, track)| track.category == phrase)
                .map(|(track, _)| track)
                .collect(),
        }
    }

    fn add_to(&self, fold: &mut DetectionFold, category: u64) {
        let overlaps = &self.video.overlaps;
        let objects: Vec<TrueObject> = self
            .truth
            .iter()
            .map(|&track| TrueObject {
                area: overlaps.truth_area(track),
                is_crowd: false,
            })
            .collect();
        let scored: Vec<ScoredObject> = self
            .predictions
            .iter()
            .filter_map(|&track| {
                Some(ScoredObject {
                    area: overlaps.prediction_area(track),
                    score: self.video.predictions.get(track)?.score,
                })
            })
            .collect();
        let sample = DetectionSample {
            category,
            truth: &objects,
            predictions: &scored,
        };
        fold.push(&sample, |prediction, truth| {
            self.overlap(&self.predictions, prediction, truth)
        });
    }

    fn question(&self) -> QuestionCounts {
        let counted = self.counted(|score| score >= LEAST_SCORE);
        QuestionCounts::new(self.truth.len(), counted.len(), |prediction, truth| {
            self.overlap(&counted, prediction, truth)
        })
    }

    fn hota(&self) -> Option<HotaCounts> {
        let counted = self.counted(|score| score > LEAST_SCORE);
        if self.truth.is_empty() && counted.is_empty() {
            return None;
        }
        let video = self.video;
        let tracks = (video.truth.len(), video.predictions.len());
        let mut sequence = HotaSequence::new(tracks.0, tracks.1).with_arithmetic(video.arithmetic);
        for frame in &video.frames {
            let is_true = |track: usize| self.truth.contains(&track);
            let is_predicted = |track: usize| counted.contains(&track);
            sequence.push_frame(frame.only(is_true, is_predicted));
        }
        Some(sequence.finish())
    }

    fn counted(&self, is_enough: impl Fn(f64) -> bool) -> Vec<usize> {
        let tracks = self.predictions.iter().copied();
        tracks
            .filter(|&track| is_counted(self.video, track, &is_enough))
            .collect()
    }

    fn overlap(&self, predictions: &[usize], prediction: usize, truth: usize) -> f64 {
        let tracks = predictions.get(prediction).zip(self.truth.get(truth));
        tracks.map_or(0.0, |(&prediction, &truth)| {
            self.video.track_iou(prediction, truth)
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use crate::precise_box::PreciseBox;

    fn boxes<const COUNT: usize>(lefts: [f64; COUNT]) -> [Option<PreciseBox>; COUNT] {
        lefts.map(|left| Some(PreciseBox::from_corner_and_size([left, 0.0, 10.0, 10.0])))
    }

    #[test]
    fn phrases_are_scored_by_themselves() {
        let scored = |category, score| ScoredTrack { category, score };
        // The second prediction is right about the place and wrong about the phrase; the third does not count.
        let predictions = vec![scored(1, 0.9), scored(2, 0.8), scored(1, 0.3)];
        let mut video = SaCoVideo::new(vec![1, 1], predictions, [1, 2, 3]);
        for _ in 0..3 {
            let (truth, predictions) = (boxes([0.0, 50.0]), boxes([0.0, 50.0, 80.0]));
            video.push_boxes(&truth, &predictions).unwrap();
        }
        let mut fold = SaCoFold::new(vec![1]);
        assert!(fold.finish().is_err());
        let phrases = fold.push(&video);
        let found: Vec<_> = phrases
            .iter()
            .map(|phrase| {
                (
                    phrase.phrase,
                    phrase.tracks.truth,
                    phrase.tracks.predictions,
                )
            })
            .collect();
        assert_eq!(found, [(1, 2, 1), (2, 0, 1), (3, 0, 0)]);
        assert_eq!(phrases[0].tracks.found[9], 1);
        assert_eq!(phrases[2].hota, None);
        let mut merged = SaCoFold::new(vec![1]);
        merged.merge(&fold);
        let report = merged.finish().unwrap();
        assert_eq!(report.gated_f1.questions, 3);
        // Both objects are found for TETA, one of them as something else.
        let teta = report.teta.unwrap();
        assert!((teta.localization - 1.0).abs() < 1e-12);
        assert_eq!(teta.classification_recall, 0.5);
        let all = report.by_phrase.by_area[0].as_ref().unwrap();
        assert!((all.average_recall - 0.5).abs() < 1e-12);
    }
}
