//! The loop: batches in, weights out.
//!
//! In: a recipe and a folder. Out: checkpoints, a log and a plot in that folder. A run that is killed goes on from its newest
//! checkpoint as if nothing had happened, to the last bit.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use burn::{module::Module, tensor::Device};
use tubelet_nn::WeightFile;
use tubelet_segmentation::{EmbeddedModel, RigRule, Segmenter};

use crate::{
    TrainingError,
    batch::{
        clip::ClipBatch,
        sampler::{BatchSampler, stage_of_step},
        worker::BatchWorker,
    },
    checkpoint::{self, RunState},
    course::{Course, Progress, checkpoints, follow, is_due, prepare},
    evaluate::HeldOutClips,
    initialise::{change, initialise},
    log::{EvaluationRecord, RunLog, StepRecord},
    optimizer::{
        groups::parameter_groups,
        parameters::{ParameterInfo, parameters, values, wanting_gradients, with_values},
    },
    plot,
    randomness::{Purpose, Randomness},
    recipe::{clips::EvaluationRecipe, file::Recipe, number::Count},
    reporter::{Reporter, RunStart},
    rig::held_out::{DrivesRequest, HeldOutDrives},
    step::{Learner, StepOutcome},
};

/// A run that can be started or continued.
#[derive(Debug)]
pub struct Trainer {
    recipe: Recipe,
    folder: PathBuf,
    device: Device,
    state: RunState<Segmenter>,
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
        prepare(folder, &recipe.text)?;
        let state = match checkpoint::newest(&checkpoints(folder))? {
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
        Ok(beginning(recipe, device)?.model)
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
        let names = parameters(&state.model);
        let steps = recipe.steps();
        reporter.started(&RunStart {
            name: recipe.name.clone(),
            parameters: names.iter().map(ParameterInfo::len).sum(),
            first_step: state.step,
            steps,
        });
        let accumulate = recipe.optimizer.accumulate.get() as u64;
        let mut sampler = BatchSampler::new(&recipe);
        let worker = BatchWorker::start(
            move |number| sampler.batch(number),
            state.step as u64 * accumulate,
            steps as u64 * accumulate,
        );
        let checkpoints = recipe.checkpoints;
        let mut run = Run::new(recipe, folder, (worker, device), state)?;
        follow(&mut run, (steps, &checkpoints), reporter)?;
        Ok(TrainedRun {
            segmenter: run.progress.best(),
            steps: run.progress.step,
            finished: run.progress.step >= steps,
        })
    }
}

/// What a run is judged on.
enum HeldOut {
    Clips(HeldOutClips),
    Drives(HeldOutDrives, RigRule),
}

impl HeldOut {
    fn render(
        recipe: &Recipe,
        evaluation: &EvaluationRecipe,
        side: usize,
    ) -> Result<Self, TrainingError> {
        let Some(rig) = &recipe.rig else {
            let clips = HeldOutClips::render(evaluation, side, recipe.seed)?;
            return Ok(Self::Clips(clips));
        };
        let request = DrivesRequest {
            drives: evaluation.clips.get(),
            steps: evaluation.frames.get(),
            objects: evaluation.objects.get(),
            side,
            difficulty: evaluation.difficulty.get(),
            seed: recipe.seed,
        };
        let drives = HeldOutDrives::render(&request, rig)?;
        Ok(Self::Drives(drives, rig.rule()))
    }
}

/// A run in progress.
struct Run {
    recipe: Recipe,
    folder: PathBuf,
    device: Device,
    worker: BatchWorker<ClipBatch>,
    learner: Learner,
    progress: Progress<Segmenter>,
    /// A segmenter of another image size and that size; only its weights change.
    other_size: Option<(Count, Segmenter)>,
    held_out: Option<HeldOut>,
    log: RunLog,
}

impl Run {
    fn new(
        recipe: Recipe,
        folder: PathBuf,
        (worker, device): (BatchWorker<ClipBatch>, Device),
        mut state: RunState<Segmenter>,
    ) -> Result<Self, TrainingError> {
        let names = parameters(&state.model);
        let groups = parameter_groups(&names, recipe.rate_factors(), &recipe.optimizer.frozen);
        let learns: Vec<bool> = groups.iter().map(|group| group.rate > 0.0).collect();
        state.model = wanting_gradients(state.model, &learns);
        let side = recipe.model.get_ref().image_size.get();
        let held_out = recipe
            .evaluation
            .as_ref()
            .map(|evaluation| HeldOut::render(&recipe, evaluation, side))
            .transpose()?;
        Ok(Self {
            learner: Learner::new(&recipe, &device),
            held_out,
            log: RunLog::open(&folder, state.step)?,
            progress: Progress::new(state, &recipe.optimizer, (groups, recipe.steps())),
            other_size: None,
            recipe,
            folder,
            device,
            worker,
        })
    }

    /// The model for the images of the current stage.
    fn at_stage_size(&mut self) -> Segmenter {
        let stages = self.recipe.stages.get_ref();
        let (index, _) = stage_of_step(stages, self.progress.step);
        let model = self.recipe.model.get_ref();
        let Some(size) = stages[index]
            .image_size
            .filter(|&size| size != model.image_size)
        else {
            return self.progress.model.clone();
        };
        let other = match self.other_size.take() {
            Some((held, other)) if held == size => other,
            _ => {
                let config = model.config_at(size.get());
                config.init(&self.device.clone().autodiff())
            }
        };
        let other = with_values(other, values(&self.progress.model));
        self.other_size = Some((size, other.clone()));
        other
    }
}

impl Course for Run {
    type Step = StepRecord;
    type Scores = EvaluationRecord;

    fn taken(&self) -> usize {
        self.progress.step
    }

    fn step(&mut self) -> Result<StepRecord, TrainingError> {
        let start = Instant::now();
        let segmenter = self.at_stage_size();
        let step = self.progress.step;
        let StepOutcome {
            terms,
            gradient,
            waited,
        } = self.learner.learn(&segmenter, &self.worker, step)?;
        let is_finite = terms.iter().all(|term| term.is_finite());
        let taken = self.progress.follow(gradient, is_finite)?;
        let [focal, dice, iou, presence] = terms;
        let weights = self.recipe.loss_options().weights;
        let record = StepRecord {
            step,
            loss: weights.focal * focal
                + weights.dice * dice
                + weights.iou * iou
                + weights.presence * presence,
            focal,
            dice,
            iou,
            presence,
            rate: taken.rate,
            gradient_norm: taken.norm,
            seconds: start.elapsed().as_secs_f64(),
            waited: waited.as_secs_f64(),
            skipped: taken.skipped,
        };
        self.log.step(&record)?;
        Ok(record)
    }

    fn evaluate_if_due(&mut self) -> Result<Option<EvaluationRecord>, TrainingError> {
        let (Some(recipe), Some(held_out)) = (&self.recipe.evaluation, &self.held_out) else {
            return Ok(None);
        };
        let step = self.progress.step;
        if !is_due(step, (recipe.every, self.recipe.steps())) {
            return Ok(None);
        }
        let segmenter = self.progress.best().valid();
        let record = match held_out {
            HeldOut::Clips(clips) => clips.evaluate(&segmenter, &self.device, step),
            HeldOut::Drives(drives, rule) => drives.record(&segmenter, *rule, step)?,
        };
        self.log.evaluation(&record)?;
        Ok(Some(record))
    }

    fn save(&mut self) -> Result<PathBuf, TrainingError> {
        let keep = self.recipe.checkpoints.keep.get();
        let path = self.progress.save(&self.folder, keep)?;
        plot::draw::<StepRecord, EvaluationRecord>(&self.folder)?;
        Ok(path)
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

fn beginning(recipe: &Recipe, device: &Device) -> Result<RunState<Segmenter>, TrainingError> {
    let heads = recipe.model.get_ref().decoder.heads.get();
    let randomness = Randomness(recipe.seed);
    let mut segmenter = initialise(fresh(recipe, device), heads, randomness, device);
    if let Some(weights) = &recipe.initial_weights {
        let file = initial_weights(weights)?;
        let config = recipe.model.get_ref().config();
        segmenter = checkpoint::load_initial_weights(segmenter, &file, &config)?;
        let _ = values(&segmenter);
    }
    let segmenter = change(segmenter, &recipe.beginning, randomness, device);
    Ok(RunState::beginning(segmenter))
}
