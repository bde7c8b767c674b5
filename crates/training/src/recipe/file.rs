//! The whole recipe.
//!
//! In: a TOML file. Out: a [`Recipe`]; or an error with line and column for an unknown key, a missing one, a value out of range
//! or sizes that make no model. These are the only settings of the crate that are deserialised.

use std::{fmt::Write, fs, ops::Range, path::Path, path::PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::{
    beginning::BeginningRecipe,
    clips::{
        AugmentationRecipe, CheckpointRecipe, EvaluationRecipe, LossRecipe, PromptRecipe,
        StageRecipe,
    },
    model::ModelRecipe,
    number::{Count, Positive, Share},
    rig::RigRecipe,
};
use crate::{
    TrainingError,
    losses::{
        focal::FocalOptions,
        prediction::{LossOptions, LossWeights},
    },
    optimizer::{adam_w::AdamWOptions, groups::RateFactors, schedule::Schedule},
};

/// What is trained, on what, and how.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Name of the model.
    pub name: String,
    /// Where all chance comes from.
    pub seed: u64,
    /// Weights to begin with, relative to the recipe, or `tubelet-nano` or `tubelet-rig`, which are in the program; fresh ones
    /// if absent.
    pub initial_weights: Option<PathBuf>,
    /// Table `[beginning]`; nothing is changed if absent.
    #[serde(default)]
    pub beginning: BeginningRecipe,
    /// Table `[model]`.
    pub model: Spanned<ModelRecipe>,
    /// Tables `[[stages]]`.
    pub stages: Spanned<Vec<StageRecipe>>,
    /// Table `[augmentation]`.
    #[serde(default)]
    pub augmentation: AugmentationRecipe,
    /// Table `[prompts]`.
    pub prompts: PromptRecipe,
    /// Table `[loss]`.
    pub loss: LossRecipe,
    /// Table `[optimizer]`.
    pub optimizer: OptimizerRecipe,
    /// Table `[checkpoints]`.
    pub checkpoints: CheckpointRecipe,
    /// Table `[rig]`: drives with several cameras in place of clips.
    pub rig: Option<RigRecipe>,
    /// Table `[evaluation]`; none takes place if absent.
    pub evaluation: Option<EvaluationRecipe>,
    /// The text it was parsed from.
    #[serde(skip)]
    pub text: String,
}

/// Table `[optimizer]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptimizerRecipe {
    /// Highest learning rate.
    pub rate: Positive,
    /// Last learning rate as a share of the highest.
    pub final_share: Share,
    /// Steps of the warm-up.
    pub warm_up: usize,
    /// Factor on the image encoder's rate.
    #[serde(default = "full")]
    pub image_encoder_factor: Positive,
    /// Factor from each block of the backbone to the one before it.
    #[serde(default = "whole")]
    pub layer_decay: Share,
    /// Factor on the rate of what tells tokens their place in space, which begins with nothing.
    #[serde(default = "full")]
    pub spatial_factor: Positive,
    /// Memory of the mean gradient and of its mean square.
    pub decays: [Share; 2],
    /// Weight decay.
    pub weight_decay: Share,
    /// Longest gradient; longer ones are shortened.
    pub longest_gradient: Positive,
    /// Forward and backward passes whose gradients are averaged for a step.
    #[serde(default = "one")]
    pub accumulate: Count,
    /// What the average of the weights keeps of itself in a step; no average is kept if absent.
    pub average: Option<Share>,
    /// Beginnings of the names of parameters that stay as they are.
    #[serde(default)]
    pub frozen: Vec<String>,
}

fn one() -> Count {
    Count::ONE
}

fn full() -> Positive {
    Positive::ONE
}

fn whole() -> Share {
    Share::constant(1.0)
}

impl OptimizerRecipe {
    /// Constants of the optimiser.
    pub fn adam_w(&self) -> AdamWOptions {
        AdamWOptions {
            first_decay: self.decays[0].get(),
            second_decay: self.decays[1].get(),
            epsilon: 1e-8,
            weight_decay: self.weight_decay.get(),
        }
    }

    /// Shape of the learning rate over a run.
    pub fn schedule(&self, steps: usize) -> Schedule {
        Schedule {
            peak: self.rate.get(),
            final_share: self.final_share.get(),
            warm_up: self.warm_up,
            steps,
        }
    }
}

impl Recipe {
    /// Reads a recipe.
    ///
    /// # Errors
    /// [`TrainingError::Io`] where the file cannot be read, [`TrainingError::Recipe`] where it is not a recipe.
    pub fn read(path: &Path) -> Result<Self, TrainingError> {
        let text = fs::read_to_string(path).map_err(TrainingError::io(path))?;
        Self::parse(&text, path)
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
        if let (Some(weights), Some(folder)) = (&mut recipe.initial_weights, path.parent()) {
            *weights = folder.join(&*weights);
        }
        recipe
            .check()
            .map_err(|(span, reason)| refuse(at_line(text, span, &reason)))?;
        Ok(recipe)
    }

    /// Steps of all stages.
    pub fn steps(&self) -> usize {
        self.stages
            .get_ref()
            .iter()
            .map(|stage| stage.steps.get())
            .sum()
    }

    /// Shape of the learning rate.
    pub fn schedule(&self) -> Schedule {
        self.optimizer.schedule(self.steps())
    }

    /// Factors on the learning rate.
    pub fn rate_factors(&self) -> RateFactors {
        RateFactors {
            image_encoder: self.optimizer.image_encoder_factor.get(),
            layer_decay: self.optimizer.layer_decay.get(),
            spatial: self.optimizer.spatial_factor.get(),
        }
    }

    /// Options of the loss.
    pub fn loss_options(&self) -> LossOptions {
        let loss = self.loss;
        LossOptions {
            weights: LossWeights {
                focal: loss.focal,
                dice: loss.dice,
                iou: loss.iou,
                presence: loss.presence,
            },
            focal: FocalOptions::SAM2,
            all_qualities: loss.all_qualities,
            absent: 1.0,
        }
    }

    fn check(&self) -> Result<(), (Range<usize>, String)> {
        let model = |reason: String| (self.model.span(), reason);
        let stages = |reason: String| (self.stages.span(), reason);
        let sizes = self
            .stages
            .get_ref()
            .iter()
            .filter_map(|stage| stage.image_size);
        if self.stages.get_ref().is_empty() {
            return Err(stages("there is no stage".to_owned()));
        }
        if self.rig.is_some()
            && let Some(stage) = self
                .stages
                .get_ref()
                .iter()
                .find(|stage| stage.clips != Count::ONE)
        {
            let reason = format!("a batch is one drive, not {} clips", stage.clips.get());
            return Err(stages(reason));
        }
        for size in sizes.chain([self.model.get_ref().image_size]) {
            let config = self.model.get_ref().config_at(size.get());
            config.check().map_err(|error| model(error.to_string()))?;
            if !size.get().is_multiple_of(self.loss.stride.get()) {
                return Err(model(format!(
                    "the loss's stride {} does not divide the image size {}",
                    self.loss.stride.get(),
                    size.get()
                )));
            }
        }
        Ok(())
    }
}

/// A reason with the line and column where it stands, laid out as the TOML parser does.
fn at_line(text: &str, span: Range<usize>, reason: &str) -> String {
    let before = text.get(..span.start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    let mut message = format!("error at line {line}, column {column}\n");
    let shown = text.lines().nth(line - 1).unwrap_or_default();
    let _ = writeln!(message, "  |\n{line} | {shown}\n  |\n{reason}");
    message.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OVERFIT: &str = include_str!("../../recipes/overfit.toml");

    fn refusal(text: &str) -> String {
        Recipe::parse(text, Path::new("a.toml"))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn the_recipes_that_come_along_are_read() {
        let texts = [
            OVERFIT,
            include_str!("../../recipes/nano.toml"),
            include_str!("../../recipes/nano-further.toml"),
            include_str!("../../recipes/nano-third.toml"),
            include_str!("../../recipes/rig.toml"),
            include_str!("../../recipes/rig-further.toml"),
            include_str!("../../recipes/rig-third.toml"),
            include_str!("../../recipes/rig-ablation.toml"),
            include_str!("../../recipes/rig-overfit.toml"),
        ];
        for text in texts {
            let recipe = Recipe::parse(text, Path::new("a.toml")).unwrap();
            assert!(recipe.steps() > 0);
        }
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let text = OVERFIT.replace("[optimizer]", "[optimizer]\nrtae = 1.0");
        let line = text
            .lines()
            .position(|line| line.starts_with("rtae"))
            .unwrap()
            + 1;
        let message = refusal(&text);
        assert!(
            message.contains("a.toml") && message.contains(&format!("line {line}")),
            "{message}"
        );
        assert!(message.contains("rtae"), "{message}");
    }

    #[test]
    fn a_value_out_of_range_is_refused_with_its_line() {
        let place = OVERFIT
            .lines()
            .position(|line| line.starts_with("points = "))
            .unwrap();
        let lines: Vec<_> = OVERFIT
            .lines()
            .enumerate()
            .map(|(index, line)| if index == place { "points = 1.5" } else { line })
            .collect();
        let message = refusal(&lines.join("\n"));
        assert!(
            message.contains(&format!("line {}", place + 1)),
            "{message}"
        );
        assert!(message.contains("1.5 is not between 0 and 1"), "{message}");
    }

    #[test]
    fn sizes_that_make_no_model_are_refused_with_the_line_of_the_table() {
        let place = OVERFIT
            .lines()
            .position(|line| line.starts_with("image_size = "))
            .unwrap();
        let lines: Vec<_> = OVERFIT
            .lines()
            .enumerate()
            .map(|(index, line)| {
                if index == place {
                    "image_size = 50"
                } else {
                    line
                }
            })
            .collect();
        let table = OVERFIT.lines().position(|line| line == "[model]").unwrap() + 1;
        let message = refusal(&lines.join("\n"));
        assert!(message.contains("multiple of 32"), "{message}");
        assert!(message.contains(&format!("line {table}")), "{message}");
    }

    #[test]
    fn a_missing_key_is_named() {
        let text: String = OVERFIT
            .lines()
            .filter(|line| !line.starts_with("seed"))
            .collect::<Vec<_>>()
            .join("\n");
        assert!(refusal(&text).contains("seed"));
    }
}
