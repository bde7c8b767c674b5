//! Results of detection in nuScenes, which trackers start from.
//!
//! In: the JSON file that the evaluation takes. Out: detected boxes by key frame; and back. Format:
//! `eval/detection/README.md` of nuscenes-devkit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::nu_scenes::NuPose;
use super::nu_scenes_results::{FileBox, NuSource, read_results, write_results};
use crate::error::Result;

/// An object that was detected at a key frame.
#[derive(Clone, Debug, PartialEq)]
pub struct NuDetectedBox {
    /// Its centre and heading in the world.
    pub pose: NuPose,
    /// Width, length and height in metres.
    pub size: [f64; 3],
    /// Metres a second along the world's first two axes.
    pub velocity: [f64; 2],
    /// Its class, such as `car` or `traffic_cone`.
    pub class: String,
    /// How sure the method is, 0 to 1.
    pub score: f64,
    /// What it does, such as `vehicle.parked`; empty where its class has no attributes.
    pub attribute: String,
}

/// A results file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NuDetectionResults {
    /// What the method used.
    pub used: BTreeSet<NuSource>,
    /// Detected boxes by the token of their key frame; key frames without any must be there, too.
    pub samples: BTreeMap<String, Vec<NuDetectedBox>>,
}

#[derive(Deserialize, Serialize)]
struct FileDetectedBox {
    sample_token: String,
    translation: [f64; 3],
    size: [f64; 3],
    rotation: [f64; 4],
    velocity: [f64; 2],
    detection_name: String,
    detection_score: f64,
    #[serde(default)]
    attribute_name: String,
}

impl FileBox for FileDetectedBox {
    type Content = NuDetectedBox;

    fn sample(&self) -> &str {
        &self.sample_token
    }

    fn into_content(self) -> NuDetectedBox {
        NuDetectedBox {
            pose: NuPose {
                rotation: self.rotation,
                translation: self.translation,
            },
            size: self.size,
            velocity: self.velocity,
            class: self.detection_name,
            score: self.detection_score,
            attribute: self.attribute_name,
        }
    }

    fn new(sample: &str, it: &NuDetectedBox) -> Self {
        Self {
            sample_token: sample.to_owned(),
            translation: it.pose.translation,
            size: it.size,
            rotation: it.pose.rotation,
            velocity: it.velocity,
            detection_name: it.class.clone(),
            detection_score: it.score,
            attribute_name: it.attribute.clone(),
        }
    }
}

impl NuDetectionResults {
    /// Reads a results file.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json) for another shape, [`DatasetError::Entry`](crate::DatasetError::Entry)
    /// for a box that stands under another key frame than its own.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let (used, samples) = read_results::<FileDetectedBox>(path.as_ref())?;
        Ok(Self { used, samples })
    }

    /// Writes a results file.
    ///
    /// # Errors
    /// [`DatasetError::Write`](crate::DatasetError::Write).
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        write_results::<FileDetectedBox>(path.as_ref(), &self.used, &self.samples)
    }
}
