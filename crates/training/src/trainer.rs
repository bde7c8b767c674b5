//! The loop: batches in, weights out.
//!
//! In: a recipe and a folder. Out: checkpoints, a log and a plot in that folder. A run that is killed goes on from its newest
//! checkpoint as if nothing had happened, to the last bit.

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use burn::{module::Module, tensor::Device};
use tubelet_nn::WeightFile;
use tubelet_segmentation::{EmbeddedModel, Segmenter};

use crate::{
    TrainingError,
    batch::{
        sampler::{BatchSampler, stage_of_step},
        worker::BatchWorker,
    },
    checkpoint::{self, RunState},
    evaluate::HeldOutClips,
    initialise::initialise,
    log::{RunLog, StepRecord},
    optimizer::{
        adam_w::AdamW,
        average::WeightAverage,
        groups::parameter_groups,
        parameters::{ParameterInfo, parameters, values, with_values},
    },
    plot,
    randomness::{Purpose, Randomness},
    recipe::{file::Recipe, number::Count},
    reporter::{Reporter, RunStart},
    step::{Learner, StepOutcome},
};

/// Steps without finite numbers after which a run gives up.
const MOST_SKIPPED: usize = 20;

/// A run that can be started or continued.
#[derive(Debug)]
pub struct Trainer {
    recipe: Recipe,
    folder: PathBuf,
    device: Device,
    state: RunState,
}

/// What a run left behind.
#[derive(Clone, Debug)]
pub struct TrainedRun {
    /// The weights to use: the average if one was kept.
    pub segmenter: Segmenter,
    /// Steps taken.
    pub steps: usize,
    /// Whether the recipe was followed to its end.
    pub finished: bool,
}

impl Trainer {
    /// Prepares a run in `folder`: from its newest checkpoint, or from the beginning if there is none. `device` computes.
    ///
    /// # Errors
    /// Where the folder cannot be used, belongs to a run with another recipe, or holds a broken checkpoint; and where the
    /// recipe's initial weights do not fit its model.
    pub fn new(recipe: Recipe, folder: &Path, device: &Device) -> Result<Self, TrainingError> {
        let checkpoints = folder.join("checkpoints");
        fs::create_dir_all(&checkpoints).map_err(TrainingError::io(&checkpoints))?;
        keep_recipe(&recipe, folder)?;
        let state = match checkpoint::newest(&checkpoints)? {
            Some(newest) => checkpoint::read(&newest, fresh(&recipe, device))?,
            None => beginning(&recipe, device)?,
        };
        Ok(Self {
            recipe,
            folder: folder.to_owned(),
            device: device.clone(),
            state,
        })
    }

    /// The segmenter that a recipe begins with.
    ///
    /// # Errors
    /// Where the recipe's initial weights do not fit its model.
    pub fn beginning(recipe: &Recipe, device: &Device) -> Result<Segmenter, TrainingError> {
        Ok(beginning(recipe, device)?.segmenter)
    }

    /// Trains to the recipe's end, or until the reporter wants a break.
    ///
    /// # Errors
    /// Where files cannot be written, the world cannot be drawn, or numbers stop being finite for good.
    pub fn run(self, reporter: &mut impl Reporter) -> Result<TrainedRun, TrainingError> {
        let Self {
            recipe,
            folder,
            device,
            state,
        } = self;
        let names = parameters(&state.segmenter);
        let steps = recipe.steps();
        reporter.started(&RunStart {
            name: recipe.name.clone(),
            parameters: names.iter().map(ParameterInfo::len).sum(),
            first_step: state.step,
            steps,
        });
        let accumulate = recipe.optimizer.accumulate.get() as u64;
        let worker = BatchWorker::start(
            BatchSampler::new(&recipe),
            state.step as u64 * accumulate,
            steps as u64 * accumulate,
        );
        let mut run = Run::new(recipe, folder, device, state)?;
        while run.step < steps {
            let record = run.step(&worker)?;
            let wish = reporter.stepped(&record);
            run.evaluate_if_due(reporter)?;
            if wish.is_break() || run.step == steps || run.last_save.elapsed() >= run.save_every() {
                reporter.saved(&run.save()?);
            }
            if let ControlFlow::Break(()) = wish {
                break;
            }
        }
        let finished = run.step >= steps;
        Ok(TrainedRun {
            segmenter: run.best_weights(),
            steps: run.step,
            finished,
        })
    }
}

/// A run in progress.
struct Run {
    recipe: Recipe,
    folder: PathBuf,
    device: Device,
    learner: Learner,
    segmenter: Segmenter,
    /// A segmenter of another image size and that size; only its weights change.
    other_size: Option<(Count, Segmenter)>,
    optimizer: AdamW,
    average: Option<WeightAverage>,
    held_out: Option<HeldOutClips>,
    log: RunLog,
    step: usize,
    skipped: usize,
    last_save: Instant,
}

impl Run {
    fn new(
        recipe: Recipe,
        folder: PathBuf,
        device: Device,
        state: RunState,
    ) -> Result<Self, TrainingError> {
        let names = parameters(&state.segmenter);
        let groups = parameter_groups(&names, recipe.rate_factors(), &recipe.optimizer.frozen);
        let side = recipe.model.get_ref().image_size.get();
        let held_out = match &recipe.evaluation {
            Some(evaluation) => Some(HeldOutClips::render(evaluation, side, recipe.seed)?),
            None => None,
        };
        let decay = recipe.optimizer.average;
        let current = || values(&state.segmenter);
        Ok(Self {
            learner: Learner::new(&recipe, &device),
            optimizer: AdamW::new(recipe.adam_w(), groups).with_moments(state.moments),
            average: decay.map(|decay| {
                WeightAverage::new(decay.get(), state.average.unwrap_or_else(current))
            }),
            held_out,
            log: RunLog::open(&folder, state.step)?,
            step: state.step,
            skipped: 0,
            last_save: Instant::now(),
            segmenter: state.segmenter,
            other_size: None,
            recipe,
            folder,
            device,
        })
    }

    fn step(&mut self, worker: &BatchWorker) -> Result<StepRecord, TrainingError> {
        let start = Instant::now();
        let segmenter = self.at_stage_size();
        let StepOutcome {
            terms,
            gradient,
            waited,
        } = self.learner.learn(&segmenter, worker, self.step)?;
        let rate = self.recipe.schedule().rate(self.step);
        let norm = gradient.norm();
        let finite = norm.is_finite() && terms.iter().all(|term| term.is_finite());
        if finite {
            let gradient = gradient.clipped(norm, self.recipe.optimizer.longest_gradient.get());
            let next = self.optimizer.step(values(&self.segmenter), gradient, rate);
            if let Some(average) = &mut self.average {
                average.update(&next, self.step);
            }
            self.segmenter = with_values(self.segmenter.clone(), next);
            self.skipped = 0;
        } else {
            self.skipped += 1;
        }
        if self.skipped >= MOST_SKIPPED {
            return Err(TrainingError::Diverged {
                step: self.step,
                steps: self.skipped,
            });
        }
        let [focal, dice, iou, presence] = terms;
        let weights = self.recipe.loss_options().weights;
        let record = StepRecord {
            step: self.step,
            loss: weights.focal * focal
                + weights.dice * dice
                + weights.iou * iou
                + weights.presence * presence,
            focal,
            dice,
            iou,
            presence,
            rate,
            gradient_norm: norm,
            seconds: start.elapsed().as_secs_f64(),
            waited: waited.as_secs_f64(),
            skipped: !finite,
        };
        self.log.step(&record)?;
        self.step += 1;
        Ok(record)
    }

    /// The model for the images of the current stage.
    fn at_stage_size(&mut self) -> Segmenter {
        let stages = self.recipe.stages.get_ref();
        let (index, _) = stage_of_step(stages, self.step);
        let model = self.recipe.model.get_ref();
        let Some(size) = stages[index]
            .image_size
            .filter(|&size| size != model.image_size)
        else {
            return self.segmenter.clone();
        };
        let other = match self.other_size.take() {
            Some((held, other)) if held == size => other,
            _ => {
                let config = model.config_at(size.get());
                config.init(&self.device.clone().autodiff())
            }
        };
        let other = with_values(other, values(&self.segmenter));
        self.other_size = Some((size, other.clone()));
        other
    }

    fn evaluate_if_due(&mut self, reporter: &mut impl Reporter) -> Result<(), TrainingError> {
        let (Some(recipe), Some(held_out)) = (&self.recipe.evaluation, &self.held_out) else {
            return Ok(());
        };
        if self.step.is_multiple_of(recipe.every.get()) || self.step == self.recipe.steps() {
            let record = held_out.evaluate(&self.best_weights().valid(), &self.device, self.step);
            self.log.evaluation(&record)?;
            reporter.evaluated(&record);
        }
        Ok(())
    }

    fn save_every(&self) -> Duration {
        Duration::from_secs_f64(60.0 * self.recipe.checkpoints.minutes.get())
    }

    fn save(&mut self) -> Result<PathBuf, TrainingError> {
        let state = RunState {
            step: self.step,
            segmenter: self.segmenter.clone(),
            average: self
                .average
                .as_ref()
                .map(|average| average.values().to_vec()),
            moments: self.optimizer.moments().to_vec(),
        };
        let folder = self.folder.join("checkpoints");
        let path = checkpoint::write(&folder, &state, self.recipe.checkpoints.keep.get())?;
        plot::draw(&self.folder)?;
        self.last_save = Instant::now();
        Ok(path)
    }

    fn best_weights(&self) -> Segmenter {
        match &self.average {
            Some(average) => with_values(self.segmenter.clone(), average.values().to_vec()),
            None => self.segmenter.clone(),
        }
    }
}

/// Writes the recipe beside the run, or compares it with the one that is there.
fn keep_recipe(recipe: &Recipe, folder: &Path) -> Result<(), TrainingError> {
    let path = folder.join("recipe.toml");
    match fs::read_to_string(&path) {
        Ok(text) if text == recipe.text => Ok(()),
        Ok(_) => Err(TrainingError::OtherRecipe { path }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            fs::write(&path, &recipe.text).map_err(TrainingError::io(&path))
        }
        Err(error) => Err(TrainingError::io(&path)(error)),
    }
}

/// The model with fresh weights that follow from the seed.
fn fresh(recipe: &Recipe, device: &Device) -> Segmenter {
    device.seed(Randomness(recipe.seed).seed(Purpose::Weights, 0));
    let segmenter = recipe
        .model
        .get_ref()
        .config()
        .init(&device.clone().autodiff());
    // Parameters are drawn when they are first looked at; the order must not depend on who looks.
    let _ = values(&segmenter);
    segmenter
}

/// The weight file that a recipe begins with: one of the models in the program by its name, or a file.
fn initial_weights(path: &Path) -> Result<WeightFile, TrainingError> {
    let name = path.file_name().and_then(|name| name.to_str());
    match name.and_then(EmbeddedModel::from_name) {
        Some(model) if !path.is_file() => Ok(model.weights()?),
        _ => Ok(WeightFile::open(path)?),
    }
}

fn beginning(recipe: &Recipe, device: &Device) -> Result<RunState, TrainingError> {
    let heads = recipe.model.get_ref().decoder.heads.get();
    let randomness = Randomness(recipe.seed);
    let mut segmenter = initialise(fresh(recipe, device), heads, randomness, device);
    if let Some(weights) = &recipe.initial_weights {
        let file = initial_weights(weights)?;
        let config = recipe.model.get_ref().config();
        segmenter = checkpoint::load_initial_weights(segmenter, &file, &config)?;
        let _ = values(&segmenter);
    }
    let moments = vec![None; parameters(&segmenter).len()];
    Ok(RunState {
        step: 0,
        segmenter,
        average: None,
        moments,
    })
}
