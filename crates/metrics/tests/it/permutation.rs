//! What must not matter: the order of objects, of proposals, and of the parts of an evaluation.
#![expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]

use proptest::prelude::*;
use tubelet_geometry::{FrameSize, RunLength};
use tubelet_metrics::{
    Davis2017Sequence, DavisUnsupervisedSequence, DecayPositions, KittiMotsSequence, LabelMap,
    MOTS_CAR, ProposalRules, ReportFold, ScoredFrames, TrackedMask, VosBenchmarkSequence,
};

const SIZE: FrameSize = FrameSize::new(12, 6);
const OBJECTS: u8 = 4;
const FRAMES: usize = 4;

type Frames = Vec<Vec<u8>>;

/// Labels from 0 to the number of objects; the first frame shows all of them.
fn frames() -> impl Strategy<Value = Frames> {
    let frame = prop::collection::vec(0..=OBJECTS, SIZE.pixel_count());
    prop::collection::vec(frame, FRAMES).prop_map(|mut frames| {
        for label in 1..=OBJECTS {
            frames[0][usize::from(label)] = label;
        }
        frames
    })
}

/// The labels under other names.
fn renamed(frames: &Frames, names: &[u8]) -> Frames {
    let rename = |&label: &u8| match label {
        0 => 0,
        label => names[usize::from(label) - 1],
    };
    let frame = |labels: &Vec<u8>| labels.iter().map(rename).collect();
    frames.iter().map(frame).collect()
}

fn maps(frames: &Frames) -> Vec<LabelMap<'_>> {
    let maps = frames
        .iter()
        .map(|labels| LabelMap::new(SIZE, labels).unwrap());
    maps.collect()
}

fn names() -> impl Strategy<Value = Vec<u8>> {
    Just((1..=OBJECTS).collect::<Vec<u8>>()).prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_numbers_of_objects_do_not_matter(truth in frames(), prediction in frames(), names in names()) {
        let overall = |truth: &Frames, prediction: &Frames| {
            let (truth, prediction) = (maps(truth), maps(prediction));
            let mut sequence = Davis2017Sequence::new(&truth[0], FRAMES, DecayPositions::Exact).unwrap();
            let mut literal = VosBenchmarkSequence::new(SIZE, FRAMES, ScoredFrames::Inner);
            for (truth, prediction) in truth.iter().zip(&prediction) {
                sequence.push(truth, prediction).unwrap();
                literal.push(truth, prediction).unwrap();
            }
            let mut fold = ReportFold::default();
            for object in sequence.finish().unwrap() {
                fold.push(&object);
            }
            let report = fold.finish().unwrap();
            let sum: f64 = literal.finish().unwrap().iter().map(|mean| mean.scores.region).sum();
            [report.region.mean, report.boundary.mean, report.region.recall, report.region.decay, sum]
        };
        let found = overall(&truth, &prediction);
        let other = overall(&renamed(&truth, &names), &renamed(&prediction, &names));
        for (one, other) in found.iter().zip(other) {
            prop_assert!((one - other).abs() < 1e-12);
        }
        prop_assert!(found[..3].iter().all(|share| (0.0..=1.0).contains(share)));
    }

    #[test]
    fn the_numbers_of_proposals_do_not_matter(truth in frames(), prediction in frames(), names in names()) {
        let sum = |prediction: &Frames| {
            let (truth, prediction) = (maps(&truth), maps(prediction));
            let mut sequence = DavisUnsupervisedSequence::new(&truth[0], FRAMES, ProposalRules::Davis(DecayPositions::Exact)).unwrap();
            for (truth, prediction) in truth.iter().zip(&prediction) {
                sequence.push(truth, prediction).unwrap();
            }
            let objects = sequence.finish().unwrap();
            objects.iter().map(|object| object.report.region.mean + object.report.boundary.mean).sum::<f64>()
        };
        prop_assert!((sum(&prediction) - sum(&renamed(&prediction, &names))).abs() < 1e-12);
        let perfect = sum(&renamed(&truth, &names));
        prop_assert!((perfect - 2.0 * f64::from(OBJECTS)).abs() < 1e-12);
    }

    #[test]
    fn the_numbers_of_tracks_do_not_matter(truth in frames(), prediction in frames(), names in names()) {
        let masks = |frames: &Frames| -> Vec<Vec<RunLength>> {
            let of_frame = |map: &LabelMap<'_>| map.objects(usize::from(OBJECTS)).iter().map(RunLength::encode).collect();
            maps(frames).iter().map(of_frame).collect()
        };
        let counts = |prediction: &Frames| {
            let (truth, prediction) = (masks(&truth), masks(prediction));
            let mut sequence = KittiMotsSequence::new(MOTS_CAR, FRAMES);
            for (truth, prediction) in truth.iter().zip(&prediction) {
                let tracked = |masks: &'_ [RunLength]| -> Vec<(u64, RunLength)> {
                    (1..).zip(masks.iter().cloned()).filter(|(_, mask)| !mask.is_empty()).collect()
                };
                let (truth, prediction) = (tracked(truth), tracked(prediction));
                sequence.push(&borrowed(&truth), &borrowed(&prediction)).unwrap();
            }
            sequence.finish().unwrap()
        };
        let (one, other) = (counts(&prediction), counts(&renamed(&prediction, &names)));
        prop_assert_eq!(one.identity_switches, other.identity_switches);
        prop_assert_eq!(one.fragmentations, other.fragmentations);
        prop_assert_eq!(one.true_positives, other.true_positives);
        prop_assert!((one.overlap - other.overlap).abs() < 1e-12);
        prop_assert_eq!(one.true_positives + one.false_negatives, one.objects);
        prop_assert_eq!(one.true_positives + one.false_positives + one.ignored, one.predictions);
    }
}

fn borrowed(masks: &[(u64, RunLength)]) -> Vec<TrackedMask<'_>> {
    masks
        .iter()
        .map(|(track, mask)| TrackedMask {
            track: *track,
            class: MOTS_CAR,
            mask,
        })
        .collect()
}
