//! A video with masks, whichever data set it comes from.
//!
//! In: a data set's own types. Out: for each frame its objects' masks, when they are asked for.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tubelet_geometry::{FrameSize, Mask, RunLength};

use crate::error::Result;
use crate::referring::mask_dictionary::MaskTrack;
use crate::sample::VideoSample;

/// A video being converted.
pub(super) struct MaskVideo<'a> {
    pub(super) name: String,
    pub(super) frames: Vec<MaskFrame>,
    /// Size of the masks, where it is known before one is read.
    pub(super) size: Option<FrameSize>,
    /// Numbers of the objects, where they are known before all masks are read.
    pub(super) objects: Vec<u64>,
    pub(super) numbering: Numbering,
    pub(super) categories: &'a BTreeMap<u64, String>,
    pub(super) masks: MasksOfFrame<'a>,
}

/// Where the numbers of objects come from.
pub(super) enum Numbering {
    /// Each video numbers its own objects.
    Video,
    /// Numbers go on from one video of a file to the next, and say nothing within a video.
    File,
    /// Objects have names that are no numbers, or not all of them; numbers were given in the order of the names.
    Names(BTreeMap<u64, String>),
}

/// Reads the masks of a frame; `None` where the frame is not annotated.
pub(super) type MasksOfFrame<'a> = Box<dyn Fn(usize) -> Result<Option<FrameMasks>> + 'a>;

/// Name and picture of a frame.
#[derive(Clone, Debug)]
pub(super) struct MaskFrame {
    pub(super) name: String,
    pub(super) image: Option<PathBuf>,
}

/// The objects of a frame.
#[derive(Clone, Debug, Default)]
pub(super) struct FrameMasks {
    /// Size of the frame, where it is known without a mask.
    pub(super) size: Option<FrameSize>,
    pub(super) objects: Vec<ObjectMask>,
    /// Pixels that are not judged.
    pub(super) void: Option<Mask>,
}

/// One object in a frame.
#[derive(Clone, Debug)]
pub(super) struct ObjectMask {
    pub(super) object: u64,
    pub(super) category: u64,
    pub(super) mask: RunLength,
}

/// One object through a video.
pub(super) struct ObjectTrack {
    pub(super) object: u64,
    pub(super) category: u64,
    pub(super) masks: MaskTrack,
}

/// A video whose annotations are label pictures.
pub(super) fn of_sample(sample: VideoSample, categories: &BTreeMap<u64, String>) -> MaskVideo<'_> {
    let frames = sample.frames().iter().map(|files| MaskFrame {
        name: files.name.clone(),
        image: files.image.clone(),
    });
    MaskVideo {
        name: sample.name().to_owned(),
        frames: frames.collect(),
        size: None,
        objects: Vec::new(),
        numbering: Numbering::Video,
        categories,
        masks: Box::new(move |frame| {
            let Some(annotation) = sample.annotation(frame)? else {
                return Ok(None);
            };
            let labels = &annotation.labels;
            let objects = labels.objects().into_iter().map(|label| ObjectMask {
                object: u64::from(label),
                category: 1,
                mask: RunLength::encode(&labels.mask(label)),
            });
            Ok(Some(FrameMasks {
                size: Some(labels.size()),
                objects: objects.collect(),
                void: annotation.void,
            }))
        }),
    }
}

/// A video whose annotations are tracks, one element for each frame.
pub(super) fn of_tracks<'a>(
    name: &str,
    frames: Vec<MaskFrame>,
    size: Option<FrameSize>,
    (mut tracks, categories): (Vec<ObjectTrack>, &'a BTreeMap<u64, String>),
) -> MaskVideo<'a> {
    tracks.sort_by_key(|track| track.object);
    let seen = tracks.iter().flat_map(|track| track.masks.iter().flatten());
    let size = size.or_else(|| seen.map(RunLength::size).next());
    MaskVideo {
        name: name.to_owned(),
        frames,
        size,
        objects: tracks.iter().map(|track| track.object).collect(),
        numbering: Numbering::Video,
        categories,
        masks: Box::new(move |frame| {
            let objects = tracks.iter().filter_map(|track| {
                let mask = track.masks.get(frame)?.as_ref()?;
                Some(ObjectMask {
                    object: track.object,
                    category: track.category,
                    mask: mask.clone(),
                })
            });
            Ok(Some(FrameMasks {
                size,
                objects: objects.collect(),
                void: None,
            }))
        }),
    }
}

/// Frames without pictures.
pub(super) fn unseen_frames(names: impl IntoIterator<Item = String>) -> Vec<MaskFrame> {
    let frames = names
        .into_iter()
        .map(|name| MaskFrame { name, image: None });
    frames.collect()
}
