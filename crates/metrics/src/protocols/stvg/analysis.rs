//! Where tubes go wrong: by how well the span was found, and by how long videos and events last.
//!
//! Source: tables 15 and 16 of Bridge-STG.

use crate::error::MetricsError;
use crate::mean::Mean;
use crate::tube_overlap::TubeScore;
use crate::tube_report::{TubeReport, TubeReportFold};

/// Lower ends of the bins of temporal overlap after the first, which begins at 0.
const TEMPORAL_IOU_EDGES: [f64; 3] = [0.3, 0.5, 0.7];
/// A video shorter than this many seconds is short.
const SHORT_VIDEO: f64 = 3.0;
/// A video longer than this many seconds is long.
const LONG_VIDEO: f64 = 90.0;
/// An event shorter than this many seconds is short.
const SHORT_EVENT: f64 = 1.0;

/// The tubes whose temporal overlap lies in one bin.
#[derive(Debug, Clone, PartialEq)]
pub struct TemporalIouBin {
    /// The smallest tIoU of the bin.
    pub from: f64,
    /// The smallest tIoU of the next bin; `None` for the last, which ends with 1.
    pub to: Option<f64>,
    /// The figures; `None` where no tube fell into the bin.
    pub report: Option<TubeReport>,
}

/// Collects tubes in bins of their temporal overlap: below 0.3, below 0.5, below 0.7, and the rest.
#[derive(Debug, Clone, Default)]
pub struct TemporalIouBins {
    bins: [TubeReportFold; TEMPORAL_IOU_EDGES.len() + 1],
}

impl TemporalIouBins {
    /// Adds the tube of one sentence.
    pub fn push(&mut self, score: &TubeScore) {
        let index = TEMPORAL_IOU_EDGES.partition_point(|&edge| edge <= score.temporal_iou);
        if let Some(bin) = self.bins.get_mut(index) {
            bin.push(score);
        }
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        for (bin, more) in self.bins.iter_mut().zip(&other.bins) {
            bin.merge(more);
        }
    }

    /// The bins, by rising overlap.
    pub fn finish(&self) -> Vec<TemporalIouBin> {
        let edges = [0.0].into_iter().chain(TEMPORAL_IOU_EDGES);
        let bin = |((index, from), fold): ((usize, f64), &TubeReportFold)| TemporalIouBin {
            from,
            to: TEMPORAL_IOU_EDGES.get(index).copied(),
            report: fold.finish().ok(),
        };
        edges.enumerate().zip(&self.bins).map(bin).collect()
    }
}

/// Tubes of one group and how long the videos or events of the group last.
#[derive(Debug, Clone, PartialEq)]
pub struct DurationReport {
    /// Mean duration in seconds.
    pub mean_seconds: f64,
    /// The figures.
    pub tubes: TubeReport,
}

/// The groups of extreme durations; `None` where no tube belongs to a group.
#[derive(Debug, Clone, PartialEq)]
pub struct DurationReports {
    /// All tubes, with the durations of their videos.
    pub all: DurationReport,
    /// Videos shorter than three seconds.
    pub short_videos: Option<DurationReport>,
    /// Videos longer than ninety seconds.
    pub long_videos: Option<DurationReport>,
    /// Events shorter than one second, with the durations of the events.
    pub short_events: Option<DurationReport>,
}

/// Collects tubes of extreme durations.
#[derive(Debug, Clone, Default)]
pub struct DurationFold {
    all: DurationGroup,
    short_videos: DurationGroup,
    long_videos: DurationGroup,
    short_events: DurationGroup,
}

impl DurationFold {
    /// Adds the tube of one sentence, the duration of its video and that of the true event, both in seconds.
    pub fn push(&mut self, score: &TubeScore, video_seconds: f64, event_seconds: f64) {
        self.all.push(score, video_seconds);
        if video_seconds < SHORT_VIDEO {
            self.short_videos.push(score, video_seconds);
        }
        if video_seconds > LONG_VIDEO {
            self.long_videos.push(score, video_seconds);
        }
        if event_seconds < SHORT_EVENT {
            self.short_events.push(score, event_seconds);
        }
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        self.all.merge(&other.all);
        self.short_videos.merge(&other.short_videos);
        self.long_videos.merge(&other.long_videos);
        self.short_events.merge(&other.short_events);
    }

    /// The figures.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where there was no sentence.
    pub fn finish(&self) -> Result<DurationReports, MetricsError> {
        Ok(DurationReports {
            all: self.all.finish()?,
            short_videos: self.short_videos.finish().ok(),
            long_videos: self.long_videos.finish().ok(),
            short_events: self.short_events.finish().ok(),
        })
    }
}

#[derive(Debug, Clone, Default)]
struct DurationGroup {
    seconds: Mean,
    tubes: TubeReportFold,
}

impl DurationGroup {
    fn push(&mut self, score: &TubeScore, seconds: f64) {
        self.seconds.push(seconds);
        self.tubes.push(score);
    }

    fn merge(&mut self, other: &Self) {
        self.seconds.merge(other.seconds);
        self.tubes.merge(&other.tubes);
    }

    fn finish(&self) -> Result<DurationReport, MetricsError> {
        Ok(DurationReport {
            mean_seconds: self.seconds.value(),
            tubes: self.tubes.finish()?,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    fn score(temporal_iou: f64) -> TubeScore {
        TubeScore {
            temporal_iou,
            tube_iou: 0.4,
            oracle_tube_iou: 0.5,
        }
    }

    #[test]
    fn a_bin_begins_with_its_lower_end() {
        let mut bins = TemporalIouBins::default();
        for temporal_iou in [0.0, 0.3, 0.49, 0.7, 1.0] {
            bins.push(&score(temporal_iou));
        }
        let bins = bins.finish();
        let samples = |bin: &TemporalIouBin| bin.report.as_ref().map_or(0, |report| report.samples);
        assert_eq!(bins.iter().map(samples).collect::<Vec<_>>(), [1, 2, 0, 2]);
        assert_eq!((bins[1].from, bins[1].to), (0.3, Some(0.5)));
        assert_eq!((bins[3].from, bins[3].to), (0.7, None));
    }

    #[test]
    fn groups_of_extreme_durations_are_reported_apart() {
        let mut fold = DurationFold::default();
        assert_eq!(fold.finish(), Err(MetricsError::NoSamples));
        fold.push(&score(1.0), 2.0, 0.5);
        fold.push(&score(0.5), 90.0, 1.0);
        fold.push(&score(0.0), 100.0, f64::NAN);
        let report = fold.finish().unwrap();
        assert_eq!(report.all.tubes.samples, 3);
        assert_eq!(report.short_videos.unwrap().mean_seconds, 2.0);
        assert_eq!(report.long_videos.unwrap().mean_seconds, 100.0);
        assert_eq!(report.short_events.unwrap().mean_seconds, 0.5);
    }
}
