//! ReVOS: sentences of three classes, with accuracy and robustness beside J and F.
//!
//! In: sentences with their masks and the foreground of each video, and folders of pictures. Out: figures by class.

use tubelet_datasets::Revos;
use tubelet_metrics::{
    FrameScore, RevosClass, RevosExpression, RevosFold, RevosFrame, RevosReport, RevosRounding,
    RevosScores, StoredForeground,
};

use super::{Sentence, any_label, decoded, no_masks, pictures, sentences};
use crate::error::{EvaluationError, Problem};
use crate::evidence::MaskSource;
use crate::report::{Figure, Group, Report, Sample};
use crate::sequences::WorstFrame;
use crate::task::Task;

const COLUMNS: [&str; 5] = ["J&F", "J", "F", "A", "R"];

fn values(scores: &RevosScores) -> [f64; 5] {
    [
        scores.region_and_boundary_mean(),
        scores.region,
        scores.boundary,
        scores.accuracy,
        scores.robustness,
    ]
}

fn figures(scores: &RevosScores) -> Vec<Figure> {
    let shares = COLUMNS.into_iter().zip(values(scores));
    shares
        .map(|(name, value)| Figure::share(name, value))
        .collect()
}

fn class(sentence: &Sentence<'_>) -> Result<(RevosClass, &'static str), Problem> {
    match sentence.expression.kind {
        Some(0) => Ok((RevosClass::Referring, "referring")),
        Some(1) => Ok((RevosClass::Reasoning, "reasoning")),
        Some(2) => Ok((RevosClass::NonExistent, "non-existent")),
        _ => Err(Problem::value(
            &sentence.id,
            "the ground truth does not say its class",
        )),
    }
}

/// ReVOS.
pub(crate) fn revos(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&COLUMNS);
    let data = Revos::open(task.inputs.truth, task.split("valid"))?;
    let dataset = "ReVOS";
    let masks = data
        .masks()
        .ok_or_else(|| no_masks(data.root(), dataset, "mask_dict.json"))?;
    let foreground = data.foreground();
    let foreground =
        foreground.ok_or_else(|| no_masks(data.root(), dataset, "mask_dict_foreground.json"))?;
    let (stored, rounding) = if task.by("visa") {
        (
            StoredForeground::TwoHundredFiftyFive,
            RevosRounding::TwoDecimals,
        )
    } else {
        (StoredForeground::One, RevosRounding::Exact)
    };
    let sentences = sentences(task, data.videos(), &mut report)?;
    let scored = task.score_all(&sentences, |sentence| {
        let refuse = Problem::of(&sentence.id);
        let (class, group) = class(sentence)?;
        let Some(folder) = &sentence.folder else {
            return Ok((
                class,
                None,
                Sample::new(&sentence.id, [0.0; 5]).within(group),
            ));
        };
        let frames = &sentence.video.frames;
        let paths = pictures(&sentence.id, folder, frames)?;
        let truth = masks.expression_masks(sentence.expression)?;
        let behind = foreground.masks(&sentence.video.name)?;
        let (mut fold, mut worst, mut size) = (None, WorstFrame::default(), None);
        for (index, path) in paths.iter().enumerate() {
            let prediction = sentence.prediction(path, size)?;
            size = Some(prediction.size());
            let decode = |code| decoded(Some(code), path, prediction.size());
            let codes = truth
                .tracks
                .iter()
                .filter_map(|track| track.get(index)?.as_ref());
            let objects = codes.map(decode).collect::<Result<Vec<_>, _>>()?;
            let behind = behind
                .get(index)
                .and_then(Option::as_ref)
                .map(decode)
                .transpose()?;
            let fold = fold.get_or_insert_with(|| {
                RevosExpression::new(prediction.size(), frames.len(), stored)
            });
            let frame = RevosFrame {
                objects: &objects,
                foreground: behind.as_slice(),
                prediction: &prediction,
            };
            let scores = fold.push(&frame).map_err(&refuse)?;
            let (region, boundary) = (scores.region, scores.boundary);
            worst.push(index, FrameScore { region, boundary });
        }
        let empty = || Problem::value(&sentence.id, "a video without frames");
        let scores = fold.ok_or_else(empty)?.finish().map_err(&refuse)?;
        let codes = truth.union(worst.frame())?.into_iter().collect();
        let shown = paths.get(worst.frame()).map(|path| {
            let shown = [MaskSource::Codes(codes), any_label(path)];
            sentence.evidence(task, worst.frame(), shown, &data.sample(sentence.video))
        });
        let sample = Sample::new(&sentence.id, values(&scores)).within(group);
        Ok((class, Some(scores), sample.over(frames.len()).shown(shown)))
    })?;
    let (mut fold, mut counts) = (RevosFold::new(rounding), [0; 3]);
    for (class, scores, sample) in scored {
        match scores {
            Some(scores) => fold.push(class, &scores),
            None => fold.push_missing(class),
        }
        let [referring, reasoning, non_existent] = &mut counts;
        match class {
            RevosClass::Referring => *referring += 1,
            RevosClass::Reasoning => *reasoning += 1,
            RevosClass::NonExistent => *non_existent += 1,
        }
        report.samples.push(sample);
    }
    summarise(&mut report, &fold.finish()?, counts);
    Ok(report)
}

fn summarise(report: &mut Report, found: &RevosReport, counts: [usize; 3]) {
    report.summary = found.overall.as_ref().map(figures).unwrap_or_default();
    if found.overall.is_none() {
        let note = "There are no overall figures: they are the mean of referring and reasoning sentences, and one of the \
                    two has none.";
        report.notes.push(note.to_owned());
    }
    report
        .summary
        .push(Figure::count("sentences", counts.iter().sum()));
    report
        .summary
        .push(Figure::count("without prediction", found.missing));
    let classes = [
        ("referring", &found.referring),
        ("reasoning", &found.reasoning),
        ("non-existent", &found.non_existent),
    ];
    for ((name, scores), samples) in classes.into_iter().zip(counts) {
        report.groups.extend(scores.as_ref().map(|scores| Group {
            name: name.to_owned(),
            samples,
            figures: figures(scores),
        }));
    }
}
