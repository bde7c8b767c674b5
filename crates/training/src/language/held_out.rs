//! How often a model is right about clips that nobody trained on.
//!
//! In: a model. Out: right answers by kind of question, beside those of whoever does not look.

use std::{collections::BTreeMap, time::Instant};

use tubelet_datasets::{QuestionClipConfig, QuestionKind};
use tubelet_qwen_vl::QwenVl;

use super::{
    pass::right_answers,
    recipe::{AskedKind, LanguageRecipe, QuestionEvaluation},
    records::{AnswerScore, QuestionScores},
    sampler::{QuestionBatch, QuestionRequest, QuestionSampler},
};
use crate::{TrainingError, randomness::Purpose};

/// Clips that go through the model together.
const TOGETHER: usize = 8;

/// Questions that are never trained on, made once for all evaluations of a run.
#[derive(Clone, Debug)]
pub(crate) struct HeldOutQuestions {
    batches: Vec<QuestionBatch>,
}

impl HeldOutQuestions {
    pub(crate) fn new(
        sampler: &QuestionSampler,
        recipe: &QuestionEvaluation,
        config: QuestionClipConfig,
    ) -> Result<Self, TrainingError> {
        let batches = held_out_batches(sampler, recipe, config);
        Ok(Self {
            batches: batches.collect::<Result<_, _>>()?,
        })
    }

    /// Asks everything; `step` is noted in the record. `model` is outside autodiff.
    pub(crate) fn scores(
        &self,
        model: &QwenVl,
        step: usize,
    ) -> Result<QuestionScores, TrainingError> {
        let mut tally = Tally::new();
        for batch in &self.batches {
            tally.ask(model, batch)?;
        }
        Ok(tally.scores(step))
    }
}

/// Asks a model the held-out questions of a recipe's evaluation, each clip made when it is needed. `told` hears the scores so
/// far after every few clips; the step in them is 0.
///
/// # Errors
/// Where the recipe evaluates nothing, or asks what its clips leave nothing to ask of.
pub fn question_scores(
    model: &QwenVl,
    recipe: &LanguageRecipe,
    mut told: impl FnMut(&QuestionScores),
) -> Result<QuestionScores, TrainingError> {
    let Some(wanted) = &recipe.evaluation else {
        return Err(TrainingError::Recipe {
            path: recipe.model.clone(),
            reason: "the recipe has no table `[evaluation]`".to_owned(),
        });
    };
    let sampler = QuestionSampler::new(recipe.clone(), model.config())?;
    let mut tally = Tally::new();
    for batch in held_out_batches(&sampler, wanted, recipe.clip(wanted.objects, None)) {
        tally.ask(model, &batch?)?;
        told(&tally.scores(0));
    }
    Ok(tally.scores(0))
}

fn held_out_batches(
    sampler: &QuestionSampler,
    recipe: &QuestionEvaluation,
    config: QuestionClipConfig,
) -> impl Iterator<Item = Result<QuestionBatch, TrainingError>> {
    let all = recipe.clips.get();
    (0..all).step_by(TOGETHER).map(move |first| {
        sampler.batch(&QuestionRequest {
            config,
            purpose: Purpose::HeldOut,
            first: first as u64,
            clips: TOGETHER.min(all - first),
            questions: recipe.questions.get(),
            kinds: recipe.kinds.iter().map(|AskedKind(kind)| *kind).collect(),
        })
    })
}

/// What was asked so far, by kind.
struct Tally {
    right: [usize; QuestionKind::ALL.len()],
    /// How often each answer would have been right.
    answers: [BTreeMap<String, usize>; QuestionKind::ALL.len()],
    start: Instant,
}

impl Tally {
    fn new() -> Self {
        Self {
            right: Default::default(),
            answers: Default::default(),
            start: Instant::now(),
        }
    }

    fn ask(&mut self, model: &QwenVl, batch: &QuestionBatch) -> Result<(), TrainingError> {
        for (question, is_right) in batch.questions.iter().zip(right_answers(model, batch)?) {
            let kind = question.kind as usize;
            self.right[kind] += usize::from(is_right);
            let answers = &mut self.answers[kind];
            *answers.entry(question.answer.clone()).or_default() += 1;
        }
        Ok(())
    }

    fn scores(&self, step: usize) -> QuestionScores {
        let by_kind = std::array::from_fn(|kind| AnswerScore {
            asked: self.answers[kind].values().sum(),
            right: self.right[kind],
            // The most frequent answer.
            blind: self.answers[kind].values().copied().max().unwrap_or(0),
        });
        let mut all = AnswerScore::default();
        for score in by_kind {
            all.asked += score.asked;
            all.right += score.right;
            all.blind += score.blind;
        }
        QuestionScores {
            step,
            all,
            by_kind,
            seconds: self.start.elapsed().as_secs_f64(),
        }
    }
}
