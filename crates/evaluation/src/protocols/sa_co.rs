//! SA-Co/VEval: noun phrases, and all objects each means.
//!
//! In: annotations with phrases, and results. Out: cgF1, phrase AP, HOTA and TETA, and figures of every phrase.

use std::collections::{BTreeMap, BTreeSet};

use tubelet_datasets::{InstanceResult, VideoInstances};
use tubelet_geometry::RunLength;
use tubelet_metrics::{Arithmetic, PreciseBox, SaCoFold, SaCoReport, SaCoVideo, ScoredTrack};

use super::youtube_vis;
use crate::error::{EvaluationError, Problem};
use crate::report::{Figure, Group, Report, Sample};
use crate::task::Task;
use crate::tracks::TrackVideo;

/// The box around a mask in whole pixels; `None` where there is no mask, and all 0 for an empty one.
fn around(mask: Option<&RunLength>) -> Option<PreciseBox> {
    let bounds = mask?.bounds();
    let edges = bounds.map_or([0; 4], |it| [it.left, it.top, it.right, it.bottom]);
    Some(PreciseBox::from_edges(edges.map(|edge| edge as f64)))
}

/// SA-Co/VEval.
pub(crate) fn sa_co(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&["F1", "HOTA"]);
    let truth = VideoInstances::read(task.inputs.truth)?;
    let results = InstanceResult::read_all(task.inputs.predictions)?;
    let videos = TrackVideo::all(task, &truth, &results)?;
    let mut asked: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
    for phrase in &truth.phrases {
        asked
            .entry(phrase.video)
            .or_default()
            .insert(phrase.category);
    }
    let collected = task.score_all(&videos, |video| {
        let asked = asked.get(&video.video.id).cloned().unwrap_or_default();
        collect(task, video, asked)
    })?;
    let shown: BTreeSet<u64> = truth.tracks.iter().map(|track| track.category).collect();
    let classes = truth
        .categories
        .keys()
        .copied()
        .filter(|class| shown.contains(class));
    let mut fold = SaCoFold::new(classes.collect());
    for (video, tracks) in videos.iter().zip(&collected) {
        for scores in fold.push(tracks) {
            let words = truth.categories.get(&scores.phrase);
            let words = words.cloned().unwrap_or_else(|| scores.phrase.to_string());
            let id = format!("{}/{words}", video.video.id);
            let f1 = scores.tracks.f1();
            let f1 = f1.iter().sum::<f64>() / f1.len() as f64;
            let hota = scores.hota.map_or(f64::NAN, |hota| hota.hota);
            let of_phrase = |category: u64| category == scores.phrase;
            let true_tracks = video.truth.iter().filter(|track| of_phrase(track.category));
            let true_tracks: Vec<_> = true_tracks.map(|track| &track.masks).collect();
            let found = video
                .found
                .iter()
                .filter(|track| of_phrase(track.category) && track.score > 0.5);
            let found: Vec<_> = found.map(|track| &track.masks).collect();
            let evidence = video.evidence(task, &id, &true_tracks, &found);
            let frames = video.video.files.len();
            report
                .samples
                .push(Sample::new(id, [f1, hota]).over(frames).shown(evidence));
        }
    }
    summarise(&mut report, &fold.finish()?);
    Ok(report)
}

/// The tracks of a video, frame by frame.
fn collect(
    task: &Task<'_>,
    video: &TrackVideo<'_>,
    asked: BTreeSet<u64>,
) -> Result<SaCoVideo, Problem> {
    let found = video.found.iter().map(|track| ScoredTrack {
        category: track.category,
        score: track.score,
    });
    let truth = video.truth.iter().map(|track| track.category).collect();
    let by_boxes = task.by("boxes");
    let arithmetic = if by_boxes {
        Arithmetic::Single
    } else {
        Arithmetic::Double
    };
    let name = video.video.id.to_string();
    let refuse = Problem::of(&name);
    let mut collected = SaCoVideo::new(truth, found.collect(), asked).with_arithmetic(arithmetic);
    for frame in 0..video.video.files.len() {
        let [truth, found] = video.masks(frame);
        if by_boxes {
            let boxes = |masks: &[Option<RunLength>]| {
                masks
                    .iter()
                    .map(|mask| around(mask.as_ref()))
                    .collect::<Vec<_>>()
            };
            collected
                .push_boxes(&boxes(&truth), &boxes(&found))
                .map_err(&refuse)?;
        } else {
            collected.push_masks(&truth, &found).map_err(&refuse)?;
        }
    }
    Ok(collected)
}

fn summarise(report: &mut Report, found: &SaCoReport) {
    let f1 = &found.gated_f1;
    report.summary = vec![
        Figure::share("cgF1", f1.mean.gated_micro_f1),
        Figure::share("IL_MCC", f1.correlation),
        Figure::share("pmF1", f1.mean.positive_micro_f1),
        Figure::share("HOTA", found.hota.hota),
        Figure::share("DetA", found.hota.detection),
        Figure::share("AssA", found.hota.association),
        Figure::share("LocA", found.hota.localization),
    ];
    if let Some(teta) = &found.teta {
        report.summary.push(Figure::share("TETA", teta.teta));
    }
    for (name, detection) in [("class", &found.by_class), ("phrase", &found.by_phrase)] {
        let figures = youtube_vis::figures(detection);
        let main = figures.iter().take(3);
        report.summary.extend(main.map(|figure| Figure {
            name: format!("{name} {}", figure.name),
            ..figure.clone()
        }));
        report.groups.push(Group {
            name: format!("by {name}"),
            samples: report.samples.len(),
            figures,
        });
    }
    report.summary.push(Figure::count("phrases", f1.questions));
}
