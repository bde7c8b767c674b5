//! ReVOS: sentences of three classes, with accuracy and robustness beside J and F.
//!
//! In: sentences with their masks and the foreground of each video, and folders of pictures. Out: figures by class.

use std::path::Path;

use tubelet_datasets::{ExpressionMasks, ForegroundDictionary, MaskDictionary, MaskTrack, Revos};
use tubelet_metrics::{
    FrameScore, RevosClass, RevosExpression, RevosFold, RevosFrame, RevosReport, RevosRounding,
    RevosScores, StoredForeground,
};

use super::{
    Sentence, any_label, decoded, enough, no_masks, pictures, sentences, true_masks, without_frames,
};
use crate::error::{EvaluationError, Problem};
use crate::evidence::MaskSource;
use crate::report::{Figure, Group, Report, Sample};
use crate::sequences::WorstFrame;
use crate::task::{Missing, Task};

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

fn class(task: &Task<'_>, sentence: &Sentence<'_>) -> Result<(RevosClass, &'static str), Problem> {
    match sentence.expression.kind {
        Some(0) => Ok((RevosClass::Referring, "referring")),
        Some(1) => Ok((RevosClass::Reasoning, "reasoning")),
        Some(2) => Ok((RevosClass::NonExistent, "non-existent")),
        _ => {
            let reason = "the ground truth does not say its class";
            Err(Problem::value(&sentence.id, reason).of_truth(task.inputs.truth))
        }
    }
}

/// File of the foreground of each video.
const FOREGROUND: &str = "mask_dict_foreground.json";

/// The true masks of a sentence.
struct Truth {
    objects: ExpressionMasks,
    foreground: MaskTrack,
}

impl Truth {
    fn read(
        task: &Task<'_>,
        sentence: &Sentence<'_>,
        (masks, foreground): (&MaskDictionary, &ForegroundDictionary),
    ) -> Result<Self, Problem> {
        let frames = sentence.video.frames.len();
        if frames == 0 {
            return Err(without_frames(task, sentence));
        }
        let objects = true_masks(sentence, masks)?;
        let path = masks.path().with_file_name(FOREGROUND);
        let foreground = foreground.masks(&sentence.video.name);
        let foreground = foreground.map_err(|error| Problem::from(error).of_truth(&path))?;
        let what = "masks of the foreground";
        let enough = enough(&sentence.id, what, foreground.len(), frames);
        enough.map_err(|problem| problem.of_truth(&path))?;
        Ok(Self {
            objects,
            foreground,
        })
    }
}

/// What became of a sentence.
struct Scored {
    class: RevosClass,
    /// `None` where nothing usable is predicted and that counts as 0.
    scores: Option<RevosScores>,
    sample: Sample,
    /// What is wrong with a prediction that counts as 0.
    problem: Option<Problem>,
}

/// The scores of a sentence, and the number of the frame with the lowest. Its problems are those of the prediction.
fn judged(
    sentence: &Sentence<'_>,
    folder: &Path,
    truth: &Truth,
    stored: StoredForeground,
) -> Result<(RevosScores, usize), Problem> {
    let refuse = Problem::of(&sentence.id);
    let paths = pictures(&sentence.id, folder, &sentence.video.frames)?;
    let (mut fold, mut worst, mut size) = (None, WorstFrame::default(), None);
    for (index, path) in paths.iter().enumerate() {
        let prediction = sentence.prediction(path, size)?;
        size = Some(prediction.size());
        let decode = |code| decoded(Some(code), path, prediction.size());
        let codes = truth
            .objects
            .tracks
            .iter()
            .filter_map(|track| track.get(index)?.as_ref());
        let objects = codes.map(decode).collect::<Result<Vec<_>, _>>()?;
        let foreground = truth.foreground.get(index).and_then(Option::as_ref);
        let foreground = foreground.map(decode).transpose()?;
        let fold = fold
            .get_or_insert_with(|| RevosExpression::new(prediction.size(), paths.len(), stored));
        let frame = RevosFrame {
            objects: &objects,
            foreground: foreground.as_slice(),
            prediction: &prediction,
        };
        let scores = fold.push(&frame).map_err(&refuse)?;
        let (region, boundary) = (scores.region, scores.boundary);
        worst.push(index, FrameScore { region, boundary });
    }
    let empty = || Problem::value(&sentence.id, "a video without frames");
    let scores = fold.ok_or_else(empty)?.finish().map_err(&refuse)?;
    Ok((scores, worst.frame()))
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
    let foreground = foreground.ok_or_else(|| no_masks(data.root(), dataset, FOREGROUND))?;
    let stored = match task.rules.name {
        "visa" => StoredForeground::TwoHundredFiftyFive,
        "sa2va" => StoredForeground::One,
        _ => StoredForeground::Exact,
    };
    let rounding = if task.by("exact") {
        RevosRounding::Exact
    } else {
        RevosRounding::TwoDecimals
    };
    let sentences = sentences(task, data.videos(), &mut report)?;
    let scored = task.score_all(&sentences, |sentence| {
        let (class, group) = class(task, sentence)?;
        let nothing = |problem| Scored {
            class,
            scores: None,
            sample: Sample::new(&sentence.id, [0.0; 5]).within(group),
            problem,
        };
        let Some(folder) = &sentence.folder else {
            return Ok(nothing(None));
        };
        let truth = Truth::read(task, sentence, (masks, foreground))?;
        let (scores, frame) = match judged(sentence, folder, &truth, stored) {
            Ok(found) => found,
            // The official code gives 0 for whatever fails.
            Err(problem) if task.options.missing == Missing::Zero => {
                return Ok(nothing(Some(problem)));
            }
            Err(problem) => return Err(problem),
        };
        let codes = truth.objects.union(frame);
        let codes = codes.map_err(|error| Problem::from(error).of_truth(masks.path()))?;
        let codes = codes.into_iter().collect();
        let frames = &sentence.video.frames;
        let shown = frames.get(frame).map(|name| {
            let path = folder.join(format!("{name}.png"));
            let shown = [MaskSource::Codes(codes), any_label(&path)];
            sentence.evidence(task, frame, shown, &data.sample(sentence.video))
        });
        let sample = Sample::new(&sentence.id, values(&scores)).within(group);
        Ok(Scored {
            class,
            scores: Some(scores),
            sample: sample.over(frames.len()).shown(task, shown),
            problem: None,
        })
    })?;
    let problems = scored.iter().filter_map(|it| it.problem.as_ref());
    if let Some(first) = problems.clone().next() {
        let count = problems.count();
        report.notes.push(format!(
            "{count} sentences with missing or unusable pictures count as 0, the first because: {first}."
        ));
    }
    let (mut fold, mut counts) = (RevosFold::new(rounding), [0; 3]);
    for Scored {
        class,
        scores,
        sample,
        ..
    } in scored
    {
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
