//! How often a model is right about clips that nobody trained on.
//!
//! In: a model. Out: right answers by kind of question, beside those of whoever does not look.

use std::{collections::BTreeMap, time::Instant};

use tubelet_datasets::QuestionKind;
use tubelet_qwen_vl::QwenVl;

use super::{
    pass::right_answers,
    recipe::{AskedKind, QuestionEvaluation},
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
        config: tubelet_datasets::QuestionClipConfig,
    ) -> Result<Self, TrainingError> {
        let all = recipe.clips.get();
        let batch = |first: usize| {
            sampler.batch(&QuestionRequest {
                config,
                purpose: Purpose::HeldOut,
                first: first as u64,
                clips: TOGETHER.min(all - first),
                questions: recipe.questions.get(),
                kinds: recipe.kinds.iter().map(|AskedKind(kind)| *kind).collect(),
            })
        };
        let batches = (0..all).step_by(TOGETHER).map(batch);
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
        let start = Instant::now();
        let mut by_kind = self.blind();
        for batch in &self.batches {
            for (question, is_right) in batch.questions.iter().zip(right_answers(model, batch)?) {
                by_kind[question.kind as usize].right += usize::from(is_right);
            }
        }
        let mut all = AnswerScore::default();
        for score in by_kind {
            all.asked += score.asked;
            all.right += score.right;
            all.blind += score.blind;
        }
        Ok(QuestionScores {
            step,
            all,
            by_kind,
            seconds: start.elapsed().as_secs_f64(),
        })
    }

    /// What the most frequent answer of each kind would score.
    fn blind(&self) -> [AnswerScore; QuestionKind::ALL.len()] {
        QuestionKind::ALL.map(|kind| {
            let mut answers: BTreeMap<&str, usize> = BTreeMap::new();
            let questions = self.batches.iter().flat_map(|batch| &batch.questions);
            for question in questions.filter(|question| question.kind == kind) {
                *answers.entry(&question.answer).or_default() += 1;
            }
            AnswerScore {
                asked: answers.values().sum(),
                right: 0,
                blind: answers.values().copied().max().unwrap_or(0),
            }
        })
    }
}
