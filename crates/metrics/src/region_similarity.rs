//! Region similarity J: the overlap of two masks.
//!
//! Source: Perazzi et al., *A Benchmark Dataset and Evaluation Methodology for Video Object Segmentation*, CVPR 2016.

use tubelet_geometry::Mask;

/// The pixel counts from which J follows; they may be summed over frames for measures over whole tracks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RegionOverlap {
    /// Pixels in both masks.
    pub intersection: usize,
    /// Pixels in either mask.
    pub union: usize,
}

impl RegionOverlap {
    /// The overlap of two masks.
    ///
    /// # Panics
    /// Where their sizes differ.
    pub fn of(truth: &Mask, prediction: &Mask) -> Self {
        Self {
            intersection: truth.intersection_count(prediction),
            union: truth.union_count(prediction),
        }
    }

    /// The counts of both together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            intersection: self.intersection + other.intersection,
            union: self.union + other.union,
        }
    }

    /// J: intersection over union, and 1 where both masks are empty.
    pub fn similarity(self) -> f64 {
        if self.union == 0 {
            1.0
        } else {
            self.intersection as f64 / self.union as f64
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_empty_masks_are_alike() {
        assert_eq!(RegionOverlap::default().similarity(), 1.0);
        assert_eq!(
            RegionOverlap {
                intersection: 1,
                union: 4
            }
            .similarity(),
            0.25
        );
    }
}
