//! Ref-DAVIS17, as first evaluated: the objects of one annotator's expressions compete for pixels.
//!
//! For each of four annotators the scores of all objects become one label map per frame, which the unsupervised
//! protocol of DAVIS-2017 scores ([`DavisUnsupervisedSequence`](crate::DavisUnsupervisedSequence)); the figures are
//! means over the annotators. Source: Khoreva et al., ACCV 2018, and ReferFormer's `inference_davis.py`. The other way,
//! each expression by itself, is [`ExpressionFold`](crate::ExpressionFold); their figures differ.

use tubelet_geometry::FrameSize;

use crate::error::MetricsError;
use crate::mean::Mean;
use crate::report::BenchmarkReport;

/// An object needs at least this score in a pixel.
const LEAST_SCORE: f32 = 0.5;
/// Labels that a map of bytes can hold, without void.
const MOST_OBJECTS: usize = 254;

/// One label per pixel from the scores of the objects: the object with the largest score, the first of several, and
/// background where no score reaches one half.
///
/// In: for each object a score from 0 to 1 per pixel, row after row. Out: labels for a [`LabelMap`](crate::LabelMap).
///
/// # Errors
/// [`MetricsError::ObjectCount`] where there are more than 254 objects, [`MetricsError::ScoreCount`] where an object
/// has more or fewer scores than there are pixels.
pub fn ref_davis_labels(size: FrameSize, scores: &[&[f32]]) -> Result<Vec<u8>, MetricsError> {
    if scores.len() > MOST_OBJECTS {
        return Err(MetricsError::ObjectCount {
            frame: 0,
            role: "prediction",
            expected: MOST_OBJECTS,
            found: scores.len(),
        });
    }
    let mut labels = vec![0; size.pixel_count()];
    let mut best = vec![0.0; size.pixel_count()];
    for (label, scores) in (1..).zip(scores) {
        if scores.len() != labels.len() {
            return Err(MetricsError::ScoreCount {
                expected: labels.len(),
                found: scores.len(),
            });
        }
        for ((pixel, best), &score) in labels.iter_mut().zip(&mut best).zip(*scores) {
            if score >= LEAST_SCORE && score > *best {
                *best = score;
                *pixel = label;
            }
        }
    }
    Ok(labels)
}

/// The figures of Ref-DAVIS17: means over the annotators.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RefDavisReport {
    /// Annotators.
    pub annotators: usize,
    /// Mean J.
    pub region: f64,
    /// Mean F.
    pub boundary: f64,
    /// Mean J&F.
    pub region_and_boundary: f64,
}

/// Collects the annotators of Ref-DAVIS17: the first-frame and the full-video expressions of two people.
#[derive(Debug, Clone, Copy, Default)]
pub struct RefDavisFold {
    annotators: usize,
    region: Mean,
    boundary: Mean,
    region_and_boundary: Mean,
}

impl RefDavisFold {
    /// Adds the figures of one annotator.
    pub fn push(&mut self, report: &BenchmarkReport) {
        self.annotators += 1;
        self.region.push(report.region.mean);
        self.boundary.push(report.boundary.mean);
        self.region_and_boundary
            .push(report.region_and_boundary_mean());
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        self.annotators += other.annotators;
        self.region.merge(other.region);
        self.boundary.merge(other.boundary);
        self.region_and_boundary.merge(other.region_and_boundary);
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no annotator.
    pub fn finish(&self) -> Result<RefDavisReport, MetricsError> {
        if self.annotators == 0 {
            return Err(MetricsError::NoSamples);
        }
        Ok(RefDavisReport {
            annotators: self.annotators,
            region: self.region.value(),
            boundary: self.boundary.value(),
            region_and_boundary: self.region_and_boundary.value(),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use crate::series::SeriesStatistics;

    #[test]
    fn the_largest_score_takes_the_pixel() {
        let size = FrameSize::new(5, 1);
        let first = [0.9, 0.4, 0.5, 0.6, f32::NAN];
        let second = [0.8, 0.3, 0.5, 0.7, 0.5];
        let labels = ref_davis_labels(size, &[&first, &second]).unwrap();
        assert_eq!(labels, [1, 0, 1, 2, 2]);
        assert!(ref_davis_labels(size, &[&first[1..]]).is_err());
        assert!(ref_davis_labels(size, &[&first[..]; 255]).is_err());
        assert_eq!(ref_davis_labels(size, &[]).unwrap(), [0; 5]);
    }

    #[test]
    fn annotators_weigh_the_same() {
        let report = |objects, mean| {
            let statistics = SeriesStatistics {
                mean,
                recall: 0.0,
                decay: 0.0,
            };
            BenchmarkReport {
                objects,
                region: statistics,
                boundary: statistics,
            }
        };
        let (mut first, mut second) = (RefDavisFold::default(), RefDavisFold::default());
        assert!(first.finish().is_err());
        first.push(&report(7, 0.5));
        second.push(&report(1, 1.0));
        first.merge(&second);
        let report = first.finish().unwrap();
        assert_eq!((report.annotators, report.region), (2, 0.75));
        assert_eq!((report.boundary, report.region_and_boundary), (0.75, 0.75));
    }
}
