//! A batch through the model: every clip is looked at once, and its questions go on from there side by side.
//!
//! In: clips and questions. Out: the loss, or what the model answers. Only the tokens of answers count.

use burn::tensor::{Int, Tensor, activation::log_softmax};
use tubelet_qwen_vl::{
    DeepFeatures, Embedded, KeyValueCache, QwenVl, TokenSequence, Visual, VisualFeatures,
};

use super::sampler::QuestionBatch;
use crate::TrainingError;

/// The logits of all answers' tokens.
struct AnswerLogits {
    /// `[answers' tokens, vocabulary]`.
    logits: Tensor<2>,
    /// The right tokens.
    targets: Vec<i64>,
}

/// Mean cross entropy of the answers' tokens, a single number.
pub(crate) fn answer_loss(
    model: &QwenVl,
    batch: &QuestionBatch,
) -> Result<Tensor<1>, TrainingError> {
    let AnswerLogits { logits, targets } = answer_logits(model, batch)?;
    let device = logits.device();
    let count = targets.len();
    let targets = Tensor::<1, Int>::from_data(targets.as_slice(), &device).reshape([count, 1]);
    let likelihood = log_softmax(logits, 1).gather(1, targets);
    Ok(likelihood.mean().neg())
}

/// Which questions are answered right, to the last token and no further.
pub(crate) fn right_answers(
    model: &QwenVl,
    batch: &QuestionBatch,
) -> Result<Vec<bool>, TrainingError> {
    let AnswerLogits { logits, targets } = answer_logits(model, batch)?;
    let chosen = logits.argmax(1).into_data();
    let mut chosen = chosen
        .iter::<i64>()
        .zip(targets)
        .map(|(chosen, right)| chosen == right);
    let is_right = |question: &super::sampler::TokenisedQuestion| {
        // Every token is taken, also after a wrong one.
        let right = chosen
            .by_ref()
            .take(question.answered)
            .filter(|right| *right)
            .count();
        right == question.answered
    };
    Ok(batch.questions.iter().map(is_right).collect())
}

fn answer_logits(model: &QwenVl, batch: &QuestionBatch) -> Result<AnswerLogits, TrainingError> {
    let mut cache = KeyValueCache::new();
    let opening = opening(model, batch)?;
    let start = opening.next;
    let _ = model.states(opening, Some(&mut cache), None);
    let in_clip = batch.questions.len() / batch.clips.len().max(1);
    let mut cache = cache.repeated(in_clip);
    // What follows a token never changes its state, so that shorter ones may end in anything.
    let longest = batch
        .questions
        .iter()
        .map(|question| question.tokens.len())
        .max();
    let longest = longest.unwrap_or(0);
    let mut tokens = Vec::with_capacity(longest * batch.questions.len());
    let (mut places, mut targets) = (Vec::new(), Vec::new());
    for question in &batch.questions {
        let first = tokens.len() + question.tokens.len() - question.answered;
        for (index, token) in question
            .tokens
            .iter()
            .rev()
            .take(question.answered)
            .rev()
            .enumerate()
        {
            places.push((first + index) as i64 - 1);
            targets.push(i64::from(*token));
        }
        let end = tokens.len() + longest;
        tokens.extend_from_slice(&question.tokens);
        tokens.resize(end, 0);
    }
    let all = TokenSequence {
        tokens,
        visuals: Vec::new(),
    };
    let embedded = model.embed(&all, None, 0)?;
    let [_, count, channels] = embedded.tokens.dims();
    let questions = batch.questions.len();
    let next = start + longest as i64;
    let positions = (start..next).map(|place| [place; 3]);
    let embedded = Embedded {
        tokens: embedded.tokens.reshape([questions, longest, channels]),
        positions: positions.collect::<Vec<_>>().repeat(questions),
        next,
        deep: DeepFeatures::default(),
    };
    let states = model.states(embedded, Some(&mut cache), None);
    let places = Tensor::<1, Int>::from_data(places.as_slice(), &states.device());
    let states = states.reshape([count, channels]).select(0, places);
    Ok(AnswerLogits {
        logits: model.logits(states),
        targets,
    })
}

/// What all conversations begin with, one sequence for each clip.
fn opening(model: &QwenVl, batch: &QuestionBatch) -> Result<Embedded, TrainingError> {
    let Some(first) = batch.clips.first() else {
        return Err(TrainingError::Worker { step: 0 });
    };
    // Frames see only themselves, so that the tower takes all clips for one.
    let mut all = Visual {
        patches: batch
            .clips
            .iter()
            .flat_map(|clip| clip.patches.iter().copied())
            .collect(),
        ..first.clone()
    };
    all.grid.frames *= batch.clips.len();
    let features = model.see(&all, None)?;
    let [tokens, channels] = features.tokens.dims();
    let tokens = tokens / batch.clips.len();
    let part = |features: &Tensor<2>, clip: usize| {
        features
            .clone()
            .slice([clip * tokens..(clip + 1) * tokens, 0..channels])
    };
    let sequences = (0..batch.clips.len()).map(|clip| {
        let features = VisualFeatures {
            tokens: part(&features.tokens, clip),
            taps: features.taps.iter().map(|tap| part(tap, clip)).collect(),
        };
        let visual = (first.kind, first.grid);
        Ok(model.embed_features(&batch.opening, (&[visual], &[features]), 0)?)
    });
    Ok(Embedded::batch(
        sequences.collect::<Result<_, TrainingError>>()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checkpoint::RunState,
        course::Progress,
        language::{
            fresh_weights::fresh_weights, recipe::LanguageRecipe, sampler::QuestionSampler,
        },
        optimizer::{
            gradients::ModuleGradient,
            groups::ParameterGroup,
            parameters::{parameters, values},
        },
        randomness::Randomness,
    };
    use burn::tensor::Device;
    use std::path::Path;

    fn setting() -> (LanguageRecipe, QwenVl, QuestionBatch) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes/ask-overfit.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let recipe = LanguageRecipe::parse(&text, &path).unwrap();
        let config = recipe.files().config().unwrap();
        let device = Device::default();
        let model = config.init(&device.clone().autodiff());
        let model = fresh_weights(model, Randomness(1), &device);
        let sampler = QuestionSampler::new(recipe.clone(), &config).unwrap();
        let batch = sampler.of_step(0, 1).unwrap();
        (recipe, model, batch)
    }

    fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().iter::<f32>().collect()
    }

    fn gradient(model: &QwenVl, loss: Tensor<1>) -> Vec<f32> {
        let mut gradients = loss.backward();
        let gradient = ModuleGradient::take(model, &mut gradients);
        assert!(gradient.parts.iter().all(Option::is_some));
        gradient
            .parts
            .into_iter()
            .flatten()
            .flat_map(numbers)
            .collect()
    }

    fn assert_near(found: &[f32], expected: &[f32]) {
        let largest = expected
            .iter()
            .fold(0.0_f32, |most, value| most.max(value.abs()));
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                (found - expected).abs() < 2e-4 * largest,
                "{found} {expected}"
            );
        }
    }

    #[test]
    fn a_shared_opening_changes_neither_loss_nor_gradient() {
        let (_, model, batch) = setting();
        let loss = answer_loss(&model, &batch).unwrap();
        let mut sum: Option<Tensor<1>> = None;
        let mut count = 0;
        let in_clip = batch.questions.len() / batch.clips.len();
        for (index, question) in batch.questions.iter().enumerate() {
            let tokens = [&batch.opening[..], &question.tokens].concat();
            let (length, answered) = (tokens.len(), question.answered);
            let targets: Vec<i64> = tokens[length - answered..]
                .iter()
                .map(|t| i64::from(*t))
                .collect();
            let sequence = TokenSequence {
                tokens,
                visuals: vec![batch.clips[index / in_clip].clone()],
            };
            let embedded = model.embed(&sequence, None, 0).unwrap();
            let states = model.states(embedded, None, None);
            let states = states
                .narrow(1, length - answered - 1, answered)
                .squeeze_dim::<2>(0);
            let targets = Tensor::<1, Int>::from_data(targets.as_slice(), &states.device());
            let likelihood =
                log_softmax(model.logits(states), 1).gather(1, targets.unsqueeze_dim(1));
            let part = likelihood.sum().neg();
            sum = Some(sum.map_or(part.clone(), |sum| sum + part));
            count += answered;
        }
        let plain = sum.unwrap().div_scalar(count as f64);
        assert_near(&numbers(loss.clone()), &numbers(plain.clone()));
        assert_near(&gradient(&model, loss), &gradient(&model, plain));
    }

    #[test]
    fn a_tiny_model_learns_two_clips_by_heart() {
        let (recipe, model, batch) = setting();
        let group = ParameterGroup {
            decays: false,
            rate: 1.0,
        };
        let groups = vec![group; parameters(&model).len()];
        let state = RunState {
            step: 0,
            moments: vec![None; values(&model).len()],
            model,
            average: None,
        };
        let mut progress = Progress::new(state, &recipe.optimizer, (groups, 80));
        for _ in 0..80 {
            let loss = answer_loss(&progress.model, &batch).unwrap();
            let mut gradients = loss.backward();
            let gradient = ModuleGradient::take(&progress.model, &mut gradients);
            progress.follow(gradient, true).unwrap();
        }
        let right = right_answers(&progress.model, &batch).unwrap();
        assert!(right.iter().all(|right| *right), "{right:?}");
    }
}
