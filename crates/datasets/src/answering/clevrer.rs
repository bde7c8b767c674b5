//! CLEVRER: questions about collisions, their causes and what would follow (Yi et al., ICLR 2020), and CLEVRER-Humans.
//!
//! In: the released list of scenes, or scenes by their numbers as CLEVRER-Humans writes them. Out: questions; and answers
//! in the form that the evaluation server takes. Format: clevrer.csail.mit.edu.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::formats::json::{parse_json, read_json, write_json};
use crate::formats::text::{in_entry, read_bytes};

/// A question about a scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClevrerQuestion {
    /// Number of the scene; its video is `video_00000.mp4` with five digits.
    pub scene: u32,
    /// Its number in its scene.
    pub id: u32,
    /// `descriptive`, `explanatory`, `predictive` or `counterfactual`.
    pub kind: String,
    /// The words.
    pub text: String,
    /// The right answer of a descriptive question; `None` for others and where it is kept secret.
    pub answer: Option<String>,
    /// Statements to be judged, for the other kinds.
    pub choices: Vec<ClevrerChoice>,
}

/// A statement to be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClevrerChoice {
    /// Its number in its question.
    pub id: u32,
    /// The words.
    pub text: String,
    /// Whether it is right; `None` where that is kept secret.
    pub is_correct: Option<bool>,
}

#[derive(Deserialize)]
struct ReleasedScene {
    scene_index: u32,
    questions: Vec<FileQuestion>,
}

#[derive(Deserialize)]
struct Scene {
    questions: Vec<FileQuestion>,
}

#[derive(Deserialize)]
struct FileQuestion {
    question_id: u32,
    question: String,
    question_type: String,
    answer: Option<String>,
    #[serde(default)]
    choices: Vec<FileChoice>,
}

#[derive(Deserialize)]
struct FileChoice {
    choice_id: u32,
    choice: String,
    answer: Option<String>,
}

impl ClevrerQuestion {
    /// Reads the questions of a split, scene by scene.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json) for another shape, [`DatasetError::Entry`](crate::DatasetError::Entry)
    /// for a scene without a number and a judgement other than `correct` and `wrong`.
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let bytes = read_bytes(path)?;
        let scenes: Vec<ReleasedScene> = if bytes.trim_ascii_start().starts_with(b"[") {
            parse_json(path, &bytes, 1)?
        } else {
            let scenes: BTreeMap<String, Scene> = parse_json(path, &bytes, 1)?;
            let scenes = scenes.into_iter().map(|(number, scene)| {
                let parsed = number.parse();
                Ok(ReleasedScene {
                    scene_index: parsed
                        .map_err(|_| in_entry(path, &number, "no number of a scene"))?,
                    questions: scene.questions,
                })
            });
            scenes.collect::<Result<_>>()?
        };
        let mut questions = Vec::new();
        for scene in scenes {
            for question in scene.questions {
                let entry = format!("{}/{}", scene.scene_index, question.question_id);
                let checked = checked(scene.scene_index, question);
                questions.push(checked.map_err(|reason| in_entry(path, entry, reason))?);
            }
        }
        Ok(questions)
    }

    /// Name of the scene's video.
    pub fn video(&self) -> String {
        format!("video_{:05}.mp4", self.scene)
    }
}

/// A judgement on a statement.
fn is_correct(judgement: &str) -> Result<bool, String> {
    match judgement {
        "correct" => Ok(true),
        "wrong" => Ok(false),
        other => Err(format!("a choice is `{other}`, neither correct nor wrong")),
    }
}

fn checked(scene: u32, question: FileQuestion) -> Result<ClevrerQuestion, String> {
    let choices = question.choices.into_iter().map(|choice| {
        Ok(ClevrerChoice {
            id: choice.choice_id,
            text: choice.choice,
            is_correct: choice.answer.as_deref().map(is_correct).transpose()?,
        })
    });
    Ok(ClevrerQuestion {
        choices: choices.collect::<Result<_, String>>()?,
        scene,
        id: question.question_id,
        kind: question.question_type,
        text: question.question,
        answer: question.answer,
    })
}

/// What a method answers to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClevrerResult {
    /// Number of the scene.
    pub scene: u32,
    /// Number of the question.
    pub question: u32,
    /// The answer.
    pub answer: ClevrerAnswer,
}

/// An answer, by the kind of question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClevrerAnswer {
    /// A word, to a descriptive question.
    Word(String),
    /// A judgement on each statement, by its number.
    Judgements(BTreeMap<u32, bool>),
}

#[derive(Deserialize, Serialize)]
struct ResultScene {
    scene_index: u32,
    questions: Vec<ResultQuestion>,
}

#[derive(Deserialize, Serialize)]
struct ResultQuestion {
    question_id: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    choices: Vec<ResultChoice>,
}

#[derive(Deserialize, Serialize)]
struct ResultChoice {
    choice_id: u32,
    answer: String,
}

impl ClevrerResult {
    /// Reads a submission.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json) for another shape, [`DatasetError::Entry`](crate::DatasetError::Entry)
    /// for a judgement other than `correct` and `wrong`.
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let scenes: Vec<ResultScene> = read_json(path)?;
        let mut results = Vec::new();
        for scene in scenes {
            for question in scene.questions {
                let entry = format!("{}/{}", scene.scene_index, question.question_id);
                results.push(Self {
                    scene: scene.scene_index,
                    question: question.question_id,
                    answer: answered(question).map_err(|reason| in_entry(path, entry, reason))?,
                });
            }
        }
        Ok(results)
    }

    /// Writes a submission, scenes and questions in order.
    ///
    /// # Errors
    /// [`DatasetError::Write`](crate::DatasetError::Write).
    pub fn write_all(path: impl AsRef<Path>, results: &[Self]) -> Result<()> {
        let mut scenes: BTreeMap<u32, Vec<ResultQuestion>> = BTreeMap::new();
        for result in results {
            let (answer, choices) = match &result.answer {
                ClevrerAnswer::Word(word) => (Some(word.clone()), Vec::new()),
                ClevrerAnswer::Judgements(judgements) => {
                    (None, judgements.iter().map(choice).collect())
                }
            };
            scenes
                .entry(result.scene)
                .or_default()
                .push(ResultQuestion {
                    question_id: result.question,
                    answer,
                    choices,
                });
        }
        let scenes: Vec<ResultScene> = scenes
            .into_iter()
            .map(|(scene_index, mut questions)| {
                questions.sort_by_key(|question| question.question_id);
                ResultScene {
                    scene_index,
                    questions,
                }
            })
            .collect();
        write_json(path.as_ref(), &scenes)
    }
}

fn answered(question: ResultQuestion) -> Result<ClevrerAnswer, String> {
    if let Some(word) = question.answer {
        return Ok(ClevrerAnswer::Word(word));
    }
    let choices = question.choices.iter();
    let judgements = choices.map(|choice| Ok((choice.choice_id, is_correct(&choice.answer)?)));
    Ok(ClevrerAnswer::Judgements(
        judgements.collect::<Result<_, String>>()?,
    ))
}

fn choice((id, is_correct): (&u32, &bool)) -> ResultChoice {
    ResultChoice {
        choice_id: *id,
        answer: if *is_correct { "correct" } else { "wrong" }.to_owned(),
    }
}
