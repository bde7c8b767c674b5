//! The tables of nuScenes as they are written.
//!
//! In: rows, one after the other. Out: `TABLE.json`, each a list. Rows of annotations wait until the next one of the same
//! object is known. Format: `docs/schema_nuscenes.md` of nuscenes-devkit.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tubelet_geometry::OrientedBox;

use crate::error::{DatasetError, Result};

/// A token of 32 hexadecimal digits from what it names: a kind of row, the scene, and two numbers.
pub(super) fn token(kind: u8, scene: u64, first: u64, second: u64) -> String {
    format!(
        "{kind:02x}{:06x}{first:016x}{:08x}",
        scene & 0xff_ffff,
        second & 0xffff_ffff
    )
}

#[derive(Serialize)]
pub(super) struct SceneRow {
    pub(super) token: String,
    pub(super) log_token: String,
    pub(super) nbr_samples: usize,
    pub(super) first_sample_token: String,
    pub(super) last_sample_token: String,
    pub(super) name: String,
    pub(super) description: &'static str,
}

#[derive(Serialize)]
pub(super) struct LogRow {
    token: String,
    logfile: String,
    vehicle: &'static str,
    date_captured: &'static str,
    location: &'static str,
}

impl LogRow {
    /// A log of which nothing is known but its name.
    pub(super) fn unknown(token: &str, name: &str) -> Self {
        Self {
            token: token.to_owned(),
            logfile: name.to_owned(),
            vehicle: "",
            date_captured: "",
            location: "",
        }
    }
}

#[derive(Serialize)]
pub(super) struct SampleRow {
    pub(super) token: String,
    pub(super) timestamp: u64,
    pub(super) prev: String,
    pub(super) next: String,
    pub(super) scene_token: String,
}

#[derive(Clone, Serialize)]
pub(super) struct SampleDataRow {
    pub(super) token: String,
    pub(super) sample_token: String,
    pub(super) ego_pose_token: String,
    pub(super) calibrated_sensor_token: String,
    pub(super) timestamp: u64,
    pub(super) fileformat: &'static str,
    pub(super) is_key_frame: bool,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) filename: String,
    pub(super) prev: String,
    pub(super) next: String,
}

#[derive(Serialize)]
pub(super) struct SensorRow {
    pub(super) token: String,
    pub(super) channel: String,
    pub(super) modality: &'static str,
}

#[derive(Serialize)]
pub(super) struct CalibratedSensorRow {
    pub(super) token: String,
    pub(super) sensor_token: String,
    pub(super) translation: [f64; 3],
    pub(super) rotation: [f64; 4],
    pub(super) camera_intrinsic: [[f64; 3]; 3],
}

#[derive(Serialize)]
pub(super) struct EgoPoseRow {
    pub(super) token: String,
    pub(super) timestamp: u64,
    pub(super) rotation: [f64; 4],
    pub(super) translation: [f64; 3],
}

#[derive(Serialize)]
pub(super) struct CategoryRow {
    pub(super) token: String,
    pub(super) name: String,
    pub(super) description: &'static str,
}

#[derive(Serialize)]
struct InstanceRow {
    token: String,
    category_token: String,
    nbr_annotations: usize,
    first_annotation_token: String,
    last_annotation_token: String,
}

#[derive(Serialize)]
struct SampleAnnotationRow {
    token: String,
    sample_token: String,
    instance_token: String,
    visibility_token: &'static str,
    attribute_tokens: [String; 0],
    translation: [f64; 3],
    size: [f64; 3],
    rotation: [f64; 4],
    prev: String,
    next: String,
    num_lidar_pts: u32,
    num_radar_pts: u32,
}

#[derive(Serialize)]
struct VisibilityRow {
    token: &'static str,
    level: &'static str,
    description: &'static str,
}

/// A list of rows being written.
pub(super) struct Table {
    path: PathBuf,
    file: BufWriter<File>,
    rows: usize,
}

impl Table {
    fn create(folder: &Path, name: &str) -> Result<Self> {
        let path = folder.join(format!("{name}.json"));
        let file = File::create(&path).map_err(|source| DatasetError::Write {
            path: path.clone(),
            source,
        })?;
        Ok(Self {
            path,
            file: BufWriter::new(file),
            rows: 0,
        })
    }

    /// Adds a row.
    pub(super) fn push(&mut self, row: &impl Serialize) -> Result<()> {
        let start = if self.rows == 0 { "[\n" } else { ",\n" };
        self.rows += 1;
        let written = self.file.write_all(start.as_bytes());
        let written = written
            .and_then(|()| serde_json::to_writer(&mut self.file, row).map_err(io::Error::from));
        written.map_err(|source| self.unwritable(source))
    }

    fn finish(mut self) -> Result<()> {
        let end: &[u8] = if self.rows == 0 { b"[]\n" } else { b"\n]\n" };
        let written = self.file.write_all(end).and_then(|()| self.file.flush());
        written.map_err(|source| self.unwritable(source))
    }

    fn unwritable(&self, source: io::Error) -> DatasetError {
        DatasetError::Write {
            path: self.path.clone(),
            source,
        }
    }
}

/// An object of the scene being written.
struct Track {
    category_token: String,
    annotations: usize,
    first: String,
    waiting: SampleAnnotationRow,
}

/// All tables of a version.
pub(super) struct Tables {
    folder: PathBuf,
    pub(super) scene: Table,
    pub(super) log: Table,
    pub(super) sample: Table,
    pub(super) sample_data: Table,
    pub(super) ego_pose: Table,
    pub(super) calibrated_sensor: Table,
    annotation: Table,
    instance: Table,
    tracks: BTreeMap<String, Track>,
}

impl Tables {
    pub(super) fn create(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|source| DatasetError::Write {
            path: folder.to_owned(),
            source,
        })?;
        let table = |name: &str| Table::create(folder, name);
        Ok(Self {
            folder: folder.to_owned(),
            scene: table("scene")?,
            log: table("log")?,
            sample: table("sample")?,
            sample_data: table("sample_data")?,
            ego_pose: table("ego_pose")?,
            calibrated_sensor: table("calibrated_sensor")?,
            annotation: table("sample_annotation")?,
            instance: table("instance")?,
            tracks: BTreeMap::new(),
        })
    }

    /// Adds a box of an object, given the tokens of the row, its sample, its instance and its category.
    pub(super) fn annotate(
        &mut self,
        [token, sample_token, instance_token, category_token]: [String; 4],
        world_box: &OrientedBox,
    ) -> Result<()> {
        let size = world_box.size;
        let mut row = SampleAnnotationRow {
            sample_token,
            visibility_token: "",
            attribute_tokens: [],
            translation: world_box.pose.translation().to_array(),
            size: [size.y, size.x, size.z],
            rotation: world_box.pose.quaternion(),
            prev: String::new(),
            next: String::new(),
            num_lidar_pts: 0,
            num_radar_pts: 0,
            instance_token: instance_token.clone(),
            token,
        };
        let Some(track) = self.tracks.get_mut(&instance_token) else {
            let track = Track {
                category_token,
                annotations: 1,
                first: row.token.clone(),
                waiting: row,
            };
            self.tracks.insert(instance_token, track);
            return Ok(());
        };
        track.annotations += 1;
        row.prev.clone_from(&track.waiting.token);
        track.waiting.next.clone_from(&row.token);
        let before = std::mem::replace(&mut track.waiting, row);
        self.annotation.push(&before)
    }

    /// Writes what waits for rows that will not come.
    pub(super) fn end_of_scene(&mut self) -> Result<()> {
        for (token, track) in std::mem::take(&mut self.tracks) {
            self.annotation.push(&track.waiting)?;
            self.instance.push(&InstanceRow {
                token,
                category_token: track.category_token,
                nbr_annotations: track.annotations,
                first_annotation_token: track.first,
                last_annotation_token: track.waiting.token,
            })?;
        }
        Ok(())
    }

    /// Writes the tables that are known at the end, and closes all.
    pub(super) fn finish(
        self,
        sensors: Vec<SensorRow>,
        categories: Vec<CategoryRow>,
    ) -> Result<()> {
        fn whole<T: Serialize>(folder: &Path, name: &str, rows: &[T]) -> Result<()> {
            let mut table = Table::create(folder, name)?;
            rows.iter().try_for_each(|row| table.push(row))?;
            table.finish()
        }
        whole(&self.folder, "sensor", &sensors)?;
        whole(&self.folder, "category", &categories)?;
        whole::<()>(&self.folder, "attribute", &[])?;
        whole::<()>(&self.folder, "map", &[])?;
        let levels = [
            ("1", "v0-40"),
            ("2", "v40-60"),
            ("3", "v60-80"),
            ("4", "v80-100"),
        ];
        let levels = levels.map(|(token, level)| VisibilityRow {
            token,
            level,
            description: "share of the object that all cameras together see",
        });
        whole(&self.folder, "visibility", &levels)?;
        let tables = [
            self.scene,
            self.log,
            self.sample,
            self.sample_data,
            self.ego_pose,
            self.calibrated_sensor,
            self.annotation,
            self.instance,
        ];
        tables.into_iter().try_for_each(Table::finish)
    }
}
