//! Objects in images against values that pycocotools and the evaluators of MTTR and ReLA gave.
#![expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]

use std::collections::BTreeMap;

use serde::Deserialize;
use tubelet_geometry::Mask;
use tubelet_metrics::{
    A2dFold, AreaPrecision, DetectionReport, ExpressionMasks, RefCocoMaskFold, RefCocoMaskRules,
    ScoredMask,
};

use crate::difference::Difference;
use crate::mask_code::MaskCode;
use crate::shared::golden;

/// Compares AP, AP50, AP75, AP of three sizes, AR of three numbers of predictions and AR of three sizes, as `COCOeval`
/// lists them.
pub(crate) fn check_stats(difference: &mut Difference, report: &DetectionReport, stats: &[f64]) {
    let area = |index: usize, figure: fn(&AreaPrecision) -> f64| {
        report.by_area[index].as_ref().map_or(-1.0, figure)
    };
    let step = |step: usize| {
        report.by_area[0]
            .as_ref()
            .map_or(-1.0, |all| all.at_step(step).unwrap())
    };
    let precision: fn(&AreaPrecision) -> f64 = |area| area.average_precision;
    let recall: fn(&AreaPrecision) -> f64 = |area| area.average_recall;
    let counts = &report.recall_by_predictions;
    let found = [
        area(0, precision),
        step(0),
        step(5),
        area(1, precision),
        area(2, precision),
        area(3, precision),
        counts[0].1.unwrap_or(-1.0),
        counts[1].1.unwrap_or(-1.0),
        counts[2].1.unwrap_or(-1.0),
        area(1, recall),
        area(2, recall),
        area(3, recall),
    ];
    for (index, (found, &expected)) in found.iter().zip(stats).enumerate() {
        difference.check(&format!("figure {index}"), *found, expected);
    }
}

#[derive(Deserialize)]
struct A2d {
    samples: Vec<Sample>,
    precision: [f64; 5],
    overall: f64,
    mean: f64,
    stats: Vec<f64>,
}

#[derive(Deserialize)]
struct Sample {
    truth: MaskCode,
    predictions: Vec<MaskCode>,
    scores: Vec<f64>,
}

#[test]
fn scored_masks_score_as_in_the_mttr_evaluator() {
    let vectors: A2d = golden("a2d_sentences");
    let mut difference = Difference::of("A2D-Sentences, MTTR");
    let mut fold = A2dFold::default();
    for sample in &vectors.samples {
        let masks: Vec<Mask> = sample.predictions.iter().map(MaskCode::mask).collect();
        let scored: Vec<ScoredMask<'_>> = masks
            .iter()
            .zip(&sample.scores)
            .map(|(mask, &score)| ScoredMask { mask, score })
            .collect();
        fold.push(&sample.truth.mask(), &scored).unwrap();
    }
    let report = fold.finish().unwrap();
    for (found, expected) in report.precision.iter().zip(vectors.precision) {
        difference.check("P@K", found.share, expected);
    }
    difference.check("overall IoU", report.overall_iou, vectors.overall);
    difference.check("mean IoU", report.mean_iou, vectors.mean);
    check_stats(&mut difference, &report.detection, &vectors.stats);
}

#[derive(Deserialize)]
struct GRefCoco {
    samples: Vec<Expression>,
    figures: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct Expression {
    truth: MaskCode,
    prediction: MaskCode,
    says_nothing: bool,
}

#[test]
fn expressions_score_as_in_the_rela_evaluator() {
    let vectors: GRefCoco = golden("g_ref_coco");
    let mut fold = RefCocoMaskFold::new(RefCocoMaskRules::Rela);
    for sample in &vectors.samples {
        let masks = ExpressionMasks {
            truth: &sample.truth.mask(),
            means_nothing: sample.truth.mask().is_empty(),
            prediction: &sample.prediction.mask(),
            says_nothing: sample.says_nothing,
        };
        fold.push(masks).unwrap();
    }
    let report = fold.finish().unwrap();
    let found = [
        ("gIoU", report.mean_iou * 100.0),
        ("cIoU", report.cumulative_iou * 100.0),
        ("T_acc", report.something_found.share().unwrap()),
        ("N_acc", report.nothing_found.share().unwrap()),
        ("Pr@0.7", report.precision[2].share * 100.0),
        ("Pr@0.8", report.precision[3].share * 100.0),
        ("Pr@0.9", report.precision[4].share * 100.0),
    ];
    let mut difference = Difference::of("gRefCOCO, ReLA");
    for (name, value) in found {
        difference.check(name, value, vectors.figures[name]);
    }
}
