//! YouTube-VOS: 94 categories, annotated at 6 frames a second (Xu et al., ECCV 2018).
//!
//! In: `train`, `valid` or `test` as the archives unpack, with `meta.json`, `JPEGImages` and `Annotations` (indexed PNG;
//! in `valid` only where an object appears for the first time). Out: samples, and which object is to be judged in which
//! frames. Format: the data set's page, youtube-vos.org.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::split_folders::SplitFolders;
use crate::error::{DatasetError, Result};
use crate::formats::json::read_json;
use crate::formats::text::in_entry;
use crate::names::check_name;
use crate::sample::VideoSample;

#[derive(Deserialize)]
struct MetaFile {
    videos: BTreeMap<String, MetaVideo>,
}

#[derive(Deserialize)]
struct MetaVideo {
    objects: BTreeMap<String, MetaObject>,
}

#[derive(Deserialize)]
struct MetaObject {
    category: String,
    #[serde(default)]
    frames: Vec<String>,
}

/// An object of a video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YoutubeVosObject {
    /// Its value in the annotations.
    pub id: u8,
    /// Its category, such as `dog`.
    pub category: String,
    /// Names of the frames from its first appearance on, in which it is judged.
    pub frames: Vec<String>,
}

/// The objects of all videos of a split, as `meta.json` lists them.
#[derive(Clone, Debug)]
pub struct YoutubeVosMeta {
    path: PathBuf,
    videos: BTreeMap<String, Vec<YoutubeVosObject>>,
}

impl YoutubeVosMeta {
    /// Reads a `meta.json`.
    ///
    /// # Errors
    /// [`DatasetError::Json`] and [`DatasetError::Entry`] for what is no such list.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file: MetaFile = read_json(path)?;
        let mut videos = BTreeMap::new();
        for (video, meta) in file.videos {
            let entry = |reason: String| in_entry(path, format!("videos/{video}"), reason);
            check_name(&video).map_err(|error| entry(error.to_string()))?;
            let mut objects = Vec::with_capacity(meta.objects.len());
            for (id, object) in meta.objects {
                let id = id.parse().ok().filter(|id| *id > 0).ok_or_else(|| {
                    entry(format!(
                        "`{id}` is no value of an object, which are 1 to 255"
                    ))
                })?;
                let (category, frames) = (object.category, object.frames);
                frames
                    .iter()
                    .try_for_each(|frame| check_name(frame))
                    .map_err(|error| entry(error.to_string()))?;
                objects.push(YoutubeVosObject {
                    id,
                    category,
                    frames,
                });
            }
            objects.sort_by_key(|object| object.id);
            videos.insert(video, objects);
        }
        Ok(Self {
            path: path.to_owned(),
            videos,
        })
    }

    /// Names of the videos, in alphabetical order.
    pub fn videos(&self) -> impl Iterator<Item = &str> {
        self.videos.keys().map(String::as_str)
    }

    /// The objects of a video, by their values.
    ///
    /// # Errors
    /// [`DatasetError::Missing`] for a video that is not listed.
    pub fn objects(&self, video: &str) -> Result<&[YoutubeVosObject]> {
        let objects = self
            .videos
            .get(video)
            .ok_or_else(|| DatasetError::Missing {
                path: self.path.clone(),
                what: "video",
                name: video.to_owned(),
            })?;
        Ok(objects)
    }
}

/// One split of YouTube-VOS.
#[derive(Clone, Debug)]
pub struct YoutubeVos {
    folders: SplitFolders,
    meta: YoutubeVosMeta,
}

impl YoutubeVos {
    /// Opens a split, from the folder of all splits or its own.
    ///
    /// # Errors
    /// [`DatasetError::Layout`] where there are neither frames nor annotations, and those of [`YoutubeVosMeta::read`].
    pub fn open(path: impl AsRef<Path>, split: &str) -> Result<Self> {
        let folders = SplitFolders::open(path.as_ref(), split, "YouTube-VOS")?;
        let meta = YoutubeVosMeta::read(folders.root().join("meta.json"))?;
        Ok(Self { folders, meta })
    }

    /// The folder of the split.
    pub fn root(&self) -> &Path {
        self.folders.root()
    }

    /// What `meta.json` says.
    pub fn meta(&self) -> &YoutubeVosMeta {
        &self.meta
    }

    /// Names of the videos on the disk, in alphabetical order.
    ///
    /// # Errors
    /// [`DatasetError::Read`].
    pub fn videos(&self) -> Result<Vec<String>> {
        self.folders.videos()
    }

    /// A video by name.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`] for names that are paths, and those of [`VideoSample::pair`].
    pub fn sample(&self, video: &str) -> Result<VideoSample> {
        self.folders.sample(video)
    }
}
