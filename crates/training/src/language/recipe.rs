//! The recipe of a vision-language model.
//!
//! In: a TOML file with a table `[questions]`. Out: a [`LanguageRecipe`], or an error with line and column.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use tubelet_datasets::{QuestionClipConfig, QuestionKind};
use tubelet_qwen_vl::ModelFiles;

use crate::{
    TrainingError,
    recipe::{clips::CheckpointRecipe, file::OptimizerRecipe, number::Count},
};

/// What is trained, on which questions, and how.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageRecipe {
    /// Name of the model.
    pub name: String,
    /// Where all chance comes from.
    pub seed: u64,
    /// A folder with everything of a model but weights, relative to the recipe; or `tubelet-ask`, whose files are in the program.
    pub model: PathBuf,
    /// Table `[questions]`.
    pub questions: QuestionsRecipe,
    /// Tables `[[stages]]`.
    pub stages: Vec<QuestionStage>,
    /// Table `[optimizer]`.
    pub optimizer: OptimizerRecipe,
    /// Table `[checkpoints]`.
    pub checkpoints: CheckpointRecipe,
    /// Table `[evaluation]`; none takes place if absent.
    pub evaluation: Option<QuestionEvaluation>,
    /// The text it was parsed from.
    #[serde(skip)]
    pub text: String,
}

/// Table `[questions]`: what every clip is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionsRecipe {
    /// Pixels along an edge of a clip.
    pub side: Count,
    /// Frames of a clip.
    pub frames: Count,
    /// Frames a second.
    pub frames_per_second: Count,
}

/// Table `[[stages]]`: what is learnt one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionStage {
    /// Steps.
    pub steps: Count,
    /// Clips of a step.
    pub clips: Count,
    /// Questions about each of them.
    pub questions: Count,
    /// Fewest and most objects of a clip.
    pub objects: [usize; 2],
    /// Frames of a clip; those of `[questions]` if absent.
    pub frames: Option<Count>,
    /// What is asked about; everything if absent.
    #[serde(default = "everything")]
    pub kinds: Vec<AskedKind>,
}

/// Table `[evaluation]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionEvaluation {
    /// Steps between two evaluations.
    pub every: Count,
    /// Clips.
    pub clips: Count,
    /// Questions about each of them.
    pub questions: Count,
    /// Fewest and most objects of a clip.
    pub objects: [usize; 2],
    /// What is asked about; everything if absent.
    #[serde(default = "everything")]
    pub kinds: Vec<AskedKind>,
}

/// A kind of question by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct AskedKind(pub QuestionKind);

impl TryFrom<String> for AskedKind {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let mut all = QuestionKind::ALL.into_iter();
        let found = all.find(|kind| kind.name() == name);
        found.map(Self).ok_or_else(|| {
            let names = QuestionKind::ALL.map(QuestionKind::name);
            format!("`{name}` is none of {}", names.join(", "))
        })
    }
}

fn everything() -> Vec<AskedKind> {
    QuestionKind::ALL.map(AskedKind).to_vec()
}

impl LanguageRecipe {
    /// Whether the text of a recipe is one of this kind: whether it has a table `[questions]`.
    pub fn fits(text: &str) -> bool {
        let table: Result<toml::Table, _> = toml::from_str(text);
        table.is_ok_and(|table| table.contains_key("questions"))
    }

    /// Parses the text of a recipe; `path` is named in errors.
    ///
    /// # Errors
    /// [`TrainingError::Recipe`] where it is not one.
    pub fn parse(text: &str, path: &Path) -> Result<Self, TrainingError> {
        let refuse = |reason: String| TrainingError::Recipe {
            path: path.to_owned(),
            reason,
        };
        let mut recipe: Self = toml::from_str(text).map_err(|error| refuse(error.to_string()))?;
        text.clone_into(&mut recipe.text);
        if let Some(folder) = path.parent() {
            recipe.model = folder.join(&recipe.model);
        }
        let of_stages = recipe.stages.iter().map(|stage| stage.objects);
        let of_evaluation = recipe.evaluation.iter().map(|all| all.objects);
        for [fewest, most] in of_stages.chain(of_evaluation) {
            if fewest == 0 || most < fewest || most > 200 {
                return Err(refuse(format!("no clip has {fewest} to {most} objects")));
            }
        }
        if recipe.stages.is_empty() {
            return Err(refuse("there is no stage".to_owned()));
        }
        let mut asked = recipe.stages.iter().map(|stage| &stage.kinds);
        if asked.any(Vec::is_empty) {
            return Err(refuse("a stage asks nothing".to_owned()));
        }
        let mut evaluated = recipe.evaluation.iter().map(|all| &all.kinds);
        if evaluated.any(Vec::is_empty) {
            return Err(refuse("the evaluation asks nothing".to_owned()));
        }
        Ok(recipe)
    }

    /// The model's files but for its weights.
    pub fn files(&self) -> ModelFiles {
        let name = self.model.file_name().and_then(|name| name.to_str());
        if name == Some(ModelFiles::TUBELET_ASK) && !self.model.is_dir() {
            return ModelFiles::tubelet_ask();
        }
        ModelFiles::from(&self.model)
    }

    /// Steps of all stages.
    pub fn steps(&self) -> usize {
        self.stages.iter().map(|stage| stage.steps.get()).sum()
    }

    /// The stage of a step; the last one from the end on.
    pub(crate) fn stage(&self, step: usize) -> Option<&QuestionStage> {
        let mut end = 0;
        let mut running = self.stages.iter();
        let found = running.find(|stage| {
            end += stage.steps.get();
            step < end
        });
        found.or(self.stages.last())
    }

    /// What clips with so many objects are like; `frames` instead of the recipe's own.
    pub(crate) fn clip(&self, objects: [usize; 2], frames: Option<Count>) -> QuestionClipConfig {
        QuestionClipConfig {
            side: self.questions.side.get(),
            frames: frames.unwrap_or(self.questions.frames).get(),
            objects,
        }
    }
}
