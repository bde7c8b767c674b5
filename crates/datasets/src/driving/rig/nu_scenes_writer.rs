//! Clips of a rig as a folder of nuScenes.
//!
//! In: calibrated clips whose vehicle's motion is known, one after the other. Out: `v1.0-…` with its tables, pictures in
//! `samples/CHANNEL`, masks in `masks`. Every step is a key frame. Rows are written as soon as the row that follows is
//! known, so that memory grows with cameras and objects and not with time. Lidar and maps are not written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use tubelet_geometry::{Camera, Distortion, Rig};

use super::clip::RigClip;
use super::nu_scenes_masks::{MaskEntry, NUMBERS, PanopticEntry};
use super::nu_scenes_rows::{
    CalibratedSensorRow, CategoryRow, EgoPoseRow, LogRow, SampleDataRow, SampleRow, SceneRow,
    SensorRow, Tables, token,
};
use super::panoptic_labels::{DIVISOR, panoptic_labels};
use super::step::{RigObject, RigStep, RigView};
use crate::error::{DatasetError, Result};
use crate::formats::json::write_json;
use crate::names::check_name;

/// How pictures are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RigPictureForm {
    /// As JPEG; pictures that are none yet are compressed in a quality from 1 to 100.
    Jpeg(u8),
    /// As PNG, without loss.
    Png,
}

/// How masks are stored in the annotation folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RigMaskForm {
    /// COCO's run-length codes.
    #[default]
    RunLengths,
    /// Label pictures in Waymo's panoptic form.
    Panoptic,
}

/// A folder being written.
pub struct NuScenesWriter {
    root: PathBuf,
    pictures: RigPictureForm,
    masks: RigMaskForm,
    tables: Tables,
    scenes: u64,
    channels: Vec<String>,
    categories: BTreeSet<String>,
    /// Numbers of instances by their tokens, over all scenes.
    numbers: BTreeMap<String, u64>,
}

/// A scene being written.
struct Scene {
    index: u64,
    name: String,
    rig: Rig,
    steps: usize,
    /// The row of each camera that waits for its successor.
    waiting: Vec<Option<SampleDataRow>>,
}

impl NuScenesWriter {
    /// Begins a folder; `version` names the folder of tables, such as `v1.0-mini`.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`] for a version that is a path, [`DatasetError::Write`].
    pub fn create(
        root: impl AsRef<Path>,
        version: &str,
        (pictures, masks): (RigPictureForm, RigMaskForm),
    ) -> Result<Self> {
        check_name(version)?;
        let root = root.as_ref().to_owned();
        let tables = Tables::create(&root.join(version))?;
        make_folder(&root.join("masks"))?;
        Ok(Self {
            root,
            pictures,
            masks,
            tables,
            scenes: 0,
            channels: Vec::new(),
            categories: BTreeSet::new(),
            numbers: BTreeMap::new(),
        })
    }

    /// Adds a clip as a scene.
    ///
    /// # Errors
    /// [`DatasetError::Layout`] for a clip that nuScenes' form cannot hold: no calibration, lenses that bend, a picture
    /// without a pose, times before 1970. [`DatasetError::Write`], and what is wrong with the clip's own files.
    pub fn write(&mut self, clip: &mut RigClip) -> Result<()> {
        check_name(clip.name())?;
        let rig = clip.rig().cloned();
        let rig = rig.ok_or_else(|| self.refuse("the clip's cameras are not calibrated"))?;
        let mut scene = Scene {
            index: self.scenes,
            name: clip.name().to_owned(),
            steps: clip.step_count(),
            waiting: vec![None; rig.cameras().len()],
            rig,
        };
        self.scenes += 1;
        self.begin(&scene)?;
        for step in clip.steps() {
            let step = step?;
            self.step(&mut scene, &step)?;
        }
        for row in scene.waiting.into_iter().flatten() {
            self.tables.sample_data.push(&row)?;
        }
        self.tables.end_of_scene()
    }

    /// Writes what is known at the end: instances, categories, sensors.
    ///
    /// # Errors
    /// [`DatasetError::Write`].
    pub fn finish(self) -> Result<()> {
        write_json(&self.root.join("masks").join(NUMBERS), &self.numbers)?;
        let sensors = self.channels.iter().enumerate().map(|(index, channel)| {
            let token = token(b's', 0, index as u64, 0);
            SensorRow {
                token,
                channel: channel.clone(),
                modality: "camera",
            }
        });
        let sensors = sensors.collect();
        let names: Vec<&String> = self.categories.iter().collect();
        let categories: Vec<CategoryRow> = names
            .iter()
            .map(|name| CategoryRow {
                token: category_token(name),
                name: (*name).clone(),
                description: "",
            })
            .collect();
        self.tables.finish(sensors, categories)
    }

    fn refuse(&self, reason: impl Into<String>) -> DatasetError {
        DatasetError::Layout {
            path: self.root.clone(),
            dataset: "nuScenes",
            reason: reason.into(),
        }
    }

    fn begin(&mut self, scene: &Scene) -> Result<()> {
        for (index, (name, camera)) in named(&scene.rig).enumerate() {
            check_name(name)?;
            if camera.lens.distortion() != Distortion::None {
                let reason = format!("camera `{name}` bends lines; its pictures must be rectified");
                return Err(self.refuse(reason));
            }
            make_folder(&self.root.join("samples").join(name))?;
            let known = self.channels.iter().position(|known| known == name);
            let sensor = known.unwrap_or_else(|| {
                self.channels.push(name.clone());
                self.channels.len() - 1
            });
            let (focal, center) = (camera.lens.focal(), camera.lens.center() - 0.5);
            let place = camera.ego_from_camera;
            self.tables.calibrated_sensor.push(&CalibratedSensorRow {
                token: token(b'c', scene.index, index as u64, 0),
                sensor_token: token(b's', 0, sensor as u64, 0),
                translation: place.translation().to_array(),
                rotation: place.quaternion(),
                camera_intrinsic: [
                    [focal.x, 0.0, center.x],
                    [0.0, focal.y, center.y],
                    [0.0, 0.0, 1.0],
                ],
            })?;
        }
        let log = token(b'l', scene.index, 0, 0);
        self.tables.log.push(&LogRow::unknown(&log, &scene.name))?;
        self.tables.scene.push(&SceneRow {
            token: token(b'x', scene.index, 0, 0),
            log_token: log,
            nbr_samples: scene.steps,
            first_sample_token: scene.sample(0),
            last_sample_token: scene.sample(scene.steps.saturating_sub(1)),
            name: scene.name.clone(),
            description: "",
        })
    }

    fn step(&mut self, scene: &mut Scene, step: &RigStep) -> Result<()> {
        self.tables.sample.push(&SampleRow {
            token: scene.sample(step.index),
            timestamp: self.time(step.timestamp_micros)?,
            prev: step
                .index
                .checked_sub(1)
                .map_or_else(String::new, |it| scene.sample(it)),
            next: scene.sample(step.index + 1),
            scene_token: token(b'x', scene.index, 0, 0),
        })?;
        for (index, view) in step.views.iter().enumerate() {
            if let Some(view) = view {
                self.view(scene, (step.index, index), view)?;
            }
        }
        for found in &step.boxes {
            let instance = self.instance(scene, found.instance);
            self.categories.insert(found.category.clone());
            let category = category_token(&found.category);
            let token = token(b'a', scene.index, found.instance, step.index as u64);
            let sample = scene.sample(step.index);
            self.tables
                .annotate([token, sample, instance, category], &found.world_box)?;
        }
        Ok(())
    }

    fn view(
        &mut self,
        scene: &mut Scene,
        (step, index): (usize, usize),
        view: &RigView,
    ) -> Result<()> {
        let Some((name, camera)) = named(&scene.rig).nth(index) else {
            return Err(self.refuse("a view of no camera"));
        };
        let at = |reason: String| self.refuse(format!("step {step}, camera `{name}`: {reason}"));
        let pose = view.world_from_ego;
        let pose = pose.ok_or_else(|| at("nobody knows where the vehicle was".to_owned()))?;
        let time = self.time(view.timestamp_micros)?;
        let token = token(b'd', scene.index, step as u64, index as u64);
        let ending = match self.pictures {
            RigPictureForm::Jpeg(_) => "jpg",
            RigPictureForm::Png => "png",
        };
        let file = format!("samples/{name}/{}__{name}__{time}.{ending}", scene.name);
        let path = self.root.join(&file);
        match self.pictures {
            RigPictureForm::Jpeg(quality) => write_bytes(&path, &view.picture.jpeg(quality)?)?,
            RigPictureForm::Png => view.picture.decode()?.write_png(&path)?,
        }
        if let Some(masks) = &view.masks {
            let objects = masks.decode()?;
            self.masks(scene, (&token, camera), &objects)
                .map_err(|error| match error {
                    Refusal::Form(reason) => at(reason),
                    Refusal::File(error) => error,
                })?;
            for object in &objects {
                let instance = scene.instance(object.instance);
                self.numbers.insert(instance, object.instance);
            }
        }
        self.tables.ego_pose.push(&EgoPoseRow {
            token: token.clone(),
            timestamp: time,
            rotation: pose.quaternion(),
            translation: pose.translation().to_array(),
        })?;
        let mut row = SampleDataRow {
            sample_token: scene.sample(step),
            ego_pose_token: token.clone(),
            calibrated_sensor_token: self::token(b'c', scene.index, index as u64, 0),
            timestamp: time,
            fileformat: ending,
            is_key_frame: true,
            height: camera.size.height,
            width: camera.size.width,
            filename: file,
            prev: String::new(),
            next: String::new(),
            token,
        };
        let waiting = scene.waiting.get_mut(index).and_then(Option::take);
        if let Some(mut before) = waiting {
            before.next.clone_from(&row.token);
            row.prev.clone_from(&before.token);
            self.tables.sample_data.push(&before)?;
        }
        if let Some(place) = scene.waiting.get_mut(index) {
            *place = Some(row);
        }
        Ok(())
    }

    fn masks(
        &self,
        scene: &Scene,
        (token, camera): (&str, &Camera),
        objects: &[RigObject],
    ) -> Result<(), Refusal> {
        let folder = self.root.join("masks");
        let path = folder.join(format!("{token}.json"));
        match self.masks {
            RigMaskForm::RunLengths => {
                let entries = objects
                    .iter()
                    .map(|object| MaskEntry::of(object, scene.instance(object.instance)));
                write_json(&path, &entries.collect::<Vec<_>>())?;
            }
            RigMaskForm::Panoptic => {
                let (labels, locals) =
                    panoptic_labels(camera.size, objects).map_err(Refusal::Form)?;
                let panoptic = format!("{token}.png");
                labels.write(folder.join(&panoptic))?;
                let instances = locals.into_iter();
                let instances = instances.map(|(local, it)| (local, scene.instance(it.instance)));
                let entry = PanopticEntry {
                    panoptic,
                    divisor: DIVISOR,
                    instances: instances.collect(),
                };
                write_json(&path, &entry)?;
            }
        }
        Ok(())
    }

    fn instance(&mut self, scene: &Scene, number: u64) -> String {
        let token = scene.instance(number);
        self.numbers.insert(token.clone(), number);
        token
    }

    fn time(&self, micros: i64) -> Result<u64> {
        u64::try_from(micros).map_err(|_| self.refuse(format!("{micros} µs lie before 1970")))
    }
}

/// Why masks cannot be written.
enum Refusal {
    Form(String),
    File(DatasetError),
}

impl From<DatasetError> for Refusal {
    fn from(error: DatasetError) -> Self {
        Self::File(error)
    }
}

impl Scene {
    /// The token of a step; empty past the last.
    fn sample(&self, step: usize) -> String {
        if step >= self.steps {
            return String::new();
        }
        token(b'f', self.index, step as u64, 0)
    }

    /// The token of an instance.
    fn instance(&self, number: u64) -> String {
        token(b'i', self.index, number, 0)
    }
}

fn category_token(name: &str) -> String {
    // FNV-1a: the same name has the same token in every folder.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    token(b'k', 0, hash, 0)
}

fn named(rig: &Rig) -> impl Iterator<Item = (&String, &Camera)> {
    rig.names().iter().zip(rig.cameras())
}

fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|source| DatasetError::Write {
        path: path.to_owned(),
        source,
    })
}

fn write_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).map_err(|source| DatasetError::Write {
        path: path.to_owned(),
        source,
    })
}
