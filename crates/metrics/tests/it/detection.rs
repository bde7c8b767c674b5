//! Scored objects against values that pycocotools and the evaluators built on it gave.
#![expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]

use serde::Deserialize;
use tubelet_geometry::Mask;
use tubelet_metrics::{A2dFold, AreaPrecision, DetectionReport, ScoredMask};

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
