//! DAVIS-2017, unsupervised, and Ref-DAVIS17 by annotator, which is the same four times.
//!
//! In: a DAVIS folder with `Annotations_unsupervised` and folders of label pictures. Out: J and F of objects, each with
//! the proposal that was assigned to it.

use tubelet_datasets::DavisYear;
use tubelet_metrics::{
    BenchmarkReport, DavisUnsupervisedSequence, ObjectReport, ProposalRules, RefDavisFold,
    ScoredFrames,
};

use super::davis::{COLUMNS, benchmark, decay, figures, sequences, values};
use crate::error::{EvaluationError, Problem};
use crate::report::{Figure, Group, Report, Sample};
use crate::sequences::Sequence;
use crate::task::{Inputs, Task};

/// Annotators of Ref-DAVIS17, as ReferFormer names their folders.
const ANNOTATORS: [&str; 4] = ["anno_0", "anno_1", "anno_2", "anno_3"];

/// DAVIS-2017, unsupervised.
pub(crate) fn davis(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&COLUMNS);
    let benchmark = add(task, &mut report, None)?;
    report.summary = figures(&benchmark);
    report.group_samples();
    Ok(report)
}

/// Ref-DAVIS17: means over the annotators.
pub(crate) fn ref_davis(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&COLUMNS);
    let mut fold = RefDavisFold::default();
    for annotator in ANNOTATORS {
        let folder = task.inputs.predictions.join(annotator);
        let inputs = Inputs {
            predictions: &folder,
            ..task.inputs
        };
        let benchmark = add(&Task { inputs, ..*task }, &mut report, Some(annotator))?;
        fold.push(&benchmark);
        report.groups.push(Group {
            name: annotator.to_owned(),
            samples: benchmark.objects,
            figures: figures(&benchmark),
        });
    }
    let means = fold.finish()?;
    report.summary = vec![
        Figure::share("J&F", means.region_and_boundary),
        Figure::share("J", means.region),
        Figure::share("F", means.boundary),
        Figure::count("annotators", means.annotators),
    ];
    Ok(report)
}

/// Adds the objects of one folder of predictions.
fn add(
    task: &Task<'_>,
    report: &mut Report,
    prefix: Option<&str>,
) -> Result<BenchmarkReport, EvaluationError> {
    let year = DavisYear::Davis2017Unsupervised;
    let sequences = sequences(task, year, ScoredFrames::All, report)?;
    let scored = task.score_all(&sequences, |sequence| score(task, sequence, prefix))?;
    benchmark(report, scored)
}

fn score(
    task: &Task<'_>,
    sequence: &Sequence,
    prefix: Option<&str>,
) -> Result<Vec<(ObjectReport, Sample)>, Problem> {
    let refuse = Problem::of(&sequence.name);
    let frames = sequence.frames.len();
    let first = sequence.first_truth()?;
    let rules = if task.by("trackeval") {
        ProposalRules::TrackEval
    } else {
        ProposalRules::Davis(decay(task))
    };
    let fold = DavisUnsupervisedSequence::new(&first.map()?, frames, rules);
    let mut fold = fold.map_err(&refuse)?;
    for frame in &sequence.frames {
        let Some(labels) = sequence.predicted(frame, first.size())? else {
            continue;
        };
        let truth = sequence.truth(frame)?;
        fold.push(&truth.map()?, &labels.map()?).map_err(&refuse)?;
    }
    let objects = fold.finish().map_err(&refuse)?;
    let samples = objects.into_iter().map(|object| {
        let id = format!("{}/{}", sequence.name, object.object);
        let id = prefix.map_or(id.clone(), |prefix| format!("{prefix}/{id}"));
        // Where there is a proposal of the largest number, no object is without one.
        let proposal = object.proposal.map_or(0, |proposal| proposal as u8);
        let labels = [
            vec![object.object as u8],
            vec![if proposal == 0 { u8::MAX } else { proposal }],
        ];
        let evidence = sequence.evidence(task, frames / 2, labels);
        let sample = Sample::new(id, values(&object.report)).within(&sequence.name);
        (object.report, sample.over(frames).shown(task, evidence))
    });
    Ok(samples.collect())
}
