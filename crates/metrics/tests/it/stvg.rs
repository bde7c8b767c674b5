//! Tubes against values that the evaluators of TubeDETR, STCAT and CG-STVG gave.
#![expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]

use std::collections::BTreeMap;

use serde::Deserialize;
use tubelet_metrics::{
    FrameBoxes, FrameSpan, HcStvgAnnotation, MissingPrediction, PreciseBox, SentenceKind,
    StcatTruth, StcatTube, TubeDetrTube, TubeReport, TubeScore, TubeSpans, VidStgFold,
    interpolated_boxes, stcat_hc_stvg_frames, stcat_vidstg_frames, tubedetr_frames,
};

use crate::difference::Difference;
use crate::shared::{golden, read, shared};

#[derive(Deserialize)]
struct Vectors {
    expected_summary: BTreeMap<String, f64>,
    samples: Vec<Sample>,
}

#[derive(Deserialize)]
struct Sample {
    fps: f64,
    start_frame: usize,
    end_frame: usize,
    tube_start_frame: usize,
    tube_end_frame: usize,
    qtype: String,
    sampled_frames: Vec<usize>,
    gt_boxes_xyxy: BTreeMap<usize, [f64; 4]>,
    pred_sted: [f64; 2],
    pred_boxes_xyxy: BTreeMap<usize, [f64; 4]>,
    expected: BTreeMap<String, f64>,
}

impl Sample {
    fn boxes(&self, frame: usize) -> FrameBoxes {
        let at = |boxes: &BTreeMap<usize, [f64; 4]>| {
            boxes.get(&frame).copied().map(PreciseBox::from_edges)
        };
        FrameBoxes {
            truth: at(&self.gt_boxes_xyxy),
            prediction: at(&self.pred_boxes_xyxy),
        }
    }
}

#[test]
fn tubes_score_as_in_the_tubedetr_evaluator() {
    let Some(path) = shared("metric_vectors/vidstg_tubedetr.json") else {
        return;
    };
    let vectors: Vectors = read(&path);
    let mut difference = Difference::of("VidSTG, TubeDETR");
    let (mut first, mut second) = (VidStgFold::default(), VidStgFold::default());
    for (number, sample) in vectors.samples.iter().enumerate() {
        let segment = FrameSpan::new(sample.start_frame, sample.end_frame);
        let frames = tubedetr_frames(segment, sample.fps).unwrap();
        assert_eq!(frames, sample.sampled_frames);
        let mut tube = TubeDetrTube::new(TubeSpans {
            truth: FrameSpan::new(sample.tube_start_frame, sample.tube_end_frame),
            prediction: FrameSpan::new(sample.pred_sted[0] as usize, sample.pred_sted[1] as usize),
        });
        for frame in frames {
            tube.push(frame, sample.boxes(frame)).unwrap();
        }
        let score = tube.finish();
        let expected = ["tiou", "viou", "gt_viou"].map(|name| sample.expected[name]);
        check(&mut difference, &score, expected);
        let kind = match sample.qtype.as_str() {
            "declarative" => SentenceKind::Declarative,
            _ => SentenceKind::Interrogative,
        };
        let part = if number % 3 == 0 {
            &mut first
        } else {
            &mut second
        };
        part.push(kind, &score);
    }
    first.merge(&second);
    let report = first.finish().unwrap();
    let kinds = [
        ("declarative", report.declarative.unwrap()),
        ("interrogative", report.interrogative.unwrap()),
    ];
    for (kind, report) in kinds {
        for (name, found) in figures(&report) {
            let name = format!("{kind}_{name}");
            difference.check(&name, found, vectors.expected_summary[&name]);
        }
    }
}

/// The figures of a report under their official names.
fn figures(report: &TubeReport) -> Vec<(&'static str, f64)> {
    vec![
        ("tiou", report.temporal_iou),
        ("viou", report.tube_iou),
        ("gt_viou", report.oracle_tube_iou),
        ("viou@0.3", report.recall[0].share),
        ("viou@0.5", report.recall[1].share),
        ("gt_viou@0.3", report.oracle_recall[0].share),
        ("gt_viou@0.5", report.oracle_recall[1].share),
    ]
}

fn check(difference: &mut Difference, score: &TubeScore, expected: [f64; 3]) {
    difference.check("tIoU", score.temporal_iou, expected[0]);
    difference.check("vIoU", score.tube_iou, expected[1]);
    difference.check("oracle", score.oracle_tube_iou, expected[2]);
}

#[derive(Deserialize)]
struct MadeUp<T> {
    samples: Vec<T>,
}

#[derive(Deserialize)]
struct StcatSample {
    first: usize,
    truth: Vec<[f64; 4]>,
    start: usize,
    end: usize,
    prediction: Vec<Option<[f64; 4]>>,
    expected: [f64; 3],
}

#[test]
fn tubes_score_as_in_the_evaluators_of_stcat_and_cg_stvg() {
    let evaluators = [
        ("stcat", MissingPrediction::Refuse),
        ("cg_stvg", MissingPrediction::SharesNothing),
    ];
    for (name, missing) in evaluators {
        let mut difference = Difference::of(name);
        for sample in golden::<MadeUp<StcatSample>>(name).samples {
            let boxes = sample.truth.iter().copied().map(PreciseBox::from_edges);
            let truth = StcatTruth::new(sample.first, boxes.collect()).unwrap();
            let span = FrameSpan::new(sample.start, sample.end);
            let mut tube = StcatTube::new(truth, span, missing);
            for (frame, prediction) in (sample.first..).zip(&sample.prediction) {
                tube.push(frame, prediction.map(PreciseBox::from_edges))
                    .unwrap();
            }
            check(&mut difference, &tube.finish().unwrap(), sample.expected);
        }
    }
}

#[derive(Deserialize)]
struct HcStvgSample {
    video_frames: usize,
    first_frame: usize,
    boxes: Vec<[f64; 4]>,
    sted: [usize; 2],
    frames: Vec<usize>,
    prediction: BTreeMap<usize, [f64; 4]>,
    expected: [f64; 3],
}

#[test]
fn tubes_of_hc_stvg_score_as_in_the_tubedetr_evaluator() {
    let mut difference = Difference::of("HC-STVG, TubeDETR");
    for sample in golden::<MadeUp<HcStvgSample>>("hc_stvg_tubedetr").samples {
        let boxes: Vec<PreciseBox> = sample
            .boxes
            .iter()
            .copied()
            .map(PreciseBox::from_corner_and_size)
            .collect();
        let annotation = HcStvgAnnotation {
            boxes: &boxes,
            first_frame: sample.first_frame,
            video_frames: sample.video_frames,
        };
        let frames = annotation.tubedetr_frames().unwrap();
        assert_eq!(frames, sample.frames);
        let mut tube = TubeDetrTube::new(TubeSpans {
            truth: annotation.tubedetr_truth(),
            prediction: FrameSpan::new(sample.sted[0], sample.sted[1]),
        });
        for frame in frames {
            let boxes = FrameBoxes {
                truth: annotation.tubedetr_box(frame),
                prediction: sample
                    .prediction
                    .get(&frame)
                    .copied()
                    .map(PreciseBox::from_edges),
            };
            tube.push(frame, boxes).unwrap();
        }
        check(&mut difference, &tube.finish(), sample.expected);
    }
}

#[derive(Deserialize)]
struct StcatInput {
    clips: Vec<Clip>,
    segments: Vec<Segment>,
    keys: Vec<(usize, [f64; 4])>,
    filled: Vec<(usize, [f64; 4])>,
}

#[derive(Deserialize)]
struct Clip {
    frames: usize,
    read: Vec<usize>,
}

#[derive(Deserialize)]
struct Segment {
    first: usize,
    end: usize,
    read: Vec<usize>,
}

#[test]
fn frames_are_read_and_filled_as_in_stcat() {
    let vectors: StcatInput = golden("stcat_input");
    for clip in vectors.clips {
        assert_eq!(stcat_hc_stvg_frames(clip.frames), clip.read);
    }
    for segment in vectors.segments {
        let span = FrameSpan::new(segment.first, segment.end);
        assert_eq!(stcat_vidstg_frames(span), segment.read);
    }
    let boxes = |list: &[(usize, [f64; 4])]| -> Vec<(usize, PreciseBox)> {
        let pairs = list.iter();
        pairs
            .map(|&(frame, edges)| (frame, PreciseBox::from_edges(edges)))
            .collect()
    };
    let mut difference = Difference::of("STCAT, boxes between frames");
    let (keys, expected) = (boxes(&vectors.keys), boxes(&vectors.filled));
    let found: Vec<(usize, PreciseBox)> = interpolated_boxes(&keys).collect();
    assert_eq!(found.len(), expected.len());
    for ((frame, found), (expected_frame, expected)) in found.iter().zip(&expected) {
        assert_eq!(frame, expected_frame);
        difference.check("left", found.left, expected.left);
        difference.check("top", found.top, expected.top);
        difference.check("right", found.right, expected.right);
        difference.check("bottom", found.bottom, expected.bottom);
    }
}
