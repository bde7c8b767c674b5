//! DAVIS-2016 and DAVIS-2017, semi-supervised.
//!
//! In: a DAVIS folder and a folder of label pictures. Out: J and F with mean, recall and decay, over objects.

use tubelet_datasets::{Davis, DavisYear, LabelEncoding};
use tubelet_metrics::{
    BenchmarkReport, Davis2016Sequence, Davis2017Sequence, DecayPositions, ObjectReport,
    ReportFold, ScoredFrames,
};

use crate::error::{EvaluationError, Problem};
use crate::report::{Figure, Report, Sample};
use crate::sequences::{LabelFolders, Sequence, WorstFrame};
use crate::task::Task;

/// Values of an object.
pub(crate) const COLUMNS: [&str; 7] = [
    "J&F-Mean", "J-Mean", "J-Recall", "J-Decay", "F-Mean", "F-Recall", "F-Decay",
];

/// How decay numbers frames.
pub(crate) fn decay(task: &Task<'_>) -> DecayPositions {
    if task.by("official-decay") {
        DecayPositions::WrappedEightBit
    } else {
        DecayPositions::Exact
    }
}

/// The values of an object, as [`COLUMNS`].
pub(crate) fn values(report: &ObjectReport) -> [f64; 7] {
    let (region, boundary) = (report.region, report.boundary);
    [
        f64::midpoint(region.mean, boundary.mean),
        region.mean,
        region.recall,
        region.decay,
        boundary.mean,
        boundary.recall,
        boundary.decay,
    ]
}

/// The figures of a benchmark.
pub(crate) fn figures(report: &BenchmarkReport) -> Vec<Figure> {
    let means = ObjectReport {
        region: report.region,
        boundary: report.boundary,
    };
    let shares = COLUMNS.into_iter().zip(values(&means));
    let mut figures: Vec<Figure> = shares
        .map(|(name, value)| Figure::share(name, value))
        .collect();
    figures.push(Figure::count("objects", report.objects));
    figures
}

/// The sequences of a year, paired with predictions.
pub(crate) fn sequences(
    task: &Task<'_>,
    year: DavisYear,
    scored: ScoredFrames,
    report: &mut Report,
) -> Result<Vec<Sequence>, EvaluationError> {
    let davis = Davis::open(task.inputs.truth, year)?;
    let names = match &task.options.split {
        Some(list) => davis.split(list)?,
        None => davis.sequences()?,
    };
    let folders = LabelFolders {
        names,
        predictions: task.inputs.predictions,
        encodings: [year.encoding(), LabelEncoding::Objects],
        scored,
    };
    folders.pair(task, |name| davis.sample(name), report)
}

/// Adds the objects of all sequences to the report and gives their means.
pub(crate) fn benchmark(
    report: &mut Report,
    scored: Vec<Vec<(ObjectReport, Sample)>>,
) -> Result<BenchmarkReport, EvaluationError> {
    let (mut fold, mut without_decay) = (ReportFold::default(), 0);
    for (object, sample) in scored.into_iter().flatten() {
        without_decay += usize::from(object.region.decay.is_nan());
        fold.push(&object);
        report.samples.push(sample);
    }
    if without_decay > 0 {
        report.notes.push(format!(
            "{without_decay} objects have no decay by these rules, because more than 256 of their frames count; the \
             benchmark then has none either, as in the official code."
        ));
    }
    Ok(fold.finish()?)
}

/// Makes the report from the objects of all sequences.
fn finished(
    mut report: Report,
    scored: Vec<Vec<(ObjectReport, Sample)>>,
) -> Result<Report, EvaluationError> {
    report.summary = figures(&benchmark(&mut report, scored)?);
    Ok(report)
}

/// DAVIS-2016: one foreground a sequence.
pub(crate) fn single(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&COLUMNS);
    let sequences = sequences(task, DavisYear::Davis2016, ScoredFrames::Inner, &mut report)?;
    let scored = task.score_all(&sequences, |sequence| {
        let refuse = Problem::of(&sequence.name);
        let (size, frames) = (sequence.size()?, sequence.frames.len());
        let mut fold = Davis2016Sequence::new(size, frames, decay(task)).map_err(&refuse)?;
        let worst =
            sequence.fold_foreground(size, &refuse, |truth, found| fold.push(truth, found))?;
        let object = fold.finish().map_err(&refuse)?;
        let evidence = sequence.evidence(task, worst.frame(), [Vec::new(), Vec::new()]);
        let sample = Sample::new(&sequence.name, values(&object));
        Ok(vec![(
            object,
            sample.over(frames.saturating_sub(2)).shown(task, evidence),
        )])
    })?;
    finished(report, scored)
}

/// DAVIS-2017: several objects a sequence.
pub(crate) fn several(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&COLUMNS);
    let sequences = sequences(task, DavisYear::Davis2017, ScoredFrames::Inner, &mut report)?;
    let scored = task.score_all(&sequences, |sequence| {
        let refuse = Problem::of(&sequence.name);
        let frames = sequence.frames.len();
        let first = sequence.first_truth()?;
        let first_map = first.map()?;
        let mut fold = Davis2017Sequence::new(&first_map, frames, decay(task)).map_err(&refuse)?;
        let mut worst = vec![WorstFrame::default(); first_map.object_count()];
        for (index, frame) in sequence.frames.iter().enumerate() {
            let Some(labels) = sequence.predicted(frame, first.size())? else {
                fold.push(&first_map, &first_map).map_err(&refuse)?;
                continue;
            };
            let truth = sequence.truth(frame)?;
            let scores = fold.push(&truth.map()?, &labels.map()?).map_err(&refuse)?;
            for (worst, score) in worst.iter_mut().zip(scores) {
                worst.push(index, *score);
            }
        }
        let objects = fold.finish().map_err(&refuse)?;
        let samples = objects.into_iter().zip(worst).enumerate();
        let samples = samples.map(|(index, (object, worst))| {
            let label = index as u8 + 1;
            let id = format!("{}/{label}", sequence.name);
            let evidence = sequence.evidence(task, worst.frame(), [vec![label], vec![label]]);
            let sample = Sample::new(id, values(&object)).within(&sequence.name);
            (
                object,
                sample.over(frames.saturating_sub(2)).shown(task, evidence),
            )
        });
        Ok(samples.collect())
    })?;
    let mut report = finished(report, scored)?;
    report.group_samples();
    Ok(report)
}
