//! Clips of a rig as segments of Waymo's first release.
//!
//! In: a calibrated clip. Out: a TFRecord file with a `Frame` message for each step: calibration, poses, pictures as JPEG,
//! and camera segmentation with global instances (the panoptic video segmentation, PVPS). Lidar and boxes are not written.
//! Format: `dataset.proto`, `camera_segmentation.proto`.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use tubelet_geometry::RigidTransform;

use super::clip::RigClip;
use super::panoptic_labels::DIVISOR;
use super::step::RigView;
use super::waymo_segment::{SegmentLabels, labels, mounts, time};
use crate::driving::waymo::camera::{WaymoCalibration, WaymoCamera};
use crate::error::{DatasetError, Result};
use crate::formats::text::in_entry;
use crate::formats::tf_record::write_record;
use crate::formats::wire_writer::Message;

impl RigClip {
    /// Writes the clip as a segment of Waymo, version 1. Pictures that are no JPEG yet are compressed in a quality from 1
    /// to 100. Cameras need Waymo's names, or nuScenes' of the same places. Gives the number of frames.
    ///
    /// # Errors
    /// [`DatasetError::Layout`] for a clip that Waymo's form cannot hold: no calibration, a camera without counterpart, a
    /// lens for wide angles. [`DatasetError::Entry`] for an object's number above 2³¹ − 1 and more than 999 objects in a
    /// picture, [`DatasetError::Write`], and what is wrong with the clip's own files.
    pub fn write_waymo_records(&mut self, path: impl AsRef<Path>, quality: u8) -> Result<usize> {
        let path = path.as_ref();
        let mounts = mounts(self, path)?;
        let mut context = Message::new().bytes(1, self.name().as_bytes());
        for mount in &mounts {
            context = context.message(2, calibration_message(mount));
        }
        let partial = path.with_extension("partial");
        let unwritable = |source| DatasetError::Write {
            path: partial.clone(),
            source,
        };
        let mut file = BufWriter::new(File::create(&partial).map_err(unwritable)?);
        let name = self.name().to_owned();
        let steps = self.step_count();
        for step in self.steps() {
            let step = step?;
            let mut frame = Message::new().message(1, context.clone());
            let entry = |reason: String| in_entry(path, format!("step {}", step.index), reason);
            frame = frame.integer(2, time(&step).map_err(entry)?);
            let pose = step.views.iter().flatten().find_map(|it| it.world_from_ego);
            if let Some(pose) = pose {
                frame = frame.message(3, transform(&pose));
            }
            for (view, mount) in step.views.iter().zip(&mounts) {
                let Some(view) = view else {
                    continue;
                };
                let labels = labels(view, mount.size)
                    .map_err(|reason| entry(format!("{}: {reason}", mount.camera)))?;
                let image = image(view, mount.camera, &view.picture.jpeg(quality)?);
                frame = frame.message(
                    4,
                    match labels {
                        Some(labels) => image.message(10, segmentation(&labels, &name)),
                        None => image,
                    },
                );
            }
            write_record(&mut file, &frame.into_bytes()).map_err(unwritable)?;
        }
        file.flush().map_err(unwritable)?;
        fs::rename(&partial, path).map_err(unwritable)?;
        Ok(steps)
    }
}

fn transform(motion: &RigidTransform) -> Message {
    Message::new().doubles(1, &motion.rows())
}

fn calibration_message(calibration: &WaymoCalibration) -> Message {
    Message::new()
        .integer(1, calibration.camera.number())
        .doubles(2, &calibration.intrinsic)
        .message(
            3,
            Message::new().doubles(1, &calibration.vehicle_from_camera),
        )
        .integer(4, calibration.size.width as u64)
        .integer(5, calibration.size.height as u64)
}

fn image(view: &RigView, camera: WaymoCamera, jpeg: &[u8]) -> Message {
    let image = Message::new().integer(1, camera.number()).bytes(2, jpeg);
    let image = match view.world_from_ego {
        Some(pose) => image.message(3, transform(&pose)),
        None => image,
    };
    image.doubles(5, &[view.timestamp_micros as f64 / 1e6])
}

fn segmentation(labels: &SegmentLabels, sequence: &str) -> Message {
    let mut message = Message::new()
        .integer(1, u64::from(DIVISOR))
        .bytes(2, &labels.png);
    for (local, instance) in &labels.instances {
        let mapping = Message::new()
            .integer(1, u64::from(*local))
            .integer(2, u64::from(instance.global))
            .integer(3, u64::from(instance.is_tracked));
        message = message.message(3, mapping);
    }
    message.bytes(4, sequence.as_bytes())
}
