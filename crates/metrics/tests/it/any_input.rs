//! Whatever comes in, there is a figure or an error, never a panic, and figures keep their bounds.

use proptest::prelude::*;
use tubelet_geometry::{FrameSize, Span};
use tubelet_metrics::{
    CharadesFold, CharadesRules, DetectionFold, DetectionRules, DetectionSample, FrameBoxes,
    FrameSpan, Got10kFold, Grounding, HotaSequence, JudgedClip, LetterSearch, PreciseBox,
    QuestionCounts, QvHighlightsFold, QvPrediction, QvTruth, RefCocoBoxFold, RefCocoBoxRules,
    ScoredMoment, ScoredObject, SizedBox, TrueObject, TubeDetrTube, TubeSpans, answer_letter,
    likeliest_interval, tubedetr_frames,
};

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![4 => -20.0..20.0f64, 2 => prop::num::f64::ANY, 1 => Just(0.0)]
}

fn boxes() -> impl Strategy<Value = PreciseBox> {
    prop::array::uniform4(number()).prop_map(PreciseBox::from_edges)
}

fn sized_boxes() -> impl Strategy<Value = SizedBox> {
    prop::array::uniform4(number()).prop_map(SizedBox::new)
}

fn spans() -> impl Strategy<Value = Span> {
    (number(), number()).prop_map(|(start, end)| Span::new(start, end))
}

fn is_share(value: f64) -> bool {
    (-1e-12..=1.0 + 1e-12).contains(&value)
}

proptest! {
    #[test]
    fn any_tubes_have_an_overlap(
        spans in prop::array::uniform4(0usize..40),
        frames in prop::collection::vec((0usize..40, prop::option::of(boxes()), prop::option::of(boxes())), 0..20),
        rate in number(),
    ) {
        let [start, end, other_start, other_end] = spans;
        let truth = FrameSpan::new(start, end);
        let mut tube = TubeDetrTube::new(TubeSpans { truth, prediction: FrameSpan::new(other_start, other_end) });
        for (frame, truth, prediction) in frames {
            if let Ok(Some(iou)) = tube.push(frame, FrameBoxes { truth, prediction }) {
                prop_assert!(is_share(iou));
            }
        }
        let score = tube.finish();
        prop_assert!([score.temporal_iou, score.tube_iou, score.oracle_tube_iou].into_iter().all(is_share));
        if let Ok(frames) = tubedetr_frames(truth, rate) {
            prop_assert!(frames.is_sorted() && frames.first() == Some(&start));
        }
    }

    #[test]
    fn any_moments_have_a_recall(truth in prop::collection::vec(spans(), 0..4), proposals in prop::collection::vec((spans(), number()), 0..14)) {
        let moments: Vec<Span> = proposals.iter().map(|proposal| proposal.0).collect();
        for rules in [CharadesRules::lgi(), CharadesRules::two_d_tan(0.4)] {
            let mut fold = CharadesFold::new(rules);
            for &span in &truth {
                fold.push(span, &moments);
            }
            if let Ok(report) = fold.finish() {
                prop_assert!(is_share(report.mean_iou) && report.mean_iou <= report.mean_best_iou + 1e-12);
            }
        }
        for &moment in &moments {
            let grounding = Grounding::of(&truth, moment);
            prop_assert!(is_share(grounding.iou) && is_share(grounding.iop), "{grounding:?}");
        }
        let scored: Vec<ScoredMoment> = proposals.iter().map(|&(span, score)| ScoredMoment { span, score }).collect();
        let saliency: Vec<f64> = proposals.iter().map(|proposal| proposal.1).collect();
        let clips = [JudgedClip { clip: 3, judgements: [4, 0, 200] }];
        let mut fold = QvHighlightsFold::default();
        for seconds in saliency.iter().copied().chain([30.0]) {
            let query = QvTruth { video_seconds: seconds, moments: &truth, clips: &clips };
            let outcome = fold.push(&query, &QvPrediction { moments: &scored, saliency: &saliency });
            prop_assert!(outcome.is_ok() || !(8.0..86_400.0).contains(&seconds));
        }
        if let Ok(report) = fold.finish() {
            prop_assert!(report.full.is_some_and(|full| is_share(full.mean_average_precision)));
            prop_assert!(is_share(report.fair.mean_average_precision));
        }
    }

    #[test]
    fn any_boxes_are_near_or_not(
        truth in sized_boxes(),
        predictions in prop::collection::vec(sized_boxes(), 0..12),
    ) {
        for rules in [RefCocoBoxRules::Iou, RefCocoBoxRules::GeneralizedIou] {
            let mut fold = RefCocoBoxFold::new(rules);
            fold.push(truth, &predictions);
            let report = fold.finish();
            prop_assert!(report.is_ok_and(|report| is_share(report.mean_iou)));
        }
        let mut fold = Got10kFold::default();
        fold.begin_sequence(FrameSize::new(30, 20));
        for &prediction in &predictions {
            if let Some(iou) = fold.push(truth, prediction, 8) {
                prop_assert!(is_share(iou));
            }
        }
    }

    #[test]
    fn any_scores_have_a_precision(
        scores in prop::collection::vec((number(), number()), 0..8),
        areas in prop::collection::vec((number(), any::<bool>()), 0..5),
        overlaps in prop::collection::vec(number(), 40),
    ) {
        let truth: Vec<TrueObject> = areas.iter().map(|&(area, is_crowd)| TrueObject { area, is_crowd }).collect();
        let predictions: Vec<ScoredObject> = scores.iter().map(|&(area, score)| ScoredObject { area, score }).collect();
        let mut fold = DetectionFold::new(DetectionRules::coco());
        let overlap = |prediction: usize, truth: usize| overlaps[prediction * 5 + truth];
        for category in 0..2 {
            fold.push(&DetectionSample { category, truth: &truth, predictions: &predictions }, overlap);
        }
        if let Ok(report) = fold.finish() {
            for area in report.by_area.into_iter().flatten() {
                prop_assert!(is_share(area.average_precision) && is_share(area.average_recall));
            }
        }
        let question = QuestionCounts::new(truth.len(), predictions.len(), overlap);
        prop_assert!(question.f1().into_iter().all(is_share));
        let mut sequence = HotaSequence::new(5, 8);
        let tracks = ((0..truth.len()).collect(), (0..predictions.len()).collect());
        let pushed = sequence.push(tracks.0, tracks.1, |truth, prediction| overlap(prediction, truth));
        prop_assert!(pushed.is_ok() && !sequence.finish().report().hota.is_infinite());
    }

    #[test]
    fn any_text_and_scores_have_an_answer(response in ".{0,40}", scores in prop::collection::vec((number(), number()), 0..9)) {
        for search in [LetterSearch::Intended, LetterSearch::Official] {
            let letter = answer_letter(&response, search);
            prop_assert!(letter.is_none_or(|letter| ('A'..='D').contains(&letter)));
        }
        let (starts, ends): (Vec<f64>, Vec<f64>) = scores.into_iter().unzip();
        if let Some((start, end)) = likeliest_interval(&starts, &ends) {
            prop_assert!(start < end && end < ends.len());
        }
    }
}
