//! How alike two upright boxes are.
//!
//! In: two boxes. Out: a number up to 1, for the same box. Intersection over union lies from 0 to 1. The generalised form
//! (Rezatofighi et al., CVPR 2019), which also tells how far apart two boxes are, lies from -1 to 1. The aligned forms
//! (A-IoU and A-GIoU, Fast-Poly, section III) compare the boxes along the world's axes around both, which costs a tenth
//! and forgives a wrong heading.

use crate::polygon::{hull_area, shared_area};
use crate::shape::Shape;

/// See the module docs. "Bev" is the bird's-eye view: heights do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// Intersection over union of footprints.
    IouBev,
    /// Intersection over union of volumes.
    Iou3d,
    /// Generalised, of footprints.
    GiouBev,
    /// Generalised, of volumes.
    Giou3d,
    /// Intersection over union, aligned, of footprints.
    AlignedIouBev,
    /// Generalised and aligned, of footprints.
    AlignedGiouBev,
    /// Generalised and aligned, of volumes.
    AlignedGiou3d,
}

/// What a measure is made of.
struct Areas {
    first: f64,
    second: f64,
    shared: f64,
    hull: f64,
}

impl Overlap {
    /// How alike two boxes are. Boxes without size are like nothing: 0, or -1 if generalised.
    pub(crate) fn of(self, first: &Shape, second: &Shape) -> f64 {
        let is_aligned = matches!(
            self,
            Self::AlignedIouBev | Self::AlignedGiouBev | Self::AlignedGiou3d
        );
        let is_generalised = matches!(
            self,
            Self::GiouBev | Self::Giou3d | Self::AlignedGiouBev | Self::AlignedGiou3d
        );
        let mut areas = if is_aligned {
            aligned(first, second)
        } else {
            exact(first, second, is_generalised)
        };
        if matches!(self, Self::Iou3d | Self::Giou3d | Self::AlignedGiou3d) {
            let ((low, high), (other_low, other_high)) = (first.heights(), second.heights());
            areas.first *= first.size.z;
            areas.second *= second.size.z;
            areas.shared *= (high.min(other_high) - low.max(other_low)).max(0.0);
            areas.hull *= high.max(other_high) - low.min(other_low);
        }
        let union = areas.first + areas.second - areas.shared;
        let iou = if union > 0.0 {
            areas.shared / union
        } else {
            0.0
        };
        if !is_generalised {
            iou
        } else if areas.hull > 0.0 {
            iou - (areas.hull - union) / areas.hull
        } else {
            -1.0
        }
    }
}

fn aligned(first: &Shape, second: &Shape) -> Areas {
    let first_sides = first.high - first.low;
    let second_sides = second.high - second.low;
    let shared = (first.high.min(second.high) - first.low.max(second.low)).max(glam::DVec2::ZERO);
    let hull = first.high.max(second.high) - first.low.min(second.low);
    Areas {
        first: first_sides.element_product(),
        second: second_sides.element_product(),
        shared: shared.element_product(),
        hull: hull.element_product(),
    }
}

fn exact(first: &Shape, second: &Shape, needs_hull: bool) -> Areas {
    let meet = first.low.cmple(second.high).all() && second.low.cmple(first.high).all();
    Areas {
        first: first.size.x * first.size.y,
        second: second.size.x * second.size.y,
        shared: if meet {
            shared_area(&first.corners, &second.corners)
        } else {
            0.0
        },
        hull: if needs_hull {
            hull_area(&first.corners, &second.corners)
        } else {
            0.0
        },
    }
}

#[cfg(test)]
mod tests {
    use glam::DVec3;

    use super::*;

    const ALL: [Overlap; 7] = [
        Overlap::IouBev,
        Overlap::Iou3d,
        Overlap::GiouBev,
        Overlap::Giou3d,
        Overlap::AlignedIouBev,
        Overlap::AlignedGiouBev,
        Overlap::AlignedGiou3d,
    ];

    fn shape(x: f64, yaw: f64) -> Shape {
        Shape::new(DVec3::new(x, 3.0, 1.0), DVec3::new(4.0, 2.0, 1.5), yaw)
    }

    #[test]
    fn a_box_is_like_itself() {
        for overlap in ALL {
            let same = overlap.of(&shape(7.0, 0.7), &shape(7.0, 0.7));
            assert!((same - 1.0).abs() < 1e-12, "{overlap:?}: {same}");
        }
    }

    #[test]
    fn generalised_overlap_falls_with_distance_and_the_other_is_zero() {
        for overlap in ALL {
            let [near, far] = [6.0, 20.0].map(|x| overlap.of(&shape(0.0, 0.2), &shape(x, 0.2)));
            if matches!(
                overlap,
                Overlap::IouBev | Overlap::Iou3d | Overlap::AlignedIouBev
            ) {
                assert!(near.abs() < 1e-12 && far.abs() < 1e-12);
            } else {
                assert!(far < near && near < 0.0 && far > -1.0, "{overlap:?}");
            }
        }
    }

    #[test]
    fn half_a_length_apart_a_third_is_shared() {
        for overlap in ALL {
            let third = overlap.of(&shape(0.0, 0.0), &shape(2.0, 0.0));
            assert!((third - 1.0 / 3.0).abs() < 1e-12, "{overlap:?}: {third}");
        }
    }
}
