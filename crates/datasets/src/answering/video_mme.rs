//! Video-MME: questions with four answers about videos of a minute to an hour (Fu et al., CVPR 2025).
//!
//! In: the official results template, which is also the list of questions; its commas before closing brackets are
//! accepted. Out: videos with questions and, where given, a method's responses; and the same file back.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::formats::json::{read_json_with_commas, write_json};
use crate::formats::text::in_entry;

/// A video with its questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoMmeVideo {
    /// Its number, such as `001`.
    pub id: String,
    /// `short`, `medium` or `long`.
    pub duration: String,
    /// Its field, such as `Knowledge`.
    pub domain: String,
    /// Its part of the field.
    pub sub_category: String,
    /// The questions.
    pub questions: Vec<VideoMmeQuestion>,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoMmeQuestion {
    /// Its number, such as `001-1`.
    pub id: String,
    /// Its task, such as `Counting Problem`.
    pub task: String,
    /// The words.
    pub text: String,
    /// Answers to choose from, each with its letter.
    pub options: Vec<String>,
    /// Letter of the right answer, `A` to `D`.
    pub answer: char,
    /// What a method said, word for word; `None` in a list of questions.
    pub response: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct FileVideo {
    video_id: String,
    duration: String,
    domain: String,
    sub_category: String,
    questions: Vec<FileQuestion>,
}

#[derive(Deserialize, Serialize)]
struct FileQuestion {
    question_id: String,
    task_type: String,
    question: String,
    options: Vec<String>,
    answer: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response: Option<String>,
}

impl VideoMmeVideo {
    /// Reads questions or results.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json) for another shape, [`DatasetError::Entry`](crate::DatasetError::Entry)
    /// for an answer that is no letter of an option.
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let file: Vec<FileVideo> = read_json_with_commas(path)?;
        let videos = file.into_iter().map(|video| {
            let questions = video.questions.into_iter().map(|question| {
                let id = question.question_id.clone();
                checked(question).map_err(|reason| in_entry(path, id, reason))
            });
            Ok(Self {
                questions: questions.collect::<Result<_>>()?,
                id: video.video_id,
                duration: video.duration,
                domain: video.domain,
                sub_category: video.sub_category,
            })
        });
        videos.collect()
    }

    /// Writes results in the template's form, without its commas.
    ///
    /// # Errors
    /// [`DatasetError::Write`](crate::DatasetError::Write).
    pub fn write_all(path: impl AsRef<Path>, videos: &[Self]) -> Result<()> {
        let file: Vec<FileVideo> = videos
            .iter()
            .map(|video| FileVideo {
                video_id: video.id.clone(),
                duration: video.duration.clone(),
                domain: video.domain.clone(),
                sub_category: video.sub_category.clone(),
                questions: video.questions.iter().map(written).collect(),
            })
            .collect();
        write_json(path.as_ref(), &file)
    }
}

fn written(question: &VideoMmeQuestion) -> FileQuestion {
    FileQuestion {
        question_id: question.id.clone(),
        task_type: question.task.clone(),
        question: question.text.clone(),
        options: question.options.clone(),
        answer: question.answer.to_string(),
        response: question.response.clone(),
    }
}

fn checked(question: FileQuestion) -> Result<VideoMmeQuestion, String> {
    let mut letters = question.answer.trim().chars();
    let (Some(answer @ 'A'..='D'), None) = (letters.next(), letters.next()) else {
        return Err(format!("`{}` is no letter from A to D", question.answer));
    };
    Ok(VideoMmeQuestion {
        id: question.question_id,
        task: question.task_type,
        text: question.question,
        options: question.options,
        answer,
        response: question.response,
    })
}
