//! Scores against values that the official evaluators gave on real results.
#![expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]

use std::collections::BTreeMap;

use serde::Deserialize;
use tubelet_geometry::{FrameSize, Mask};
use tubelet_metrics::{
    Davis2017Sequence, DecayPositions, FrameScorer, Got10kFold, PreciseBox, got10k_iou,
};

use crate::difference::Difference;
use crate::label_image::{LabelImage, images};
use crate::shared::{read, shared};

#[derive(Deserialize)]
struct EdgeCases {
    cases: Vec<EdgeCase>,
}

#[derive(Deserialize)]
struct EdgeCase {
    name: String,
    gt: Vec<Vec<u8>>,
    pred: Vec<Vec<u8>>,
    void: Option<Vec<Vec<u8>>>,
    #[serde(rename = "J")]
    region: f64,
    #[serde(rename = "F")]
    boundary: f64,
}

fn mask(rows: &[Vec<u8>]) -> Mask {
    Mask::from_bytes(FrameSize::new(rows[0].len(), rows.len()), &rows.concat()).unwrap()
}

#[test]
fn edge_cases_score_as_in_the_davis_code() {
    let Some(path) = shared("metric_vectors/davis_edge_cases.json") else {
        return;
    };
    let mut difference = Difference::of("J and F of edge cases");
    for case in read::<EdgeCases>(&path).cases {
        let (truth, prediction) = (mask(&case.gt), mask(&case.pred));
        let scorer = FrameScorer::new(truth.size());
        let score = match &case.void {
            Some(void) => scorer.score_outside(&mask(void), &truth, &prediction),
            None => scorer.score(&truth, &prediction),
        };
        difference.check(&case.name, score.region, case.region);
        difference.check(&case.name, score.boundary, case.boundary);
    }
}

#[derive(Deserialize)]
struct Sequences {
    sequences: BTreeMap<String, ObjectMeans>,
}

/// Means in percent by object number.
#[derive(Deserialize)]
struct ObjectMeans {
    #[serde(rename = "J")]
    region: BTreeMap<usize, f64>,
    #[serde(rename = "F")]
    boundary: BTreeMap<usize, f64>,
}

/// Drops what the reference does not number, which the official code would ignore here.
fn drop_labels_above(image: &mut LabelImage, largest: usize) {
    for label in &mut image.labels {
        if usize::from(*label) > largest {
            *label = 0;
        }
    }
}

#[test]
fn real_results_score_as_in_vos_benchmark() {
    let Some(path) = shared("metric_vectors/vosbenchmark_rvos_vs_osvos.json") else {
        return;
    };
    let Some(results) = shared("davis2017_eval/results") else {
        return;
    };
    let mut difference = Difference::of("vos-benchmark with the DAVIS-2017 fold");
    for (name, expected) in read::<Sequences>(&path).sequences {
        let truth = images(&results.join("semi-supervised/osvos").join(&name));
        let prediction = images(&results.join("unsupervised/rvos").join(&name));
        let objects = truth[0].map().object_count();
        let mut sequence =
            Davis2017Sequence::new(&truth[0].map(), truth.len(), DecayPositions::Exact).unwrap();
        for (truth, mut prediction) in truth.iter().zip(prediction) {
            drop_labels_above(&mut prediction, objects);
            sequence.push(&truth.map(), &prediction.map()).unwrap();
        }
        for (index, object) in sequence.finish().unwrap().iter().enumerate() {
            let (region, boundary) = (
                expected.region[&(index + 1)],
                expected.boundary[&(index + 1)],
            );
            difference.check(&name, object.region.mean * 100.0, region);
            difference.check(&name, object.boundary.mean * 100.0, boundary);
        }
    }
}

#[derive(Deserialize)]
struct Got10k {
    sequences: BTreeMap<String, Tracked>,
    overall: Overall,
    edge_iou: EdgeBoxes,
}

#[derive(Deserialize)]
struct Tracked {
    gt_xywh: Vec<[f64; 4]>,
    pred_xywh: Vec<[f64; 4]>,
    cover: Vec<u8>,
    iou_frames_1_to_end: Vec<f64>,
}

#[derive(Deserialize)]
struct Overall {
    ao: f64,
    #[serde(rename = "sr0.5")]
    success_050: f64,
    #[serde(rename = "sr0.75_same_rule")]
    success_075: f64,
    succ_curve: Vec<f64>,
}

#[derive(Deserialize)]
struct EdgeBoxes {
    pred: Vec<[f64; 4]>,
    gt: Vec<[f64; 4]>,
    bound: [usize; 2],
    iou: Vec<f64>,
}

#[test]
fn boxes_score_as_in_the_got10k_toolkit() {
    let Some(path) = shared("metric_vectors/got10k_lasot_snippet.json") else {
        return;
    };
    let vectors: Got10k = read(&path);
    let mut difference = Difference::of("GOT-10k");
    let size = FrameSize::new(vectors.edge_iou.bound[0], vectors.edge_iou.bound[1]);
    let mut fold = Got10kFold::default();
    for (name, tracked) in &vectors.sequences {
        fold.begin_sequence(size);
        for (frame, (truth, prediction)) in
            tracked.gt_xywh.iter().zip(&tracked.pred_xywh).enumerate()
        {
            let counted = fold.push(
                PreciseBox::from_corner_and_size(*truth),
                PreciseBox::from_corner_and_size(*prediction),
                tracked.cover[frame],
            );
            assert_eq!(counted.is_some(), frame > 0 && tracked.cover[frame] > 0);
            if let Some(iou) = counted {
                difference.check(name, iou, tracked.iou_frames_1_to_end[frame - 1]);
            }
        }
    }
    let report = fold.finish().unwrap();
    difference.check("AO", report.average_overlap, vectors.overall.ao);
    assert_eq!(report.success_rate(50), Some(vectors.overall.success_050));
    assert_eq!(report.success_rate(75), Some(vectors.overall.success_075));
    for (found, expected) in report.success_curve.iter().zip(&vectors.overall.succ_curve) {
        difference.check("success", *found, *expected);
    }
    let edge = &vectors.edge_iou;
    for ((truth, prediction), expected) in edge.gt.iter().zip(&edge.pred).zip(&edge.iou) {
        let found = got10k_iou(
            PreciseBox::from_corner_and_size(*truth),
            PreciseBox::from_corner_and_size(*prediction),
            size,
        );
        difference.check("edge boxes", found, *expected);
    }
}
