//! VidSTG: sentences and questions about objects of VidOR, with the part of the video that they describe (Zhang et al.,
//! CVPR 2020).
//!
//! In: `train_annotations.json`, `val_…` and `test_…`. Out: samples with their sentences; with a VidOR annotation also
//! the tube of boxes. Frames are numbered from 0. Whether the last frame belongs to the tube differs between evaluators
//! (TubeDETR: no; STCAT: yes), so that both ends are given as they stand. Format: the data set's README.

use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use tubelet_geometry::FrameSize;

use super::vid_or::VidOrVideo;
use crate::annotated_box::AnnotatedBox;
use crate::error::Result;
use crate::formats::json::read_json;
use crate::formats::run_length_json::checked_size;
use crate::formats::text::in_entry;
use crate::names::check_name;

#[derive(Deserialize)]
struct FileSample {
    vid: String,
    fps: f64,
    frame_count: usize,
    width: usize,
    height: usize,
    used_segment: FileEnds,
    temporal_gt: FileEnds,
    captions: Vec<FileSentence>,
    questions: Vec<FileSentence>,
    #[serde(rename = "subject/objects")]
    objects: Vec<FileObject>,
}

#[derive(Deserialize)]
struct FileEnds {
    begin_fid: usize,
    end_fid: usize,
}

#[derive(Deserialize)]
struct FileSentence {
    description: String,
    target_id: u64,
}

#[derive(Deserialize)]
struct FileObject {
    tid: u64,
    category: String,
}

/// Whether a sentence says or asks something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VidStgSentenceKind {
    /// A question, whose answer is the object.
    Interrogative,
    /// A description of the object.
    Declarative,
}

/// A sentence about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VidStgSentence {
    /// The words.
    pub text: String,
    /// Whether it says or asks.
    pub kind: VidStgSentenceKind,
    /// Number of the object (`target_id`, VidOR's `tid`).
    pub target: u64,
    /// Category of the object.
    pub category: String,
}

/// First and last frame as the file gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameEnds {
    /// `begin_fid`.
    pub begin: usize,
    /// `end_fid`.
    pub end: usize,
}

impl FrameEnds {
    /// Without the last frame, as TubeDETR reads it.
    pub fn exclusive(self) -> Range<usize> {
        self.begin..self.end
    }

    /// With the last frame, as STCAT reads it.
    pub fn inclusive(self) -> Range<usize> {
        self.begin..self.end.saturating_add(1)
    }
}

/// An annotated part of a video.
#[derive(Clone, Debug, PartialEq)]
pub struct VidStgSample {
    /// Name of the video.
    pub video: String,
    /// Frames in a second.
    pub frame_rate: f64,
    /// Number of frames of the whole video.
    pub frames: usize,
    /// Width and height.
    pub size: FrameSize,
    /// The part that is shown to a method.
    pub segment: FrameEnds,
    /// The part that the sentences describe. In about a fifth of the samples it ends one frame or more after the
    /// segment.
    pub event: FrameEnds,
    /// The sentences: questions first, in the order in which evaluators number them.
    pub sentences: Vec<VidStgSentence>,
}

impl VidStgSample {
    /// Reads the annotations of a split.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json) for another shape, [`DatasetError::Entry`](crate::DatasetError::Entry)
    /// for frames in the wrong order or a sentence about an object that is not listed.
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let file: Vec<FileSample> = read_json(path)?;
        file.into_iter()
            .enumerate()
            .map(|(index, sample)| checked(sample).map_err(|reason| in_entry(path, index, reason)))
            .collect()
    }

    /// The boxes of an object in the frames of the event, the last one among them; `None` where VidOR's annotation lacks
    /// the object.
    pub fn tube(&self, annotation: &VidOrVideo, target: u64) -> Option<BoxTube> {
        let object = annotation.objects.get(&target)?;
        let last = self.event.end.min(annotation.frames.saturating_sub(1));
        let boxes = (self.event.begin..=last)
            .map(|frame| object.boxes.get(&frame).map(|it| it.edges))
            .collect();
        Some(BoxTube {
            first_frame: self.event.begin,
            boxes,
        })
    }
}

fn checked(sample: FileSample) -> Result<VidStgSample, String> {
    check_name(&sample.vid).map_err(|error| error.to_string())?;
    let ends = |ends: FileEnds, what: &str| {
        let FileEnds { begin_fid, end_fid } = ends;
        if begin_fid >= end_fid {
            return Err(format!(
                "{what} begins at {begin_fid} and ends at {end_fid}"
            ));
        }
        Ok(FrameEnds {
            begin: begin_fid,
            end: end_fid,
        })
    };
    if !(sample.fps.is_finite() && sample.fps > 0.0) {
        return Err(format!("{} frames in a second", sample.fps));
    }
    let FileSample {
        questions,
        captions,
        objects,
        ..
    } = sample;
    let asked = questions
        .into_iter()
        .map(|it| (it, VidStgSentenceKind::Interrogative));
    let said = captions
        .into_iter()
        .map(|it| (it, VidStgSentenceKind::Declarative));
    let sentences = asked.chain(said).map(|(sentence, kind)| {
        let target = sentence.target_id;
        let object = objects.iter().find(|object| object.tid == target);
        let object = object
            .ok_or_else(|| format!("a sentence about object {target}, which is not listed"))?;
        Ok(VidStgSentence {
            text: sentence.description,
            kind,
            target,
            category: object.category.clone(),
        })
    });
    Ok(VidStgSample {
        sentences: sentences.collect::<Result<_, String>>()?,
        video: sample.vid,
        frame_rate: sample.fps,
        frames: sample.frame_count,
        size: checked_size(sample.width, sample.height)?,
        segment: ends(sample.used_segment, "the segment")?,
        event: ends(sample.temporal_gt, "the event")?,
    })
}

/// Boxes of one object in consecutive frames.
#[derive(Clone, Debug, PartialEq)]
pub struct BoxTube {
    /// Frame of the first box, from 0.
    pub first_frame: usize,
    /// The boxes; `None` where one is missing.
    pub boxes: Vec<Option<AnnotatedBox>>,
}

impl BoxTube {
    /// The frames covered.
    pub fn frames(&self) -> Range<usize> {
        self.first_frame..self.first_frame.saturating_add(self.boxes.len())
    }

    /// All boxes, with a missing last one copied from the frame before, as STCAT does; `None` where another is missing.
    pub fn complete(&self) -> Option<Vec<AnnotatedBox>> {
        let mut boxes = self.boxes.clone();
        if let [.., before, last] = boxes.as_mut_slice() {
            *last = last.or(*before);
        }
        boxes.into_iter().collect()
    }

    /// Frames whose box is missing.
    pub fn missing(&self) -> impl Iterator<Item = usize> {
        let absent = self
            .boxes
            .iter()
            .enumerate()
            .filter(|(_, found)| found.is_none());
        absent.map(|(index, _)| self.first_frame + index)
    }
}
