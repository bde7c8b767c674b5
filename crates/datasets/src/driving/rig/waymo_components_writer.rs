//! Clips of a rig as segments of Waymo's second release.
//!
//! In: a calibrated clip. Out: a Parquet file in the folder of each component: calibration, poses of the vehicle, pictures as
//! JPEG, and camera segmentation with global instances. Lidar and boxes are not written, nor how many cameras see a pixel.
//! Format: `waymo_open_dataset/v2/perception`.

use std::path::Path;

use tubelet_geometry::RigidTransform;

use super::clip::RigClip;
use super::panoptic_labels::DIVISOR;
use super::waymo_segment::{SegmentLabels, labels, mounts, time};
use crate::driving::waymo::camera::WaymoCalibration;
use crate::driving::waymo::columns as names;
use crate::driving::waymo::panoptic::WaymoInstance;
use crate::error::Result;
use crate::formats::parquet_writer::{Cells, Column, ParquetWriter};
use crate::formats::text::in_entry;
use crate::names::check_name;

/// A row's keys: which segment, when, and by which camera.
struct Key {
    segment: String,
    micros: i64,
    camera: i8,
}

/// Something of a camera at a moment.
struct Row<T> {
    key: Key,
    content: T,
}

/// A picture.
struct Shot {
    jpeg: Vec<u8>,
    world_from_vehicle: RigidTransform,
    seconds: f64,
}

impl RigClip {
    /// Writes the clip as a segment of Waymo, version 2, into a folder of components, where other segments may lie. Pictures
    /// that are no JPEG yet are compressed in a quality from 1 to 100. Cameras need Waymo's names, or nuScenes' of the same
    /// places. Gives the number of moments.
    ///
    /// # Errors
    /// Those of [`RigClip::write_waymo_records`], a name that is no file's, and a picture of which nobody knows where the
    /// vehicle was when it was taken.
    pub fn write_waymo_components(&mut self, root: impl AsRef<Path>, quality: u8) -> Result<usize> {
        let root = root.as_ref();
        let mounts = mounts(self, root)?;
        let segment = self.name().to_owned();
        check_name(&segment)?;
        let place = |component: &str| root.join(component).join(format!("{segment}.parquet"));
        let mut poses = ParquetWriter::create(&place("vehicle_pose"), pose_columns())?;
        let mut images = ParquetWriter::create(&place("camera_image"), image_columns())?;
        let mut masks = ParquetWriter::create(&place("camera_segmentation"), label_columns())?;
        let steps = self.step_count();
        for step in self.steps() {
            let step = step?;
            let entry = |reason: String| in_entry(root, format!("step {}", step.index), reason);
            let micros = time(&step).map_err(entry)? as i64;
            let key = |camera: i8| Key {
                segment: segment.clone(),
                micros,
                camera,
            };
            let pose = step.views.iter().flatten().find_map(|it| it.world_from_ego);
            if let Some(pose) = pose {
                poses.push(Row {
                    key: key(0),
                    content: pose,
                })?;
            }
            for (view, mount) in step.views.iter().zip(&mounts) {
                let Some(view) = view else {
                    continue;
                };
                let entry = |reason: String| entry(format!("{}: {reason}", mount.camera));
                let lost = || entry("nobody knows where the vehicle was".to_owned());
                let camera = number(mount);
                if let Some(content) = labels(view, mount.size).map_err(entry)? {
                    let key = key(camera);
                    masks.push(Row { key, content })?;
                }
                let content = Shot {
                    jpeg: view.picture.jpeg(quality)?.into_owned(),
                    world_from_vehicle: view.world_from_ego.ok_or_else(lost)?,
                    seconds: view.timestamp_micros as f64 / 1e6,
                };
                let key = key(camera);
                images.push(Row { key, content })?;
            }
        }
        poses.finish()?;
        images.finish()?;
        masks.finish()?;
        let columns = calibration_columns(segment.clone());
        let mut calibrations = ParquetWriter::create(&place("camera_calibration"), columns)?;
        mounts
            .into_iter()
            .try_for_each(|it| calibrations.push(it))?;
        calibrations.finish()?;
        Ok(steps)
    }
}

fn number(mount: &WaymoCalibration) -> i8 {
    mount.camera.number() as i8
}

fn key_columns<T>() -> Vec<Column<Row<T>>> {
    vec![
        Column::new(
            names::SEGMENT,
            Cells::Text(Box::new(|row: &Row<T>| row.key.segment.clone())),
        ),
        Column::new(names::TIME, Cells::Long(Box::new(|row| row.key.micros))),
    ]
}

fn camera_columns<T>() -> Vec<Column<Row<T>>> {
    let mut columns = key_columns();
    columns.push(Column::new(
        names::CAMERA,
        Cells::Small(Box::new(|row: &Row<T>| row.key.camera)),
    ));
    columns
}

fn pose_columns() -> Vec<Column<Row<RigidTransform>>> {
    let mut columns = key_columns();
    columns.push(Column::new(
        names::VEHICLE_POSE,
        Cells::NumberList(Box::new(|row: &Row<RigidTransform>| {
            row.content.rows().to_vec()
        })),
    ));
    columns
}

fn image_columns() -> Vec<Column<Row<Shot>>> {
    let mut columns = camera_columns();
    columns.extend([
        Column::new(
            names::IMAGE,
            Cells::Bytes(Box::new(|row: &Row<Shot>| Some(row.content.jpeg.clone()))),
        ),
        Column::new(
            names::IMAGE_POSE,
            Cells::NumberList(Box::new(|row| {
                row.content.world_from_vehicle.rows().to_vec()
            })),
        ),
        Column::new(
            names::TAKEN,
            Cells::Number(Box::new(|row| row.content.seconds)),
        ),
    ]);
    columns
}

fn label_columns() -> Vec<Column<Row<SegmentLabels>>> {
    let mut columns = camera_columns();
    columns.extend([
        Column::new(
            names::DIVISOR,
            Cells::Whole(Box::new(|_: &Row<SegmentLabels>| DIVISOR.into())),
        ),
        Column::new(
            names::LABELS,
            Cells::Bytes(Box::new(|row| Some(row.content.png.clone()))),
        ),
        Column::new(
            names::LOCAL,
            Cells::WholeList(Box::new(|row| each(row, |local, _| local.into()))),
        ),
        Column::new(
            names::GLOBAL,
            Cells::WholeList(Box::new(|row| each(row, |_, it| it.global as i32))),
        ),
        Column::new(
            names::TRACKED,
            Cells::TruthList(Box::new(|row| each(row, |_, it| it.is_tracked))),
        ),
        Column::new(
            names::SEQUENCE,
            Cells::Text(Box::new(|row| row.key.segment.clone())),
        ),
        Column::new(names::COVERED, Cells::Bytes(Box::new(|_| None))),
    ]);
    columns
}

/// Something of each instance of a picture.
fn each<T>(row: &Row<SegmentLabels>, of: impl Fn(u16, &WaymoInstance) -> T) -> Vec<T> {
    let instances = row.content.instances.iter();
    instances.map(|(local, it)| of(*local, it)).collect()
}

fn calibration_columns(segment: String) -> Vec<Column<WaymoCalibration>> {
    let mut columns = vec![
        Column::new(
            names::SEGMENT,
            Cells::Text(Box::new(move |_: &WaymoCalibration| segment.clone())),
        ),
        Column::new(names::CAMERA, Cells::Small(Box::new(number))),
    ];
    columns.extend(names::INTRINSIC.iter().enumerate().map(|(place, name)| {
        let of = move |it: &WaymoCalibration| it.intrinsic.get(place).copied().unwrap_or(0.0);
        Column::new(names::intrinsic(name), Cells::Number(Box::new(of)))
    }));
    columns.extend([
        Column::new(
            names::EXTRINSIC,
            Cells::NumberList(Box::new(|it: &WaymoCalibration| {
                it.vehicle_from_camera.to_vec()
            })),
        ),
        Column::new(
            names::WIDTH,
            Cells::Whole(Box::new(|it| it.size.width as i32)),
        ),
        Column::new(
            names::HEIGHT,
            Cells::Whole(Box::new(|it| it.size.height as i32)),
        ),
    ]);
    columns
}
