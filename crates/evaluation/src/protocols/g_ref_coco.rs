//! gRefCOCO: expressions that mean any number of objects of an image, or none.
//!
//! In: references of a split with COCO's annotations, and masks by the number of the sentence. Out: cIoU and gIoU, N-acc
//! and T-acc.

use tubelet_datasets::{GRefCoco, GeneralReference, SentenceMaskResult};
use tubelet_metrics::{ExpressionMasks, RefCocoMaskFold, RefCocoMaskRules};

use super::ref_coco::{by_sentence, shares};
use crate::error::{EvaluationError, Problem};
use crate::evidence::{Evidence, FramePicture, MaskEvidence, MaskSource};
use crate::report::{Figure, Report, Sample};
use crate::task::Task;

/// A sentence.
struct Asked<'a> {
    id: String,
    text: &'a str,
    reference: &'a GeneralReference,
}

/// gRefCOCO.
pub(crate) fn g_ref_coco(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&["IoU"]);
    let split = task.split("unc/val");
    let unknown = || EvaluationError::UnknownSplit {
        protocol: task.protocol.name(),
        name: split.to_owned(),
        reason: "it should be PARTITION/SPLIT, such as `unc/testA`".to_owned(),
    };
    let (partition, split) = split.split_once('/').ok_or_else(unknown)?;
    let data = GRefCoco::open(task.inputs.truth, partition)?;
    let asked = data.split(split).flat_map(|reference| {
        reference.sentences.iter().map(move |sentence| Asked {
            id: sentence.id.to_string(),
            text: &sentence.text,
            reference,
        })
    });
    let asked: Vec<Asked<'_>> = asked.collect();
    let results = SentenceMaskResult::read_all(task.inputs.predictions)?;
    let results = by_sentence(task, results, |result| result.image_id.clone())?;
    let named = (asked, |asked: &Asked<'_>| asked.id.clone());
    let asked = task.pair_items("sentence", named, results.keys(), &mut report)?;
    let scored = task.score_all(&asked, |asked| {
        let result = results.get(&asked.id).ok_or_else(|| Problem::Missing {
            what: "sentence",
            name: asked.id.clone(),
        })?;
        score(task, &data, asked, result)
    })?;
    let mut fold = RefCocoMaskFold::new(RefCocoMaskRules::Rela);
    for (of_sample, sample) in scored {
        fold.merge(&of_sample);
        report.samples.push(sample);
    }
    let silent = results.values().filter(|it| it.says_nothing.is_none());
    let silent = silent.count();
    if silent > 0 {
        report.notes.push(format!(
            "{silent} results have no `no_target`; they say that nothing is meant where their mask is empty."
        ));
    }
    let found = fold.finish()?;
    report.summary = vec![
        Figure::share("cIoU", found.cumulative_iou),
        Figure::share("gIoU", found.mean_iou),
        Figure::share("N-acc", found.nothing_found.share()),
        Figure::share("T-acc", found.something_found.share()),
    ];
    let precision = found.precision.iter().map(|at| (at.threshold, at.share));
    report.summary.extend(shares("Pr", precision));
    report.summary.extend([
        Figure::count("sentences", found.samples),
        Figure::count("sentences about nothing", found.nothing_found.all),
    ]);
    report.group_samples();
    Ok(report)
}

fn score(
    task: &Task<'_>,
    data: &GRefCoco,
    asked: &Asked<'_>,
    result: &SentenceMaskResult,
) -> Result<(RefCocoMaskFold, Sample), Problem> {
    let (image, code) = (data.image(asked.reference)?, data.mask(asked.reference)?);
    let (truth, prediction) = (code.decode(), result.mask.decode());
    let means_nothing = asked.reference.annotations.is_empty();
    let masks = ExpressionMasks {
        truth: &truth,
        means_nothing,
        prediction: &prediction,
        says_nothing: result.says_nothing.unwrap_or(prediction.is_empty()),
    };
    let mut fold = RefCocoMaskFold::new(RefCocoMaskRules::Rela);
    let overlap = fold.push(masks).map_err(Problem::of(&asked.id))?;
    let folder = task.options.frames.as_ref();
    let picture = folder.map(|folder| folder.join(&image.file_name));
    let evidence = Evidence::Masks(MaskEvidence {
        caption: format!("{} ({}): {}", asked.id, image.file_name, asked.text),
        image: picture
            .filter(|path| path.is_file())
            .map(FramePicture::File),
        truth: MaskSource::Codes(vec![code]),
        prediction: MaskSource::Codes(vec![result.mask.clone()]),
    });
    let group = match asked.reference.annotations.len() {
        0 => "no object",
        1 => "one object",
        _ => "several objects",
    };
    let sample = Sample::new(&asked.id, [overlap]).within(group);
    Ok((fold, sample.shown(task, evidence)))
}
