//! VidSTG: sentences that say or ask something, and the boxes of VidOR.
//!
//! In: annotations of a split, VidOR's files, tubes. Out: figures by kind of sentence.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use tubelet_datasets::{
    BoxTube, FrameEnds, VidOr, VidOrVideo, VidStgSample, VidStgSentence, VidStgSentenceKind,
};
use tubelet_metrics::{
    FrameSpan, PreciseBox, SentenceKind, VidStgBounds, VidStgFold, tubedetr_frames,
};

use super::analyses::{Analyses, Durations};
use super::{COLUMNS, Truth, Tube, figures, ids, is_left_out, note_empty_boxes, score};
use crate::error::{EvaluationError, Problem};
use crate::report::{Figure, Group, Report};
use crate::task::{Missing, Task};
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

/// Sentences by their videos, so that the boxes of each are read once.
fn by_video<'l, 'a>(
    asked: impl Iterator<Item = &'l Asked<'a>>,
) -> Vec<(&'a str, Vec<&'l Asked<'a>>)> {
    let mut videos: BTreeMap<&str, Vec<&Asked<'_>>> = BTreeMap::new();
    for asked in asked {
        videos.entry(&asked.sample.video).or_default().push(asked);
    }
    videos.into_iter().collect()
}

/// Sentences without prediction that need none, because the rules leave them out: a method that reads the data as the
/// official code does never sees them.
fn needless(
    task: &Task<'_>,
    asked: &[Asked<'_>],
    boxes: &VidOr,
    tubes: &BTreeMap<String, PredictedTube>,
) -> Result<BTreeSet<String>, EvaluationError> {
    let missing = asked.iter().filter(|asked| !tubes.contains_key(&asked.id));
    let videos = by_video(missing);
    if videos.is_empty() || !leaves_out(task) || task.options.missing != Missing::Refuse {
        return Ok(BTreeSet::new());
    }
    let found = task.score_all(&videos, |(name, asked)| {
        let video = boxes.video(name)?;
        let mut needless = Vec::new();
        for asked in asked {
            if tube(task, asked, &video)?.is_none() {
                needless.push(asked.id.clone());
            }
        }
        Ok(needless)
    })?;
    Ok(found.into_iter().flatten().collect())
}

/// Whether the rules leave sentences with missing boxes out.
fn leaves_out(task: &Task<'_>) -> bool {
    task.by("stcat") || task.by("cg-stvg")
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
    let needless = needless(task, &asked, &boxes, &tubes)?;
    let names = asked.iter().map(|asked| asked.id.clone());
    let names: Vec<String> = names.filter(|id| !needless.contains(id)).collect();
    let kept = ids(task
        .pair("sentence", (&names, &ids(tubes.keys())), &mut report)?
        .iter());
    let videos = by_video(asked.iter().filter(|asked| kept.contains(&asked.id)));
    let scored = task.score_all(&videos, |(name, asked)| {
        let video = boxes.video(name)?;
        let scored = asked.iter().map(|asked| {
            let tube = tube(task, asked, &video)?;
            let Some(tube) = tube else { return Ok(None) };
            let missing = || Problem::value(&asked.id, "no predicted tube");
            let predicted: &PredictedTube = tubes.get(&asked.id).ok_or_else(missing)?;
            let scored = score(task, &tube, predicted)?;
            let number: usize = asked.id.parse().unwrap_or_default();
            Ok(Some((number, *asked, scored)))
        });
        scored.collect::<Result<Vec<_>, Problem>>()
    })?;
    let scored: Vec<_> = scored.into_iter().flatten().collect();
    let left_out = scored.iter().filter(|scored| scored.is_none()).count() + needless.len();
    if left_out > 0 {
        report.notes.push(format!(
            "{left_out} sentences are left out, as the protocol does, because boxes are missing."
        ));
    }
    let mut scored: Vec<_> = scored.into_iter().flatten().collect();
    scored.sort_by_key(|(number, ..)| *number);
    let empty = scored.iter().filter(|(.., tube)| tube.has_empty_boxes);
    note_empty_boxes(&mut report, empty.count());
    let mut fold = VidStgFold::default();
    let (mut declarative, mut interrogative) = (Analyses::default(), Analyses::default());
    for (_, asked, tube) in scored {
        let ((kind, group), durations) = (kind(asked.sentence), durations(asked.sample));
        fold.push(kind, &tube.score);
        match kind {
            SentenceKind::Declarative => declarative.push(&tube.score, durations),
            SentenceKind::Interrogative => interrogative.push(&tube.score, durations),
        }
        report.samples.push(tube.sample.within(group));
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
    let truth = if leaves_out(task) {
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
