//! SA-V, training: the masklets of one video as run-length codes (Ravi et al., SAM 2).
//!
//! In: `VIDEO_manual.json` or `VIDEO_auto.json`. Out: one track of masks for each object. Format:
//! `sav_dataset/README.md` of SAM 2. The video itself is `VIDEO.mp4` beside the file.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use tubelet_geometry::{FrameSize, RunLength};

use crate::error::Result;
use crate::formats::json::read_json;
use crate::formats::run_length_json::{JsonRunLength, checked_size};
use crate::formats::text::in_entry;
use crate::names::check_name;

#[derive(Deserialize)]
struct File {
    video_id: String,
    video_duration: f64,
    video_frame_count: f64,
    video_height: f64,
    video_width: f64,
    video_split: String,
    masklet: Vec<Vec<Option<JsonRunLength>>>,
    masklet_id: Vec<u64>,
    masklet_type: Vec<String>,
}

/// The annotated objects of a training video.
#[derive(Clone, Debug, PartialEq)]
pub struct SavMasklets {
    /// Name of the video, such as `sav_000001`.
    pub video: String,
    /// Its split; `train`.
    pub split: String,
    /// Its length.
    pub seconds: f64,
    /// Number of its frames; every fourth is annotated.
    pub frames: usize,
    /// Width and height.
    pub size: FrameSize,
    /// The objects.
    pub masklets: Vec<SavMasklet>,
}

/// The masks of one object.
#[derive(Clone, Debug, PartialEq)]
pub struct SavMasklet {
    /// Number of the object in its video and file.
    pub id: u64,
    /// Whether people drew it; the others were found by a model.
    pub is_manual: bool,
    /// Its mask in each annotated frame; empty where it is hidden, `None` where it is not annotated.
    pub masks: Vec<Option<RunLength>>,
}

impl SavMasklets {
    /// Frames of the video from one annotated frame to the next.
    pub const FRAME_STEP: usize = 4;

    /// Reads a file.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json) for another shape, [`DatasetError::Entry`](crate::DatasetError::Entry)
    /// for a mask that does not fit its video or lists that do not fit each other.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file: File = read_json(path)?;
        check_name(&file.video_id)
            .map_err(|error| in_entry(path, "video_id", error.to_string()))?;
        let size = checked_size(file.video_width as usize, file.video_height as usize)
            .map_err(|reason| in_entry(path, "video_height", reason))?;
        let objects = file.masklet_id.len();
        if file.masklet_type.len() != objects {
            let reason = format!("{} types for {objects} masklets", file.masklet_type.len());
            return Err(in_entry(path, "masklet_type", reason));
        }
        let kinds = file.masklet_type.iter();
        let mut masklets: Vec<SavMasklet> = file
            .masklet_id
            .iter()
            .zip(kinds)
            .map(|(&id, kind)| SavMasklet {
                id,
                is_manual: kind == "manual",
                masks: Vec::new(),
            })
            .collect();
        for (frame, masks) in file.masklet.iter().enumerate() {
            let refuse = |reason| in_entry(path, format!("masklet/{frame}"), reason);
            if masks.len() != objects {
                return Err(refuse(format!(
                    "{} masks for {objects} masklets",
                    masks.len()
                )));
            }
            for (masklet, mask) in masklets.iter_mut().zip(masks) {
                let mask = mask.as_ref().map(JsonRunLength::decode).transpose();
                let mask = mask.map_err(refuse)?;
                if let Some(found) = mask.as_ref().map(RunLength::size).filter(|it| *it != size) {
                    return Err(refuse(format!("a mask of {found} in a video of {size}")));
                }
                masklet.masks.push(mask);
            }
        }
        Ok(Self {
            video: file.video_id,
            split: file.video_split,
            seconds: file.video_duration,
            frames: file.video_frame_count as usize,
            size,
            masklets,
        })
    }

    /// Number of annotated frames.
    pub fn annotated_frames(&self) -> usize {
        self.masklets
            .first()
            .map_or(0, |masklet| masklet.masks.len())
    }

    /// The video beside an annotation file.
    pub fn video_path(&self, annotation: impl AsRef<Path>) -> PathBuf {
        annotation
            .as_ref()
            .with_file_name(format!("{}.mp4", self.video))
    }
}
