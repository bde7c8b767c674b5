//! Moments against values that the evaluators of LGI, 2D-TAN and Moment-DETR gave.
#![expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]

use std::collections::BTreeMap;

use serde::Deserialize;
use tubelet_geometry::Span;
use tubelet_metrics::{
    CharadesFold, CharadesReport, CharadesRules, JudgedClip, QvHighlightReport, QvHighlightsFold,
    QvMomentReport, QvPrediction, QvTruth, ScoredMoment, ThresholdShare,
};

use crate::difference::Difference;
use crate::shared::golden;

#[derive(Deserialize)]
struct Charades {
    truths: Vec<[f64; 2]>,
    proposals: Vec<Vec<[f64; 2]>>,
    suppression: f64,
    lgi: Lgi,
    tan: Tan,
}

#[derive(Deserialize)]
struct Lgi {
    recall: [Vec<f64>; 2],
    best: f64,
}

#[derive(Deserialize)]
struct Tan {
    recall: [Vec<f64>; 2],
    mean: f64,
}

fn span([start, end]: [f64; 2]) -> Span {
    Span::new(start, end)
}

impl Charades {
    fn report(&self, rules: CharadesRules) -> CharadesReport {
        let mut fold = CharadesFold::new(rules);
        for (&truth, proposals) in self.truths.iter().zip(&self.proposals) {
            let proposals: Vec<Span> = proposals.iter().copied().map(span).collect();
            fold.push(span(truth), &proposals);
        }
        fold.finish().unwrap()
    }
}

#[test]
fn moments_are_recalled_as_in_the_evaluators_of_lgi_and_2d_tan() {
    let vectors: Charades = golden("charades_sta");
    let mut difference = Difference::of("Charades-STA, LGI and 2D-TAN");
    let lgi = vectors.report(CharadesRules::lgi());
    difference.check("best of five", lgi.mean_best_iou, vectors.lgi.best);
    let tan = vectors.report(CharadesRules::two_d_tan(vectors.suppression));
    difference.check("mIoU", tan.mean_iou, vectors.tan.mean);
    for (report, expected) in [(&lgi, &vectors.lgi.recall), (&tan, &vectors.tan.recall)] {
        for (rank, expected) in report.recall.iter().zip(expected) {
            assert_eq!(rank.recall.len(), expected.len());
            for (found, &expected) in rank.recall.iter().zip(expected) {
                difference.check("recall", found.share, expected);
            }
        }
    }
}

#[derive(Deserialize)]
struct QvHighlights {
    truths: Vec<Truth>,
    predictions: Vec<Prediction>,
    figures: BTreeMap<String, BTreeMap<String, serde_json::Value>>,
}

#[derive(Deserialize)]
struct Truth {
    duration: f64,
    relevant_windows: Vec<[f64; 2]>,
    relevant_clip_ids: Vec<usize>,
    saliency_scores: Vec<[u8; 3]>,
}

#[derive(Deserialize)]
struct Prediction {
    pred_relevant_windows: Vec<[f64; 3]>,
    pred_saliency_scores: Vec<f64>,
}

/// A share as the evaluator prints it.
fn printed(share: f64) -> f64 {
    format!("{:.2}", 100.0 * share).parse().unwrap()
}

#[test]
fn queries_score_as_in_the_moment_detr_evaluator() {
    let vectors: QvHighlights = golden("qv_highlights");
    let mut fold = QvHighlightsFold::default();
    for (truth, prediction) in vectors.truths.iter().zip(&vectors.predictions) {
        let moments: Vec<Span> = truth.relevant_windows.iter().copied().map(span).collect();
        let clips: Vec<JudgedClip> = truth
            .relevant_clip_ids
            .iter()
            .zip(&truth.saliency_scores)
            .map(|(&clip, &judgements)| JudgedClip { clip, judgements })
            .collect();
        let scored: Vec<ScoredMoment> = prediction
            .pred_relevant_windows
            .iter()
            .map(|&[start, end, score]| ScoredMoment {
                span: Span::new(start, end),
                score,
            })
            .collect();
        let truth = QvTruth {
            video_seconds: truth.duration,
            moments: &moments,
            clips: &clips,
        };
        let prediction = QvPrediction {
            moments: &scored,
            saliency: &prediction.pred_saliency_scores,
        };
        fold.push(&truth, &prediction).unwrap();
    }
    let report = fold.finish().unwrap();
    let mut check = QvCheck {
        difference: Difference::of("QVHighlights"),
        figures: vectors.figures,
    };
    check.moments("full", report.full.as_ref());
    check.moments("short", report.short.as_ref());
    check.moments("middle", report.middle.as_ref());
    check.moments("long", report.long.as_ref());
    check.highlights("HL-min-Fair", report.fair);
    check.highlights("HL-min-Good", report.good);
    check.highlights("HL-min-VeryGood", report.very_good);
}

struct QvCheck {
    difference: Difference,
    figures: BTreeMap<String, BTreeMap<String, serde_json::Value>>,
}

impl QvCheck {
    fn highlights(&mut self, name: &str, report: QvHighlightReport) {
        let expected = |figure: &str| self.figures[name][figure].as_f64().unwrap();
        let (precision, hit) = (expected("HL-mAP"), expected("HL-Hit1"));
        self.difference
            .check(name, printed(report.mean_average_precision), precision);
        self.difference.check(name, printed(report.hit_at_one), hit);
    }

    fn moments(&mut self, name: &str, report: Option<&QvMomentReport>) {
        let report = report.unwrap();
        let precision = self.figures[name]["MR-mAP"].clone();
        let recall = self.figures[name]["MR-R1"].clone();
        let mean = precision["average"].as_f64().unwrap();
        self.difference
            .check(name, printed(report.mean_average_precision), mean);
        self.shares(&report.precision, &precision);
        self.shares(&report.recall, &recall);
    }

    fn shares(&mut self, shares: &[ThresholdShare], expected: &serde_json::Value) {
        assert_eq!(shares.len(), 10);
        for share in shares {
            let threshold = share.threshold.to_string();
            let expected = expected[&threshold].as_f64().unwrap();
            self.difference
                .check(&threshold, printed(share.share), expected);
        }
    }
}
