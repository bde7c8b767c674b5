//! Both scores of one object in one frame.

use tubelet_geometry::{FrameSize, Mask, PixelRect, WORD_BITS};

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

/// Scores masks of frames of one size.
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
    /// Where the masks differ in size.
    pub fn score(&self, truth: &Mask, prediction: &Mask) -> FrameScore {
        let around = surroundings(truth, prediction);
        let (truth, prediction) = (truth.crop(around), prediction.crop(around));
        FrameScore {
            region: RegionOverlap::of(&truth, &prediction).similarity(),
            boundary: self.matcher.matched(&truth, &prediction).f_measure(),
        }
    }

    /// Scores a prediction where some pixels count for nothing: they are taken out of both masks first, so that for the
    /// boundary they are background.
    ///
    /// # Panics
    /// Where the masks differ in size.
    pub fn score_outside(&self, void: &Mask, truth: &Mask, prediction: &Mask) -> FrameScore {
        self.score(&(truth - void), &(prediction - void))
    }
}

/// A part of the frame outside which neither score finds anything: the rectangle around both masks, at least one pixel
/// wider on every side that is not the frame's, because boundaries lie up to one pixel outside a mask.
///
/// Its left edge lies on a word, which makes cutting it out a copy.
fn surroundings(truth: &Mask, prediction: &Mask) -> PixelRect {
    assert_eq!(truth.size(), prediction.size(), "masks of different sizes");
    let nothing = PixelRect {
        left: 0,
        top: 0,
        right: 0,
        bottom: 0,
    };
    let bounds = [truth.bounds(), prediction.bounds()];
    let bounds = bounds
        .into_iter()
        .flatten()
        .reduce(PixelRect::union)
        .unwrap_or(nothing);
    PixelRect {
        left: bounds.left.saturating_sub(1) / WORD_BITS * WORD_BITS,
        top: bounds.top.saturating_sub(1),
        right: (bounds.right + 1).next_multiple_of(WORD_BITS),
        bottom: bounds.bottom + 1,
    }
    .clip(truth.size())
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let scorer = FrameScorer::new(size);
        let (truth, prediction, void) = (rect(4, 12), rect(4, 20), rect(12, 20));
        assert!(scorer.score(&truth, &prediction).mean() < 1.0);
        assert_eq!(scorer.score_outside(&void, &truth, &prediction).mean(), 1.0);
    }
}
