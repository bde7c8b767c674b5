//! RefCOCO, RefCOCO+ and RefCOCOg: expressions to boxes or masks in images.
//!
//! In: references of a split with COCO's annotations, and boxes or masks by the number of the sentence. Out: P@k of boxes,
//! or cumulative and mean IoU of masks. What ReferFormer does with masks stands in `images`.

use std::collections::BTreeMap;
use std::fmt::Display;

use tubelet_datasets::{
    CocoObject, CocoReference, CocoSentence, ComprehensionResult, RefCoco, SentenceMaskResult,
};
use tubelet_geometry::Mask;
use tubelet_metrics::{
    ExpressionMasks, RefCocoBoxFold, RefCocoBoxRules, RefCocoMaskFold, RefCocoMaskRules, SizedBox,
};

use super::images::{self, Place};
use crate::error::{EvaluationError, Problem, Problems};
use crate::evidence::{BoxEvidence, Evidence, FramePicture, MaskEvidence, MaskSource};
use crate::report::{Figure, Report, Sample};
use crate::task::Task;

/// A sentence and what it means.
struct Asked<'a> {
    id: String,
    reference: &'a CocoReference,
    sentence: &'a CocoSentence,
    object: &'a CocoObject,
}

impl Asked<'_> {
    fn picture(&self, task: &Task<'_>) -> Option<FramePicture> {
        let folder = task.options.frames.as_ref()?;
        Some(folder.join(&self.object.file_name))
            .filter(|path| path.is_file())
            .map(FramePicture::File)
    }

    fn caption(&self) -> String {
        format!(
            "{} ({}): {}",
            self.id, self.object.file_name, self.sentence.text
        )
    }
}

/// RefCOCO and its kin.
pub(crate) fn ref_coco(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let split = task.split("unc/val");
    let unknown = || EvaluationError::UnknownSplit {
        protocol: task.protocol.name(),
        name: split.to_owned(),
        reason: "it should be PARTITION/SPLIT, such as `umd/test`".to_owned(),
    };
    let (partition, split) = split.split_once('/').ok_or_else(unknown)?;
    let data = RefCoco::open(task.inputs.truth, partition)?;
    let (mut asked, mut problems) = (Vec::new(), Problems::default());
    for reference in data.split(split) {
        let Some(object) = data.object(reference) else {
            let reason = format!(
                "annotation {} is not in `instances.json`",
                reference.annotation
            );
            problems.push(Problem::value(
                format!("reference {}", reference.id),
                reason,
            ));
            continue;
        };
        asked.extend(reference.sentences.iter().map(|sentence| Asked {
            id: sentence.id.to_string(),
            reference,
            sentence,
            object,
        }));
    }
    problems.check(task.inputs.truth)?;
    match task.rules.name {
        "iou" => boxes(task, asked, RefCocoBoxRules::Iou),
        "giou" => boxes(task, asked, RefCocoBoxRules::GeneralizedIou),
        "referformer" => surest_masks(task, &asked),
        "lisa" => masks(task, asked, RefCocoMaskRules::Lisa),
        _ => masks(task, asked, RefCocoMaskRules::Lavt),
    }
}

/// Results by the number of the sentence, each once.
pub(super) fn by_sentence<T>(
    task: &Task<'_>,
    results: Vec<T>,
    number: impl Fn(&T) -> String,
) -> Result<BTreeMap<String, T>, EvaluationError> {
    let (mut found, mut problems) = (BTreeMap::new(), Problems::default());
    for result in results {
        let name = number(&result);
        if found.insert(name.clone(), result).is_some() {
            problems.push(Problem::Twice {
                what: "sentence",
                name,
            });
        }
    }
    problems.check(task.inputs.predictions)?;
    Ok(found)
}

/// The sentences that both sides have.
fn paired<'a, T>(
    task: &Task<'_>,
    asked: Vec<Asked<'a>>,
    found: &BTreeMap<String, T>,
    report: &mut Report,
) -> Result<Vec<Asked<'a>>, EvaluationError> {
    let named = (asked, |asked: &Asked<'_>| asked.id.clone());
    task.pair_items("sentence", named, found.keys(), report)
}

fn no_prediction(asked: &Asked<'_>) -> Problem {
    Problem::Missing {
        what: "sentence",
        name: asked.id.clone(),
    }
}

pub(super) fn shares<K: Display>(
    name: &str,
    shares: impl IntoIterator<Item = (K, f64)>,
) -> Vec<Figure> {
    let shares = shares.into_iter();
    shares
        .map(|(at, share)| Figure::share(format!("{name}@{at}"), share))
        .collect()
}

fn boxes(
    task: &Task<'_>,
    asked: Vec<Asked<'_>>,
    rules: RefCocoBoxRules,
) -> Result<Report, EvaluationError> {
    let mut report = task.report(&["IoU"]);
    let results = ComprehensionResult::read_all(task.inputs.predictions)?;
    let results = by_sentence(task, results, |result| result.expression.to_string())?;
    let asked = paired(task, asked, &results, &mut report)?;
    let scored = task.score_all(&asked, |asked| {
        let result = results.get(&asked.id).ok_or_else(|| no_prediction(asked))?;
        if result.annotation != asked.reference.annotation {
            let (found, expected) = (result.annotation, asked.reference.annotation);
            let reason = format!("is about annotation {found}, the ground truth about {expected}");
            return Err(Problem::value(&asked.id, reason));
        }
        let truth = SizedBox::new(asked.object.edges.corner_and_size());
        let found = result.boxes.iter().map(|edges| edges.corner_and_size());
        let found: Vec<SizedBox> = found.map(SizedBox::new).collect();
        let mut fold = RefCocoBoxFold::new(rules);
        let overlap = fold.push(truth, &found);
        let evidence = Evidence::Boxes(BoxEvidence {
            caption: asked.caption(),
            image: asked.picture(task),
            size: asked.object.size,
            truth: Some(truth.into()),
            prediction: found.first().map(|first| (*first).into()),
        });
        Ok((
            fold,
            Sample::new(&asked.id, [overlap]).shown(task, evidence),
        ))
    })?;
    let mut fold = RefCocoBoxFold::new(rules);
    for (of_sample, sample) in scored {
        fold.merge(&of_sample);
        report.samples.push(sample);
    }
    let found = fold.finish()?;
    report.summary = shares(
        "P",
        found.precision.iter().map(|at| (at.rank, at.precision)),
    );
    report
        .summary
        .push(Figure::share("mean IoU", found.mean_iou));
    report
        .summary
        .push(Figure::count("sentences", found.samples));
    Ok(report)
}

fn masks(
    task: &Task<'_>,
    asked: Vec<Asked<'_>>,
    rules: RefCocoMaskRules,
) -> Result<Report, EvaluationError> {
    let mut report = task.report(&["IoU"]);
    let results = SentenceMaskResult::read_all(task.inputs.predictions)?;
    let results = by_sentence(task, results, |result| result.image_id.clone())?;
    let asked = paired(task, asked, &results, &mut report)?;
    let scored = task.score_all(&asked, |asked| {
        let result = results.get(&asked.id).ok_or_else(|| no_prediction(asked))?;
        let code = asked.object.mask()?;
        let (truth, prediction): (Mask, Mask) = (code.decode(), result.mask.decode());
        let masks = ExpressionMasks {
            truth: &truth,
            means_nothing: false,
            prediction: &prediction,
            says_nothing: false,
        };
        let mut fold = RefCocoMaskFold::new(rules);
        let overlap = fold.push(masks).map_err(Problem::of(&asked.id))?;
        let evidence = Evidence::Masks(MaskEvidence {
            caption: asked.caption(),
            image: asked.picture(task),
            truth: MaskSource::Codes(vec![code]),
            prediction: MaskSource::Codes(vec![result.mask.clone()]),
        });
        Ok((
            fold,
            Sample::new(&asked.id, [overlap]).shown(task, evidence),
        ))
    })?;
    let mut fold = RefCocoMaskFold::new(rules);
    for (of_sample, sample) in scored {
        fold.merge(&of_sample);
        report.samples.push(sample);
    }
    let found = fold.finish()?;
    report.summary = vec![
        Figure::share("cIoU", found.cumulative_iou),
        Figure::share("gIoU", found.mean_iou),
    ];
    let precision = found.precision.iter().map(|at| (at.threshold, at.share));
    report.summary.extend(shares("P", precision));
    report
        .summary
        .push(Figure::count("sentences", found.samples));
    Ok(report)
}

/// By the rules of ReferFormer, which are those of A2D-Sentences.
fn surest_masks(task: &Task<'_>, asked: &[Asked<'_>]) -> Result<Report, EvaluationError> {
    let truth = task.score_all(asked, |asked| {
        let sentence = images::Asked {
            id: asked.id.clone(),
            text: &asked.sentence.text,
            place: Place::File(&asked.object.file_name),
        };
        Ok((sentence, asked.object.mask()?))
    })?;
    images::judge(task, truth, "images")
}
