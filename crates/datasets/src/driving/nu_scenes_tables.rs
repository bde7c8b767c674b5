//! The tables of nuScenes as they stand in their files.
//!
//! In: `v1.0-*/TABLE.json`, lists of records that name each other by tokens. Out: the fields that samples need. Format:
//! `docs/schema_nuscenes.md` of nuscenes-devkit.

use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Scene {
    pub(super) token: String,
    pub(super) name: String,
    pub(super) description: String,
}

#[derive(Deserialize)]
pub(super) struct Sample {
    pub(super) token: String,
    pub(super) timestamp: u64,
    pub(super) scene_token: String,
}

#[derive(Deserialize)]
pub(super) struct SampleData {
    pub(super) token: String,
    pub(super) sample_token: String,
    pub(super) ego_pose_token: String,
    pub(super) calibrated_sensor_token: String,
    pub(super) timestamp: u64,
    pub(super) is_key_frame: bool,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) filename: String,
}

#[derive(Deserialize)]
pub(super) struct CalibratedSensor {
    pub(super) token: String,
    pub(super) sensor_token: String,
    pub(super) translation: [f64; 3],
    pub(super) rotation: [f64; 4],
    /// Three rows of three; empty for sensors that are no cameras.
    pub(super) camera_intrinsic: Vec<[f64; 3]>,
}

#[derive(Deserialize)]
pub(super) struct Sensor {
    pub(super) token: String,
    pub(super) channel: String,
    pub(super) modality: String,
}

#[derive(Deserialize)]
pub(super) struct EgoPose {
    pub(super) token: String,
    pub(super) translation: [f64; 3],
    pub(super) rotation: [f64; 4],
}

#[derive(Deserialize)]
pub(super) struct Category {
    pub(super) token: String,
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct Instance {
    pub(super) token: String,
    pub(super) category_token: String,
}

#[derive(Deserialize)]
pub(super) struct SampleAnnotation {
    pub(super) token: String,
    pub(super) sample_token: String,
    pub(super) instance_token: String,
    pub(super) visibility_token: String,
    pub(super) translation: [f64; 3],
    pub(super) size: [f64; 3],
    pub(super) rotation: [f64; 4],
    pub(super) num_lidar_pts: u32,
}
