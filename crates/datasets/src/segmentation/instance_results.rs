//! Results of video instance segmentation: YouTube-VIS and SA-Co/VEval.
//!
//! In: tracks found, with scores. Out: the JSON list that the evaluators read; and back.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tubelet_geometry::RunLength;

use super::video_instances::around;
use crate::annotated_box::AnnotatedBox;
use crate::error::Result;
use crate::formats::json::{read_json, write_json};
use crate::formats::run_length_json::{JsonRunLength, decode_track};
use crate::formats::text::in_entry;

/// A track that a method found.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceResult {
    /// Number of the video.
    pub video: u64,
    /// Number of the category, or of the noun phrase (SA-Co).
    pub category: u64,
    /// How sure the method is.
    pub score: f64,
    /// The mask in each frame; `None` where the object is not seen.
    pub masks: Vec<Option<RunLength>>,
}

#[derive(Deserialize, Serialize)]
struct FileResult {
    video_id: u64,
    category_id: u64,
    score: f64,
    segmentations: Vec<Option<JsonRunLength>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bboxes: Option<Vec<Option<[f64; 4]>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    areas: Option<Vec<Option<f64>>>,
}

/// What a results file holds beside masks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceResultForm {
    /// Masks alone (YouTube-VIS).
    Masks,
    /// Masks, and their boxes and areas (SA-Co/VEval).
    MasksAndBoxes,
}

impl InstanceResult {
    /// Reads a results file of either form.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json) and [`DatasetError::Entry`](crate::DatasetError::Entry).
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let file: Vec<FileResult> = read_json(path)?;
        let results = file.into_iter().enumerate().map(|(index, result)| {
            let masks = decode_track(&result.segmentations, JsonRunLength::decode);
            Ok(Self {
                video: result.video_id,
                category: result.category_id,
                score: result.score,
                masks: masks.map_err(|reason| in_entry(path, index, reason))?,
            })
        });
        results.collect()
    }

    /// Writes a results file.
    ///
    /// # Errors
    /// [`DatasetError::Write`](crate::DatasetError::Write).
    pub fn write_all(
        path: impl AsRef<Path>,
        results: &[Self],
        form: InstanceResultForm,
    ) -> Result<()> {
        let with_boxes = form == InstanceResultForm::MasksAndBoxes;
        let file: Vec<FileResult> = results
            .iter()
            .map(|result| {
                let masks = || result.masks.iter().map(Option::as_ref);
                let edges =
                    |mask: &RunLength| around(mask).map_or([0.0; 4], AnnotatedBox::corner_and_size);
                let area = |mask: &RunLength| mask.area() as f64;
                FileResult {
                    video_id: result.video,
                    category_id: result.category,
                    score: result.score,
                    segmentations: masks().map(|mask| mask.map(JsonRunLength::from)).collect(),
                    bboxes: with_boxes.then(|| masks().map(|mask| mask.map(edges)).collect()),
                    areas: with_boxes.then(|| masks().map(|mask| mask.map(area)).collect()),
                }
            })
            .collect();
        write_json(path.as_ref(), &file)
    }
}
