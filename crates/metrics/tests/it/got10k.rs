//! Tracked boxes against values that the GOT-10k toolkit gave.
#![expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]

use std::collections::BTreeMap;

use serde::Deserialize;
use tubelet_geometry::FrameSize;
use tubelet_metrics::{Got10kFold, SizedBox, got10k_iou};

use crate::difference::Difference;
use crate::shared::{read, shared};

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
                SizedBox::new(*truth),
                SizedBox::new(*prediction),
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
        let found = got10k_iou(SizedBox::new(*truth), SizedBox::new(*prediction), size);
        difference.check("edge boxes", found, *expected);
    }
}
