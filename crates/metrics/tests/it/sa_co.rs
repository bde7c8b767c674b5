//! SA-Co/VEval: a shipped result with its shipped scores.
#![expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use tubelet_metrics::{
    AreaPrecision, Arithmetic, DetectionReport, GatedF1, HotaReport, PhraseScores, PreciseBox,
    SaCoFold, SaCoReport, SaCoVideo, ScoredTrack,
};

use crate::difference::Difference;
use crate::mask_code::MaskCode;
use crate::shared::{read, shared};

#[derive(Deserialize)]
struct Truth {
    videos: Vec<Video>,
    annotations: Vec<Track>,
    categories: Vec<Category>,
    video_np_pairs: Vec<Asked>,
}

#[derive(Deserialize)]
struct Video {
    id: u64,
    length: usize,
}

#[derive(Deserialize)]
struct Category {
    id: u64,
}

#[derive(Deserialize)]
struct Asked {
    video_id: u64,
    category_id: u64,
}

#[derive(Deserialize)]
struct Track {
    video_id: u64,
    category_id: u64,
    #[serde(default)]
    score: f64,
    segmentations: Vec<Option<MaskCode>>,
    bboxes: Vec<Option<[f64; 4]>>,
}

#[derive(Deserialize)]
struct Expected {
    dataset_results: BTreeMap<String, f64>,
    video_np_results: Vec<BTreeMap<String, f64>>,
}

/// Which shapes of the tracks are compared.
#[derive(Clone, Copy, PartialEq)]
enum Shapes {
    Masks,
    Boxes,
}

fn evaluate(
    truth: &Truth,
    predictions: &[Track],
    shapes: Shapes,
) -> (Vec<PhraseScores>, SaCoReport) {
    let shown: BTreeSet<u64> = truth
        .annotations
        .iter()
        .map(|track| track.category_id)
        .collect();
    let classes = truth.categories.iter().map(|category| category.id);
    let mut fold = SaCoFold::new(classes.filter(|class| shown.contains(class)).collect());
    let mut phrases = Vec::new();
    for video in &truth.videos {
        let of_video = |tracks: &&Track| tracks.video_id == video.id;
        let truths: Vec<&Track> = truth.annotations.iter().filter(of_video).collect();
        let found: Vec<&Track> = predictions.iter().filter(of_video).collect();
        let asked = truth
            .video_np_pairs
            .iter()
            .filter(|asked| asked.video_id == video.id);
        let mut collected = SaCoVideo::new(
            truths.iter().map(|track| track.category_id).collect(),
            found
                .iter()
                .map(|track| ScoredTrack {
                    category: track.category_id,
                    score: track.score,
                })
                .collect(),
            asked.map(|asked| asked.category_id),
        )
        .with_arithmetic(match shapes {
            Shapes::Masks => Arithmetic::Double,
            Shapes::Boxes => Arithmetic::Single,
        });
        for frame in 0..video.length {
            let masks = |tracks: &[&Track]| -> Vec<_> {
                let codes = tracks
                    .iter()
                    .map(|track| track.segmentations[frame].as_ref());
                codes.map(|code| code.map(MaskCode::run_length)).collect()
            };
            let boxes = |tracks: &[&Track]| -> Vec<_> {
                let edges = tracks.iter().map(|track| track.bboxes[frame]);
                edges
                    .map(|edges| edges.map(PreciseBox::from_corner_and_size))
                    .collect()
            };
            match shapes {
                Shapes::Masks => collected
                    .push_masks(&masks(&truths), &masks(&found))
                    .unwrap(),
                Shapes::Boxes => collected
                    .push_boxes(&boxes(&truths), &boxes(&found))
                    .unwrap(),
            }
        }
        phrases.extend(fold.push(&collected));
    }
    (phrases, fold.finish().unwrap())
}

fn hota_figures(report: &HotaReport) -> [(&'static str, f64); 9] {
    [
        ("HOTA", report.hota),
        ("DetA", report.detection),
        ("AssA", report.association),
        ("DetRe", report.detection_recall),
        ("DetPr", report.detection_precision),
        ("AssRe", report.association_recall),
        ("AssPr", report.association_precision),
        ("LocA", report.localization),
        ("OWTA", report.open_world),
    ]
}

fn f1_figures(at: &GatedF1, correlation: f64) -> [(&'static str, f64); 10] {
    [
        ("precision", at.precision),
        ("recall", at.recall),
        ("f1", at.f1),
        ("pmf1", at.positive_macro_f1),
        ("ilmcc", correlation),
        ("cgf1", at.gated_macro_f1),
        ("pmf1_w0dt", at.positive_macro_f1_with_missed),
        ("cgf1_w0dt", at.gated_macro_f1_with_missed),
        ("positive_micro_f1", at.positive_micro_f1),
        ("cgf1_micro", at.gated_micro_f1),
    ]
}

fn all_areas(report: &DetectionReport) -> &AreaPrecision {
    report.by_area[0].as_ref().unwrap()
}

/// The figures of the data set under their official names.
fn figures(report: &SaCoReport, shape: &str) -> Vec<(String, f64)> {
    let (by_class, by_phrase) = (all_areas(&report.by_class), all_areas(&report.by_phrase));
    let mut figures = vec![
        ("mAP_50_95".to_owned(), by_class.average_precision),
        ("phrase_ap_50_95".to_owned(), by_phrase.average_precision),
        ("phrase_ap_50".to_owned(), by_phrase.at_step(0).unwrap()),
        ("phrase_ap_75".to_owned(), by_phrase.at_step(5).unwrap()),
    ];
    for (name, value) in hota_figures(&report.hota) {
        figures.push((format!("all_phrase_{name}"), value));
    }
    let f1 = &report.gated_f1;
    for (suffix, at) in [
        ("50_95", &f1.mean),
        ("50", &f1.by_overlap[0]),
        ("75", &f1.by_overlap[5]),
    ] {
        for (name, value) in f1_figures(at, f1.correlation) {
            figures.push((format!("demo_{name}_{suffix}"), value));
        }
    }
    figures
        .into_iter()
        .map(|(name, value)| (format!("video_{shape}_{name}"), value))
        .collect()
}

#[test]
fn a_shipped_result_scores_as_shipped() {
    let Some(folder) = shared("saco_veval_toy/toy_gt_and_pred") else {
        return;
    };
    let file = |name: &str| folder.join(format!("toy_saco_veval_sav_test_{name}.json"));
    let truth: Truth = read(&file("gt"));
    let predictions: Vec<Track> = read(&file("pred"));
    let expected: Expected = read(&file("eval_res"));
    let mut compared = 0;
    for (shapes, shape) in [(Shapes::Masks, "mask"), (Shapes::Boxes, "bbox")] {
        let mut difference = Difference::of(match shapes {
            Shapes::Masks => "SA-Co/VEval, masks",
            Shapes::Boxes => "SA-Co/VEval, boxes",
        });
        let (phrases, report) = evaluate(&truth, &predictions, shapes);
        for (name, value) in figures(&report, shape) {
            if let Some(&expected) = expected.dataset_results.get(&name) {
                difference.check(&name, value, expected);
                compared += 1;
            }
        }
        for phrase in &phrases {
            let number = phrase.phrase as f64;
            let mut found = expected.video_np_results.iter();
            let expected = found.find(|result| result["category_id"] == number);
            let expected = expected.unwrap();
            let hota = phrase.hota.as_ref().map(hota_figures);
            for (name, value) in hota.into_iter().flatten() {
                let name = format!("{shape}_{name}");
                difference.check(&name, value, expected[&name]);
            }
            let f1 = phrase.tracks.f1();
            let mean_f1 = f1.iter().sum::<f64>() / f1.len() as f64;
            let tracks = [
                ("TP_50", phrase.tracks.found[0] as f64),
                ("F1_75", f1[5]),
                ("F1_50_95", mean_f1),
            ];
            for (name, value) in tracks {
                let name = format!("{shape}_{name}");
                difference.check(&name, value, expected[&name]);
            }
        }
        if shapes == Shapes::Masks {
            compared += check_teta(&report, &expected.dataset_results);
        }
    }
    assert_eq!(compared, expected.dataset_results.len());
}

/// Compares figures that were printed as percentages with five digits.
fn check_teta(report: &SaCoReport, expected: &BTreeMap<String, f64>) -> usize {
    let teta = report.teta.unwrap();
    let figures = [
        ("teta", teta.teta),
        ("loc_a", teta.localization),
        ("assoc_a", teta.association),
        ("cls_a", teta.classification),
        ("loc_re", teta.localization_recall),
        ("loc_pr", teta.localization_precision),
        ("assoc_re", teta.association_recall),
        ("assoc_pr", teta.association_precision),
        ("cls_re", teta.classification_recall),
        ("cls_pr", teta.classification_precision),
    ];
    let mut difference = Difference::of("SA-Co/VEval, TETA");
    for (name, value) in figures {
        let printed: f64 = format!("{:.3}", 100.0 * value).parse().unwrap();
        difference.check(name, printed, expected[&format!("video_mask_{name}")]);
    }
    figures.len()
}
