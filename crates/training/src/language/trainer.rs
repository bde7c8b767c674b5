//! A run that trains a vision-language model on questions.
//!
//! In: a recipe and a folder. Out: checkpoints, a log and a plot in that folder, and the model with all its files.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use burn::{module::Module, tensor::Device};
use tubelet_nn::StorageType;
use tubelet_qwen_vl::QwenVl;

use super::{
    fresh_weights::fresh_weights,
    held_out::HeldOutQuestions,
    pass::answer_loss,
    recipe::LanguageRecipe,
    records::{QuestionScores, QuestionStep},
    sampler::{QuestionBatch, QuestionSampler},
};
use crate::{
    TrainingError,
    batch::worker::BatchWorker,
    checkpoint::{self, RunState},
    course::{Course, Progress, checkpoints, follow, is_due, prepare},
    log::RunLog,
    optimizer::{
        gradients::ModuleGradient,
        groups::{RateFactors, parameter_groups},
        parameters::{ParameterInfo, parameters, values},
    },
    plot,
    randomness::{Purpose, Randomness},
    reporter::{Reporter, RunStart},
};

/// A run that can be started or continued.
#[derive(Debug)]
pub struct LanguageTrainer {
    recipe: LanguageRecipe,
    folder: PathBuf,
    sampler: QuestionSampler,
    state: RunState<QwenVl>,
}

/// What a run left behind.
#[derive(Clone, Debug)]
pub struct TrainedLanguage {
    /// The model: the average of the weights if one was kept.
    pub model: QwenVl,
    /// Steps taken.
    pub steps: usize,
    /// Whether the recipe was followed to its end.
    pub finished: bool,
}

impl LanguageTrainer {
    /// Prepares a run in `folder`: from its newest checkpoint, or from the beginning if there is none. `device` computes.
    ///
    /// # Errors
    /// Where the folder cannot be used, belongs to a run with another recipe, or holds a broken checkpoint; and where the model's
    /// files are not what they should be.
    pub fn new(
        recipe: LanguageRecipe,
        folder: &Path,
        device: &Device,
    ) -> Result<Self, TrainingError> {
        prepare(folder, &recipe.text)?;
        let config = recipe.files().config()?;
        let randomness = Randomness(recipe.seed);
        device.seed(randomness.seed(Purpose::Weights, 0));
        let fresh = config.init(&device.clone().autodiff());
        // Parameters are drawn when they are first looked at; the order must not depend on who looks.
        let _ = values(&fresh);
        let state = match checkpoint::newest(&checkpoints(folder))? {
            Some(newest) => checkpoint::read(&newest, fresh)?,
            None => RunState::beginning(fresh_weights(fresh, randomness, device)),
        };
        Ok(Self {
            sampler: QuestionSampler::new(recipe.clone(), &config)?,
            recipe,
            folder: folder.to_owned(),
            state,
        })
    }

    /// Trains to the recipe's end, or until the reporter wants a break.
    ///
    /// # Errors
    /// Where files cannot be written, or numbers stop being finite for good.
    pub fn run(
        self,
        reporter: &mut impl Reporter<QuestionStep, QuestionScores>,
    ) -> Result<TrainedLanguage, TrainingError> {
        let names = parameters(&self.state.model);
        let steps = self.recipe.steps();
        reporter.started(&RunStart {
            name: self.recipe.name.clone(),
            parameters: names.iter().map(ParameterInfo::len).sum(),
            first_step: self.state.step,
            steps,
        });
        let checkpoints = self.recipe.checkpoints;
        let mut run = Run::new(self)?;
        follow(&mut run, (steps, &checkpoints), reporter)?;
        Ok(TrainedLanguage {
            model: run.progress.best().valid(),
            steps: run.progress.step,
            finished: run.progress.step >= steps,
        })
    }
}

impl TrainedLanguage {
    /// Writes the model into a folder with everything that `tubelet ask` and other programs need.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, recipe: &LanguageRecipe, folder: &Path) -> Result<(), TrainingError> {
        fs::create_dir_all(folder).map_err(TrainingError::io(folder))?;
        recipe.files().copy_settings(folder)?;
        Ok(self.model.save(folder, StorageType::F16)?)
    }
}

/// A run in progress.
struct Run {
    recipe: LanguageRecipe,
    folder: PathBuf,
    worker: BatchWorker<QuestionBatch>,
    progress: Progress<QwenVl>,
    held_out: Option<HeldOutQuestions>,
    log: RunLog<QuestionStep, QuestionScores>,
}

impl Run {
    fn new(trainer: LanguageTrainer) -> Result<Self, TrainingError> {
        let LanguageTrainer {
            recipe,
            folder,
            sampler,
            state,
        } = trainer;
        let held_out = match &recipe.evaluation {
            Some(wanted) => {
                let config = recipe.clip(wanted.objects, None);
                Some(HeldOutQuestions::new(&sampler, wanted, config)?)
            }
            None => None,
        };
        let accumulate = recipe.optimizer.accumulate.get() as u64;
        let (first, steps) = (state.step as u64, recipe.steps());
        let factors = RateFactors {
            image_encoder: 1.0,
            layer_decay: 1.0,
            spatial: 1.0,
        };
        let names = parameters(&state.model);
        let groups = parameter_groups(&names, factors, &recipe.optimizer.frozen);
        Ok(Self {
            held_out,
            log: RunLog::open(&folder, state.step)?,
            worker: BatchWorker::start(
                move |number| sampler.of_step(number, accumulate),
                first * accumulate,
                steps as u64 * accumulate,
            ),
            progress: Progress::new(state, &recipe.optimizer, (groups, steps)),
            recipe,
            folder,
        })
    }
}

impl Course for Run {
    type Step = QuestionStep;
    type Scores = QuestionScores;

    fn taken(&self) -> usize {
        self.progress.step
    }

    fn step(&mut self) -> Result<QuestionStep, TrainingError> {
        let start = Instant::now();
        let step = self.progress.step;
        let passes = self.recipe.optimizer.accumulate.get();
        let mut waited = 0.0;
        let mut loss = 0.0;
        let mut sum: Option<ModuleGradient> = None;
        for _ in 0..passes {
            let asked = Instant::now();
            let batch = self.worker.next_batch();
            let batch = batch.ok_or(TrainingError::Worker { step })??;
            waited += asked.elapsed().as_secs_f64();
            let model = &self.progress.model;
            let of_batch = answer_loss(model, &batch)?;
            let mut gradients = of_batch.backward();
            let gradient = ModuleGradient::take(model, &mut gradients);
            loss += of_batch.into_data().iter::<f64>().sum::<f64>() / passes as f64;
            sum = Some(match sum {
                Some(before) => before.plus(gradient),
                None => gradient,
            });
        }
        let sum = sum.ok_or(TrainingError::Worker { step })?;
        let gradient = if passes == 1 {
            sum
        } else {
            sum.scaled(1.0 / passes as f64)
        };
        let taken = self.progress.follow(gradient, loss.is_finite())?;
        let record = QuestionStep {
            step,
            loss,
            rate: taken.rate,
            gradient_norm: taken.norm,
            seconds: start.elapsed().as_secs_f64(),
            waited,
            skipped: taken.skipped,
        };
        self.log.step(&record)?;
        Ok(record)
    }

    fn evaluate_if_due(&mut self) -> Result<Option<QuestionScores>, TrainingError> {
        let (Some(recipe), Some(held_out)) = (&self.recipe.evaluation, &self.held_out) else {
            return Ok(None);
        };
        let step = self.progress.step;
        if !is_due(step, (recipe.every, self.recipe.steps())) {
            return Ok(None);
        }
        let scores = held_out.scores(&self.progress.best().valid(), step)?;
        self.log.evaluation(&scores)?;
        Ok(Some(scores))
    }

    fn save(&mut self) -> Result<PathBuf, TrainingError> {
        let keep = self.recipe.checkpoints.keep.get();
        let path = self.progress.save(&self.folder, keep)?;
        plot::draw::<QuestionStep, QuestionScores>(&self.folder)?;
        Ok(path)
    }
}
