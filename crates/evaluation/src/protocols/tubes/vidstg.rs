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
use super::{COLUMNS, Truth, Tube, figures, ids, is_left_out, note_empty_boxes, score};
use crate::error::{EvaluationError, Problem};
use crate::report::{Figure, Group, Report};
use crate::task::{Missing, Task};
use crate::tube_predictions::{PredictedTube, read_tubes};

/// A sentence of an annotated part of a video.
struct Asked<'a> {
    id: String,
    number: usize,
    sample: &'a VidStgSample,
    sentence: &'a VidStgSentence,
}

/// Sentences that a note names.
const NAMED: usize = 3;

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

/// The boxes of a video.
fn video(task: &Task<'_>, boxes: &VidOr, name: &str) -> Result<VidOrVideo, Problem> {
    let folder = || task.inputs.truth.join("vidor");
    let video = boxes.video(name);
    video.map_err(|error| Problem::from(error).of_truth(&folder()))
}

/// Why a sentence is left out: by STCAT's rules, or for a frame of the true tube without box.
#[derive(Clone, Copy)]
enum LeftOut {
    ByRules,
    Gap(usize),
}

/// Sentences without prediction that need none, because they are left out: a method that reads the data as the official
/// code does never sees them.
fn needless(
    task: &Task<'_>,
    asked: &[Asked<'_>],
    boxes: &VidOr,
    tubes: &BTreeMap<String, PredictedTube>,
) -> Result<BTreeMap<usize, LeftOut>, EvaluationError> {
    let missing = asked.iter().filter(|asked| !tubes.contains_key(&asked.id));
    let videos = by_video(missing);
    if videos.is_empty() || task.options.missing != Missing::Refuse {
        return Ok(BTreeMap::new());
    }
    let found = task.score_all(&videos, |(name, asked)| {
        let video = video(task, boxes, name)?;
        let mut needless = Vec::new();
        for asked in asked {
            if let Err(reason) = tube(task, asked, &video)? {
                needless.push((asked.number, reason));
            }
        }
        Ok(needless)
    })?;
    Ok(found.into_iter().flatten().collect())
}

/// Says what is left out.
fn note_left_out(report: &mut Report, left_out: &BTreeMap<usize, LeftOut>) {
    let gaps = left_out.iter().filter_map(|(number, reason)| match reason {
        LeftOut::Gap(frame) => Some(format!("`{number}` (frame {frame})")),
        LeftOut::ByRules => None,
    });
    let gaps: Vec<String> = gaps.collect();
    if left_out.len() > gaps.len() {
        report.notes.push(format!(
            "{} sentences are left out, as the protocol does, because boxes are missing.",
            left_out.len() - gaps.len()
        ));
    }
    if let Some((named, others)) = gaps.split_at_checked(gaps.len().min(NAMED))
        && !named.is_empty()
    {
        let more = match others.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        report.notes.push(format!(
            "{} sentences are left out, because the ground truth lacks a box in their tube: {}{more}.",
            gaps.len(),
            named.join(", ")
        ));
    }
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
            number,
            sample,
            sentence,
        })
        .collect();
    let needless = needless(task, &asked, &boxes, &tubes)?;
    let needed = asked.iter().filter(|it| !needless.contains_key(&it.number));
    let names: Vec<String> = needed.map(|asked| asked.id.clone()).collect();
    let kept = ids(task
        .pair("sentence", (&names, &ids(tubes.keys())), &mut report)?
        .iter());
    let videos = by_video(asked.iter().filter(|asked| kept.contains(&asked.id)));
    let scored = task.score_all(&videos, |(name, asked)| {
        let video = video(task, &boxes, name)?;
        let scored = asked.iter().map(|asked| {
            let tube = match tube(task, asked, &video)? {
                Ok(tube) => tube,
                Err(reason) => return Ok(Err((asked.number, reason))),
            };
            let missing = || Problem::value(&asked.id, "no predicted tube");
            let predicted: &PredictedTube = tubes.get(&asked.id).ok_or_else(missing)?;
            let scored = score(task, &tube, predicted)?;
            Ok(Ok((*asked, scored)))
        });
        scored.collect::<Result<Vec<_>, Problem>>()
    })?;
    let (mut left_out, mut scored_tubes) = (needless, Vec::new());
    for scored in scored.into_iter().flatten() {
        match scored {
            Ok(tube) => scored_tubes.push(tube),
            Err((number, reason)) => {
                left_out.insert(number, reason);
            }
        }
    }
    note_left_out(&mut report, &left_out);
    scored_tubes.sort_by_key(|(asked, _)| asked.number);
    let empty = scored_tubes.iter().filter(|(_, tube)| tube.has_empty_boxes);
    note_empty_boxes(&mut report, empty.count());
    let mut fold = VidStgFold::default();
    let (mut declarative, mut interrogative) = (Analyses::default(), Analyses::default());
    for (asked, tube) in scored_tubes {
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

/// The true tube, or why it is left out. Its problems are those of the ground truth.
fn tube<'a>(
    task: &Task<'_>,
    asked: &Asked<'_>,
    video: &'a VidOrVideo,
) -> Result<Result<Tube<'a>, LeftOut>, Problem> {
    let of_truth = |problem: Problem| problem.of_truth(&annotation_file(task));
    let (sample, target) = (asked.sample, asked.sentence.target);
    let unknown = || {
        let reason = format!("VidOR has no object {target} in `{}`", sample.video);
        of_truth(Problem::value(&asked.id, reason))
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
    let refuse = |error| of_truth(Problem::of(&asked.id)(error));
    let truth = if leaves_out(task) {
        match bounds.stcat_truth(&boxes) {
            Ok(truth) => Truth::Stcat(truth),
            Err(error) if is_left_out(&error) => return Ok(Err(LeftOut::ByRules)),
            Err(error) => return Err(refuse(error)),
        }
    } else {
        let first = sample.event.begin;
        let box_at =
            Box::new(move |frame: usize| boxes.get(frame.checked_sub(first)?).copied().flatten());
        let is_gap = |frame: &usize| span.contains(*frame) && box_at(*frame).is_none();
        if task.by("tubedetr") {
            let frames = tubedetr_frames(bounds.segment, sample.frame_rate).map_err(refuse)?;
            if let Some(frame) = frames.iter().copied().find(is_gap) {
                return Ok(Err(LeftOut::Gap(frame)));
            }
            Truth::Sampled {
                span,
                frames,
                box_at,
            }
        } else {
            if let Some(frame) = (span.start..span.end).find(is_gap) {
                return Ok(Err(LeftOut::Gap(frame)));
            }
            Truth::Every { span, box_at }
        }
    };
    Ok(Ok(Tube {
        id: asked.id.clone(),
        text: asked.sentence.text.clone(),
        video: sample.video.clone(),
        size: sample.size,
        truth,
    }))
}
