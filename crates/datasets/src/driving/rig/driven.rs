//! Drives of the procedural world as clips of a rig.
//!
//! In: a drive. Out: the same in the typed form of all rigs, drawn step by step when asked for.

use std::sync::Arc;

use super::clip::{RigAbout, RigClip, RigSource};
use super::step::{RigBox, RigMasks, RigObject, RigPicture, RigStep, RigView};
use crate::driving_world::clip::DrivingClip;
use crate::driving_world::step::{DrivingPicture, DrivingStep};
use crate::error::Result;

impl RigClip {
    /// A drive as a clip, with the masks of all objects that are visible.
    pub fn driving(name: impl Into<String>, drive: DrivingClip) -> Self {
        let about = RigAbout::calibrated(name, drive.rig().clone());
        Self::new(about, drive)
    }
}

impl RigSource for DrivingClip {
    fn step_count(&self) -> usize {
        self.config().steps
    }

    fn step(&mut self, index: usize) -> Result<RigStep> {
        let step = Self::step(self, index)?;
        Ok(as_rig_step(step))
    }
}

fn as_rig_step(step: DrivingStep) -> RigStep {
    let boxes: Vec<RigBox> = step
        .boxes
        .iter()
        .map(|known| RigBox {
            instance: u64::from(known.id),
            category: known.class.nu_scenes_category().to_owned(),
            world_box: known.in_world,
        })
        .collect();
    let views = step
        .pictures
        .into_iter()
        .map(|picture| {
            Some(RigView {
                timestamp_micros: step.time,
                world_from_ego: Some(step.world_from_ego),
                masks: Some(RigMasks::Objects(objects(&picture, &boxes))),
                picture: RigPicture::Pixels(Arc::new(picture.frame)),
            })
        })
        .collect();
    RigStep {
        index: step.index,
        timestamp_micros: step.time,
        key_frame: None,
        views,
        boxes,
    }
}

fn objects(picture: &DrivingPicture, boxes: &[RigBox]) -> Arc<[RigObject]> {
    let category = |id: u16| {
        let known = boxes.iter().find(|known| known.instance == u64::from(id));
        known.map_or_else(String::new, |known| known.category.clone())
    };
    picture
        .visible()
        .map(|id| RigObject {
            instance: u64::from(id),
            is_tracked: true,
            category: category(id),
            mask: picture.mask(id),
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;
    use crate::driving_world::config::DrivingWorldConfig;
    use tubelet_geometry::FrameSize;

    #[test]
    fn a_drive_is_a_clip_with_masks_and_boxes_of_the_same_numbers() {
        let drive = DrivingClip::new(DrivingWorldConfig {
            seed: 3,
            size: FrameSize::new(64, 36),
            steps: 2,
            ..DrivingWorldConfig::default()
        })
        .unwrap();
        let mut clip = RigClip::driving("drive", drive);
        assert_eq!((clip.step_count(), clip.cameras().len()), (2, 6));
        let step = clip.step(1).unwrap();
        let masks: Vec<RigObject> = step
            .views
            .iter()
            .flatten()
            .flat_map(|view| view.masks.as_ref().unwrap().decode().unwrap())
            .collect();
        assert!(!masks.is_empty());
        for object in masks {
            let known = step
                .boxes
                .iter()
                .find(|known| known.instance == object.instance);
            assert_eq!(known.unwrap().category, object.category);
        }
    }
}
