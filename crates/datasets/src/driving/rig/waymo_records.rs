//! Segments of Waymo's first release as clips of a rig.
//!
//! In: a TFRecord file of frames. Out: a clip with a step for each frame. Where frames begin is found once, from the heads
//! of the records; a frame is read when its step is asked for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::clip::{RigAbout, RigClip, RigSource, no_step};
use super::step::{RigMasks, RigPicture, RigStep, RigView};
use super::waymo_axes::{motion, rig};
use crate::driving::waymo::camera::{WaymoImage, WaymoTransform};
use crate::driving::waymo::panoptic::WaymoSegmentation;
use crate::driving::waymo::records::{WaymoFrame, WaymoRecords};
use crate::error::Result;
use crate::formats::text::in_entry;

impl RigClip {
    /// A segment of Waymo, version 1.
    ///
    /// # Errors
    /// [`DatasetError::Bytes`](crate::DatasetError::Bytes) and [`DatasetError::Entry`](crate::DatasetError::Entry) for a
    /// damaged file, one without frames, and for cameras whose
    /// calibration is missing or cannot be used.
    pub fn from_waymo_records(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut records = WaymoRecords::open(path)?;
        let starts = records.starts()?;
        let refuse = |reason: String| in_entry(path, "record 0", reason);
        let first = records.next_frame()?;
        let first = first.ok_or_else(|| refuse("there is no frame".into()))?;
        if first.calibrations.is_empty() {
            return Err(refuse("the cameras are not calibrated".into()));
        }
        let rig = rig(&first.calibrations).map_err(refuse)?;
        let about = RigAbout::calibrated(first.context, rig);
        let source = Segment {
            cameras: about.cameras.clone(),
            context: about.name.clone(),
            records,
            starts,
        };
        Ok(Self::new(about, source))
    }
}

struct Segment {
    cameras: Vec<String>,
    context: String,
    records: WaymoRecords,
    starts: Vec<u64>,
}

impl RigSource for Segment {
    fn step_count(&self) -> usize {
        self.starts.len()
    }

    fn step(&mut self, index: usize) -> Result<RigStep> {
        let steps = self.starts.len();
        let past_the_end = || no_step(&self.context, index, steps);
        let start = self.starts.get(index).copied().ok_or_else(past_the_end)?;
        self.records.go_to(index, start)?;
        let frame = self.records.next_frame()?.ok_or_else(past_the_end)?;
        let refuse =
            |reason: String| in_entry(self.records.path(), format!("record {index}"), reason);
        if frame.context != self.context {
            let reason = format!("it belongs to another segment, `{}`", frame.context);
            return Err(refuse(reason));
        }
        self.views(frame, index).map_err(refuse)
    }
}

impl Segment {
    fn views(&self, frame: WaymoFrame, index: usize) -> Result<RigStep, String> {
        let mut views: Vec<Option<RigView>> = vec![None; self.cameras.len()];
        let mut segmentations = frame.segmentations;
        let timestamp_micros = i64::try_from(frame.timestamp_micros).unwrap_or(i64::MAX);
        // A camera that failed has a picture without bytes.
        for image in frame.images.into_iter().filter(|it| !it.jpeg.is_empty()) {
            let name = image.camera.name();
            let place = self.cameras.iter().position(|camera| camera == name);
            let slot = place.and_then(|place| views.get_mut(place));
            let slot =
                slot.ok_or_else(|| format!("a picture of {name}, which is not calibrated"))?;
            let own = segmentations
                .iter()
                .position(|it| it.camera == image.camera);
            let taken = Taken {
                place: self.place(index, name),
                step_micros: timestamp_micros,
                world_from_vehicle: frame.world_from_vehicle,
                segmentation: own.map(|own| segmentations.swap_remove(own).segmentation),
            };
            if slot.replace(view(image, taken)?).is_some() {
                return Err(format!("two pictures of {name}"));
            }
        }
        Ok(RigStep {
            index,
            timestamp_micros,
            key_frame: None,
            views,
            boxes: Vec::new(),
        })
    }

    /// What to call a picture in error messages.
    fn place(&self, index: usize, camera: &str) -> PathBuf {
        self.records.path().join(format!("record {index}/{camera}"))
    }
}

/// What is known about a picture beside its bytes.
pub(super) struct Taken {
    /// Its name in error messages.
    pub(super) place: PathBuf,
    /// Time of its step.
    pub(super) step_micros: i64,
    /// Where the vehicle was at the time of the step.
    pub(super) world_from_vehicle: Option<WaymoTransform>,
    /// Its segmentation.
    pub(super) segmentation: Option<WaymoSegmentation>,
}

/// The view of a picture; its own pose counts before the step's.
pub(super) fn view(image: WaymoImage, taken: Taken) -> Result<RigView, String> {
    let rows = image.world_from_vehicle.or(taken.world_from_vehicle);
    let name = image.camera.name();
    Ok(RigView {
        timestamp_micros: image.pose_micros.unwrap_or(taken.step_micros),
        world_from_ego: motion(rows.as_ref()).map_err(|reason| format!("{name}: {reason}"))?,
        picture: RigPicture::Jpeg {
            place: taken.place,
            bytes: image.jpeg.into(),
        },
        masks: taken
            .segmentation
            .map(|segmentation| RigMasks::Panoptic(Arc::new(segmentation))),
    })
}
