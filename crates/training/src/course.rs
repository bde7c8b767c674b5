//! What every run does, whatever it trains: steps, evaluations and checkpoints in turn, and weights that follow gradients.
//!
//! In: a course that can take a step. Out: a run that was followed to its end, or to the break that its reporter wanted. Knows no
//! model and no loss.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use burn::module::Module;

use crate::{
    TrainingError,
    checkpoint::{self, RunState},
    optimizer::{
        adam_w::AdamW,
        average::WeightAverage,
        gradients::ModuleGradient,
        groups::ParameterGroup,
        parameters::{values, with_values},
        schedule::Schedule,
    },
    recipe::{clips::CheckpointRecipe, file::OptimizerRecipe, number::Count},
    reporter::Reporter,
};

/// Steps without finite numbers after which a run gives up.
const MOST_SKIPPED: usize = 20;

/// A run that is followed step by step.
pub(crate) trait Course {
    /// What is known of a step.
    type Step;
    /// What is known of an evaluation.
    type Scores;

    /// Steps taken.
    fn taken(&self) -> usize;

    /// Takes a step and logs it.
    fn step(&mut self) -> Result<Self::Step, TrainingError>;

    /// Evaluates and logs that, if it is time.
    fn evaluate_if_due(&mut self) -> Result<Option<Self::Scores>, TrainingError>;

    /// Writes a checkpoint.
    fn save(&mut self) -> Result<PathBuf, TrainingError>;
}

/// Follows a course until `steps` are taken, or until the reporter wants a break; a checkpoint is written at the end too.
pub(crate) fn follow<C: Course>(
    course: &mut C,
    (steps, checkpoints): (usize, &CheckpointRecipe),
    reporter: &mut impl Reporter<C::Step, C::Scores>,
) -> Result<(), TrainingError> {
    let save_every = Duration::from_secs_f64(60.0 * checkpoints.minutes.get());
    let mut last_save = Instant::now();
    while course.taken() < steps {
        let record = course.step()?;
        let wish = reporter.stepped(&record);
        if let Some(scores) = course.evaluate_if_due()? {
            reporter.evaluated(&scores);
        }
        if wish.is_break() || course.taken() == steps || last_save.elapsed() >= save_every {
            reporter.saved(&course.save()?);
            last_save = Instant::now();
        }
        if wish.is_break() {
            break;
        }
    }
    Ok(())
}

/// Weights on their way.
pub(crate) struct Progress<M> {
    /// The weights of now.
    pub(crate) model: M,
    /// Steps taken.
    pub(crate) step: usize,
    optimizer: AdamW,
    average: Option<WeightAverage>,
    schedule: Schedule,
    longest_gradient: f64,
    skipped: usize,
}

/// What became of a gradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Taken {
    /// Learning rate.
    pub(crate) rate: f64,
    /// Length of the gradient before it was shortened.
    pub(crate) norm: f64,
    /// Whether the weights were left alone.
    pub(crate) skipped: bool,
}

impl<M: Module> Progress<M> {
    /// Goes on from a state.
    pub(crate) fn new(
        state: RunState<M>,
        recipe: &OptimizerRecipe,
        (groups, steps): (Vec<ParameterGroup>, usize),
    ) -> Self {
        let average = recipe.average.map(|decay| {
            let start = state.average.unwrap_or_else(|| values(&state.model));
            WeightAverage::new(decay.get(), start)
        });
        Self {
            optimizer: AdamW::new(recipe.adam_w(), groups).with_moments(state.moments),
            average,
            schedule: recipe.schedule(steps),
            longest_gradient: recipe.longest_gradient.get(),
            step: state.step,
            model: state.model,
            skipped: 0,
        }
    }

    /// Follows a gradient, unless it or the loss it comes from is not finite.
    ///
    /// # Errors
    /// When that has been so for too many steps in a row.
    pub(crate) fn follow(
        &mut self,
        gradient: ModuleGradient,
        is_loss_finite: bool,
    ) -> Result<Taken, TrainingError> {
        let rate = self.schedule.rate(self.step);
        let norm = gradient.norm();
        let finite = norm.is_finite() && is_loss_finite;
        if finite {
            let gradient = gradient.clipped(norm, self.longest_gradient);
            let next = self.optimizer.step(values(&self.model), gradient, rate);
            if let Some(average) = &mut self.average {
                average.update(&next, self.step);
            }
            self.model = with_values(self.model.clone(), next);
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
        self.step += 1;
        Ok(Taken {
            rate,
            norm,
            skipped: !finite,
        })
    }

    /// The weights to use: the average if one is kept.
    pub(crate) fn best(&self) -> M {
        match &self.average {
            Some(average) => with_values(self.model.clone(), average.values().to_vec()),
            None => self.model.clone(),
        }
    }

    /// Writes a checkpoint into a run's folder.
    pub(crate) fn save(&self, folder: &Path, keep: usize) -> Result<PathBuf, TrainingError> {
        let state = RunState {
            step: self.step,
            model: self.model.clone(),
            average: self
                .average
                .as_ref()
                .map(|average| average.values().to_vec()),
            moments: self.optimizer.moments().to_vec(),
        };
        checkpoint::write(&checkpoints(folder), &state, keep)
    }
}

/// Whether it is time for an evaluation: every so many steps, and after the last one.
pub(crate) fn is_due(step: usize, (every, last): (Count, usize)) -> bool {
    step.is_multiple_of(every.get()) || step == last
}

/// Where a run's checkpoints are.
pub(crate) fn checkpoints(folder: &Path) -> PathBuf {
    folder.join("checkpoints")
}

/// Prepares a run's folder: there is room for checkpoints, and the recipe is beside them, the same as before.
pub(crate) fn prepare(folder: &Path, recipe: &str) -> Result<(), TrainingError> {
    let checkpoints = checkpoints(folder);
    fs::create_dir_all(&checkpoints).map_err(TrainingError::io(&checkpoints))?;
    let path = folder.join("recipe.toml");
    match fs::read_to_string(&path) {
        Ok(text) if text == recipe => Ok(()),
        Ok(_) => Err(TrainingError::OtherRecipe { path }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            fs::write(&path, recipe).map_err(TrainingError::io(&path))
        }
        Err(error) => Err(TrainingError::io(&path)(error)),
    }
}
