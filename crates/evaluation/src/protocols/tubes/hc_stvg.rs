//! HC-STVG: sentences about people in clips of twenty seconds.
//!
//! In: the annotations of a split, and tubes by the names of the clips' files. Out: figures of all sentences.

use std::collections::BTreeMap;

use tubelet_datasets::HcStvgSample;
use tubelet_metrics::{FrameSpan, HcStvgAnnotation, PreciseBox, TubeReportFold};

use super::analyses::{Analyses, Durations};
use super::{COLUMNS, Truth, Tube, figures, ids, note_empty_boxes, score};
use crate::error::{EvaluationError, Problem};
use crate::report::Report;
use crate::task::Task;
use crate::tube_predictions::read_tubes;

/// HC-STVG.
pub(crate) fn hc_stvg(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&COLUMNS);
    let samples: BTreeMap<String, HcStvgSample> = HcStvgSample::read_all(task.inputs.truth)?
        .into_iter()
        .map(|sample| (sample.video.clone(), sample))
        .collect();
    let tubes = read_tubes(task.inputs.predictions)?;
    let names: Vec<String> = samples.keys().cloned().collect();
    let names = task.pair("sentence", (&names, &ids(tubes.keys())), &mut report)?;
    let scored = task.score_all(&names, |name| {
        let missing = || Problem::value(name, "no predicted tube");
        let (sample, predicted) = samples.get(name).zip(tubes.get(name)).ok_or_else(missing)?;
        let durations = Durations {
            video: sample.frames as f64 / sample.frame_rate(),
            event: sample.span.duration(),
        };
        let of_truth = |problem: Problem| problem.of_truth(task.inputs.truth);
        let tube = tube(task, sample).map_err(of_truth)?;
        Ok((score(task, &tube, predicted)?, durations))
    })?;
    let empty = scored.iter().filter(|(tube, _)| tube.has_empty_boxes);
    note_empty_boxes(&mut report, empty.count());
    let (mut fold, mut analyses) = (TubeReportFold::default(), Analyses::default());
    for (tube, durations) in scored {
        fold.push(&tube.score);
        analyses.push(&tube.score, durations);
        report.samples.push(tube.sample);
    }
    report.summary = figures(&fold.finish()?);
    report.groups = analyses.groups("");
    Ok(report)
}

/// The true tube. Its problems are those of the ground truth.
fn tube<'a>(task: &Task<'_>, sample: &'a HcStvgSample) -> Result<Tube<'a>, Problem> {
    let refuse = Problem::of(&sample.video);
    let edges = sample.boxes.iter().map(|edges| edges.corner_and_size());
    let boxes: Vec<PreciseBox> = edges.map(PreciseBox::from_corner_and_size).collect();
    let annotation = HcStvgAnnotation {
        boxes: &boxes,
        first_frame: sample.start_frame,
        video_frames: sample.frames,
    };
    let truth = match task.rules.name {
        "tubedetr" => {
            let (span, first) = (annotation.tubedetr_truth(), sample.start_frame);
            let frames = annotation.tubedetr_frames().map_err(&refuse)?;
            let box_at = move |frame: usize| boxes.get(frame.checked_sub(first)?).copied();
            Truth::Sampled {
                span,
                frames,
                box_at: Box::new(box_at),
            }
        }
        "stcat" => Truth::Stcat(annotation.stcat_truth().map_err(&refuse)?),
        "cg-stvg" => Truth::Stcat(annotation.cg_stvg_truth(sample.size).map_err(&refuse)?),
        _ => {
            let first = sample.start_frame.saturating_sub(1);
            let span = FrameSpan::new(first, first.saturating_add(boxes.len()));
            let box_at = move |frame: usize| boxes.get(frame.checked_sub(first)?).copied();
            Truth::Every {
                span,
                box_at: Box::new(box_at),
            }
        }
    };
    Ok(Tube {
        id: sample.video.clone(),
        text: sample.text.clone(),
        video: sample.video.clone(),
        size: sample.size,
        truth,
    })
}
