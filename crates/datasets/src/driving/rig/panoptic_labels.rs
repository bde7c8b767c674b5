//! Objects of a picture as Waymo's panoptic labels: class × divisor + local number.
//!
//! In: objects. Out: a label picture and which object each local number means. Where masks overlap, a pixel belongs to the
//! object with the highest number.

use tubelet_geometry::FrameSize;

use super::step::RigObject;
use crate::driving::waymo::panoptic::class_number;
use crate::formats::deep_png::DeepLabels;

/// Number by which classes are multiplied; local numbers lie below it.
pub(super) const DIVISOR: u16 = 1000;

/// Objects by their local numbers.
pub(super) type Locals<'a> = Vec<(u16, &'a RigObject)>;

/// The labels, and objects by local numbers from 1; the message says why a picture cannot hold them.
pub(super) fn panoptic_labels(
    size: FrameSize,
    objects: &[RigObject],
) -> Result<(DeepLabels, Locals<'_>), String> {
    let most = usize::from(DIVISOR) - 1;
    if objects.len() > most {
        return Err(format!(
            "{} objects in one picture, where panoptic labels hold {most}",
            objects.len()
        ));
    }
    let mut labels = DeepLabels::new(size);
    let locals: Locals<'_> = (1..).zip(objects).collect();
    for (local, object) in &locals {
        let value = class(&object.category) * DIVISOR + local;
        let painted = labels.paint(&object.mask, value);
        painted.map_err(|error| format!("object {}: {error}", object.instance))?;
    }
    Ok((labels, locals))
}

/// Waymo's class for a category: by its own name, or by a part of a name such as `vehicle.car`.
fn class(category: &str) -> u16 {
    let parts = category.split('.');
    parts
        .map(class_number)
        .find(|class| *class > 0)
        .unwrap_or(0)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use tubelet_geometry::Mask;

    fn object(instance: u64, category: &str) -> RigObject {
        RigObject {
            instance,
            is_tracked: true,
            category: category.to_owned(),
            mask: Mask::full(FrameSize::new(2, 1)),
        }
    }

    #[test]
    fn classes_are_found_and_later_objects_cover_earlier_ones() {
        let objects = [
            object(7, "vehicle.car"),
            object(9, "human.pedestrian.adult"),
        ];
        let size = FrameSize::new(2, 1);
        let (labels, locals) = panoptic_labels(size, &objects).unwrap();
        assert_eq!(labels.values(), [9002, 9002]);
        let numbers: Vec<_> = locals
            .iter()
            .map(|(local, it)| (*local, it.instance))
            .collect();
        assert_eq!(numbers, [(1, 7), (2, 9)]);
        assert_eq!(class("animal"), 0);
        let many = vec![object(1, ""); 1000];
        let refused = panoptic_labels(size, &many).unwrap_err();
        assert!(refused.contains("1000 objects"), "{refused}");
        assert!(panoptic_labels(FrameSize::new(1, 1), &objects).is_err());
    }
}
