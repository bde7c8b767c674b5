//! Tracks of masks against values that the evaluators of YouTube-VIS and KITTI MOTS gave.
#![expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]

use std::collections::BTreeMap;

use serde::Deserialize;
use tubelet_geometry::RunLength;
use tubelet_metrics::{
    KittiMotsSequence, MotsCounts, ScoredTrack, TrackedMask, TrueTrack, YoutubeVisFold,
    YoutubeVisVideo,
};

use crate::detection::check_stats;
use crate::difference::Difference;
use crate::mask_code::MaskCode;
use crate::shared::golden;

#[derive(Deserialize)]
struct YoutubeVis {
    videos: Vec<Video>,
    stats: Vec<f64>,
}

#[derive(Deserialize)]
struct Video {
    truth: Vec<Track>,
    predictions: Vec<Track>,
}

#[derive(Deserialize)]
struct Track {
    category: u64,
    #[serde(default)]
    score: f64,
    masks: Vec<Option<MaskCode>>,
}

fn frame(tracks: &[Track], number: usize) -> Vec<Option<RunLength>> {
    let masks = tracks.iter().map(|track| &track.masks[number]);
    masks
        .map(|mask| mask.as_ref().map(MaskCode::run_length))
        .collect()
}

#[test]
fn mask_tracks_score_as_in_the_youtube_vis_evaluator() {
    let vectors: YoutubeVis = golden("youtube_vis");
    let mut fold = YoutubeVisFold::default();
    for Video { truth, predictions } in &vectors.videos {
        let scored = predictions.iter().map(|track| ScoredTrack {
            category: track.category,
            score: track.score,
        });
        let real = truth.iter().map(|track| TrueTrack {
            category: track.category,
            is_crowd: false,
        });
        let mut video = YoutubeVisVideo::new(real.collect(), scored.collect());
        for number in 0..truth[0].masks.len() {
            video
                .push(&frame(truth, number), &frame(predictions, number))
                .unwrap();
        }
        fold.push(&video);
    }
    let mut difference = Difference::of("YouTube-VIS");
    check_stats(&mut difference, &fold.finish().unwrap(), &vectors.stats);
}

#[derive(Deserialize)]
struct KittiMots {
    sequences: Vec<Sequence>,
    expected: BTreeMap<u32, BTreeMap<String, f64>>,
}

/// Masks per frame: track, class, code.
#[derive(Deserialize)]
struct Sequence {
    truth: Vec<Vec<(u64, u32, MaskCode)>>,
    predictions: Vec<Vec<(u64, u32, MaskCode)>>,
}

type Masks = Vec<(u64, u32, RunLength)>;

fn decoded(masks: &[(u64, u32, MaskCode)]) -> Masks {
    let decode = |(track, class, code): &(u64, u32, MaskCode)| (*track, *class, code.run_length());
    masks.iter().map(decode).collect()
}

fn tracked(masks: &Masks) -> Vec<TrackedMask<'_>> {
    masks
        .iter()
        .map(|(track, class, mask)| TrackedMask {
            track: *track,
            class: *class,
            mask,
        })
        .collect()
}

#[test]
fn masks_are_tracked_as_in_mots_tools() {
    let vectors: KittiMots = golden("kitti_mots");
    let mut difference = Difference::of("KITTI MOTS");
    for (&class, expected) in &vectors.expected {
        let mut counts = MotsCounts::default();
        for sequence in &vectors.sequences {
            let mut fold = KittiMotsSequence::new(class, sequence.truth.len());
            for (truth, predictions) in sequence.truth.iter().zip(&sequence.predictions) {
                let (truth, predictions) = (decoded(truth), decoded(predictions));
                fold.push(&tracked(&truth), &tracked(&predictions)).unwrap();
            }
            counts = counts.plus(fold.finish().unwrap());
        }
        let share = |part: usize| part as f64 / counts.tracks as f64;
        let found = [
            ("sMOTSA", counts.soft_accuracy().unwrap()),
            ("MOTSA", counts.accuracy().unwrap()),
            ("MOTSP", counts.overlap_of_pairs().unwrap()),
            ("MOTSAL", counts.logarithmic_accuracy().unwrap()),
            ("MODSA", counts.detection_accuracy().unwrap()),
            ("MODSP", counts.overlap_of_frames().unwrap()),
            ("FAR", counts.false_alarm_rate().unwrap()),
            ("F1", counts.f1()),
            ("recall", counts.recall()),
            ("precision", counts.precision()),
            ("tp", counts.true_positives as f64),
            ("fp", counts.false_positives as f64),
            ("fn", counts.false_negatives as f64),
            ("id_switches", counts.identity_switches as f64),
            ("fragments", counts.fragmentations as f64),
            ("n_gt", counts.objects as f64),
            ("n_tr", counts.predictions as f64),
            ("n_itr", counts.ignored as f64),
            ("n_gt_trajectories", counts.tracks as f64),
            ("n_tr_trajectories", counts.predicted_tracks as f64),
            ("MT", share(counts.mostly_tracked)),
            ("PT", share(counts.partly_tracked)),
            ("ML", share(counts.mostly_lost)),
        ];
        assert_eq!(found.len(), expected.len());
        for (name, value) in found {
            difference.check(name, value, expected[name]);
        }
    }
}
