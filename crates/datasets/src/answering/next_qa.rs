//! NExT-QA and the questions of NExT-GQA: why and when, with five answers to choose from (Xiao et al., CVPR 2021, 2024).
//!
//! In: `train.csv`, `val.csv`, `test.csv`, `map_vid_vidorID.json`, and results `{"VIDEO_QUESTION": {"prediction": …,
//! "answer": …}}`. Out: questions and results; and results back. NExT-QA gives the right answer by number, NExT-GQA by
//! its words; here it is a number.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::formats::json::{read_json, write_json};
use crate::formats::tables::Table;
use crate::formats::text::{in_entry, in_line};
use crate::names::{check_name, check_relative};

/// Number of answers to choose from.
const CHOICES: usize = 5;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextQaQuestion {
    /// Name of the video.
    pub video: String,
    /// Its number, unique in its video only.
    pub id: u32,
    /// Its type: `CW`, `CH`, `TN`, `TC`, `TP`, `DC`, `DL` or `DO`.
    pub kind: String,
    /// The words.
    pub text: String,
    /// Answers to choose from.
    pub choices: [String; CHOICES],
    /// Number of the right answer, from 0.
    pub answer: usize,
    /// Number of frames of the video.
    pub frames: usize,
}

impl NextQaQuestion {
    /// Name under which results are kept: `VIDEO_QUESTION`.
    pub fn key(&self) -> String {
        format!("{}_{}", self.video, self.id)
    }

    /// Reads the questions of a split.
    ///
    /// # Errors
    /// [`DatasetError::Line`](crate::DatasetError::Line) for a row of another form, or whose answer is none of its
    /// choices.
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let table = Table::read(path)?;
        // NExT-GQA calls the column `video_id`, and gives the answer by its words.
        let by_words = table.column("video_id").is_ok();
        let video = table.column(if by_words { "video_id" } else { "video" })?;
        let id = table.column("qid")?;
        let kind = table.column("type")?;
        let text = table.column("question")?;
        let answer = table.column("answer")?;
        let frames = table.column("frame_count")?;
        let mut columns = [0; CHOICES];
        for (index, column) in columns.iter_mut().enumerate() {
            *column = table.column(&format!("a{index}"))?;
        }
        let questions = table.rows().map(|row| {
            let refuse = |reason: String| in_line(path, row.line, reason);
            check_name(row.text(video)).map_err(|error| refuse(error.to_string()))?;
            let choices = columns.map(|column| row.text(column).to_owned());
            let right = row.text(answer);
            let place = if by_words {
                choices.iter().position(|choice| choice == right)
            } else {
                right.parse().ok().filter(|number| *number < CHOICES)
            };
            Ok(Self {
                answer: place.ok_or_else(|| refuse(format!("`{right}` is no choice")))?,
                video: row.text(video).to_owned(),
                id: row.number(id)?,
                kind: row.text(kind).to_owned(),
                text: row.text(text).to_owned(),
                choices,
                frames: row.number(frames)?,
            })
        });
        questions.collect()
    }
}

/// Folder and name of each video in VidOR, such as `0101/2909445186`, by its name.
///
/// # Errors
/// [`DatasetError::Json`](crate::DatasetError::Json) for another shape, [`DatasetError::Entry`](crate::DatasetError::Entry)
/// for a path that leads elsewhere.
pub fn read_vid_or_paths(path: impl AsRef<Path>) -> Result<BTreeMap<String, String>> {
    let path = path.as_ref();
    let places: BTreeMap<String, String> = read_json(path)?;
    for (video, place) in &places {
        check_relative(place).map_err(|error| in_entry(path, video, error.to_string()))?;
    }
    Ok(places)
}

/// What a method answered, and what is right.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct NextQaResult {
    /// Number of the answer given.
    pub prediction: usize,
    /// Number of the right answer, as the results file repeats it.
    pub answer: usize,
}

/// Results by `VIDEO_QUESTION`.
pub type NextQaResults = BTreeMap<String, NextQaResult>;

/// Reads results.
///
/// # Errors
/// [`DatasetError::Json`](crate::DatasetError::Json).
pub fn read_next_qa_results(path: impl AsRef<Path>) -> Result<NextQaResults> {
    read_json(path.as_ref())
}

/// Writes results.
///
/// # Errors
/// [`DatasetError::Write`](crate::DatasetError::Write).
pub fn write_next_qa_results(path: impl AsRef<Path>, results: &NextQaResults) -> Result<()> {
    write_json(path.as_ref(), results)
}
