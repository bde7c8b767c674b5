//! nuScenes: six cameras around a car, with boxes in space (Caesar et al., CVPR 2020).
//!
//! In: the tables of `v1.0-trainval`, `v1.0-mini` or `v1.0-test`, and `samples/CHANNEL/*.jpg`. Out: scenes, their key
//! frames at two a second with calibrated cameras, and the boxes of objects. Sweeps between key frames and other sensors
//! are passed over. Of tables with millions of rows only what key frames need is kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use tubelet_geometry::FrameSize;
use tubelet_video::{Frame, read_image};

use super::nu_scenes_tables::{
    CalibratedSensor, Category, EgoPose, Instance, Sample, SampleAnnotation, SampleData, Scene,
    Sensor,
};
use crate::error::{DatasetError, Result};
use crate::formats::json_rows::read_rows;
use crate::formats::run_length_json::checked_size;
use crate::formats::text::in_entry;
use crate::names::{check_name, check_relative, folders};

/// A rigid motion: a rotation, then a translation in metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NuPose {
    /// Unit quaternion `w, x, y, z`.
    pub rotation: [f64; 4],
    /// Metres.
    pub translation: [f64; 3],
}

/// A picture of one camera.
#[derive(Clone, Debug, PartialEq)]
pub struct NuCamera {
    /// Token of the picture, under which annotations are kept.
    pub token: String,
    /// Name of the camera, such as `CAM_FRONT_LEFT`.
    pub channel: String,
    /// The picture's file.
    pub path: PathBuf,
    /// Width and height.
    pub size: FrameSize,
    /// When it was taken, in microseconds since 1970.
    pub timestamp_micros: u64,
    /// Maps from the camera's frame (z forward) to pixels, row after row.
    pub intrinsic: [[f64; 3]; 3],
    /// From the camera's frame to the car's.
    pub ego_from_camera: NuPose,
    /// From the car's frame to the world's, when the picture was taken.
    pub world_from_ego: NuPose,
}

impl NuCamera {
    /// Reads the picture.
    ///
    /// # Errors
    /// [`DatasetError::Video`] for what is wrong with the file.
    pub fn image(&self) -> Result<Frame> {
        Ok(read_image(&self.path, false)?)
    }
}

/// An object at a key frame.
#[derive(Clone, Debug, PartialEq)]
pub struct NuObject {
    /// Token of the object, the same throughout its scene.
    pub instance: String,
    /// Its category, such as `vehicle.car`.
    pub category: String,
    /// Its centre and heading in the world.
    pub pose: NuPose,
    /// Width, length and height in metres.
    pub size: [f64; 3],
    /// How much of it is seen: 1 (least) to 4; `None` where that was not noted.
    pub visibility: Option<u8>,
    /// Lidar points in the box.
    pub lidar_points: u32,
}

/// A key frame.
#[derive(Clone, Debug, PartialEq)]
pub struct NuSample {
    /// Its token, under which results are kept.
    pub token: String,
    /// When it was taken, in microseconds since 1970.
    pub timestamp_micros: u64,
    /// Its pictures, by names of cameras.
    pub cameras: Vec<NuCamera>,
    /// Its objects; none in the test split, which is kept secret.
    pub objects: Vec<NuObject>,
}

/// Twenty seconds of driving.
#[derive(Clone, Debug, PartialEq)]
pub struct NuScene {
    /// Its name, such as `scene-0061`.
    pub name: String,
    /// What happens.
    pub description: String,
    /// Its key frames, in order of time.
    pub samples: Vec<NuSample>,
}

/// One version of nuScenes.
#[derive(Clone, Debug)]
pub struct NuScenes {
    version: String,
    scenes: Vec<NuScene>,
}

impl NuScenes {
    /// Opens the folder around `v1.0-…` and `samples`; `version` names the folder of tables, such as `v1.0-mini`.
    ///
    /// # Errors
    /// [`DatasetError::Layout`] where there is no such version, [`DatasetError::Json`] for a table of another form,
    /// [`DatasetError::Entry`] for a record that names one that is not there.
    pub fn open(path: impl AsRef<Path>, version: &str) -> Result<Self> {
        check_name(version)?;
        let root = path.as_ref();
        let tables = root.join(version);
        if !tables.join("sample_data.json").is_file() {
            return Err(DatasetError::Layout {
                path: root.to_owned(),
                dataset: "nuScenes",
                reason: format!(
                    "there is no `{version}/sample_data.json` (there are: {})",
                    folders(root)?.join(", ")
                ),
            });
        }
        let mut samples = key_frames(root, &tables)?;
        add_objects(&tables, &mut samples)?;
        let mut scenes: BTreeMap<String, NuScene> = BTreeMap::new();
        read_rows(&tables.join("scene.json"), |scene: Scene| {
            let content = NuScene {
                name: scene.name,
                description: scene.description,
                samples: Vec::new(),
            };
            scenes.insert(scene.token, content);
        })?;
        for (token, (scene, sample)) in samples {
            let scene = scenes.get_mut(&scene).ok_or_else(|| {
                in_entry(
                    &tables.join("sample.json"),
                    token,
                    format!("no scene `{scene}`"),
                )
            })?;
            scene.samples.push(sample);
        }
        let mut scenes: Vec<NuScene> = scenes.into_values().collect();
        for scene in &mut scenes {
            scene.samples.sort_by_key(|sample| sample.timestamp_micros);
        }
        scenes.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(Self {
            version: version.to_owned(),
            scenes,
        })
    }

    /// Name of the version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The scenes, by their names.
    pub fn scenes(&self) -> &[NuScene] {
        &self.scenes
    }
}

/// Samples by token, each with the token of its scene.
type Samples = BTreeMap<String, (String, NuSample)>;

/// Records of a table by their tokens.
fn by_token<T: DeserializeOwned>(
    path: &Path,
    token: impl Fn(&T) -> &str,
) -> Result<BTreeMap<String, T>> {
    let mut records = BTreeMap::new();
    read_rows(path, |record: T| {
        records.insert(token(&record).to_owned(), record);
    })?;
    Ok(records)
}

fn key_frames(root: &Path, tables: &Path) -> Result<Samples> {
    let mut samples = Samples::new();
    read_rows(&tables.join("sample.json"), |sample: Sample| {
        let content = NuSample {
            token: sample.token.clone(),
            timestamp_micros: sample.timestamp,
            cameras: Vec::new(),
            objects: Vec::new(),
        };
        samples.insert(sample.token, (sample.scene_token, content));
    })?;
    let sensors = by_token(&tables.join("sensor.json"), |it: &Sensor| &it.token)?;
    let mounted = tables.join("calibrated_sensor.json");
    let mounted = by_token(&mounted, |it: &CalibratedSensor| &it.token)?;
    let is_camera = |data: &SampleData| {
        let sensor = mounted.get(&data.calibrated_sensor_token);
        let sensor = sensor.and_then(|sensor| sensors.get(&sensor.sensor_token));
        sensor.is_none_or(|sensor| sensor.modality == "camera")
    };
    let path = tables.join("sample_data.json");
    let mut pictures = Vec::new();
    read_rows(&path, |data: SampleData| {
        if data.is_key_frame && is_camera(&data) {
            pictures.push(data);
        }
    })?;
    let mut poses: BTreeMap<&str, Option<EgoPose>> = BTreeMap::new();
    poses.extend(
        pictures
            .iter()
            .map(|data| (data.ego_pose_token.as_str(), None)),
    );
    read_rows(&tables.join("ego_pose.json"), |pose: EgoPose| {
        if let Some(place) = poses.get_mut(pose.token.as_str()) {
            *place = Some(pose);
        }
    })?;
    for data in &pictures {
        let refuse = |reason: String| in_entry(&path, &data.token, reason);
        let none = |what: &str, token: &str| refuse(format!("no {what} `{token}`"));
        let pose = poses
            .get(data.ego_pose_token.as_str())
            .and_then(Option::as_ref);
        let pose = pose.ok_or_else(|| none("ego_pose", &data.ego_pose_token))?;
        let mount = mounted.get(&data.calibrated_sensor_token);
        let mount =
            mount.ok_or_else(|| none("calibrated_sensor", &data.calibrated_sensor_token))?;
        let sensor = sensors.get(&mount.sensor_token);
        let sensor = sensor.ok_or_else(|| none("sensor", &mount.sensor_token))?;
        check_relative(&data.filename).map_err(|error| refuse(error.to_string()))?;
        let [first, second, third] = mount.camera_intrinsic.as_slice() else {
            return Err(refuse(format!("{} has no camera matrix", sensor.channel)));
        };
        let (_, sample) = samples
            .get_mut(&data.sample_token)
            .ok_or_else(|| none("sample", &data.sample_token))?;
        sample.cameras.push(NuCamera {
            token: data.token.clone(),
            channel: sensor.channel.clone(),
            path: root.join(&data.filename),
            size: checked_size(data.width, data.height).map_err(refuse)?,
            timestamp_micros: data.timestamp,
            intrinsic: [*first, *second, *third],
            ego_from_camera: checked_pose(mount.rotation, mount.translation).map_err(refuse)?,
            world_from_ego: checked_pose(pose.rotation, pose.translation).map_err(refuse)?,
        });
    }
    for (_, sample) in samples.values_mut() {
        sample
            .cameras
            .sort_by(|left, right| left.channel.cmp(&right.channel));
    }
    Ok(samples)
}

/// Adds the objects, where their tables are at hand.
fn add_objects(tables: &Path, samples: &mut Samples) -> Result<()> {
    let path = tables.join("sample_annotation.json");
    if !path.is_file() {
        return Ok(());
    }
    let categories = by_token(&tables.join("category.json"), |it: &Category| &it.token)?;
    let instances = by_token(&tables.join("instance.json"), |it: &Instance| &it.token)?;
    let mut failure = None;
    read_rows(&path, |annotation: SampleAnnotation| {
        let token = annotation.token.clone();
        let added = object(annotation, &categories, &instances, samples);
        if let (Err(reason), None) = (added, &failure) {
            failure = Some(in_entry(&path, token, reason));
        }
    })?;
    failure.map_or(Ok(()), Err)
}

fn object(
    annotation: SampleAnnotation,
    categories: &BTreeMap<String, Category>,
    instances: &BTreeMap<String, Instance>,
    samples: &mut Samples,
) -> Result<(), String> {
    let instance = instances.get(&annotation.instance_token);
    let category = instance.and_then(|it| categories.get(&it.category_token));
    let category = category
        .ok_or_else(|| format!("no category of instance `{}`", annotation.instance_token))?;
    let sample = samples.get_mut(&annotation.sample_token);
    let (_, sample) = sample.ok_or_else(|| format!("no sample `{}`", annotation.sample_token))?;
    sample.objects.push(NuObject {
        category: category.name.clone(),
        pose: checked_pose(annotation.rotation, annotation.translation)?,
        size: annotation.size,
        visibility: annotation.visibility_token.parse().ok(),
        lidar_points: annotation.num_lidar_pts,
        instance: annotation.instance_token,
    });
    Ok(())
}

fn checked_pose(rotation: [f64; 4], translation: [f64; 3]) -> Result<NuPose, String> {
    let square: f64 = rotation.iter().map(|part| part * part).sum();
    let near = translation.iter().all(|metres| metres.is_finite());
    let is_unit = (square - 1.0).abs() < 1e-2;
    if !(near && is_unit) {
        return Err(format!(
            "{rotation:?} and {translation:?} are no rigid motion"
        ));
    }
    Ok(NuPose {
        rotation,
        translation,
    })
}
