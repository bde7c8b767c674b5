//! Results of tracking in nuScenes.
//!
//! In: tracked boxes by key frame. Out: the JSON file that the evaluation takes; and back. Format:
//! `eval/tracking/README.md` of nuscenes-devkit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::nu_scenes::NuPose;
use crate::error::Result;
use crate::formats::json::{read_json, write_json};
use crate::formats::text::in_entry;

/// Something that a method may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NuSource {
    /// Cameras.
    Camera,
    /// Lidar.
    Lidar,
    /// Radar.
    Radar,
    /// Maps.
    Map,
    /// Data of others.
    External,
}

impl NuSource {
    /// All of them, with their keys in the file.
    const ALL: [(Self, &'static str); 5] = [
        (Self::Camera, "use_camera"),
        (Self::Lidar, "use_lidar"),
        (Self::Radar, "use_radar"),
        (Self::Map, "use_map"),
        (Self::External, "use_external"),
    ];
}

/// A tracked object at a key frame.
#[derive(Clone, Debug, PartialEq)]
pub struct NuTrackedBox {
    /// Its centre and heading in the world.
    pub pose: NuPose,
    /// Width, length and height in metres.
    pub size: [f64; 3],
    /// Metres a second along the world's first two axes.
    pub velocity: [f64; 2],
    /// Name of its track.
    pub track: String,
    /// Its class, such as `car`; one for the whole track.
    pub class: String,
    /// How sure the method is.
    pub score: f64,
}

/// A results file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NuTrackingResults {
    /// What the method used.
    pub used: BTreeSet<NuSource>,
    /// Tracked boxes by the token of their key frame; key frames without any must be there, too.
    pub samples: BTreeMap<String, Vec<NuTrackedBox>>,
}

#[derive(Deserialize, Serialize)]
struct File {
    meta: BTreeMap<String, bool>,
    results: BTreeMap<String, Vec<FileBox>>,
}

#[derive(Deserialize, Serialize)]
struct FileBox {
    sample_token: String,
    translation: [f64; 3],
    size: [f64; 3],
    rotation: [f64; 4],
    velocity: [f64; 2],
    tracking_id: String,
    tracking_name: String,
    tracking_score: f64,
}

impl NuTrackingResults {
    /// Reads a results file.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json) for another shape, [`DatasetError::Entry`](crate::DatasetError::Entry)
    /// for a box that stands under another key frame than its own.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file: File = read_json(path)?;
        let mut samples = BTreeMap::new();
        for (token, boxes) in file.results {
            if let Some(other) = boxes.iter().find(|it| it.sample_token != token) {
                let reason = format!("a box of sample `{}`", other.sample_token);
                return Err(in_entry(path, format!("results/{token}"), reason));
            }
            let boxes = boxes.into_iter().map(|it| NuTrackedBox {
                pose: NuPose {
                    rotation: it.rotation,
                    translation: it.translation,
                },
                size: it.size,
                velocity: it.velocity,
                track: it.tracking_id,
                class: it.tracking_name,
                score: it.tracking_score,
            });
            samples.insert(token, boxes.collect());
        }
        Ok(Self {
            used: NuSource::ALL
                .into_iter()
                .filter(|(_, key)| file.meta.get(*key) == Some(&true))
                .map(|(source, _)| source)
                .collect(),
            samples,
        })
    }

    /// Writes a results file.
    ///
    /// # Errors
    /// [`DatasetError::Write`](crate::DatasetError::Write).
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let results = self.samples.iter().map(|(token, boxes)| {
            let boxes = boxes.iter().map(|it| FileBox {
                sample_token: token.clone(),
                translation: it.pose.translation,
                size: it.size,
                rotation: it.pose.rotation,
                velocity: it.velocity,
                tracking_id: it.track.clone(),
                tracking_name: it.class.clone(),
                tracking_score: it.score,
            });
            (token.clone(), boxes.collect())
        });
        let meta = NuSource::ALL.map(|(source, key)| (key.to_owned(), self.used.contains(&source)));
        let file = File {
            meta: meta.into(),
            results: results.collect(),
        };
        write_json(path.as_ref(), &file)
    }
}
