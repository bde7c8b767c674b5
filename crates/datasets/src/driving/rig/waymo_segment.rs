//! What both of Waymo's releases want of a clip: a name, cameras of their own, times, and labels with global instances.
//!
//! In: a clip or a part of it. Out: the same in Waymo's terms, or the reason why Waymo's forms cannot hold it.

use std::path::Path;

use tubelet_geometry::FrameSize;

use super::clip::RigClip;
use super::panoptic_labels::panoptic_labels;
use super::step::{RigStep, RigView};
use super::waymo_axes::{calibration, named};
use crate::driving::waymo::camera::WaymoCalibration;
use crate::driving::waymo::panoptic::WaymoInstance;
use crate::error::{DatasetError, Result};

/// Largest number of an object: `int32` in the files.
const LARGEST_INSTANCE: u64 = i32::MAX as u64;

/// Class and local instance of each pixel of a picture.
pub(super) struct SegmentLabels {
    /// A PNG of 16 bits.
    pub(super) png: Vec<u8>,
    /// Global instances by local ones.
    pub(super) instances: Vec<(u16, WaymoInstance)>,
}

/// How the clip's cameras are mounted, in their order, each under Waymo's name.
pub(super) fn mounts(clip: &RigClip, place: &Path) -> Result<Vec<WaymoCalibration>> {
    let refuse = |reason: String| DatasetError::Layout {
        path: place.to_owned(),
        dataset: "Waymo Open Dataset",
        reason,
    };
    let rig = clip.rig();
    let rig = rig.ok_or_else(|| refuse("the clip's cameras are not calibrated".into()))?;
    if clip.name().is_empty() {
        return Err(refuse("the clip has no name".into()));
    }
    let mounted = rig.names().iter().zip(rig.cameras()).map(|(own, camera)| {
        let name = named(own).ok_or_else(|| refuse(format!("it has no camera like `{own}`")))?;
        let mounted = calibration(name, camera);
        mounted.ok_or_else(|| {
            refuse(format!(
                "it has no lens for wide angles as camera `{own}` has"
            ))
        })
    });
    mounted.collect()
}

/// The time of a step.
pub(super) fn time(step: &RigStep) -> Result<u64, String> {
    u64::try_from(step.timestamp_micros).map_err(|_| "a time before 1970".to_owned())
}

/// The labels of a picture, where it is annotated; the message says why they cannot be written.
pub(super) fn labels(view: &RigView, size: FrameSize) -> Result<Option<SegmentLabels>, String> {
    let Some(masks) = &view.masks else {
        return Ok(None);
    };
    let shown = |error: DatasetError| error.to_string();
    let objects = masks.decode().map_err(shown)?;
    let (labels, locals) = panoptic_labels(size, &objects)?;
    let png = labels.encode(Path::new("its labels")).map_err(shown)?;
    let instances = locals.into_iter().map(|(local, object)| {
        let number = Some(object.instance).filter(|number| *number <= LARGEST_INSTANCE);
        let number = number.ok_or_else(|| format!("an object numbered {}", object.instance))?;
        let instance = WaymoInstance {
            global: number as u32,
            is_tracked: object.is_tracked,
        };
        Ok((local, instance))
    });
    Ok(Some(SegmentLabels {
        png,
        instances: instances.collect::<Result<_, String>>()?,
    }))
}
