//! Where tubes go wrong: by how well their span was found, and by how long videos and events last.
//!
//! In: scores of tubes with durations. Out: groups of the report, as in tables 15 and 16 of Bridge-STG. Table 14, the
//! oracle window, is the figure `gt_vIoU` of every group.

use tubelet_metrics::{DurationFold, DurationReport, TemporalIouBins, TubeScore};

use super::figures;
use crate::report::{Figure, Group, Unit};

/// How long a tube's video and event last, in seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Durations {
    /// The part of the video that is shown to a method.
    pub(super) video: f64,
    /// The true event.
    pub(super) event: f64,
}

/// Collects the tubes of one kind of sentence.
#[derive(Default)]
pub(super) struct Analyses {
    bins: TemporalIouBins,
    durations: DurationFold,
}

impl Analyses {
    /// Adds a tube.
    pub(super) fn push(&mut self, score: &TubeScore, durations: Durations) {
        self.bins.push(score);
        self.durations.push(score, durations.video, durations.event);
    }

    /// The groups that have tubes; their names begin with the kind of sentence.
    pub(super) fn groups(&self, kind: &str) -> Vec<Group> {
        let mut groups = Vec::new();
        for bin in self.bins.finish() {
            let to = bin.to.unwrap_or(1.0);
            if let Some(report) = bin.report {
                groups.push(Group {
                    name: format!("{kind}tIoU {:.1} to {to:.1}", bin.from),
                    samples: report.samples,
                    figures: figures(&report),
                });
            }
        }
        if let Ok(found) = self.durations.finish() {
            let named = [
                ("video below 3 s", found.short_videos),
                ("video above 90 s", found.long_videos),
                ("event below 1 s", found.short_events),
            ];
            let named = named.into_iter().filter_map(|(name, it)| Some((name, it?)));
            groups.extend(named.map(|(name, it)| of_duration(format!("{kind}{name}"), &it)));
        }
        groups
    }
}

fn of_duration(name: String, found: &DurationReport) -> Group {
    let mut figures = figures(&found.tubes);
    figures.insert(
        0,
        Figure {
            name: "mean length".to_owned(),
            value: Some(found.mean_seconds),
            unit: Unit::Seconds,
        },
    );
    Group {
        name,
        samples: found.tubes.samples,
        figures,
    }
}
