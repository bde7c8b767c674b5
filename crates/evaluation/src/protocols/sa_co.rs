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
use crate::result_boxes::ResultBoxes;
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
    let boxes = if task.by("boxes") {
        ResultBoxes::read(task.inputs.predictions)?
    } else {
        ResultBoxes::default()
    };
    let collected = task.score_all(&videos, |video| {
        let asked = asked.get(&video.video.id).cloned().unwrap_or_default();
        if task.by("boxes") {
            collect_boxes(video, asked, &boxes)
        } else {
            collect_masks(video, asked)
        }
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
                .filter(|(_, track)| of_phrase(track.category) && track.score > 0.5);
            let found: Vec<_> = found.map(|(_, track)| &track.masks).collect();
            let evidence = video.evidence(task, &id, &true_tracks, &found);
            let frames = video.video.files.len();
            report.samples.push(
                Sample::new(id, [f1, hota])
                    .over(frames)
                    .shown(task, evidence),
            );
        }
    }
    summarise(&mut report, &fold.finish()?);
    Ok(report)
}

/// The tracks of a video before its first frame.
fn collected(video: &TrackVideo<'_>, asked: BTreeSet<u64>) -> SaCoVideo {
    let found = video.found.iter().map(|(_, track)| ScoredTrack {
        category: track.category,
        score: track.score,
    });
    let truth = video.truth.iter().map(|track| track.category).collect();
    SaCoVideo::new(truth, found.collect(), asked)
}

/// The tracks of a video as masks, frame by frame.
fn collect_masks(video: &TrackVideo<'_>, asked: BTreeSet<u64>) -> Result<SaCoVideo, Problem> {
    let name = video.video.id.to_string();
    let mut collected = collected(video, asked);
    for frame in 0..video.video.files.len() {
        let [truth, found] = video.masks(frame);
        collected
            .push_masks(&truth, &found)
            .map_err(Problem::of(&name))?;
    }
    Ok(collected)
}

/// The tracks of a video as boxes, frame by frame.
fn collect_boxes(
    video: &TrackVideo<'_>,
    asked: BTreeSet<u64>,
    boxes: &ResultBoxes,
) -> Result<SaCoVideo, Problem> {
    let name = video.video.id.to_string();
    let found: Vec<Vec<Option<PreciseBox>>> = video
        .found
        .iter()
        .map(|(place, track)| {
            let masks = || {
                track
                    .masks
                    .iter()
                    .map(|mask| around(mask.as_ref()))
                    .collect()
            };
            boxes.of(*place).unwrap_or_else(masks)
        })
        .collect();
    let mut collected = collected(video, asked).with_arithmetic(Arithmetic::Single);
    for frame in 0..video.video.files.len() {
        let truth = video.truth.iter().map(|track| {
            let edges = track.boxes.get(frame).copied().flatten()?;
            Some(PreciseBox::from_corner_and_size(edges.corner_and_size()))
        });
        let found = found
            .iter()
            .map(|boxes| boxes.get(frame).copied().flatten());
        let (truth, found): (Vec<_>, Vec<_>) = (truth.collect(), found.collect());
        collected
            .push_boxes(&truth, &found)
            .map_err(Problem::of(&name))?;
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
