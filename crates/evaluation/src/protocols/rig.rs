//! Rigs of several cameras: the cross-view and the generic benchmark of MST-SAM.
//!
//! In: clips of rigs with masks, and masks of the same objects by camera and step. Out: J and F of instances over all
//! cameras, of those that two or more cameras see, and of all.

use std::path::PathBuf;

use tubelet_datasets::RigPlace;
use tubelet_metrics::{MetricsError, MultiViewFold, ScoreMean};

use self::scoring::clip;
use crate::error::EvaluationError;
use crate::folders::folders;
use crate::report::{Figure, Report};
use crate::task::Task;

mod predicted;
mod scoring;

/// Values of an instance.
const COLUMNS: [&str; 4] = ["J&F", "J", "F", "cameras"];

/// Which instances a benchmark is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Those that two or more cameras see at some time.
    CrossView,
    /// All that some camera sees at some time.
    Generic,
}

/// Either benchmark.
pub(crate) fn rig(task: &Task<'_>, scope: Scope) -> Result<Report, EvaluationError> {
    let mut report = task.report(&COLUMNS);
    let places = RigPlace::find(task.inputs.truth, task.options.split.as_deref())?;
    let predictions = task.inputs.predictions;
    let inner = folders(predictions)?;
    let named = |place: &RigPlace| place.name().to_owned();
    let clips: Vec<(RigPlace, PathBuf)> = match places.as_slice() {
        // The results of one clip need no folder of their own.
        [only] if !inner.contains(only.name()) => vec![(only.clone(), predictions.to_owned())],
        _ => {
            let kept = task.pair_items("clip", (places, named), &inner, &mut report)?;
            let pairs = kept.into_iter().map(|place| {
                let folder = predictions.join(place.name());
                (place, folder)
            });
            pairs.collect()
        }
    };
    let scored = task.score_all(&clips, |(place, folder)| clip(task, place, folder))?;
    let mut fold = MultiViewFold::default();
    let (mut unknown, mut untracked, mut missing, mut unasked) = (0, 0, 0, 0);
    for clip in scored {
        unknown += clip.unknown;
        untracked += clip.untracked;
        missing += clip.missing;
        unasked += clip.unasked;
        for (instance, sample) in clip.instances {
            fold.push(&instance);
            if scope == Scope::Generic || instance.views > 1 {
                report.samples.push(task.worst.keep(sample));
            }
        }
    }
    let notes = [
        (
            unknown,
            "predicted objects that the ground truth does not have are left out",
        ),
        (
            untracked,
            "true masks of objects that are not followed over time are left out",
        ),
        (missing, "annotated pictures without prediction"),
        (
            unasked,
            "objects without a predicted mask in any picture are left out",
        ),
    ];
    let notes = notes.into_iter().filter(|(count, _)| *count > 0);
    report
        .notes
        .extend(notes.map(|(count, what)| format!("{count} {what}.")));
    let means = fold.finish()?;
    let main = match scope {
        Scope::CrossView => means.cross_view.ok_or(MetricsError::NoSamples)?,
        Scope::Generic => means.generic,
    };
    report.summary = figures("", main);
    if scope == Scope::Generic {
        let parts = [
            ("cross-view ", means.cross_view),
            ("single-view ", means.single_view),
        ];
        for (name, part) in parts {
            report
                .summary
                .extend(part.map_or_else(Vec::new, |part| figures(name, part)));
        }
    }
    report.group_samples();
    Ok(report)
}

fn figures(prefix: &str, means: ScoreMean) -> Vec<Figure> {
    let shares = COLUMNS.into_iter().zip(values(means));
    let mut figures: Vec<Figure> = shares
        .map(|(name, value)| Figure::share(format!("{prefix}{name}"), value))
        .collect();
    figures.push(Figure::count(format!("{prefix}instances"), means.count));
    figures
}

fn values(means: ScoreMean) -> [f64; 3] {
    [
        means.region_and_boundary_mean(),
        means.region,
        means.boundary,
    ]
}
