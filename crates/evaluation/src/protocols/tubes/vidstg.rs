//! VidSTG: sentences that say or ask something, and the boxes of VidOR.
//!
//! In: annotations of a split, VidOR's files, tubes. Out: figures by kind of sentence.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tubelet_datasets::{
    BoxTube, FrameEnds, VidOr, VidOrVideo, VidStgSample, VidStgSentence, VidStgSentenceKind,
};
use tubelet_metrics::{
    FrameSpan, PreciseBox, SentenceKind, VidStgBounds, VidStgFold, tubedetr_frames,
};

use super::analyses::{Analyses, Durations};
use super::{COLUMNS, Truth, Tube, figures, ids, is_left_out, score};
use crate::error::{EvaluationError, Problem};
use crate::report::{Figure, Group, Report};
use crate::task::Task;
use crate::tube_predictions::{PredictedTube, read_tubes};

/// A sentence of an annotated part of a video.
struct Asked<'a> {
    id: String,
    sample: &'a VidStgSample,
    sentence: &'a VidStgSentence,
}

fn annotation_file(task: &Task<'_>) -> PathBuf {
    let name = format!("{}_annotations.json", task.split("test"));
    let inner = task.inputs.truth.join("annotations").join(&name);
    if inner.is_file() {
        return inner;
    }
    task.inputs.truth.join(name)
}

/// VidSTG.
pub(crate) fn vidstg(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&COLUMNS);
    let samples = VidStgSample::read_all(annotation_file(task))?;
    let boxes = VidOr::open(task.inputs.truth.join("vidor"))?;
    let tubes = read_tubes(task.inputs.predictions)?;
    let asked: Vec<Asked<'_>> = samples
        .iter()
        .flat_map(|sample| {
            sample
                .sentences
                .iter()
                .map(move |sentence| (sample, sentence))
        })
        .enumerate()
        .map(|(number, (sample, sentence))| Asked {
            id: number.to_string(),
            sample,
            sentence,
        })
        .collect();
    let names: Vec<String> = asked.iter().map(|asked| asked.id.clone()).collect();
    let kept = ids(task
        .pair("sentence", (&names, &ids(tubes.keys())), &mut report)?
        .iter());
    // Sentences about one video come together, so that its boxes are read once.
    let mut videos: BTreeMap<&str, Vec<&Asked<'_>>> = BTreeMap::new();
    for asked in asked.iter().filter(|asked| kept.contains(&asked.id)) {
        videos.entry(&asked.sample.video).or_default().push(asked);
    }
    let videos: Vec<(&str, Vec<&Asked<'_>>)> = videos.into_iter().collect();
    let scored = task.score_all(&videos, |(name, asked)| {
        let video = boxes.video(name)?;
        let scored = asked.iter().map(|asked| {
            let tube = tube(task, asked, &video)?;
            let Some(tube) = tube else { return Ok(None) };
            let missing = || Problem::value(&asked.id, "no predicted tube");
            let predicted: &PredictedTube = tubes.get(&asked.id).ok_or_else(missing)?;
            let (score, sample) = score(task, &tube, predicted)?;
            let (kind, group) = kind(asked.sentence);
            let number: usize = asked.id.parse().unwrap_or_default();
            let scored = (kind, score, durations(asked.sample));
            Ok(Some((number, scored, sample.within(group))))
        });
        scored.collect::<Result<Vec<_>, Problem>>()
    })?;
    let scored: Vec<_> = scored.into_iter().flatten().collect();
    let left_out = scored.iter().filter(|scored| scored.is_none()).count();
    if left_out > 0 {
        report.notes.push(format!(
            "{left_out} sentences are left out, as the protocol does, because boxes are missing."
        ));
    }
    let mut scored: Vec<_> = scored.into_iter().flatten().collect();
    scored.sort_by_key(|(number, ..)| *number);
    let mut fold = VidStgFold::default();
    let (mut declarative, mut interrogative) = (Analyses::default(), Analyses::default());
    for (_, (kind, score, durations), sample) in scored {
        fold.push(kind, &score);
        match kind {
            SentenceKind::Declarative => declarative.push(&score, durations),
            SentenceKind::Interrogative => interrogative.push(&score, durations),
        }
        report.samples.push(sample);
    }
    let found = fold.finish()?;
    for (name, of_kind) in [
        ("declarative", found.declarative),
        ("interrogative", found.interrogative),
    ] {
        let Some(of_kind) = of_kind else { continue };
        let named = figures(&of_kind).into_iter();
        report.summary.extend(named.map(|figure| Figure {
            name: format!("{name} {}", figure.name),
            ..figure
        }));
        report.groups.push(Group {
            name: name.to_owned(),
            samples: of_kind.samples,
            figures: figures(&of_kind),
        });
    }
    report.groups.extend(declarative.groups("declarative, "));
    report
        .groups
        .extend(interrogative.groups("interrogative, "));
    Ok(report)
}

/// Of the part of the video that is shown, and of the event. The mean of the first over the captions of the test set is
/// 27.7 seconds, as in Bridge-STG.
fn durations(sample: &VidStgSample) -> Durations {
    let seconds = |ends: FrameEnds| {
        let frames = ends.end.saturating_sub(ends.begin);
        frames as f64 / sample.frame_rate
    };
    Durations {
        video: seconds(sample.segment),
        event: seconds(sample.event),
    }
}

fn kind(sentence: &VidStgSentence) -> (SentenceKind, &'static str) {
    match sentence.kind {
        VidStgSentenceKind::Declarative => (SentenceKind::Declarative, "declarative"),
        VidStgSentenceKind::Interrogative => (SentenceKind::Interrogative, "interrogative"),
    }
}

/// The true tube; `None` for one that the rules leave out.
fn tube<'a>(
    task: &Task<'_>,
    asked: &Asked<'_>,
    video: &'a VidOrVideo,
) -> Result<Option<Tube<'a>>, Problem> {
    let (sample, target) = (asked.sample, asked.sentence.target);
    let unknown = || {
        Problem::value(
            &asked.id,
            format!("VidOR has no object {target} in `{}`", sample.video),
        )
    };
    let boxes: BoxTube = sample.tube(video, target).ok_or_else(unknown)?;
    let boxes: Vec<Option<PreciseBox>> = boxes
        .boxes
        .iter()
        .map(|edges| edges.map(|edges| PreciseBox::from_corner_and_size(edges.corner_and_size())))
        .collect();
    let bounds = VidStgBounds {
        tube: FrameSpan::new(sample.event.begin, sample.event.end),
        segment: FrameSpan::new(sample.segment.begin, sample.segment.end),
        video_frames: sample.frames,
    };
    let span = bounds.tubedetr_truth();
    let refuse = Problem::of(&asked.id);
    let truth = if task.by("stcat") || task.by("cg-stvg") {
        match bounds.stcat_truth(&boxes) {
            Ok(truth) => Truth::Stcat(truth),
            Err(error) if is_left_out(&error) => return Ok(None),
            Err(error) => return Err(refuse(error)),
        }
    } else {
        let first = sample.event.begin;
        let box_at =
            Box::new(move |frame: usize| boxes.get(frame.checked_sub(first)?).copied().flatten());
        if task.by("tubedetr") {
            let frames = tubedetr_frames(bounds.segment, sample.frame_rate).map_err(&refuse)?;
            Truth::Sampled {
                span,
                frames,
                box_at,
            }
        } else {
            Truth::Every { span, box_at }
        }
    };
    Ok(Some(Tube {
        id: asked.id.clone(),
        text: asked.sentence.text.clone(),
        video: sample.video.clone(),
        size: sample.size,
        truth,
    }))
}
