//! Both scores of one object in one frame.

use tubelet_geometry::{FrameSize, Mask};

use crate::boundary_accuracy::BoundaryMatcher;
use crate::region_similarity::RegionOverlap;

/// Region similarity and boundary accuracy of one object in one frame, both from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameScore {
    /// J.
    pub region: f64,
    /// F.
    pub boundary: f64,
}

impl FrameScore {
    /// J&F: the mean of both.
    pub fn mean(self) -> f64 {
        f64::midpoint(self.region, self.boundary)
    }
}

/// Scores masks of one size; keeps scratch masks between frames.
#[derive(Debug, Clone)]
pub struct FrameScorer {
    matcher: BoundaryMatcher,
}

impl FrameScorer {
    /// A scorer with the benchmark's boundary tolerance.
    pub fn new(size: FrameSize) -> Self {
        Self {
            matcher: BoundaryMatcher::new(size),
        }
    }

    /// Scores a prediction.
    ///
    /// # Panics
    /// Where a mask has another size than the scorer.
    pub fn score(&mut self, truth: &Mask, prediction: &Mask) -> FrameScore {
        FrameScore {
            region: RegionOverlap::of(truth, prediction).similarity(),
            boundary: self.matcher.matched(truth, prediction).f_measure(),
        }
    }

    /// Scores a prediction where some pixels count for nothing: they are taken out of both masks first, so that for the
    /// boundary they are background.
    ///
    /// # Panics
    /// Where a mask has another size than the scorer.
    pub fn score_outside(&mut self, void: &Mask, truth: &Mask, prediction: &Mask) -> FrameScore {
        self.score(&(truth - void), &(prediction - void))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tubelet_geometry::PixelRect;

    #[test]
    fn void_pixels_count_for_nothing() {
        let size = FrameSize::new(32, 24);
        let rect = |left, right| {
            let mut mask = Mask::new(size);
            mask.fill_rect(PixelRect {
                left,
                top: 4,
                right,
                bottom: 20,
            });
            mask
        };
        let mut scorer = FrameScorer::new(size);
        let (truth, prediction, void) = (rect(4, 12), rect(4, 20), rect(12, 20));
        assert!(scorer.score(&truth, &prediction).mean() < 1.0);
        assert_eq!(scorer.score_outside(&void, &truth, &prediction).mean(), 1.0);
    }
}
