//! Means of J and F over frames, objects or expressions, where no recall or decay is asked for.

use crate::error::MetricsError;
use crate::frame_scorer::FrameScore;
use crate::mean::Mean;

/// Mean J and F, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoreMean {
    /// What was averaged: frames, objects or expressions.
    pub count: usize,
    /// Mean J.
    pub region: f64,
    /// Mean F.
    pub boundary: f64,
}

impl ScoreMean {
    /// J&F: the mean of both.
    pub fn region_and_boundary_mean(&self) -> f64 {
        f64::midpoint(self.region, self.boundary)
    }
}

/// Collects J and F; all weigh the same.
#[derive(Debug, Clone, Copy, Default)]
pub struct ScoreMeanFold {
    count: usize,
    region: Mean,
    boundary: Mean,
}

impl ScoreMeanFold {
    /// Adds the scores of a frame, an object or an expression.
    pub fn push(&mut self, score: FrameScore) {
        self.count += 1;
        self.region.push(score.region);
        self.boundary.push(score.boundary);
    }

    /// Adds what another part of the evaluation collected.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.region.merge(other.region);
        self.boundary.merge(other.boundary);
    }

    /// The means.
    ///
    /// # Errors
    /// [`MetricsError::NoSamples`] where nothing was added.
    pub fn finish(&self) -> Result<ScoreMean, MetricsError> {
        if self.count == 0 {
            return Err(MetricsError::NoSamples);
        }
        Ok(ScoreMean {
            count: self.count,
            region: self.region.value(),
            boundary: self.boundary.value(),
        })
    }
}

impl From<ScoreMean> for FrameScore {
    /// The means of one object as what is averaged over objects.
    fn from(mean: ScoreMean) -> Self {
        Self {
            region: mean.region,
            boundary: mean.boundary,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn parts_merge_into_the_whole() {
        let score = |region, boundary| FrameScore { region, boundary };
        let (mut first, mut second) = (ScoreMeanFold::default(), ScoreMeanFold::default());
        assert_eq!(first.finish(), Err(MetricsError::NoSamples));
        first.push(score(0.25, 0.5));
        second.push(score(0.75, 1.0));
        first.merge(&second);
        let mean = first.finish().unwrap();
        assert_eq!((mean.count, mean.region, mean.boundary), (2, 0.5, 0.75));
        assert_eq!(mean.region_and_boundary_mean(), 0.625);
    }
}
