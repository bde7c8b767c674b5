//! J and F against values that the DAVIS evaluation code, vos-benchmark and SAM 2's evaluator gave.
#![expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]

use std::collections::BTreeMap;

use serde::Deserialize;
use tubelet_geometry::{FrameSize, Mask};
use tubelet_metrics::{
    AssignedObject, DavisUnsupervisedSequence, DecayPositions, FrameScorer, LabelMap,
    ProposalRules, SaVObject, ScoredFrames, VosBenchmarkSequence,
};

use crate::difference::Difference;
use crate::label_image::images;
use crate::mask_code::MaskCode;
use crate::shared::{golden, read, shared};

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
struct LiteralNumbers {
    sequences: BTreeMap<String, ObjectMeans>,
}

/// Means in percent by object number.
#[derive(Deserialize)]
struct ObjectMeans {
    #[serde(rename = "J")]
    region: BTreeMap<u8, f64>,
    #[serde(rename = "F")]
    boundary: BTreeMap<u8, f64>,
    frames_counted: BTreeMap<u8, usize>,
}

#[test]
fn real_results_score_as_in_vos_benchmark() {
    let Some(path) = shared("metric_vectors/vosbenchmark_rvos_vs_osvos.json") else {
        return;
    };
    let Some(results) = shared("davis2017_eval/results") else {
        return;
    };
    let mut difference = Difference::of("vos-benchmark");
    for (name, expected) in read::<LiteralNumbers>(&path).sequences {
        let truth = images(&results.join("semi-supervised/osvos").join(&name));
        let prediction = images(&results.join("unsupervised/rvos").join(&name));
        let mut sequence =
            VosBenchmarkSequence::new(truth[0].size, truth.len(), ScoredFrames::Inner);
        for (truth, prediction) in truth.iter().zip(&prediction) {
            sequence.push(&truth.map(), &prediction.map()).unwrap();
        }
        let means = sequence.finish().unwrap();
        assert!(
            means
                .iter()
                .map(|mean| &mean.label)
                .eq(expected.region.keys())
        );
        for mean in means {
            let (label, scores) = (mean.label, mean.scores);
            assert_eq!(scores.count, expected.frames_counted[&label]);
            difference.check(&name, scores.region * 100.0, expected.region[&label]);
            difference.check(&name, scores.boundary * 100.0, expected.boundary[&label]);
        }
    }
}

#[derive(Deserialize)]
struct Assignments {
    sequences: BTreeMap<String, Assigned>,
}

/// Means in the order of the assigned proposals.
#[derive(Deserialize)]
struct Assigned {
    n_objects: usize,
    #[serde(rename = "J_M")]
    region: Vec<f64>,
    #[serde(rename = "F_M")]
    boundary: Vec<f64>,
}

#[test]
fn proposals_are_assigned_as_in_the_davis_code() {
    let Some(path) = shared("metric_vectors/davis_unsup_rvos_vs_osvos.json") else {
        return;
    };
    let Some(results) = shared("davis2017_eval/results") else {
        return;
    };
    let mut difference = Difference::of("DAVIS-2017 unsupervised");
    for (name, expected) in read::<Assignments>(&path).sequences {
        let truth = images(&results.join("semi-supervised/osvos").join(&name));
        let prediction = images(&results.join("unsupervised/rvos").join(&name));
        let first = truth[0].map();
        let rules = ProposalRules::Davis(DecayPositions::Exact);
        let mut sequence = DavisUnsupervisedSequence::new(&first, truth.len(), rules).unwrap();
        for (truth, prediction) in truth.iter().zip(&prediction) {
            sequence.push(&truth.map(), &prediction.map()).unwrap();
        }
        let mut objects: Vec<AssignedObject> = sequence.finish().unwrap();
        assert_eq!(objects.len(), expected.n_objects);
        objects.sort_by_key(|object| object.proposal);
        for (index, object) in objects.iter().enumerate() {
            let report = &object.report;
            difference.check(&name, report.region.mean, expected.region[index]);
            difference.check(&name, report.boundary.mean, expected.boundary[index]);
        }
    }
}

#[derive(Deserialize)]
struct SaV {
    size: [usize; 2],
    sequences: Vec<SaVSequence>,
}

/// Masks by label for each frame, and J and F in percent by label.
#[derive(Deserialize)]
struct SaVSequence {
    truth: Vec<BTreeMap<u8, MaskCode>>,
    predictions: Vec<BTreeMap<u8, MaskCode>>,
    together: BTreeMap<u8, [f64; 2]>,
    alone: BTreeMap<u8, [f64; 2]>,
}

#[test]
fn objects_score_as_in_the_sa_v_evaluator() {
    let vectors: SaV = golden("sa_v");
    let size = FrameSize::new(vectors.size[1], vectors.size[0]);
    let mut difference = Difference::of("SA-V");
    for sequence in &vectors.sequences {
        let frames = sequence.truth.len();
        let pairs = sequence.truth.iter().zip(&sequence.predictions);
        let mut together = VosBenchmarkSequence::new(size, frames, ScoredFrames::Inner);
        for (truth, prediction) in pairs.clone() {
            let (truth, prediction) = (labels(size, truth), labels(size, prediction));
            let map = |labels| LabelMap::new(size, labels).unwrap();
            together.push(&map(&truth), &map(&prediction)).unwrap();
        }
        let means = together.finish().unwrap();
        assert_eq!(means.len(), sequence.together.len());
        for mean in means {
            let [region, boundary] = sequence.together[&mean.label];
            difference.check("J", mean.scores.region * 100.0, region);
            difference.check("F", mean.scores.boundary * 100.0, boundary);
        }
        for (label, [region, boundary]) in &sequence.alone {
            let mut object = SaVObject::new(size, frames, ScoredFrames::Inner);
            for (truth, prediction) in pairs.clone() {
                let mask = |masks: &BTreeMap<u8, MaskCode>| {
                    masks.get(label).map_or(Mask::new(size), MaskCode::mask)
                };
                object.push(&mask(truth), &mask(prediction)).unwrap();
            }
            let scores = object.finish().unwrap();
            difference.check("J alone", scores.region * 100.0, *region);
            difference.check("F alone", scores.boundary * 100.0, *boundary);
        }
    }
}

fn labels(size: FrameSize, masks: &BTreeMap<u8, MaskCode>) -> Vec<u8> {
    let mut labels = vec![0; size.pixel_count()];
    for (&label, mask) in masks {
        mask.mask().write_bytes(&mut labels, label);
    }
    labels
}
