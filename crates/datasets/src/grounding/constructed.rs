//! Samples of spatio-temporal grounding put together from the clips of other data sets.
//!
//! In: parts of clips, a sentence, boxes. Out: JSON Lines, one sample a line, in a form of our own; and back. Pictures
//! are not copied: whoever shows a sample shows its parts one after the other, at the size of the one that is meant.

use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tubelet_geometry::{FrameSize, Span};

use super::vid_stg::BoxTube;
use crate::annotated_box::AnnotatedBox;
use crate::error::Result;
use crate::formats::json::{read_json_lines, write_json_lines};
use crate::formats::run_length_json::checked_size;
use crate::formats::text::in_entry;
use crate::names::check_relative;

/// A stretch of a clip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstructedPart {
    /// Name of the clip.
    pub video: String,
    /// Its frames that are shown.
    pub frames: Range<usize>,
}

/// A sentence and the tube it describes, in a video put together from parts.
#[derive(Clone, Debug, PartialEq)]
pub struct ConstructedSample {
    /// Name of the clip that the sentence describes.
    pub video: String,
    /// Key of the sentence in its data set.
    pub expression: String,
    /// The words.
    pub text: String,
    /// Frames in a second.
    pub frame_rate: f64,
    /// Width and height of the clip that is meant; other parts are to be fitted to it.
    pub size: FrameSize,
    /// What is shown, in order.
    pub parts: Vec<ConstructedPart>,
    /// The boxes; their frames are those of the video put together.
    pub tube: BoxTube,
}

impl ConstructedSample {
    /// Number of frames of the video put together.
    pub fn frames(&self) -> usize {
        self.parts.iter().map(|part| part.frames.len()).sum()
    }

    /// When the event happens, in seconds.
    pub fn span(&self) -> Span {
        let frames = self.tube.frames();
        let seconds = |frame: usize| frame as f64 / self.frame_rate;
        Span::new(seconds(frames.start), seconds(frames.end))
    }

    /// Writes samples, one a line.
    ///
    /// # Errors
    /// [`DatasetError::Write`](crate::DatasetError::Write).
    pub fn write_all(path: impl AsRef<Path>, samples: &[Self]) -> Result<()> {
        write_json_lines(path.as_ref(), samples.iter().map(written))
    }

    /// Reads samples.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json) with the line, [`DatasetError::Entry`](crate::DatasetError::Entry)
    /// for an event outside the video.
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let file: Vec<FileSample> = read_json_lines(path)?;
        let samples = file.into_iter().enumerate();
        samples
            .map(|(index, sample)| checked(sample).map_err(|reason| in_entry(path, index, reason)))
            .collect()
    }
}

#[derive(Deserialize, Serialize)]
struct FileSample {
    video: String,
    expression: String,
    text: String,
    frame_rate: f64,
    width: usize,
    height: usize,
    parts: Vec<FilePart>,
    /// First frame of the event in the video put together.
    begin: usize,
    /// First frame after it.
    end: usize,
    /// Left, top, width and height in each frame of the event.
    boxes: Vec<Option<[f64; 4]>>,
}

#[derive(Deserialize, Serialize)]
struct FilePart {
    video: String,
    begin: usize,
    end: usize,
}

fn written(sample: &ConstructedSample) -> FileSample {
    let event = sample.tube.frames();
    let boxes = sample.tube.boxes.iter();
    FileSample {
        video: sample.video.clone(),
        expression: sample.expression.clone(),
        text: sample.text.clone(),
        frame_rate: sample.frame_rate,
        width: sample.size.width,
        height: sample.size.height,
        parts: sample
            .parts
            .iter()
            .map(|part| FilePart {
                video: part.video.clone(),
                begin: part.frames.start,
                end: part.frames.end,
            })
            .collect(),
        begin: event.start,
        end: event.end,
        boxes: boxes
            .map(|it| it.map(AnnotatedBox::corner_and_size))
            .collect(),
    }
}

fn checked(sample: FileSample) -> Result<ConstructedSample, String> {
    check_relative(&sample.video).map_err(|error| error.to_string())?;
    let mut total = 0_usize;
    let mut parts = Vec::with_capacity(sample.parts.len());
    for part in sample.parts {
        check_relative(&part.video).map_err(|error| error.to_string())?;
        let length = part
            .end
            .checked_sub(part.begin)
            .filter(|length| *length > 0);
        let length = length.ok_or_else(|| format!("frames {} to {}", part.begin, part.end))?;
        total = total.saturating_add(length);
        parts.push(ConstructedPart {
            video: part.video,
            frames: part.begin..part.end,
        });
    }
    let length = sample.end.saturating_sub(sample.begin);
    if length == 0 || sample.end > total || length != sample.boxes.len() {
        let boxes = sample.boxes.len();
        let (begin, end) = (sample.begin, sample.end);
        return Err(format!(
            "{boxes} boxes for frames {begin} to {end} of {total}"
        ));
    }
    if !(sample.frame_rate.is_finite() && sample.frame_rate > 0.0) {
        return Err(format!("{} frames in a second", sample.frame_rate));
    }
    Ok(ConstructedSample {
        tube: BoxTube {
            first_frame: sample.begin,
            boxes: sample
                .boxes
                .into_iter()
                .map(|numbers| numbers.and_then(AnnotatedBox::finite))
                .collect(),
        },
        size: checked_size(sample.width, sample.height)?,
        video: sample.video,
        expression: sample.expression,
        text: sample.text,
        frame_rate: sample.frame_rate,
        parts,
    })
}
