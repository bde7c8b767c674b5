//! Boundary accuracy F: how much of either boundary lies near the other.
//!
//! Source: Perazzi et al., CVPR 2016, as the DAVIS benchmark computes it: instead of a bipartite matching, a boundary
//! pixel is matched when the other boundary, grown by a disk, covers it.

use tubelet_geometry::{Disk, FrameSize, Mask};

/// The tolerance as a share of the frame's diagonal.
const TOLERANCE: f64 = 0.008;

/// The distance in pixels up to which boundaries match: 0.8 % of the diagonal, rounded up (8 at 854 × 480).
pub fn boundary_tolerance(size: FrameSize) -> usize {
    (TOLERANCE * size.diagonal()).ceil() as usize
}

/// The pixel counts from which F follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BoundaryAccuracy {
    /// Pixels of the predicted boundary.
    pub predicted: usize,
    /// Those of them near the true boundary.
    pub predicted_matched: usize,
    /// Pixels of the true boundary.
    pub truth: usize,
    /// Those of them near the predicted boundary.
    pub truth_matched: usize,
}

impl BoundaryAccuracy {
    /// The share of the predicted boundary that lies near the true one. Without a predicted boundary it is 1; with one
    /// but no true boundary it is 0.
    pub fn precision(self) -> f64 {
        share(self.predicted_matched, self.predicted)
    }

    /// The share of the true boundary that lies near the predicted one, with the same conventions.
    pub fn recall(self) -> f64 {
        share(self.truth_matched, self.truth)
    }

    /// F: the harmonic mean of precision and recall, 0 where both are 0.
    ///
    /// One boundary without the other gives 0, none at all gives 1: a full mask against an empty one too.
    pub fn f_measure(self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        if precision + recall == 0.0 {
            0.0
        } else {
            2.0 * precision * recall / (precision + recall)
        }
    }
}

fn share(matched: usize, all: usize) -> f64 {
    if all == 0 {
        1.0
    } else {
        matched as f64 / all as f64
    }
}

/// Matches the boundaries of masks.
#[derive(Debug, Clone)]
pub struct BoundaryMatcher {
    disk: Disk,
}

impl BoundaryMatcher {
    /// A matcher with the benchmark's tolerance for frames of a size.
    pub fn new(size: FrameSize) -> Self {
        Self::with_tolerance(boundary_tolerance(size))
    }

    /// A matcher with a tolerance in pixels.
    pub fn with_tolerance(tolerance: usize) -> Self {
        Self {
            disk: Disk::new(tolerance),
        }
    }

    /// The disk by which boundaries are grown.
    pub(crate) fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Matches the boundaries of two masks.
    ///
    /// # Panics
    /// Where their sizes differ.
    pub fn matched(&self, truth: &Mask, prediction: &Mask) -> BoundaryAccuracy {
        let (truth, prediction) = (truth.boundary(), prediction.boundary());
        let counts = BoundaryAccuracy {
            predicted: prediction.count(),
            truth: truth.count(),
            ..BoundaryAccuracy::default()
        };
        if counts.predicted == 0 || counts.truth == 0 {
            return counts;
        }
        let mut near = truth.dilate(&self.disk);
        let predicted_matched = prediction.intersection_count(&near);
        prediction.dilate_into(&self.disk, &mut near);
        BoundaryAccuracy {
            predicted_matched,
            truth_matched: truth.intersection_count(&near),
            ..counts
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tubelet_geometry::PixelRect;

    #[test]
    fn the_tolerance_is_eight_pixels_at_480p() {
        assert_eq!(boundary_tolerance(FrameSize::new(854, 480)), 8);
        assert_eq!(boundary_tolerance(FrameSize::new(32, 24)), 1);
        assert_eq!(boundary_tolerance(FrameSize::new(800, 600)), 8);
    }

    #[test]
    fn a_full_mask_against_an_empty_one_has_no_boundary_to_miss() {
        let size = FrameSize::new(32, 24);
        let matched = BoundaryMatcher::new(size).matched(&Mask::full(size), &Mask::new(size));
        assert_eq!(matched, BoundaryAccuracy::default());
        assert_eq!(matched.f_measure(), 1.0);
    }

    #[test]
    fn one_boundary_without_the_other_scores_nothing() {
        let size = FrameSize::new(32, 24);
        let mut square = Mask::new(size);
        square.fill_rect(PixelRect {
            left: 5,
            top: 5,
            right: 9,
            bottom: 9,
        });
        let matcher = BoundaryMatcher::new(size);
        let missed = matcher.matched(&square, &Mask::new(size));
        assert_eq!(
            (missed.precision(), missed.recall(), missed.f_measure()),
            (1.0, 0.0, 0.0)
        );
        let invented = matcher.matched(&Mask::new(size), &square);
        assert_eq!(
            (
                invented.precision(),
                invented.recall(),
                invented.f_measure()
            ),
            (0.0, 1.0, 0.0)
        );
    }

    #[test]
    fn a_boundary_within_the_tolerance_is_matched() {
        let size = FrameSize::new(100, 80);
        let square = |left| {
            let mut mask = Mask::new(size);
            mask.fill_rect(PixelRect {
                left,
                top: 20,
                right: left + 30,
                bottom: 50,
            });
            mask
        };
        let matcher = BoundaryMatcher::with_tolerance(3);
        assert_eq!(matcher.matched(&square(20), &square(23)).f_measure(), 1.0);
        assert!(matcher.matched(&square(20), &square(24)).f_measure() < 1.0);
    }
}
