//! Clips of a rig as segments of Waymo's first release.
//!
//! In: a calibrated clip. Out: a TFRecord file with a `Frame` message for each step: calibration, poses, pictures as JPEG,
//! and camera segmentation with global instances (the panoptic video segmentation, PVPS). Lidar and boxes are not written.
//! Format: `dataset.proto`, `camera_segmentation.proto`.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use tubelet_geometry::{Camera, RigidTransform};

use super::clip::RigClip;
use super::panoptic_labels::{DIVISOR, panoptic_labels};
use super::step::RigView;
use super::waymo_axes::{calibration, named};
use crate::driving::waymo::camera::{WaymoCalibration, WaymoCamera};
use crate::error::{DatasetError, Result};
use crate::formats::text::in_entry;
use crate::formats::tf_record::write_record;
use crate::formats::wire_writer::Message;

/// Largest number of an object: `int32` in the file.
const LARGEST_INSTANCE: u64 = i32::MAX as u64;

/// A camera of the clip under Waymo's name.
struct Mount<'a> {
    name: WaymoCamera,
    camera: &'a Camera,
}

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
        let refuse = |reason: String| DatasetError::Layout {
            path: path.to_owned(),
            dataset: "Waymo Open Dataset",
            reason,
        };
        let rig = self.rig().cloned();
        let rig = rig.ok_or_else(|| refuse("the clip's cameras are not calibrated".into()))?;
        if self.name().is_empty() {
            return Err(refuse("the clip has no name".into()));
        }
        let (mut mounts, mut context) =
            (Vec::new(), Message::new().bytes(1, self.name().as_bytes()));
        for (own, camera) in rig.names().iter().zip(rig.cameras()) {
            let name =
                named(own).ok_or_else(|| refuse(format!("it has no camera like `{own}`")))?;
            let mounted = calibration(name, camera);
            let mounted = mounted.ok_or_else(|| {
                refuse(format!(
                    "it has no lens for wide angles as camera `{own}` has"
                ))
            })?;
            context = context.message(2, calibration_message(&mounted));
            mounts.push(Mount { name, camera });
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
            let time = u64::try_from(step.timestamp_micros);
            frame = frame.integer(2, time.map_err(|_| entry("a time before 1970".into()))?);
            let pose = step.views.iter().flatten().find_map(|it| it.world_from_ego);
            if let Some(pose) = pose {
                frame = frame.message(3, transform(&pose));
            }
            for (view, mount) in step.views.iter().zip(&mounts) {
                let Some(view) = view else {
                    continue;
                };
                let segmentation = segmentation(view, mount, &name)
                    .map_err(|reason| entry(format!("{}: {reason}", mount.name)))?;
                let image = image(view, mount, &view.picture.jpeg(quality)?);
                frame = frame.message(
                    4,
                    match segmentation {
                        Some(segmentation) => image.message(10, segmentation),
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

fn image(view: &RigView, mount: &Mount<'_>, jpeg: &[u8]) -> Message {
    let image = Message::new()
        .integer(1, mount.name.number())
        .bytes(2, jpeg);
    let image = match view.world_from_ego {
        Some(pose) => image.message(3, transform(&pose)),
        None => image,
    };
    image.doubles(5, &[view.timestamp_micros as f64 / 1e6])
}

/// The segmentation of a picture, where it is annotated; the message says why it cannot be written.
fn segmentation(
    view: &RigView,
    mount: &Mount<'_>,
    sequence: &str,
) -> Result<Option<Message>, String> {
    let Some(masks) = &view.masks else {
        return Ok(None);
    };
    let shown = |error: DatasetError| error.to_string();
    let objects = masks.decode().map_err(shown)?;
    let (labels, locals) = panoptic_labels(mount.camera.size, &objects)?;
    let png = labels.encode(Path::new("its labels")).map_err(shown)?;
    let mut message = Message::new().integer(1, u64::from(DIVISOR)).bytes(2, &png);
    for (local, object) in locals {
        if object.instance > LARGEST_INSTANCE {
            return Err(format!("an object numbered {}", object.instance));
        }
        let mapping = Message::new()
            .integer(1, u64::from(local))
            .integer(2, object.instance)
            .integer(3, u64::from(object.is_tracked));
        message = message.message(3, mapping);
    }
    Ok(Some(message.bytes(4, sequence.as_bytes())))
}
