//! Scenes of nuScenes as clips of a rig.
//!
//! In: a scene, and a folder of masks where there is one. Out: a clip with a step for each key frame. nuScenes' pictures
//! are rectified, so that its lenses bend nothing.

use std::collections::BTreeMap;
use std::path::Path;

use glam::DVec3;
use tubelet_geometry::{Camera, Distortion, Lens, OrientedBox, Rig, RigidTransform};

use super::clip::{RigAbout, RigClip, RigSource, no_step};
use super::nu_scenes_masks::NuScenesMasks;
use super::step::{RigBox, RigMasks, RigPicture, RigStep, RigView};
use crate::driving::nu_scenes::{NuCamera, NuObject, NuPose, NuScene};
use crate::error::Result;
use crate::formats::text::in_entry;

/// Farther from zero, in pixels, an entry of a camera matrix that should be zero is a different model of a camera.
const SKEW: f64 = 1e-6;

impl RigClip {
    /// A scene of nuScenes. `masks` is an annotation folder with a file for each annotated picture; pictures without one
    /// are not annotated.
    ///
    /// # Errors
    /// [`DatasetError::Entry`](crate::DatasetError::Entry) for a camera whose calibration cannot be used or changes within the scene.
    pub fn from_nu_scene(scene: &NuScene, masks: Option<&Path>) -> Result<Self> {
        let mut cameras: BTreeMap<&str, (Camera, &NuCamera)> = BTreeMap::new();
        for picture in scene.samples.iter().flat_map(|sample| &sample.cameras) {
            let refuse = |reason: String| {
                in_entry(
                    &picture.path,
                    format!("{}, camera {}", scene.name, picture.channel),
                    reason,
                )
            };
            let camera = calibrated(picture).map_err(refuse)?;
            match cameras.get(picture.channel.as_str()) {
                Some((_, first)) if !is_same(first, picture) => {
                    return Err(refuse("its calibration changes within the scene".into()));
                }
                Some(_) => {}
                None => {
                    cameras.insert(&picture.channel, (camera, picture));
                }
            }
        }
        let named = cameras
            .into_iter()
            .map(|(name, (camera, _))| (name.to_owned(), camera));
        let about = RigAbout::calibrated(&scene.name, Rig::new(named.collect())?);
        let tokens = scene.samples.iter().flat_map(|sample| &sample.objects);
        let tokens = tokens.map(|object| object.instance.as_str());
        let masks = NuScenesMasks::open(masks, tokens)?;
        let source = KeyFrames {
            cameras: about.cameras.clone(),
            scene: scene.clone(),
            masks,
        };
        Ok(Self::new(about, source))
    }
}

struct KeyFrames {
    cameras: Vec<String>,
    scene: NuScene,
    masks: NuScenesMasks,
}

impl RigSource for KeyFrames {
    fn step_count(&self) -> usize {
        self.scene.samples.len()
    }

    fn step(&mut self, index: usize) -> Result<RigStep> {
        let sample = self.scene.samples.get(index);
        let sample = sample.ok_or_else(|| no_step(&self.scene.name, index, self.step_count()))?;
        let views = self.cameras.iter().map(|channel| {
            let picture = sample.cameras.iter().find(|it| it.channel == *channel);
            picture.map(|picture| self.view(picture)).transpose()
        });
        let boxes = sample.objects.iter().map(|object| self.world_box(object));
        Ok(RigStep {
            index,
            timestamp_micros: signed(sample.timestamp_micros),
            key_frame: Some(sample.token.clone()),
            views: views.collect::<Result<_>>()?,
            boxes: boxes.collect::<Result<_>>()?,
        })
    }
}

impl KeyFrames {
    fn view(&self, picture: &NuCamera) -> Result<RigView> {
        Ok(RigView {
            timestamp_micros: signed(picture.timestamp_micros),
            world_from_ego: Some(motion(&picture.world_from_ego)?),
            picture: RigPicture::File(picture.path.clone()),
            masks: self.masks.of(&picture.token)?.map(RigMasks::Annotated),
        })
    }

    fn world_box(&self, object: &NuObject) -> Result<RigBox> {
        let [width, length, height] = object.size;
        Ok(RigBox {
            instance: self.masks.number(&object.instance)?,
            category: object.category.clone(),
            world_box: OrientedBox {
                pose: motion(&object.pose)?,
                size: DVec3::new(length, width, height),
            },
        })
    }
}

/// Times after the year 294,000 are cut off.
fn signed(micros: u64) -> i64 {
    i64::try_from(micros).unwrap_or(i64::MAX)
}

fn motion(pose: &NuPose) -> Result<RigidTransform> {
    Ok(RigidTransform::from_quaternion(
        pose.rotation,
        pose.translation,
    )?)
}

/// Whether two pictures were taken by a camera built and mounted in one way.
fn is_same(first: &NuCamera, second: &NuCamera) -> bool {
    first.size == second.size
        && first.intrinsic == second.intrinsic
        && first.ego_from_camera == second.ego_from_camera
}

fn calibrated(picture: &NuCamera) -> Result<Camera, String> {
    let [[fx, skew, cx], [zero, fy, cy], last] = picture.intrinsic;
    let is_plain = skew.abs() < SKEW && zero.abs() < SKEW && last == [0.0, 0.0, 1.0];
    if !is_plain {
        return Err(format!(
            "{:?} is no camera matrix without skew",
            picture.intrinsic
        ));
    }
    let shown = |error: tubelet_geometry::GeometryError| error.to_string();
    let lens = Lens::from_calibration([fx, fy], [cx, cy], Distortion::None).map_err(shown)?;
    let pose = &picture.ego_from_camera;
    let place = RigidTransform::from_quaternion(pose.rotation, pose.translation).map_err(shown)?;
    Camera::new(picture.size, lens, place).map_err(shown)
}
