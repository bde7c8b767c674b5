//! One step of learning: what a batch costs and which way it falls.
//!
//! In: the model and batches. Out: the loss's terms and the gradient, averaged over the passes of the step.

use std::time::{Duration, Instant};

use burn::tensor::Device;
use tubelet_segmentation::Segmenter;

use crate::{
    TrainingError,
    batch::{clip::ClipBatch, worker::BatchWorker},
    clicks::plan::{PromptChances, PromptPlan},
    losses::prediction::LossTerms,
    optimizer::{gradients::ModuleGradient, parameters::parameters},
    randomness::{Purpose, Randomness},
    recipe::file::Recipe,
    steps::{
        clip_pass::{ClipPass, PassPolicies},
        loss::PassLoss,
    },
};

/// Settings of the passes.
pub(crate) struct Learner {
    device: Device,
    randomness: Randomness,
    chances: PromptChances,
    loss: PassLoss,
    accumulate: u64,
}

/// What a step found out.
pub(crate) struct StepOutcome {
    /// Focal, dice, quality and presence, not weighted.
    pub(crate) terms: [f64; 4],
    pub(crate) gradient: ModuleGradient,
    /// Time spent waiting for batches.
    pub(crate) waited: Duration,
}

impl Learner {
    pub(crate) fn new(recipe: &Recipe, device: &Device) -> Self {
        Self {
            device: device.clone(),
            randomness: Randomness(recipe.seed),
            chances: recipe.prompts.chances(),
            loss: PassLoss {
                options: recipe.loss_options(),
                stride: recipe.loss.stride.get(),
                balanced_presence: recipe.loss.balanced_presence,
                other_cameras: recipe.loss.other_cameras.get(),
            },
            accumulate: recipe.optimizer.accumulate.get() as u64,
        }
    }

    /// Takes the batches of step `step` from the worker.
    pub(crate) fn learn(
        &self,
        segmenter: &Segmenter,
        worker: &BatchWorker<ClipBatch>,
        step: usize,
    ) -> Result<StepOutcome, TrainingError> {
        let mut outcome: Option<StepOutcome> = None;
        for part in 0..self.accumulate {
            let start = Instant::now();
            let batch = worker
                .next_batch()
                .ok_or(TrainingError::Worker { step })??;
            let waited = start.elapsed();
            let number = step as u64 * self.accumulate + part;
            let mut random = self.randomness.generator(Purpose::Prompt, number);
            let plan = PromptPlan::draw(&self.chances, batch.frames(), &mut random)
                .starting_in(batch.first());
            let pass = ClipPass {
                segmenter,
                batch: &batch,
                plan: &plan,
                policies: PassPolicies::training(self.chances.on_object),
                device: &self.device,
            };
            let loss = self.loss.of(&pass, &mut random);
            let next = self.backward(segmenter, loss, waited);
            outcome = Some(match outcome {
                Some(before) => before.plus(next),
                None => next,
            });
        }
        let outcome = outcome.ok_or(TrainingError::Worker { step })?;
        Ok(outcome.divided(self.accumulate as f64))
    }

    fn backward(
        &self,
        segmenter: &Segmenter,
        loss: Option<LossTerms>,
        waited: Duration,
    ) -> StepOutcome {
        let Some(terms) = loss else {
            let parts = vec![None; parameters(segmenter).len()];
            return StepOutcome {
                terms: [0.0; 4],
                gradient: ModuleGradient { parts },
                waited,
            };
        };
        let mut gradients = terms.total(self.loss.options.weights).backward();
        let gradient = ModuleGradient::take(segmenter, &mut gradients);
        let numbers = [terms.focal, terms.dice, terms.iou, terms.presence]
            .map(|term| term.into_data().iter::<f64>().sum());
        StepOutcome {
            terms: numbers,
            gradient,
            waited,
        }
    }
}

impl StepOutcome {
    fn plus(self, other: Self) -> Self {
        let mut terms = self.terms;
        terms
            .iter_mut()
            .zip(other.terms)
            .for_each(|(sum, term)| *sum += term);
        Self {
            terms,
            gradient: self.gradient.plus(other.gradient),
            waited: self.waited + other.waited,
        }
    }

    fn divided(self, passes: f64) -> Self {
        if passes == 1.0 {
            return self;
        }
        Self {
            terms: self.terms.map(|term| term / passes),
            gradient: self.gradient.scaled(1.0 / passes),
            ..self
        }
    }
}
