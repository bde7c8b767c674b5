//! Trains a recipe: `cargo run --release -p tubelet-training --example train -- RECIPE.toml --out FOLDER`.
//!
//! Progress goes to stderr. A run that was stopped goes on when the same command is given again.

use std::{
    collections::VecDeque,
    io::Write,
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use burn::tensor::Device;
use tubelet_datasets::QuestionKind;
use tubelet_training::{
    EvaluationRecord, LanguageRecipe, LanguageTrainer, QuestionScores, QuestionStep, Recipe,
    Reporter, RunStart, StepRecord, Trainer, TrainingError,
};

/// Steps over which what is printed is averaged.
const WINDOW: usize = 50;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [recipe, flag, folder] = arguments.as_slice() else {
        complain("usage: train RECIPE.toml --out FOLDER");
        return ExitCode::from(2);
    };
    if flag != "--out" {
        complain("usage: train RECIPE.toml --out FOLDER");
        return ExitCode::from(2);
    }
    match train(Path::new(recipe), Path::new(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn train(recipe: &Path, folder: &Path) -> Result<(), TrainingError> {
    let mut lines = Lines {
        folder: folder.to_owned(),
        ..Lines::default()
    };
    let text = std::fs::read_to_string(recipe).unwrap_or_default();
    if LanguageRecipe::fits(&text) {
        let recipe = LanguageRecipe::parse(&text, recipe)?;
        let run =
            LanguageTrainer::new(recipe.clone(), folder, &Device::default())?.run(&mut lines)?;
        run.save(&recipe, &folder.join(&recipe.name))?;
        complain(&format!("{} steps done", run.steps));
        return Ok(());
    }
    let recipe = Recipe::read(recipe)?;
    let run = Trainer::new(recipe, folder, &Device::default())?.run(&mut lines)?;
    complain(&format!(
        "{} steps done; weights in {}",
        run.steps,
        folder.join("checkpoints").display()
    ));
    Ok(())
}

fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints a line every so many steps. A file called `stop` in the run's folder ends the run after a checkpoint.
#[derive(Default)]
struct Lines {
    folder: PathBuf,
    steps: usize,
    recent: VecDeque<StepRecord>,
    last_line: Option<Instant>,
}

impl Reporter for Lines {
    fn started(&mut self, start: &RunStart) {
        self.steps = start.steps;
        complain(&format!(
            "{}: {} parameters, steps {} to {}",
            start.name, start.parameters, start.first_step, start.steps
        ));
    }

    fn stepped(&mut self, record: &StepRecord) -> ControlFlow<()> {
        self.recent.push_back(*record);
        if self.recent.len() > WINDOW {
            self.recent.pop_front();
        }
        let due = self
            .last_line
            .is_none_or(|last| last.elapsed().as_secs() >= 10);
        if due {
            self.last_line = Some(Instant::now());
            let mean = |value: fn(&StepRecord) -> f64| -> f64 {
                self.recent.iter().map(value).sum::<f64>() / self.recent.len() as f64
            };
            let seconds = mean(|record| record.seconds);
            let left = seconds * (self.steps - record.step - 1) as f64 / 3600.0;
            complain(&format!(
                "step {:6}  loss {:8.3}  dice {:6.3}  focal {:7.4}  iou {:6.3}  presence {:6.3}  rate {:.2e}  |g| {:7.3}  {:.2} s/step ({:.2} waiting)  {left:.1} h left",
                record.step,
                mean(|record| record.loss),
                mean(|record| record.dice),
                mean(|record| record.focal),
                mean(|record| record.iou),
                mean(|record| record.presence),
                record.rate,
                mean(|record| record.gradient_norm),
                seconds,
                mean(|record| record.waited),
            ));
        }
        if self.folder.join("stop").exists() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn evaluated(&mut self, record: &EvaluationRecord) {
        complain(&format!(
            "after {} steps, J&F on held-out clips: mask {:.3}  box {:.3}  click {:.3}  views {:.3?}  ({:.0} s)",
            record.step,
            record.mask.mean(),
            record.boxed.mean(),
            record.click.mean(),
            record.views.unwrap_or_default(),
            record.seconds
        ));
    }

    fn saved(&mut self, checkpoint: &Path) {
        complain(&format!("saved {}", checkpoint.display()));
    }
}

impl Reporter<QuestionStep, QuestionScores> for Lines {
    fn started(&mut self, start: &RunStart) {
        Reporter::<StepRecord, EvaluationRecord>::started(self, start);
    }

    fn stepped(&mut self, record: &QuestionStep) -> ControlFlow<()> {
        if record.step.is_multiple_of(WINDOW) {
            complain(&format!(
                "step {:6}  loss {:8.3}  rate {:.2e}  |g| {:7.3}  {:.2} s/step",
                record.step, record.loss, record.rate, record.gradient_norm, record.seconds
            ));
        }
        if self.folder.join("stop").exists() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn evaluated(&mut self, record: &QuestionScores) {
        let kinds = QuestionKind::ALL.into_iter().zip(record.by_kind);
        let kinds: Vec<String> = kinds
            .filter(|(_, score)| score.asked > 0)
            .map(|(kind, score)| {
                format!(
                    "{} {:.2} ({:.2})",
                    kind.name(),
                    score.share(),
                    score.blind_share()
                )
            })
            .collect();
        complain(&format!(
            "after {} steps, right answers (without looking): {:.3} ({:.3})  {}",
            record.step,
            record.all.share(),
            record.all.blind_share(),
            kinds.join("  ")
        ));
    }

    fn saved(&mut self, checkpoint: &Path) {
        Reporter::<StepRecord, EvaluationRecord>::saved(self, checkpoint);
    }
}
