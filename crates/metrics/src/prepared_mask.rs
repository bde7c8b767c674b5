//! Masks that are scored against several others, with what each comparison needs.

use tubelet_geometry::Mask;

use crate::boundary_accuracy::{BoundaryAccuracy, BoundaryMatcher};
use crate::cropped_mask::{CroppedMask, window_around};
use crate::frame_scorer::FrameScore;
use crate::region_similarity::RegionOverlap;

/// A mask, its boundary, and what lies near the boundary.
#[derive(Debug, Clone)]
pub(crate) struct PreparedMask {
    mask: CroppedMask,
    boundary: CroppedMask,
    near: CroppedMask,
}

impl PreparedMask {
    /// Prepares a mask for a tolerance.
    pub(crate) fn new(mask: &Mask, matcher: &BoundaryMatcher) -> Self {
        // Boundaries lie up to one pixel outside the mask, and what is near them as far again as the tolerance.
        let window = window_around(mask, matcher.disk().radius() + 1);
        let mask = mask.crop(window);
        let boundary = mask.boundary();
        Self {
            near: CroppedMask::new(window, boundary.dilate(matcher.disk())),
            boundary: CroppedMask::new(window, boundary),
            mask: CroppedMask::new(window, mask),
        }
    }

    /// Scores two masks of one frame, prepared for one tolerance.
    pub(crate) fn score(truth: &Self, prediction: &Self) -> FrameScore {
        let intersection = truth.mask.intersection_count(&prediction.mask);
        let region = RegionOverlap {
            intersection,
            union: truth.mask.count() + prediction.mask.count() - intersection,
        };
        let boundary = BoundaryAccuracy {
            predicted: prediction.boundary.count(),
            predicted_matched: prediction.boundary.intersection_count(&truth.near),
            truth: truth.boundary.count(),
            truth_matched: truth.boundary.intersection_count(&prediction.near),
        };
        FrameScore {
            region: region.similarity(),
            boundary: boundary.f_measure(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame_scorer::FrameScorer;
    use proptest::prelude::*;
    use tubelet_geometry::{FrameSize, PixelRect};

    proptest! {
        #[test]
        fn prepared_masks_score_as_any(
            (width, height) in (1usize..200, 1usize..40),
            rects in prop::array::uniform2((0usize..200, 0usize..40, 0usize..100, 0usize..20)),
        ) {
            let size = FrameSize::new(width, height);
            let [truth, prediction] = rects.map(|(left, top, width, height)| {
                let mut mask = Mask::new(size);
                mask.fill_rect(PixelRect { left, top, right: left + width, bottom: top + height });
                mask
            });
            let matcher = BoundaryMatcher::new(size);
            let prepared = [&truth, &prediction].map(|mask| PreparedMask::new(mask, &matcher));
            let expected = FrameScorer::new(size).score(&truth, &prediction);
            prop_assert_eq!(PreparedMask::score(&prepared[0], &prepared[1]), expected);
        }
    }
}
