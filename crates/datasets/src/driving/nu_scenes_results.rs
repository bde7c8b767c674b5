//! Results of tracking in nuScenes, and what its files of results have in common.
//!
//! In: tracked boxes by key frame. Out: the JSON file that the evaluation takes; and back. Format:
//! `eval/tracking/README.md` of nuscenes-devkit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::de::DeserializeOwned;
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
struct File<B> {
    meta: BTreeMap<String, bool>,
    results: BTreeMap<String, Vec<B>>,
}

/// A box as it stands in a file.
pub(super) trait FileBox: DeserializeOwned + Serialize {
    /// What it is to us.
    type Content;

    /// The key frame that it names.
    fn sample(&self) -> &str;

    fn into_content(self) -> Self::Content;

    fn new(sample: &str, content: &Self::Content) -> Self;
}

/// What a method used, and its boxes by the token of their key frame.
pub(super) type Content<B> = (BTreeSet<NuSource>, BTreeMap<String, Vec<B>>);

/// Reads a results file of either kind.
pub(super) fn read_results<B: FileBox>(path: &Path) -> Result<Content<B::Content>> {
    let file: File<B> = read_json(path)?;
    let mut samples = BTreeMap::new();
    for (token, boxes) in file.results {
        if let Some(other) = boxes.iter().find(|it| it.sample() != token) {
            let reason = format!("a box of sample `{}`", other.sample());
            return Err(in_entry(path, format!("results/{token}"), reason));
        }
        let boxes = boxes.into_iter().map(B::into_content).collect();
        samples.insert(token, boxes);
    }
    let used = NuSource::ALL
        .into_iter()
        .filter(|(_, key)| file.meta.get(*key) == Some(&true))
        .map(|(source, _)| source);
    Ok((used.collect(), samples))
}

/// Writes a results file of either kind.
pub(super) fn write_results<B: FileBox>(
    path: &Path,
    used: &BTreeSet<NuSource>,
    samples: &BTreeMap<String, Vec<B::Content>>,
) -> Result<()> {
    let results = samples.iter().map(|(token, boxes)| {
        let boxes = boxes.iter().map(|it| B::new(token, it)).collect();
        (token.clone(), boxes)
    });
    let meta = NuSource::ALL.map(|(source, key)| (key.to_owned(), used.contains(&source)));
    let file: File<B> = File {
        meta: meta.into(),
        results: results.collect(),
    };
    write_json(path, &file)
}

#[derive(Deserialize, Serialize)]
struct FileTrackedBox {
    sample_token: String,
    translation: [f64; 3],
    size: [f64; 3],
    rotation: [f64; 4],
    velocity: [f64; 2],
    tracking_id: String,
    tracking_name: String,
    tracking_score: f64,
}

impl FileBox for FileTrackedBox {
    type Content = NuTrackedBox;

    fn sample(&self) -> &str {
        &self.sample_token
    }

    fn into_content(self) -> NuTrackedBox {
        NuTrackedBox {
            pose: NuPose {
                rotation: self.rotation,
                translation: self.translation,
            },
            size: self.size,
            velocity: self.velocity,
            track: self.tracking_id,
            class: self.tracking_name,
            score: self.tracking_score,
        }
    }

    fn new(sample: &str, it: &NuTrackedBox) -> Self {
        Self {
            sample_token: sample.to_owned(),
            translation: it.pose.translation,
            size: it.size,
            rotation: it.pose.rotation,
            velocity: it.velocity,
            tracking_id: it.track.clone(),
            tracking_name: it.class.clone(),
            tracking_score: it.score,
        }
    }
}

impl NuTrackingResults {
    /// Reads a results file.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json) for another shape, [`DatasetError::Entry`](crate::DatasetError::Entry)
    /// for a box that stands under another key frame than its own.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let (used, samples) = read_results::<FileTrackedBox>(path.as_ref())?;
        Ok(Self { used, samples })
    }

    /// Writes a results file.
    ///
    /// # Errors
    /// [`DatasetError::Write`](crate::DatasetError::Write).
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        write_results::<FileTrackedBox>(path.as_ref(), &self.used, &self.samples)
    }
}
