//! Waymo Open Dataset, version 2: Parquet files by component (camera_image, camera_segmentation, vehicle_pose…).
//!
//! In: a folder of components, each with `SEGMENT.parquet`. Out: rows of some components, one at a time. Rows of
//! different components belong together by segment, time and camera. Format: `waymo_open_dataset/v2/perception`.

use std::path::{Path, PathBuf};

use super::camera::{WaymoCalibration, WaymoCamera, WaymoImage, WaymoTransform, micros, transform};
use super::columns::{
    CAMERA, COVERED, DIVISOR, EXTRINSIC, GLOBAL, HEIGHT, IMAGE, IMAGE_POSE, INTRINSIC, LABELS,
    LOCAL, SEQUENCE, TAKEN, TIME, TRACKED, VEHICLE_POSE, WIDTH, intrinsic,
};
use super::panoptic::{WaymoInstance, WaymoSegmentation};
use crate::error::{DatasetError, Result};
use crate::formats::parquet_rows::{ParquetRow, ParquetRows};
use crate::formats::run_length_json::checked_size;
use crate::names::{check_name, files, folders};

/// A folder of components.
#[derive(Clone, Debug)]
pub struct WaymoComponents {
    root: PathBuf,
}

/// Where the vehicle was at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct WaymoVehiclePose {
    /// The moment, in microseconds since 1970.
    pub timestamp_micros: u64,
    /// From the vehicle's frame to the world's.
    pub world_from_vehicle: WaymoTransform,
}

/// Something of one camera at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct WaymoMoment<T> {
    /// The moment, in microseconds since 1970.
    pub timestamp_micros: u64,
    /// The camera.
    pub camera: WaymoCamera,
    /// What it is.
    pub content: T,
}

impl WaymoComponents {
    /// Opens a folder.
    ///
    /// # Errors
    /// [`DatasetError::Layout`] where no folder in it holds a Parquet file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let root = path.as_ref().to_owned();
        let opened = Self { root };
        if opened.components()?.is_empty() {
            return Err(DatasetError::Layout {
                path: opened.root,
                dataset: "Waymo Open Dataset v2",
                reason: "no folder in it holds a `.parquet`".into(),
            });
        }
        Ok(opened)
    }

    /// The folder.
    pub(in crate::driving) fn root(&self) -> &Path {
        &self.root
    }

    /// Names of the components on the disk.
    ///
    /// # Errors
    /// [`DatasetError::Read`].
    pub fn components(&self) -> Result<Vec<String>> {
        let mut names = folders(&self.root)?;
        let mut failure = None;
        names.retain(|name| match self.segments(name) {
            Ok(segments) => !segments.is_empty(),
            Err(error) => {
                failure = Some(error);
                false
            }
        });
        failure.map_or(Ok(names), Err)
    }

    /// Names of the segments of a component.
    ///
    /// # Errors
    /// [`DatasetError::Read`].
    pub fn segments(&self, component: &str) -> Result<Vec<String>> {
        check_name(component)?;
        let names = files(&self.root.join(component))?.into_iter();
        Ok(names
            .filter_map(|name| name.strip_suffix(".parquet").map(str::to_owned))
            .collect())
    }

    /// Number of rows of a segment in a component.
    ///
    /// # Errors
    /// [`DatasetError::Bytes`] for what is no Parquet file.
    pub fn rows(&self, component: &str, segment: &str) -> Result<usize> {
        ParquetRows::count(&self.file(component, segment)?)
    }

    /// Where the vehicle was (`vehicle_pose`).
    ///
    /// # Errors
    /// [`DatasetError::Bytes`] for what is no Parquet file or lacks a column.
    pub fn vehicle_poses(&self, segment: &str) -> Result<WaymoRows<WaymoVehiclePose>> {
        let path = self.file("vehicle_pose", segment)?;
        WaymoRows::open(path, &[TIME, VEHICLE_POSE], |_, row| {
            Ok(WaymoVehiclePose {
                timestamp_micros: time(row)?,
                world_from_vehicle: transform(row.numbers(VEHICLE_POSE)?)?,
            })
        })
    }

    /// Pictures (`camera_image`).
    ///
    /// # Errors
    /// Those of [`WaymoComponents::vehicle_poses`].
    pub fn images(&self, segment: &str) -> Result<WaymoRows<WaymoMoment<WaymoImage>>> {
        let path = self.file("camera_image", segment)?;
        let mut columns = vec![TIME, CAMERA, IMAGE, IMAGE_POSE];
        if path.is_file() && ParquetRows::has_column(&path, TAKEN)? {
            columns.push(TAKEN);
        }
        WaymoRows::open(path, &columns, |_, row| {
            let camera = camera(row)?;
            Ok(WaymoMoment {
                timestamp_micros: time(row)?,
                camera,
                content: WaymoImage {
                    camera,
                    jpeg: row.bytes(IMAGE)?.to_vec(),
                    world_from_vehicle: Some(transform(row.numbers(IMAGE_POSE)?)?),
                    pose_micros: row.number(TAKEN).ok().and_then(micros),
                },
            })
        })
    }

    /// Moments at which there are pictures, without the pictures.
    ///
    /// # Errors
    /// Those of [`WaymoComponents::vehicle_poses`].
    pub fn moments(&self, segment: &str) -> Result<WaymoRows<WaymoMoment<()>>> {
        let path = self.file("camera_image", segment)?;
        WaymoRows::open(path, &[TIME, CAMERA], |_, row| {
            Ok(WaymoMoment {
                timestamp_micros: time(row)?,
                camera: camera(row)?,
                content: (),
            })
        })
    }

    /// Segmentations with global instances (`camera_segmentation`).
    ///
    /// # Errors
    /// Those of [`WaymoComponents::vehicle_poses`].
    pub fn segmentations(
        &self,
        segment: &str,
    ) -> Result<WaymoRows<WaymoMoment<WaymoSegmentation>>> {
        let path = self.file("camera_segmentation", segment)?;
        let columns = [
            TIME, CAMERA, DIVISOR, LABELS, LOCAL, GLOBAL, TRACKED, SEQUENCE, COVERED,
        ];
        WaymoRows::open(path, &columns, |path, row| {
            Ok(WaymoMoment {
                timestamp_micros: time(row)?,
                camera: camera(row)?,
                content: segmentation(path, row)?,
            })
        })
    }

    /// How the cameras are mounted (`camera_calibration`).
    ///
    /// # Errors
    /// Those of [`WaymoComponents::vehicle_poses`].
    pub fn calibrations(&self, segment: &str) -> Result<WaymoRows<WaymoCalibration>> {
        let path = self.file("camera_calibration", segment)?;
        let of_lens = INTRINSIC.map(intrinsic);
        let mut columns: Vec<&str> = of_lens.iter().map(String::as_str).collect();
        columns.extend([CAMERA, EXTRINSIC, WIDTH, HEIGHT]);
        WaymoRows::open(path, &columns, |_, row| {
            let mut numbers = [0.0; 9];
            for (number, name) in numbers.iter_mut().zip(INTRINSIC) {
                *number = row.number(&intrinsic(name))?;
            }
            let side = |column: &str| {
                let side = row.integer(column)?;
                usize::try_from(side).map_err(|_| format!("a side of {side} pixels"))
            };
            Ok(WaymoCalibration {
                camera: camera(row)?,
                intrinsic: numbers,
                vehicle_from_camera: transform(row.numbers(EXTRINSIC)?)?,
                size: checked_size(side(WIDTH)?, side(HEIGHT)?)?,
            })
        })
    }

    fn file(&self, component: &str, segment: &str) -> Result<PathBuf> {
        check_name(component)?;
        check_name(segment)?;
        Ok(self.root.join(component).join(format!("{segment}.parquet")))
    }
}

fn time(row: &ParquetRow) -> Result<u64, String> {
    let time = row.integer(TIME)?;
    u64::try_from(time).map_err(|_| format!("a time of {time}"))
}

/// The camera by its number, or by its name as some files have it.
fn camera(row: &ParquetRow) -> Result<WaymoCamera, String> {
    if let Ok(name) = row.text(CAMERA) {
        return WaymoCamera::from_name(name).ok_or_else(|| format!("unknown camera `{name}`"));
    }
    let number = row.integer(CAMERA)?;
    let camera = u64::try_from(number)
        .ok()
        .and_then(WaymoCamera::from_number);
    camera.ok_or_else(|| format!("unknown camera {number}"))
}

fn segmentation(path: &Path, row: &ParquetRow) -> Result<WaymoSegmentation, String> {
    let mut segmentation = WaymoSegmentation::new(path);
    let divisor = row.integer(DIVISOR)?;
    let small = u16::try_from(divisor).ok().filter(|divisor| *divisor > 0);
    segmentation.divisor = small.ok_or_else(|| format!("a divisor of {divisor}"))?;
    segmentation.labels = row.bytes(LABELS)?.to_vec();
    segmentation.covered = row.bytes(COVERED).unwrap_or_default().to_vec();
    row.text(SEQUENCE)?.clone_into(&mut segmentation.sequence);
    let (locals, globals) = (row.integers(LOCAL)?, row.integers(GLOBAL)?);
    let tracked = row.integers(TRACKED)?;
    if locals.len() != globals.len() || locals.len() != tracked.len() {
        return Err("lists of instances of unequal lengths".to_owned());
    }
    for ((local, global), is_tracked) in locals.into_iter().zip(globals).zip(tracked) {
        let number = |what: i64| format!("an instance numbered {what}");
        let instance = WaymoInstance {
            global: u32::try_from(global).map_err(|_| number(global))?,
            is_tracked: is_tracked != 0,
        };
        let local = u16::try_from(local).map_err(|_| number(local))?;
        segmentation.instances.insert(local, instance);
    }
    Ok(segmentation)
}

/// Turns a row of a file into a typed value; the message says what is wrong with it.
type ReadRow<T> = fn(&Path, &ParquetRow) -> Result<T, String>;

/// Typed rows of one file, read one at a time.
pub struct WaymoRows<T> {
    path: PathBuf,
    rows: ParquetRows,
    read: ReadRow<T>,
}

impl<T> WaymoRows<T> {
    fn open(path: PathBuf, columns: &[&str], read: ReadRow<T>) -> Result<Self> {
        let rows = ParquetRows::open(&path, columns)?;
        Ok(Self { path, rows, read })
    }
}

impl<T> Iterator for WaymoRows<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let row = self.rows.next_row().transpose()?;
        Some(row.and_then(|row| {
            (self.read)(&self.path, &row).map_err(|reason| self.rows.refuse(row.index, reason))
        }))
    }
}
