//! Tracks of masks in COCO-style JSON: YouTube-VIS (Yang et al., ICCV 2019), SA-Co/VEval, and MMTracking's CocoVID.
//!
//! In: `{videos, annotations, categories}`, where an annotation is a track with a list over frames (YouTube-VIS), or one
//! object in one image (CocoVID, which adds `images`). Out: tracks. Masks are run-length codes, compressed or not;
//! CocoVID may also hold outlines.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Deserializer};
use tubelet_geometry::{FrameSize, RunLength};

use super::coco_video;
use crate::annotated_box::AnnotatedBox;
use crate::error::Result;
use crate::formats::coco::JsonSegmentation;
use crate::formats::json::read_json;
use crate::formats::run_length_json::{JsonRunLength, checked_size, decode_track};
use crate::formats::text::in_entry;

#[derive(Deserialize)]
pub(super) struct File {
    pub(super) videos: Vec<FileVideo>,
    /// Missing or null where the annotations are kept secret.
    pub(super) annotations: Option<Vec<FileTrack>>,
    #[serde(default)]
    pub(super) categories: Vec<FileCategory>,
    #[serde(default)]
    pub(super) images: Vec<FileImage>,
    #[serde(default)]
    pub(super) video_np_pairs: Vec<FilePair>,
}

#[derive(Deserialize)]
pub(super) struct FileVideo {
    pub(super) id: u64,
    pub(super) width: Option<usize>,
    pub(super) height: Option<usize>,
    #[serde(default, alias = "video_name", deserialize_with = "name")]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) file_names: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct FileCategory {
    pub(super) id: u64,
    #[serde(default, deserialize_with = "name")]
    pub(super) name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct FileImage {
    pub(super) id: u64,
    pub(super) file_name: String,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) video_id: u64,
    pub(super) frame_id: usize,
}

/// A track over the frames of a video, or one object in one image.
#[derive(Deserialize)]
pub(super) struct FileTrack {
    pub(super) id: u64,
    pub(super) video_id: Option<u64>,
    pub(super) category_id: u64,
    #[serde(default, deserialize_with = "truth")]
    pub(super) iscrowd: bool,
    pub(super) noun_phrase: Option<String>,
    pub(super) segmentations: Option<Vec<Option<JsonRunLength>>>,
    pub(super) bboxes: Option<Vec<Option<[f64; 4]>>>,
    pub(super) image_id: Option<u64>,
    pub(super) instance_id: Option<u64>,
    pub(super) segmentation: Option<JsonSegmentation>,
    pub(super) bbox: Option<[f64; 4]>,
}

/// A name, which some files write as a number.
fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(u64),
    }
    Ok(Option::deserialize(deserializer)?.map(|name| match name {
        Either::Text(text) => text,
        Either::Number(number) => number.to_string(),
    }))
}

/// 0 and 1, or false and true.
fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Truth(bool),
        Number(u8),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Truth(truth) => truth,
        Either::Number(number) => number != 0,
    })
}

#[derive(Deserialize)]
pub(super) struct FilePair {
    pub(super) video_id: u64,
    pub(super) category_id: u64,
    pub(super) noun_phrase: String,
    pub(super) num_masklets: usize,
}

/// A video with its frames' files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceVideo {
    /// Number by which tracks name it.
    pub id: u64,
    /// Its name; the folder of its first frame where the file does not say.
    pub name: String,
    /// Width and height.
    pub size: FrameSize,
    /// Its frames, relative to the folder of all frames.
    pub files: Vec<String>,
}

/// One object through a video.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceTrack {
    /// Its number.
    pub id: u64,
    /// Its number among the objects of its video, where the file counts them by themselves as well.
    pub instance: Option<u64>,
    /// Number of its video.
    pub video: u64,
    /// Number of its category.
    pub category: u64,
    /// Whether it stands for a group that is not told apart.
    pub is_crowd: bool,
    /// The words that name it (SA-Co).
    pub noun_phrase: Option<String>,
    /// Its box in each frame; `None` where it is not seen.
    pub boxes: Vec<Option<AnnotatedBox>>,
    /// Its mask in each frame; `None` where it is not seen.
    pub masks: Vec<Option<RunLength>>,
}

/// A noun phrase that is asked of a video (SA-Co/VEval).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NounPhrase {
    /// Number of the video.
    pub video: u64,
    /// Number of the phrase, which stands where other files have the category.
    pub category: u64,
    /// The words.
    pub text: String,
    /// How many objects they name; none for a phrase asked in vain.
    pub objects: usize,
}

/// All tracks of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VideoInstances {
    /// Videos.
    pub videos: Vec<InstanceVideo>,
    /// Names of categories by their numbers.
    pub categories: BTreeMap<u64, String>,
    /// Tracks; none where the annotations are kept secret.
    pub tracks: Vec<InstanceTrack>,
    /// Phrases asked (SA-Co/VEval); none in other files.
    pub phrases: Vec<NounPhrase>,
}

impl VideoInstances {
    /// Reads a file.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json) for another shape, [`DatasetError::Entry`](crate::DatasetError::Entry)
    /// for a track that does not fit its video.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut file: File = read_json(path)?;
        let categories = file.categories.iter();
        let phrases = file.video_np_pairs.iter();
        let mut instances = Self {
            videos: Vec::new(),
            categories: categories
                .map(|it| (it.id, it.name.clone().unwrap_or_default()))
                .collect(),
            tracks: Vec::new(),
            phrases: phrases.map(phrase).collect(),
        };
        if file.images.is_empty() {
            let videos = file.videos.iter().map(|video| self::video(path, video));
            instances.videos = videos.collect::<Result<_>>()?;
            let sizes = instances.videos.iter();
            let sizes: BTreeMap<u64, &InstanceVideo> = sizes.map(|it| (it.id, it)).collect();
            let tracks = file.annotations.take().unwrap_or_default().into_iter();
            let tracks = tracks.map(|track| self::track(path, track, &sizes));
            instances.tracks = tracks.collect::<Result<_>>()?;
        } else {
            coco_video::collect(path, file, &mut instances)?;
        }
        Ok(instances)
    }

    /// Tracks of a video.
    pub fn tracks_of(&self, video: u64) -> impl Iterator<Item = &InstanceTrack> {
        self.tracks.iter().filter(move |track| track.video == video)
    }
}

fn phrase(pair: &FilePair) -> NounPhrase {
    NounPhrase {
        video: pair.video_id,
        category: pair.category_id,
        text: pair.noun_phrase.clone(),
        objects: pair.num_masklets,
    }
}

fn video(path: &Path, video: &FileVideo) -> Result<InstanceVideo> {
    let refuse = |reason| in_entry(path, format!("videos/{}", video.id), reason);
    let size = checked_size(video.width.unwrap_or(0), video.height.unwrap_or(0));
    let folder = video
        .file_names
        .first()
        .and_then(|file| file.split('/').next());
    Ok(InstanceVideo {
        id: video.id,
        name: video
            .name
            .as_deref()
            .or(folder)
            .unwrap_or_default()
            .to_owned(),
        size: size.map_err(refuse)?,
        files: video.file_names.clone(),
    })
}

fn track(
    path: &Path,
    track: FileTrack,
    videos: &BTreeMap<u64, &InstanceVideo>,
) -> Result<InstanceTrack> {
    let refuse = |reason: String| in_entry(path, format!("annotations/{}", track.id), reason);
    let video = track.video_id.and_then(|id| videos.get(&id));
    let video = video.ok_or_else(|| refuse(format!("no video {:?}", track.video_id)))?;
    let codes = track.segmentations.as_deref().unwrap_or_default();
    let masks = decode_track(codes, JsonRunLength::decode).map_err(refuse)?;
    let frames = video.files.len();
    if masks.len() != frames {
        return Err(refuse(format!(
            "{} masks in a video of {frames} frames",
            masks.len()
        )));
    }
    let other = masks
        .iter()
        .flatten()
        .find(|mask| mask.size() != video.size);
    if let Some(mask) = other {
        return Err(refuse(format!(
            "a mask of {} in a video of {}",
            mask.size(),
            video.size
        )));
    }
    let boxes = match &track.bboxes {
        None => masks
            .iter()
            .map(|mask| mask.as_ref().and_then(around))
            .collect(),
        Some(boxes) if boxes.len() == frames => boxes
            .iter()
            .map(|edges| edges.and_then(AnnotatedBox::finite))
            .collect(),
        Some(boxes) => {
            return Err(refuse(format!(
                "{} boxes in a video of {frames} frames",
                boxes.len()
            )));
        }
    };
    Ok(InstanceTrack {
        id: track.id,
        instance: track.instance_id,
        video: video.id,
        category: track.category_id,
        is_crowd: track.iscrowd,
        noun_phrase: track.noun_phrase,
        boxes,
        masks,
    })
}

/// The box around a mask; `None` around an empty one.
pub(crate) fn around(mask: &RunLength) -> Option<AnnotatedBox> {
    let bounds = mask.bounds()?;
    let edges = [bounds.left, bounds.top, bounds.right, bounds.bottom];
    Some(AnnotatedBox::from_edges(edges.map(|edge| edge as f64)))
}
