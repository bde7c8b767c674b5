//! The counts of KITTI MOTS and the figures that follow from them.

/// Counts of one class over frames and sequences; they add up.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MotsCounts {
    /// Frames.
    pub frames: usize,
    /// True masks.
    pub objects: usize,
    /// Predicted masks, with ignored ones.
    pub predictions: usize,
    /// Predicted masks that lie in an ignored region.
    pub ignored: usize,
    /// Pairs that belong together.
    pub true_positives: usize,
    /// Predicted masks that belong to none, and are not ignored.
    pub false_positives: usize,
    /// True masks that were missed.
    pub false_negatives: usize,
    /// The summed overlap of the pairs.
    pub overlap: f64,
    /// The summed mean overlap of the pairs of each frame, 1 for a frame without pairs.
    pub frame_overlap: f64,
    /// IDS: how often a true track goes on as another predicted one.
    pub identity_switches: usize,
    /// How often a true track is interrupted or changes.
    pub fragmentations: usize,
    /// True tracks.
    pub tracks: usize,
    /// Predicted tracks.
    pub predicted_tracks: usize,
    /// True tracks followed in more than 80 % of the frames that show them.
    pub mostly_tracked: usize,
    /// True tracks that are neither.
    pub partly_tracked: usize,
    /// True tracks followed in less than 20 % of the frames that show them.
    pub mostly_lost: usize,
}

impl MotsCounts {
    /// Both counts together: those of two sequences, or of two parts of an evaluation.
    pub fn plus(self, other: Self) -> Self {
        Self {
            frames: self.frames + other.frames,
            objects: self.objects + other.objects,
            predictions: self.predictions + other.predictions,
            ignored: self.ignored + other.ignored,
            true_positives: self.true_positives + other.true_positives,
            false_positives: self.false_positives + other.false_positives,
            false_negatives: self.false_negatives + other.false_negatives,
            overlap: self.overlap + other.overlap,
            frame_overlap: self.frame_overlap + other.frame_overlap,
            identity_switches: self.identity_switches + other.identity_switches,
            fragmentations: self.fragmentations + other.fragmentations,
            tracks: self.tracks + other.tracks,
            predicted_tracks: self.predicted_tracks + other.predicted_tracks,
            mostly_tracked: self.mostly_tracked + other.mostly_tracked,
            partly_tracked: self.partly_tracked + other.partly_tracked,
            mostly_lost: self.mostly_lost + other.mostly_lost,
        }
    }

    /// sMOTSA: the summed overlap of the pairs, minus wrong masks and switches, per true mask; it may be negative.
    /// `None` where there is no true mask (the official code: minus infinity), as for the measures after it.
    pub fn soft_accuracy(&self) -> Option<f64> {
        let wrong = self.false_positives + self.identity_switches;
        self.per_object(self.overlap - wrong as f64)
    }

    /// MOTSA: 1 minus missed and wrong masks and switches per true mask.
    pub fn accuracy(&self) -> Option<f64> {
        let switches = self.identity_switches as f64;
        Some(1.0 - self.per_object(self.errors() + switches)?)
    }

    /// MOTSAL: MOTSA with the logarithm of the switches.
    pub fn logarithmic_accuracy(&self) -> Option<f64> {
        let switches = match self.identity_switches {
            0 => 0.0,
            switches => (switches as f64).log10(),
        };
        Some(1.0 - self.per_object(self.errors() + switches)?)
    }

    /// MODSA: MOTSA without the switches.
    pub fn detection_accuracy(&self) -> Option<f64> {
        Some(1.0 - self.per_object(self.errors())?)
    }

    /// MOTSP: the mean overlap of the pairs; `None` where there is none (the official code: infinity).
    pub fn overlap_of_pairs(&self) -> Option<f64> {
        (self.true_positives > 0).then(|| self.overlap / self.true_positives as f64)
    }

    /// MODSP: the mean over frames of the mean overlap of their pairs; `None` without frames.
    pub fn overlap_of_frames(&self) -> Option<f64> {
        (self.frames > 0).then(|| self.frame_overlap / self.frames as f64)
    }

    /// FAR: wrong masks per frame; `None` without frames.
    pub fn false_alarm_rate(&self) -> Option<f64> {
        (self.frames > 0).then(|| self.false_positives as f64 / self.frames as f64)
    }

    /// F1 of recall and precision; 0 where both are.
    pub fn f1(&self) -> f64 {
        let (recall, precision) = (self.recall(), self.precision());
        if recall + precision == 0.0 {
            0.0
        } else {
            2.0 * precision * recall / (precision + recall)
        }
    }

    /// The share of true masks that were found; 0 where there is none.
    pub fn recall(&self) -> f64 {
        self.share_of(self.false_negatives)
    }

    /// The share of predicted masks that are right, without ignored ones; 0 where there is none.
    pub fn precision(&self) -> f64 {
        self.share_of(self.false_positives)
    }

    fn errors(&self) -> f64 {
        (self.false_negatives + self.false_positives) as f64
    }

    fn per_object(&self, value: f64) -> Option<f64> {
        (self.objects > 0).then(|| value / self.objects as f64)
    }

    fn share_of(&self, wrong: usize) -> f64 {
        let right = self.true_positives;
        if right == 0 {
            0.0
        } else {
            right as f64 / (right + wrong) as f64
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use crate::error::MetricsError;
    use crate::protocols::tracks::kitti_mots::{
        KittiMotsSequence, MOTS_CAR, MOTS_IGNORED, TrackedMask,
    };
    use tubelet_geometry::{FrameSize, RunLength};

    /// Some pixels of a line of ten.
    fn line(from: u32, to: u32) -> RunLength {
        RunLength::new(FrameSize::new(1, 10), &[from, to - from, 10 - to]).unwrap()
    }

    /// Track, class, and the pixels from and to.
    type Drawn = (u64, u32, u32, u32);

    fn sequence(frames: &[(&[Drawn], &[Drawn])]) -> Result<MotsCounts, MetricsError> {
        let mut sequence = KittiMotsSequence::new(MOTS_CAR, frames.len());
        let draw = |drawn: &[Drawn]| -> Vec<RunLength> {
            let pixels = drawn.iter().map(|&(_, _, from, to)| line(from, to));
            pixels.collect()
        };
        for (truth, predictions) in frames {
            let masks = [draw(truth), draw(predictions)];
            sequence.push(&tracked(truth, &masks[0]), &tracked(predictions, &masks[1]))?;
        }
        sequence.finish()
    }

    fn tracked<'a>(drawn: &[Drawn], masks: &'a [RunLength]) -> Vec<TrackedMask<'a>> {
        let tracks = drawn.iter().zip(masks);
        tracks
            .map(|(&(track, class, _, _), mask)| TrackedMask { track, class, mask })
            .collect()
    }

    #[test]
    fn counts_add_up_over_sequences() {
        let car: &[Drawn] = &[(7, MOTS_CAR, 0, 4)];
        let perfect = sequence(&[(car, car), (car, car)]).unwrap();
        assert_eq!(
            (perfect.accuracy(), perfect.soft_accuracy()),
            (Some(1.0), Some(1.0))
        );
        let missed = sequence(&[(car, &[])]).unwrap();
        assert_eq!(
            (missed.accuracy(), missed.overlap_of_pairs()),
            (Some(0.0), None)
        );
        let both = perfect.plus(missed);
        assert_eq!((both.accuracy(), both.tracks), (Some(1.0 - 1.0 / 3.0), 2));
        assert_eq!(
            (both.mostly_tracked, both.mostly_lost, both.recall()),
            (1, 1, 2.0 / 3.0)
        );
        assert_eq!(MotsCounts::default().accuracy(), None);
    }

    #[test]
    fn a_track_that_changes_its_number_is_a_switch() {
        let car: &[Drawn] = &[(7, MOTS_CAR, 0, 4)];
        let (one, other): (&[Drawn], &[Drawn]) = (&[(1, MOTS_CAR, 0, 3)], &[(2, MOTS_CAR, 0, 4)]);
        let counts = sequence(&[(car, one), (car, &[]), (car, other), (car, other)]).unwrap();
        assert_eq!((counts.identity_switches, counts.fragmentations), (1, 1));
        assert_eq!((counts.false_negatives, counts.true_positives), (1, 3));
        assert_eq!(counts.overlap, 2.75);
        assert_eq!(counts.soft_accuracy(), Some(1.75 / 4.0));
        assert_eq!(
            (counts.accuracy(), counts.detection_accuracy()),
            (Some(0.5), Some(0.75))
        );
        assert_eq!(
            (counts.logarithmic_accuracy(), counts.partly_tracked),
            (Some(0.75), 1)
        );
    }

    #[test]
    fn masks_in_ignored_regions_are_not_wrong() {
        let truth: &[Drawn] = &[(7, MOTS_CAR, 0, 4), (10_000, MOTS_IGNORED, 6, 10)];
        let predictions: &[Drawn] = &[(1, MOTS_CAR, 5, 8), (2, MOTS_CAR, 8, 10), (3, 2, 0, 4)];
        let counts = sequence(&[(truth, predictions)]).unwrap();
        assert_eq!(
            (
                counts.ignored,
                counts.false_positives,
                counts.false_negatives
            ),
            (2, 0, 1)
        );
        assert_eq!((counts.predictions, counts.precision()), (2, 0.0));
    }

    #[test]
    fn masks_of_one_side_must_be_distinct() {
        let twice: &[Drawn] = &[(1, MOTS_CAR, 0, 2), (1, MOTS_CAR, 4, 6)];
        assert!(matches!(
            sequence(&[(twice, &[])]),
            Err(MetricsError::RepeatedTrack { track: 1, .. })
        ));
        let overlapping: &[Drawn] = &[(1, MOTS_CAR, 0, 5), (2, MOTS_CAR, 4, 6)];
        assert!(matches!(
            sequence(&[(&[], overlapping)]),
            Err(MetricsError::OverlappingMasks {
                frame: 0,
                role: "prediction"
            })
        ));
    }
}
