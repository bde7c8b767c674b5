//! RefCOCO against figures that the evaluators of LAVT, LISA and MDETR gave.
#![expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]

use std::collections::BTreeMap;

use serde::Deserialize;
use tubelet_metrics::{
    ExpressionMasks, RefCocoBoxFold, RefCocoBoxRules, RefCocoMaskFold, RefCocoMaskReport,
    RefCocoMaskRules, SizedBox,
};

use crate::difference::Difference;
use crate::mask_code::MaskCode;
use crate::shared::golden;

#[derive(Deserialize)]
struct Masks {
    samples: Vec<MaskPair>,
    lavt: BTreeMap<String, f64>,
    lisa: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct MaskPair {
    truth: MaskCode,
    prediction: MaskCode,
}

fn report(rules: RefCocoMaskRules, samples: &[MaskPair]) -> RefCocoMaskReport {
    let mut fold = RefCocoMaskFold::new(rules);
    for sample in samples {
        let masks = ExpressionMasks {
            truth: &sample.truth.mask(),
            means_nothing: false,
            prediction: &sample.prediction.mask(),
            says_nothing: false,
        };
        fold.push(masks).unwrap();
    }
    fold.finish().unwrap()
}

#[test]
fn masks_score_as_lavt_prints_and_as_in_lisa() {
    let vectors: Masks = golden("ref_coco_masks");
    let lavt = report(RefCocoMaskRules::Lavt, &vectors.samples);
    let mut figures = vec![
        ("mean IoU".to_owned(), lavt.mean_iou),
        ("overall IoU".to_owned(), lavt.cumulative_iou),
    ];
    let precision = lavt.precision.iter();
    figures.extend(precision.map(|at| (format!("precision@{}", at.threshold), at.share)));
    let mut difference = Difference::of("RefCOCO masks, LAVT, as printed");
    for (name, value) in figures {
        let printed = format!("{:.2}", value * 100.0).parse().unwrap();
        difference.check(&name, printed, vectors.lavt[&name]);
    }
    let lisa = report(RefCocoMaskRules::Lisa, &vectors.samples);
    let mut difference = Difference::of("RefCOCO masks, LISA, in f32");
    for (name, value) in [("gIoU", lisa.mean_iou), ("cIoU", lisa.cumulative_iou)] {
        difference.check_within(1e-6, name, value, vectors.lisa[name]);
    }
}

#[derive(Deserialize)]
struct Boxes {
    samples: Vec<BoxSample>,
    precision: [f64; 3],
}

#[derive(Deserialize)]
struct BoxSample {
    /// Left, top, width and height.
    truth: [f64; 4],
    /// Edges, best first.
    boxes: Vec<[f64; 4]>,
}

#[test]
fn boxes_score_as_in_the_mdetr_evaluator() {
    let vectors: Boxes = golden("ref_coco_boxes");
    let mut fold = RefCocoBoxFold::new(RefCocoBoxRules::GeneralizedIou);
    for sample in &vectors.samples {
        let boxes = sample.boxes.iter().map(|[left, top, right, bottom]| {
            SizedBox::new([*left, *top, right - left, bottom - top])
        });
        fold.push(SizedBox::new(sample.truth), &boxes.collect::<Vec<_>>());
    }
    let mut difference = Difference::of("RefCOCO boxes, MDETR");
    let found = fold.finish().unwrap().precision;
    for (found, expected) in found.iter().zip(vectors.precision) {
        difference.check(&format!("P@{}", found.rank), found.precision, expected);
    }
}
