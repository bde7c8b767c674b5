//! Which true and which predicted track go together in each frame, seen over the whole video.
//!
//! In: per frame the tracks that are there and how similar they are. Out: pairs per frame with the largest sum of
//! similarity times alignment, where two tracks are aligned that are similar in many frames. Source: Luiten et al.,
//! *HOTA*, IJCV 2021, section 5; TETA uses it too. The similarities of all frames must be known before the first can be
//! decided, so a video keeps them: a number for each pair in a frame, no masks.

use crate::assignment::best_assignment;

/// The tracks of one frame and their similarities.
#[derive(Debug, Clone, Default)]
pub(crate) struct FrameTracks {
    /// True tracks, by their positions in the video's list.
    pub(crate) truth: Vec<usize>,
    /// Predicted tracks, likewise.
    pub(crate) predictions: Vec<usize>,
    /// Similarities from 0 to 1, a row for each true track.
    similarities: Vec<f64>,
}

impl FrameTracks {
    /// The tracks of a frame. `similarity` takes their positions in the video's lists.
    pub(crate) fn new(
        truth: Vec<usize>,
        predictions: Vec<usize>,
        similarity: impl Fn(usize, usize) -> f64,
    ) -> Self {
        let pairs = truth
            .iter()
            .flat_map(|&one| predictions.iter().map(move |&other| (one, other)));
        let similarities = pairs.map(|(one, other)| similarity(one, other)).collect();
        Self {
            truth,
            predictions,
            similarities,
        }
    }

    /// The similarity of the tracks at a row and a column.
    pub(crate) fn similarity(&self, row: usize, column: usize) -> f64 {
        let place = row * self.predictions.len() + column;
        self.similarities.get(place).copied().unwrap_or(0.0)
    }

    /// The frame with some of its tracks.
    pub(crate) fn only(
        &self,
        is_true_wanted: impl Fn(usize) -> bool,
        is_prediction_wanted: impl Fn(usize) -> bool,
    ) -> Self {
        let rows = wanted(&self.truth, is_true_wanted);
        let columns = wanted(&self.predictions, is_prediction_wanted);
        let similarities = rows
            .iter()
            .flat_map(|&(row, _)| columns.iter().map(move |&(column, _)| (row, column)))
            .map(|(row, column)| self.similarity(row, column))
            .collect();
        Self {
            truth: rows.into_iter().map(|(_, track)| track).collect(),
            predictions: columns.into_iter().map(|(_, track)| track).collect(),
            similarities,
        }
    }
}

/// Places and tracks of the wanted ones.
fn wanted(tracks: &[usize], is_wanted: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let tracks = tracks.iter().copied().enumerate();
    tracks.filter(|&(_, track)| is_wanted(track)).collect()
}

/// How well each true and each predicted track go together over a video.
#[derive(Debug, Clone)]
pub(crate) struct Alignment {
    predictions: usize,
    /// A row for each true track.
    scores: Vec<f64>,
    /// In how many frames each true track is there.
    pub(crate) truth_frames: Vec<usize>,
    /// In how many frames each predicted track is there.
    pub(crate) prediction_frames: Vec<usize>,
}

impl Alignment {
    /// The alignment over the frames of a video with some true and predicted tracks.
    pub(crate) fn new(frames: &[FrameTracks], truth: usize, predictions: usize) -> Self {
        let mut alignment = Self {
            predictions,
            scores: vec![0.0; truth * predictions],
            truth_frames: vec![0; truth],
            prediction_frames: vec![0; predictions],
        };
        for frame in frames {
            alignment.add(frame);
        }
        for (place, score) in alignment.scores.iter_mut().enumerate() {
            let one = alignment.truth_frames.get(place / predictions);
            let other = alignment.prediction_frames.get(place % predictions);
            let frames = one.zip(other).map_or(0, |(one, other)| one + other);
            let either = frames as f64 - *score;
            *score = if either > 0.0 { *score / either } else { 0.0 };
        }
        alignment
    }

    /// Adds how much of either track's similarities a pair has.
    fn add(&mut self, frame: &FrameTracks) {
        let (rows, columns) = (frame.truth.len(), frame.predictions.len());
        let of_row = |row| {
            (0..columns)
                .map(|column| frame.similarity(row, column))
                .sum()
        };
        let of_column = |column| (0..rows).map(|row| frame.similarity(row, column)).sum();
        let row_sums: Vec<f64> = (0..rows).map(of_row).collect();
        let column_sums: Vec<f64> = (0..columns).map(of_column).collect();
        for (row, (&truth, row_sum)) in frame.truth.iter().zip(&row_sums).enumerate() {
            let others = frame.predictions.iter().zip(&column_sums);
            for (column, (&prediction, column_sum)) in others.enumerate() {
                let similarity = frame.similarity(row, column);
                let all = column_sum + row_sum - similarity;
                let place = truth * self.predictions + prediction;
                if let Some(score) = self.scores.get_mut(place).filter(|_| all > f64::EPSILON) {
                    *score += similarity / all;
                }
            }
        }
        for (tracks, frames) in [
            (&frame.truth, &mut self.truth_frames),
            (&frame.predictions, &mut self.prediction_frames),
        ] {
            for &track in tracks {
                if let Some(frames) = frames.get_mut(track) {
                    *frames += 1;
                }
            }
        }
    }

    /// The pairs of a frame: rows and columns.
    pub(crate) fn pairs(&self, frame: &FrameTracks) -> Vec<(usize, usize)> {
        let score = |row: usize, column: usize| {
            let tracks = frame.truth.get(row).zip(frame.predictions.get(column));
            let place = tracks.map(|(truth, prediction)| truth * self.predictions + prediction);
            let score = place.and_then(|place| self.scores.get(place));
            score.copied().unwrap_or(0.0) * frame.similarity(row, column)
        };
        best_assignment(frame.truth.len(), frame.predictions.len(), score)
    }
}

/// How often tracks were paired, from which association follows.
#[derive(Debug, Clone)]
pub(crate) struct PairCounts {
    predictions: usize,
    counts: Vec<usize>,
}

impl PairCounts {
    /// No pair yet.
    pub(crate) fn new(truth: usize, predictions: usize) -> Self {
        Self {
            predictions,
            counts: vec![0; truth * predictions],
        }
    }

    /// Adds a pair of a frame.
    pub(crate) fn push(&mut self, truth: usize, prediction: usize) {
        if let Some(count) = self.counts.get_mut(truth * self.predictions + prediction) {
            *count += 1;
        }
    }

    /// Sums over all pairs of frames: of how much the two tracks share, of all frames of either, of the true one, and of
    /// the predicted one.
    pub(crate) fn sums(&self, alignment: &Alignment) -> AssociationSums {
        let mut sums = AssociationSums::default();
        for (place, &count) in self
            .counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
        {
            let frames_of =
                |frames: &[usize], track: usize| frames.get(track).copied().unwrap_or(0);
            let truth = frames_of(&alignment.truth_frames, place / self.predictions);
            let prediction = frames_of(&alignment.prediction_frames, place % self.predictions);
            let share = |frames: usize| {
                let count = count as f64;
                count * (count / frames.max(1) as f64)
            };
            sums.accuracy += share(truth + prediction - count);
            sums.recall += share(truth);
            sums.precision += share(prediction);
        }
        sums
    }
}

/// Association, summed over pairs of frames.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct AssociationSums {
    pub(crate) accuracy: f64,
    pub(crate) recall: f64,
    pub(crate) precision: f64,
}

impl AssociationSums {
    /// Both together.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            accuracy: self.accuracy + other.accuracy,
            recall: self.recall + other.recall,
            precision: self.precision + other.precision,
        }
    }
}
