//! Mean, recall and decay of a score over the frames of a sequence.
//!
//! In: one value per scored frame; how many there will be is known beforehand, so nothing needs to be kept.
//! Source: Perazzi et al., CVPR 2016, with the rounding of the DAVIS-2017 evaluation code.

use std::ops::RangeInclusive;

use crate::error::MetricsError;
use crate::mean::Mean;

/// A value above this counts for the recall, unless something else is asked for.
const RECALL_THRESHOLD: f64 = 0.5;
/// Decay compares the first and the last of this many bins.
const BINS: usize = 4;

/// Statistics of a score over a sequence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeriesStatistics {
    /// The mean over the frames.
    pub mean: f64,
    /// The share of frames above one half.
    pub recall: f64,
    /// The mean of the first quarter of the frames minus the mean of the last: what is lost with time. NaN where
    /// [`DecayPositions::WrappedEightBit`] leaves a bin without frames.
    pub decay: f64,
}

/// How the frames between which decay compares are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecayPositions {
    /// By their true positions.
    #[default]
    Exact,
    /// Modulo 256, as the official DAVIS-2017 code does: it keeps positions in eight bits, so its decay is meaningless
    /// for sequences with more than 256 scored frames. Only for comparison with published figures.
    WrappedEightBit,
}

/// Collects one score over the frames of a sequence.
#[derive(Debug, Clone)]
pub struct SeriesFold {
    frames: usize,
    pushed: usize,
    all: Mean,
    recall_threshold: f64,
    above_threshold: usize,
    first_bin: Bin,
    last_bin: Bin,
}

impl SeriesFold {
    /// A fold over a number of scored frames.
    pub fn new(frames: usize, positions: DecayPositions) -> Self {
        let edge = |number: usize| {
            // Edges at equal distances from the first to the last frame, rounded half up.
            let spread = number.saturating_mul(frames.saturating_sub(1));
            let position = spread.saturating_add(BINS / 2) / BINS;
            match positions {
                DecayPositions::Exact => position,
                DecayPositions::WrappedEightBit => position % 256,
            }
        };
        Self {
            frames,
            pushed: 0,
            all: Mean::default(),
            recall_threshold: RECALL_THRESHOLD,
            above_threshold: 0,
            first_bin: Bin::new(edge(0)..=edge(1)),
            last_bin: Bin::new(edge(BINS - 1)..=edge(BINS)),
        }
    }

    /// The same before its first value, where a value must be above another number to count for the recall.
    #[must_use]
    pub fn recalled_above(self, threshold: f64) -> Self {
        Self {
            recall_threshold: threshold,
            ..self
        }
    }

    /// Adds the value of the next frame. A value that is not a number counts as a frame below the threshold and for no
    /// mean.
    pub fn push(&mut self, value: f64) {
        self.all.push(value);
        self.above_threshold += usize::from(value > self.recall_threshold);
        self.first_bin.push(self.pushed, value);
        self.last_bin.push(self.pushed, value);
        self.pushed += 1;
    }

    /// The statistics of the sequence.
    ///
    /// # Errors
    /// [`MetricsError::FrameCount`] where fewer or more frames came than announced, [`MetricsError::NothingToScore`]
    /// where none were announced.
    pub fn finish(&self) -> Result<SeriesStatistics, MetricsError> {
        if self.pushed != self.frames {
            return Err(MetricsError::FrameCount {
                expected: self.frames,
                found: self.pushed,
            });
        }
        if self.frames == 0 {
            return Err(MetricsError::NothingToScore { frames: 0 });
        }
        Ok(SeriesStatistics {
            mean: self.all.value(),
            recall: self.above_threshold as f64 / self.frames as f64,
            decay: self.first_bin.mean.value() - self.last_bin.mean.value(),
        })
    }
}

/// The mean over a range of frames; both ends belong to it, so neighbouring bins share a frame.
#[derive(Debug, Clone)]
struct Bin {
    positions: RangeInclusive<usize>,
    mean: Mean,
}

impl Bin {
    fn new(positions: RangeInclusive<usize>) -> Self {
        Self {
            positions,
            mean: Mean::default(),
        }
    }

    fn push(&mut self, position: usize, value: f64) {
        if self.positions.contains(&position) {
            self.mean.push(value);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    fn statistics(values: &[f64], positions: DecayPositions) -> SeriesStatistics {
        let mut fold = SeriesFold::new(values.len(), positions);
        for &value in values {
            fold.push(value);
        }
        fold.finish().unwrap()
    }

    #[test]
    fn recall_counts_frames_strictly_above_a_half() {
        let statistics = statistics(&[0.5, 0.5001, 1.0, 0.0], DecayPositions::Exact);
        assert_eq!(statistics.recall, 0.5);
    }

    #[test]
    fn decay_compares_overlapping_quarters() {
        // Five frames: bin edges at 0, 1, 2, 3, 4, both ends inclusive.
        let statistics = statistics(&[1.0, 0.5, 0.0, 0.25, 0.75], DecayPositions::Exact);
        assert_eq!(statistics.decay, 0.75 - 0.5);
        // Three frames: edges at 0, 0.5 up to 1, 1, 1.5 up to 2, 2.
        let short = self::statistics(&[1.0, 0.5, 0.0], DecayPositions::Exact);
        assert_eq!(short.decay, 0.75);
        assert_eq!(self::statistics(&[0.3], DecayPositions::Exact).decay, 0.0);
    }

    #[test]
    fn eight_bit_positions_wrap_in_long_sequences() {
        let falling: Vec<f64> = (0..300)
            .map(|frame| 1.0 - f64::from(frame) / 300.0)
            .collect();
        let exact = statistics(&falling, DecayPositions::Exact);
        let wrapped = statistics(&falling, DecayPositions::WrappedEightBit);
        // The last edge, 299, becomes 43: a bin from 224 to 43 is empty.
        assert!((exact.decay - 0.7475).abs() < 1e-3, "{}", exact.decay);
        assert!(wrapped.decay.is_nan());
        // With 400 frames the bin from 299 to 399 becomes one from 43 to 143.
        let values: Vec<f64> = (0..400)
            .map(|frame| f64::from(frame * frame % 97) / 97.0)
            .collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let expected = mean(&values[0..=100]) - mean(&values[43..=143]);
        let wrapped = statistics(&values, DecayPositions::WrappedEightBit);
        assert!((wrapped.decay - expected).abs() < 1e-12);
        let short = &falling[..256];
        assert_eq!(
            statistics(short, DecayPositions::Exact),
            statistics(short, DecayPositions::WrappedEightBit)
        );
    }

    #[test]
    fn a_missing_frame_is_an_error() {
        let mut fold = SeriesFold::new(2, DecayPositions::Exact);
        fold.push(1.0);
        assert_eq!(
            fold.finish(),
            Err(MetricsError::FrameCount {
                expected: 2,
                found: 1
            })
        );
        assert!(SeriesFold::new(0, DecayPositions::Exact).finish().is_err());
    }
}
