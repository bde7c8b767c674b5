//! HC-STVG, versions 1 and 2: sentences about one of several people in a clip of 20 seconds (Tang et al., TCSVT 2021).
//!
//! In: `{"VIDEO.mp4": {…}}`. Out: samples with their boxes. `st_frame` counts from 1. Format: the data set's page
//! github.com/tzhhhh123/HC-STVG and TubeDETR's loader.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use tubelet_geometry::{FrameSize, Span};

use super::vid_stg::BoxTube;
use crate::annotated_box::AnnotatedBox;
use crate::error::Result;
use crate::formats::json::read_json;
use crate::formats::run_length_json::checked_size;
use crate::formats::text::in_entry;
use crate::names::check_relative;

/// Length of every clip, in seconds.
const CLIP_SECONDS: f64 = 20.0;

#[derive(Deserialize)]
struct FileSample {
    bbox: Vec<[f64; 4]>,
    st_frame: usize,
    st_time: f64,
    ed_time: f64,
    img_num: usize,
    /// Version 1.
    caption: Option<String>,
    width: Option<usize>,
    height: Option<usize>,
    /// Version 2.
    #[serde(rename = "English")]
    english: Option<String>,
    /// Height, then width.
    img_size: Option<[usize; 2]>,
}

/// Which version of the data set a sample is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HcStvgVersion {
    /// 5,660 clips, `caption`.
    One,
    /// 16,544 clips, `English`.
    Two,
}

/// A sentence about a person.
#[derive(Clone, Debug, PartialEq)]
pub struct HcStvgSample {
    /// Name of the video's file, such as `10_phElEYXyTOk.mp4`.
    pub video: String,
    /// The version whose form the sample has.
    pub version: HcStvgVersion,
    /// The words.
    pub text: String,
    /// Number of frames of the clip.
    pub frames: usize,
    /// Width and height.
    pub size: FrameSize,
    /// Number of the first frame with a box as the file gives it: from 1 (`st_frame`). TubeDETR uses it against frames
    /// that count from 0.
    pub start_frame: usize,
    /// The part of the clip, as the file gives it.
    pub span: Span,
    /// The person's boxes from the first frame on, all of them present.
    pub boxes: Vec<AnnotatedBox>,
}

impl HcStvgSample {
    /// Reads the annotations of a split, in alphabetical order of the videos.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json) for another shape, [`DatasetError::Entry`](crate::DatasetError::Entry)
    /// for what cannot be meant.
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let file: BTreeMap<String, FileSample> = read_json(path)?;
        file.into_iter()
            .map(|(video, sample)| {
                let entry = video.clone();
                checked(video, sample).map_err(|reason| in_entry(path, entry, reason))
            })
            .collect()
    }

    /// Frames in a second, as the evaluators reckon: the clip's frames over 20 seconds.
    pub fn frame_rate(&self) -> f64 {
        self.frames as f64 / CLIP_SECONDS
    }

    /// The boxes by frames that count from 0.
    pub fn tube(&self) -> BoxTube {
        BoxTube {
            first_frame: self.start_frame.saturating_sub(1),
            boxes: self.boxes.iter().copied().map(Some).collect(),
        }
    }
}

fn checked(video: String, sample: FileSample) -> Result<HcStvgSample, String> {
    check_relative(&video).map_err(|error| error.to_string())?;
    let (version, text) = match (sample.caption, sample.english) {
        (_, Some(text)) => (HcStvgVersion::Two, text),
        (Some(text), None) => (HcStvgVersion::One, text),
        (None, None) => return Err("neither `caption` nor `English`".to_owned()),
    };
    let sides = sample.width.zip(sample.height);
    let sides = sample
        .img_size
        .map(|[height, width]| (width, height))
        .or(sides);
    let (width, height) = sides.ok_or("neither `width` and `height` nor `img_size`")?;
    let boxes = sample.bbox.into_iter().map(AnnotatedBox::finite);
    let boxes: Option<Vec<AnnotatedBox>> = boxes.collect();
    let boxes = boxes.ok_or("a box that is not finite")?;
    if sample.st_frame == 0 || boxes.is_empty() {
        let (start, count) = (sample.st_frame, boxes.len());
        return Err(format!(
            "{count} boxes from frame {start}, where frames count from 1"
        ));
    }
    let span = Span::new(sample.st_time, sample.ed_time);
    if !(span.start.is_finite() && span.end.is_finite() && span.start <= span.end) {
        return Err(format!("{} to {} seconds", span.start, span.end));
    }
    Ok(HcStvgSample {
        video,
        version,
        text,
        frames: sample.img_num,
        size: checked_size(width, height)?,
        start_frame: sample.st_frame,
        span,
        boxes,
    })
}
