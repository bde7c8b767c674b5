//! Results of A2D-Sentences, JHMDB-Sentences and gRefCOCO: masks by image or sentence, in the form of COCO's results.
//!
//! In: masks with scores under the names that [`A2dSentence::image_id`](crate::A2dSentence::image_id) and
//! [`JhmdbSample::image_id`](crate::JhmdbSample::image_id) give, or the numbers of sentences. Out: the JSON list that MTTR and ReferFormer write; and
//! back.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tubelet_geometry::RunLength;

use crate::error::Result;
use crate::formats::json::{read_json, write_json};
use crate::formats::run_length_json::JsonRunLength;
use crate::formats::text::in_entry;

/// The one category of these results.
const CATEGORY: u64 = 1;

/// A mask found for a sentence in a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct SentenceMaskResult {
    /// Name of the sentence in its frame.
    pub image_id: String,
    /// How sure the method is; the surest mask of an image is judged alone by all measures but mAP.
    pub score: f64,
    /// The mask.
    pub mask: RunLength,
    /// Whether the method says that the sentence means nothing (`no_target`); `None` where it does not say.
    pub says_nothing: Option<bool>,
}

#[derive(Deserialize, Serialize)]
struct FileResult {
    image_id: String,
    #[serde(default)]
    category_id: u64,
    segmentation: JsonRunLength,
    score: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    no_target: Option<bool>,
}

impl SentenceMaskResult {
    /// Reads a results file.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json) and [`DatasetError::Entry`](crate::DatasetError::Entry).
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let file: Vec<FileResult> = read_json(path)?;
        let results = file.into_iter().enumerate().map(|(index, result)| {
            let mask = result.segmentation.decode();
            Ok(Self {
                mask: mask.map_err(|reason| in_entry(path, index, reason))?,
                image_id: result.image_id,
                score: result.score,
                says_nothing: result.no_target,
            })
        });
        results.collect()
    }

    /// Writes a results file.
    ///
    /// # Errors
    /// [`DatasetError::Write`](crate::DatasetError::Write).
    pub fn write_all(path: impl AsRef<Path>, results: &[Self]) -> Result<()> {
        let file: Vec<FileResult> = results
            .iter()
            .map(|result| FileResult {
                image_id: result.image_id.clone(),
                category_id: CATEGORY,
                segmentation: JsonRunLength::from(&result.mask),
                score: result.score,
                no_target: result.says_nothing,
            })
            .collect();
        write_json(path.as_ref(), &file)
    }
}
