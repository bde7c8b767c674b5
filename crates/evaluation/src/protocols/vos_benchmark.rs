//! vos-benchmark (MOSE, LVOS, YouTube-VOS) and SA-V: J and F of objects from their first appearance on.
//!
//! In: folders of label pictures. Out: means over all objects of all videos.

use std::path::Path;

use tubelet_datasets::{Davis, LabelEncoding, SaV, VideoSample};
use tubelet_metrics::{
    FrameScore, SaVObject, ScoreMean, ScoreMeanFold, ScoredFrames, VosBenchmarkSequence,
};

use crate::error::{EvaluationError, Problem, Problems};
use crate::folders::folders;
use crate::report::{Figure, Report, Sample};
use crate::sequences::{LabelFolders, Sequence, pair_frames};
use crate::task::Task;

/// Values of an object.
const COLUMNS: [&str; 3] = ["J&F", "J", "F"];

fn values(scores: ScoreMean) -> [f64; 3] {
    [
        scores.region_and_boundary_mean(),
        scores.region,
        scores.boundary,
    ]
}

fn scored_frames(task: &Task<'_>) -> ScoredFrames {
    if task.by("all-frames") {
        ScoredFrames::All
    } else {
        ScoredFrames::Inner
    }
}

/// Makes the report from the objects of all sequences.
fn finished(
    mut report: Report,
    scored: Vec<Vec<(ScoreMean, Sample)>>,
) -> Result<Report, EvaluationError> {
    let mut fold = ScoreMeanFold::default();
    for (object, sample) in scored.into_iter().flatten() {
        fold.push(FrameScore::from(object));
        report.samples.push(sample);
    }
    let means = fold.finish()?;
    let shares = COLUMNS.into_iter().zip(values(means));
    report.summary = shares
        .map(|(name, value)| Figure::share(name, value))
        .collect();
    report.summary.push(Figure::count("objects", means.count));
    report.group_samples();
    Ok(report)
}

/// Label pictures with any numbers.
pub(crate) fn labels(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&COLUMNS);
    let folders = LabelFolders {
        names: folders(task.inputs.truth)?.into_iter().collect(),
        predictions: task.inputs.predictions,
        encodings: [LabelEncoding::Objects; 2],
        scored: scored_frames(task),
    };
    let sample = |name: &str| Davis::result(task.inputs.truth, name);
    let sequences = folders.pair(task, sample, &mut report)?;
    let scored = task.score_all(&sequences, |sequence| {
        let refuse = Problem::of(&sequence.name);
        let (size, frames) = (sequence.size()?, sequence.frames.len());
        let mut fold = VosBenchmarkSequence::new(size, frames, scored_frames(task));
        for frame in &sequence.frames {
            let truth = sequence.truth(frame)?;
            let labels = sequence.predicted(frame, size)?;
            // Frames that do not count are not looked at.
            let labels = labels.as_ref().unwrap_or(&truth);
            fold.push(&truth.map()?, &labels.map()?).map_err(&refuse)?;
        }
        let objects = fold.finish().map_err(&refuse)?.into_iter();
        let samples = objects.map(|object| {
            let id = format!("{}/{}", sequence.name, object.label);
            let shown =
                sequence.evidence(task, frames / 2, [vec![object.label], vec![object.label]]);
            let sample = Sample::new(id, values(object.scores)).within(&sequence.name);
            (
                object.scores,
                sample.over(object.scores.count).shown(task, shown),
            )
        });
        Ok(samples.collect())
    })?;
    finished(report, scored)
}

/// SA-V: a folder for each object.
pub(crate) fn sa_v(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&COLUMNS);
    let data = SaV::open(task.inputs.truth)?;
    let videos = data.videos()?;
    let predicted = folders(task.inputs.predictions)?;
    let videos = task.pair("video", (&videos, &predicted), &mut report)?;
    let mut objects = Vec::new();
    let mut problems = Problems::default();
    for video in videos {
        let folder = task.inputs.predictions.join(&video);
        let known = data.objects(&video)?.into_iter();
        let known: Vec<_> = known
            .map(|name| (format!("{video}/{name}"), name))
            .collect();
        let found = folders(&folder)?.into_iter();
        let found: Vec<String> = found.map(|name| format!("{video}/{name}")).collect();
        let named = (known, |(id, _): &(String, String)| id.clone());
        for (id, name) in task.pair_items("object", named, &found, &mut report)? {
            let pair = || {
                // The official code refuses a third value on either side.
                let encodings = [LabelEncoding::OneObject; 2];
                let (truth, labels) = (data.sample(&video, &name)?, folder.join(&name));
                let found =
                    VideoSample::pair(&id, Path::new(""), &labels, LabelEncoding::OneObject)?;
                pair_frames(&truth, &found, encodings, scored_frames(task))
            };
            objects.extend(
                problems
                    .take(pair())
                    .map(|sequence| (name.clone(), sequence)),
            );
        }
    }
    problems.check(task.inputs.predictions)?;
    let scored = task.score_all(&objects, |(object, sequence)| one(task, object, sequence))?;
    finished(report, scored)
}

fn one(
    task: &Task<'_>,
    object: &str,
    sequence: &Sequence,
) -> Result<Vec<(ScoreMean, Sample)>, Problem> {
    let id = format!("{}/{object}", sequence.name);
    let refuse = Problem::of(&id);
    let (size, frames) = (sequence.size()?, sequence.frames.len());
    let mut fold = SaVObject::new(size, frames, scored_frames(task));
    let worst = sequence.fold_foreground(size, &refuse, |truth, found| fold.push(truth, found))?;
    let scores = fold.finish().map_err(&refuse)?;
    let evidence = sequence.evidence(task, worst.frame(), [Vec::new(), Vec::new()]);
    let sample = Sample::new(&id, values(scores)).within(&sequence.name);
    Ok(vec![(
        scores,
        sample.over(scores.count).shown(task, evidence),
    )])
}
