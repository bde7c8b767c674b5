//! Results of referring expression comprehension and generation: the forms of Google's and of UNC's toolboxes.
//!
//! In: a results file. Out: predicted boxes or sentences; and back. Format: mjhucla/Google_Refexp_toolbox and
//! lichengunc/refer.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::annotated_box::AnnotatedBox;
use crate::error::Result;
use crate::formats::json::{read_json, write_json};
use crate::formats::text::in_entry;

/// Boxes found for a sentence, best first (`evaluation/sample_results/…comprehension.json`).
#[derive(Clone, Debug, PartialEq)]
pub struct ComprehensionResult {
    /// Number of the sentence.
    pub expression: u64,
    /// Number of the annotation that is meant.
    pub annotation: u64,
    /// Boxes, the surest first.
    pub boxes: Vec<AnnotatedBox>,
}

#[derive(Deserialize, Serialize)]
struct FileComprehension {
    refexp_id: u64,
    annotation_id: u64,
    predicted_bounding_boxes: Vec<[f64; 4]>,
}

impl ComprehensionResult {
    /// Reads a results file.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json), and [`DatasetError::Entry`](crate::DatasetError::Entry) for a
    /// box that is not finite.
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let file: Vec<FileComprehension> = read_json(path)?;
        let results = file.into_iter().enumerate().map(|(index, result)| {
            let boxes = result.predicted_bounding_boxes.into_iter();
            let boxes = boxes.map(AnnotatedBox::finite).collect::<Option<_>>();
            Ok(Self {
                expression: result.refexp_id,
                annotation: result.annotation_id,
                boxes: boxes.ok_or_else(|| in_entry(path, index, "a box that is not finite"))?,
            })
        });
        results.collect()
    }

    /// Writes a results file.
    ///
    /// # Errors
    /// [`DatasetError::Write`](crate::DatasetError::Write).
    pub fn write_all(path: impl AsRef<Path>, results: &[Self]) -> Result<()> {
        let file: Vec<FileComprehension> = results
            .iter()
            .map(|result| FileComprehension {
                refexp_id: result.expression,
                annotation_id: result.annotation,
                predicted_bounding_boxes: result
                    .boxes
                    .iter()
                    .map(|edges| edges.corner_and_size())
                    .collect(),
            })
            .collect();
        write_json(path.as_ref(), &file)
    }
}

/// A sentence made up for an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerationResult {
    /// Number of the reference (UNC, `test/sample_expressions_*.json`) or of the annotation (Google).
    pub object: u64,
    /// The words.
    pub text: String,
}

/// Both toolboxes' forms.
#[derive(Deserialize)]
#[serde(untagged)]
enum FileGeneration {
    Unc { predictions: Vec<UncSentence> },
    Google(Vec<GoogleSentence>),
}

#[derive(Deserialize, Serialize)]
struct UncSentence {
    ref_id: u64,
    sent: String,
}

#[derive(Deserialize)]
struct GoogleSentence {
    annotation_id: u64,
    generated_refexp: String,
}

impl GenerationResult {
    /// Reads a results file of either toolbox.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json).
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let file: FileGeneration = read_json(path.as_ref())?;
        Ok(match file {
            FileGeneration::Unc { predictions } => predictions
                .into_iter()
                .map(|it| Self {
                    object: it.ref_id,
                    text: it.sent,
                })
                .collect(),
            FileGeneration::Google(sentences) => sentences
                .into_iter()
                .map(|it| Self {
                    object: it.annotation_id,
                    text: it.generated_refexp,
                })
                .collect(),
        })
    }

    /// Writes a results file in the form of UNC's toolbox.
    ///
    /// # Errors
    /// [`DatasetError::Write`](crate::DatasetError::Write).
    pub fn write_all(path: impl AsRef<Path>, results: &[Self]) -> Result<()> {
        #[derive(Serialize)]
        struct File {
            predictions: Vec<UncSentence>,
        }
        let predictions = results.iter().map(|it| UncSentence {
            ref_id: it.object,
            sent: it.text.clone(),
        });
        let file = File {
            predictions: predictions.collect(),
        };
        write_json(path.as_ref(), &file)
    }
}
