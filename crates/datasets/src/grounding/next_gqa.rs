//! NExT-GQA: the parts of the video that justify answers of NExT-QA (Xiao et al., CVPR 2024).
//!
//! In: `gsub_{val,test}.json`, and results `{"VIDEO_QUESTION": [start, end]}`. Out: parts by question; and results back.
//! The questions are [`NextQaQuestion`](crate::NextQaQuestion)s. Format: `eval_ground.py` of NExT-GQA.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use tubelet_geometry::Span;

use crate::error::Result;
use crate::formats::json::{read_json, write_json};
use crate::formats::text::in_entry;
use crate::names::check_name;

#[derive(Deserialize)]
struct FileVideo {
    duration: f64,
    fps: f64,
    location: BTreeMap<String, Vec<[f64; 2]>>,
}

/// The parts of one video that justify answers.
#[derive(Clone, Debug, PartialEq)]
pub struct GroundedVideo {
    /// Name of the video.
    pub name: String,
    /// Its length in seconds.
    pub seconds: f64,
    /// Frames in a second.
    pub frame_rate: f64,
    /// Parts by the number of their question.
    pub questions: BTreeMap<u32, Vec<Span>>,
}

impl GroundedVideo {
    /// Reads the videos of a split, in alphabetical order.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json) for another shape, [`DatasetError::Entry`](crate::DatasetError::Entry)
    /// for what cannot be meant.
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let file: BTreeMap<String, FileVideo> = read_json(path)?;
        let videos = file.into_iter().map(|(name, video)| {
            let refuse = |reason: String| in_entry(path, &name, reason);
            check_name(&name).map_err(|error| refuse(error.to_string()))?;
            let mut questions = BTreeMap::new();
            for (question, parts) in video.location {
                let number = question.parse();
                let number = number.map_err(|_| refuse(format!("`{question}` is no question")))?;
                let parts = parts.into_iter().map(|[start, end]| Span::new(start, end));
                questions.insert(number, parts.collect());
            }
            Ok(Self {
                seconds: video.duration,
                frame_rate: video.fps,
                questions,
                name,
            })
        });
        videos.collect()
    }
}

/// Parts of videos that a method gave for its answers, by video and question (`VIDEO_QUESTION`).
pub type GroundingResults = BTreeMap<String, Span>;

/// Reads results.
///
/// # Errors
/// [`DatasetError::Json`](crate::DatasetError::Json).
pub fn read_grounding_results(path: impl AsRef<Path>) -> Result<GroundingResults> {
    let file: BTreeMap<String, [f64; 2]> = read_json(path.as_ref())?;
    let results = file
        .into_iter()
        .map(|(key, [start, end])| (key, Span::new(start, end)));
    Ok(results.collect())
}

/// Writes results.
///
/// # Errors
/// [`DatasetError::Write`](crate::DatasetError::Write).
pub fn write_grounding_results(path: impl AsRef<Path>, results: &GroundingResults) -> Result<()> {
    let file = results
        .iter()
        .map(|(key, span)| (key, [span.start, span.end]));
    write_json(path.as_ref(), &file.collect::<BTreeMap<_, _>>())
}
