//! Ref-YouTube-VOS: sentences about the objects of YouTube-VOS (Seo et al., ECCV 2020).
//!
//! In: `meta_expressions/SPLIT/meta_expressions.json` with `SPLIT/JPEGImages` and `SPLIT/Annotations` (competition form),
//! or the authors' original file, whose sentences stand under objects. Out: videos with sentences. Results are 0/255
//! pictures, see [`MaskWriter`](crate::MaskWriter).
//!
//! The released `valid` file lists the videos of both `valid` and `test` (507, of which 202 are valid):
//! [`RefYoutubeVos::without`] takes the test videos out where the test list is at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::expressions::{ReferringVideo, read_expressions};
use crate::annotation::LabelEncoding;
use crate::error::{DatasetError, Result};
use crate::formats::json::read_json;
use crate::formats::text::in_entry;
use crate::names::{check_name, check_relative};
use crate::sample::VideoSample;

/// One split of Ref-YouTube-VOS, or of another data set in its form (Ref-DAVIS-2017 converted).
#[derive(Clone, Debug)]
pub struct RefYoutubeVos {
    file: PathBuf,
    folder: PathBuf,
    videos: Vec<ReferringVideo>,
}

impl RefYoutubeVos {
    /// Opens a split, from the folder of all splits or its own.
    ///
    /// # Errors
    /// [`DatasetError::Layout`] where there is no `meta_expressions.json`, [`DatasetError::Json`] and
    /// [`DatasetError::Entry`] for what is no such file.
    pub fn open(path: impl AsRef<Path>, split: &str) -> Result<Self> {
        check_name(split)?;
        let path = path.as_ref();
        let places = [
            (path.join("meta_expressions").join(split), path.join(split)),
            (path.join(split), path.join(split)),
            (path.to_owned(), path.to_owned()),
        ];
        let found = places.into_iter().find_map(|(place, folder)| {
            let file = place.join("meta_expressions.json");
            file.is_file().then_some((file, folder))
        });
        let (file, folder) = found.ok_or_else(|| DatasetError::Layout {
            path: path.to_owned(),
            dataset: "Ref-YouTube-VOS",
            reason: format!("no `meta_expressions.json` of `{split}`"),
        })?;
        let videos = read_expressions(&file)?;
        Ok(Self {
            file,
            folder,
            videos,
        })
    }

    /// The file of sentences.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The videos, in alphabetical order.
    pub fn videos(&self) -> &[ReferringVideo] {
        &self.videos
    }

    /// Drops the videos of another split.
    pub fn without(mut self, other: &Self) -> Self {
        let names: BTreeSet<&str> = other.videos.iter().map(|it| it.name.as_str()).collect();
        self.videos
            .retain(|video| !names.contains(video.name.as_str()));
        self
    }

    /// The frames of a video; with the labels of its objects where these are on the disk (`train`).
    ///
    /// # Errors
    /// Those of [`VideoSample::pair`].
    pub fn sample(&self, video: &ReferringVideo) -> Result<VideoSample> {
        check_relative(&video.name)?;
        let images = self.folder.join("JPEGImages").join(&video.name);
        let labels = self.folder.join("Annotations").join(&video.name);
        if labels.is_dir() {
            VideoSample::pair(&video.name, &images, &labels, LabelEncoding::Objects)
        } else {
            Ok(VideoSample::listed(&video.name, &images, &video.frames))
        }
    }
}

/// An object with its sentences, in the authors' original file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferredObject {
    /// Name of the video.
    pub video: String,
    /// Its value in the annotations.
    pub object: u8,
    /// Its category.
    pub category: String,
    /// Sentences of people who saw the whole video.
    pub expressions: Vec<String>,
    /// Sentences of people who saw the first frame alone.
    pub first_frame_expressions: Vec<String>,
    /// Names of the frames in which it is judged.
    pub frames: Vec<String>,
}

impl ReferredObject {
    /// Reads the authors' original file, by videos and objects.
    ///
    /// # Errors
    /// [`DatasetError::Json`] and [`DatasetError::Entry`].
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let file: OriginalFile = read_json(path)?;
        let mut objects = Vec::new();
        for (video, content) in file.videos {
            let refuse = |reason: String| in_entry(path, format!("videos/{video}"), reason);
            check_name(&video).map_err(|error| refuse(error.to_string()))?;
            for (object, content) in content.objects {
                let number = object.parse();
                objects.push(Self {
                    video: video.clone(),
                    object: number.map_err(|_| refuse(format!("`{object}` is no object")))?,
                    category: content.category,
                    expressions: content.expressions,
                    first_frame_expressions: content.expressions_first_frame,
                    frames: content.frames,
                });
            }
        }
        Ok(objects)
    }
}

#[derive(Deserialize)]
struct OriginalFile {
    videos: BTreeMap<String, OriginalVideo>,
}

#[derive(Deserialize)]
struct OriginalVideo {
    objects: BTreeMap<String, OriginalObject>,
}

#[derive(Deserialize)]
struct OriginalObject {
    category: String,
    #[serde(default)]
    expressions: Vec<String>,
    #[serde(default)]
    expressions_first_frame: Vec<String>,
    #[serde(default)]
    frames: Vec<String>,
}
