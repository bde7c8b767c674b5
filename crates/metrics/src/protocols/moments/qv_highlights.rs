//! QVHighlights: moments and highlights of a query in one submission.
//!
//! Source: Lei et al., *QVHighlights*, NeurIPS 2021, and Moment-DETR's `standalone_eval`. Its figures are percentages
//! with two decimals; those here are not rounded.

use tubelet_geometry::Span;

use crate::error::MetricsError;
use crate::protocols::moments::qv_moments::{QvMomentFold, QvMomentReport, ScoredMoment};
use crate::protocols::moments::qv_saliency::{
    JudgedClip, QvHighlightReport, QvSaliencyFold, all_clips,
};

/// Lengths of short, middle and long moments in seconds: above the first, up to the second.
const LENGTHS: [(f64, f64); 3] = [(0.0, 10.0), (10.0, 30.0), (30.0, 150.0)];
/// The least judgements of fair, good and very good clips.
const LEAST_JUDGEMENTS: [u8; 3] = [2, 3, 4];

/// What is true of a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QvTruth<'a> {
    /// Length of the video in seconds.
    pub video_seconds: f64,
    /// The true moments.
    pub moments: &'a [Span],
    /// The judged clips of the true moments.
    pub clips: &'a [JudgedClip],
}

/// What a model says about a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QvPrediction<'a> {
    /// Moments in the order of the submission: the first is the one that recall looks at, the first ten count for the
    /// average precision, which ranks them by their scores.
    pub moments: &'a [ScoredMoment],
    /// A score for each clip of two seconds. Too many are cut off, missing ones are 0.
    pub saliency: &'a [f64],
}

/// The figures of QVHighlights.
#[derive(Debug, Clone, PartialEq)]
pub struct QvReport {
    /// Moments of any length.
    pub full: Option<QvMomentReport>,
    /// Moments up to 10 seconds.
    pub short: Option<QvMomentReport>,
    /// Moments above 10 and up to 30 seconds.
    pub middle: Option<QvMomentReport>,
    /// Moments above 30 and up to 150 seconds.
    pub long: Option<QvMomentReport>,
    /// Clips that are fair at least.
    pub fair: QvHighlightReport,
    /// Clips that are good at least.
    pub good: QvHighlightReport,
    /// Clips that are very good.
    pub very_good: QvHighlightReport,
}

/// Collects the queries of QVHighlights.
#[derive(Debug, Clone)]
pub struct QvHighlightsFold {
    queries: usize,
    full: QvMomentFold,
    by_length: [QvMomentFold; LENGTHS.len()],
    by_judgement: [QvSaliencyFold; LEAST_JUDGEMENTS.len()],
}

impl Default for QvHighlightsFold {
    fn default() -> Self {
        Self {
            queries: 0,
            full: QvMomentFold::new(None),
            by_length: LENGTHS.map(|lengths| QvMomentFold::new(Some(lengths))),
            by_judgement: LEAST_JUDGEMENTS.map(QvSaliencyFold::new),
        }
    }
}

impl QvHighlightsFold {
    /// Adds a query.
    ///
    /// # Errors
    /// [`MetricsError::ClipOutsideVideo`] where a judged clip lies beyond the video, [`MetricsError::VideoTooLong`] where
    /// the video is longer than a day.
    pub fn push(
        &mut self,
        truth: &QvTruth<'_>,
        prediction: &QvPrediction<'_>,
    ) -> Result<(), MetricsError> {
        let judgements = all_clips(truth.video_seconds, truth.clips)?;
        self.queries += 1;
        for fold in std::iter::once(&mut self.full).chain(&mut self.by_length) {
            fold.push(truth.moments, prediction.moments);
        }
        for fold in &mut self.by_judgement {
            fold.push(&judgements, prediction.saliency);
        }
        Ok(())
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        self.queries += other.queries;
        self.full.merge(&other.full);
        for (fold, more) in self.by_length.iter_mut().zip(&other.by_length) {
            fold.merge(more);
        }
        for (fold, more) in self.by_judgement.iter_mut().zip(&other.by_judgement) {
            fold.merge(more);
        }
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no query.
    pub fn finish(&self) -> Result<QvReport, MetricsError> {
        if self.queries == 0 {
            return Err(MetricsError::NoSamples);
        }
        let [short, middle, long] = self.by_length.each_ref().map(QvMomentFold::finish);
        let [fair, good, very_good] = self.by_judgement.each_ref().map(QvSaliencyFold::finish);
        Ok(QvReport {
            full: self.full.finish(),
            short,
            middle,
            long,
            fair,
            good,
            very_good,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_submission_scores_one() {
        let moments = [Span::new(2.0, 6.0)];
        let clips = [1, 2].map(|clip| JudgedClip {
            clip,
            judgements: [4, 4, 4],
        });
        let truth = QvTruth {
            video_seconds: 10.0,
            moments: &moments,
            clips: &clips,
        };
        let scored = moments.map(|span| ScoredMoment { span, score: 1.0 });
        let prediction = QvPrediction {
            moments: &scored,
            saliency: &[0.0, 0.9, 0.8, 0.1, 0.0],
        };
        let mut fold = QvHighlightsFold::default();
        assert_eq!(fold.finish(), Err(MetricsError::NoSamples));
        fold.push(&truth, &prediction).unwrap();
        fold.merge(&fold.clone());
        let report = fold.finish().unwrap();
        let full = report.full.unwrap();
        assert_eq!((full.queries, full.mean_average_precision), (2, 1.0));
        assert!(full.recall.iter().all(|recall| recall.share == 1.0));
        assert_eq!(report.short.unwrap().queries, 2);
        assert_eq!(report.long, None);
        assert_eq!(report.very_good.mean_average_precision, 1.0);
        assert_eq!(report.fair.hit_at_one, 1.0);
    }
}
