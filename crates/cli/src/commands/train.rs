//! `tubelet train`: a recipe followed to its end, or to the first Ctrl-C, from where it goes on next time.

use std::{collections::BTreeMap, ops::ControlFlow, path::Path};

use burn::tensor::Device;
use indicatif::{ProgressBar, ProgressStyle};
use tubelet_nn::StorageType;
use tubelet_segmentation::{Naming, SavedFormat};
use tubelet_training::{EvaluationRecord, Recipe, Reporter, RunStart, Score, StepRecord, Trainer};

use crate::{arguments::TrainArguments, failure::Failure, interrupt::Interrupt, print::Printer};

/// Follows the recipe.
///
/// # Errors
/// When the recipe is none, or the run cannot be written or goes astray.
pub(crate) fn run(arguments: &TrainArguments, printer: Printer) -> Result<(), Failure> {
    let recipe = Recipe::read(&arguments.recipe)?;
    let config = recipe.model.get_ref().config();
    let (name, seed) = (recipe.name.clone(), recipe.seed);
    let trainer = Trainer::new(recipe, &arguments.out, &Device::flex())?;
    let mut training = Training::new(printer);
    let trained = trainer.run(&mut training)?;
    training.finish();
    let weights = arguments.out.join(format!("{name}.safetensors"));
    let format = SavedFormat {
        naming: Naming::Ours,
        storage: StorageType::F16,
        notes: BTreeMap::from([
            ("name".to_owned(), name),
            ("seed".to_owned(), seed.to_string()),
            ("steps".to_owned(), trained.steps.to_string()),
        ]),
    };
    trained.segmenter.save(&config, &weights, format)?;
    let state = if trained.finished {
        "finished"
    } else {
        "stopped; the same command goes on from here"
    };
    printer.note(&format!(
        "{} steps, {state}: {}",
        trained.steps,
        weights.display()
    ));
    Ok(())
}

/// A run's progress on stderr; Ctrl-C ends the run after a checkpoint.
pub(crate) struct Training {
    printer: Printer,
    interrupt: Interrupt,
    bar: ProgressBar,
}

impl Training {
    /// Begins to watch for Ctrl-C.
    pub(crate) fn new(printer: Printer) -> Self {
        Self {
            printer,
            interrupt: Interrupt::watch(),
            bar: ProgressBar::hidden(),
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Reporter for Training {
    fn started(&mut self, start: &RunStart) {
        self.printer.note(&format!(
            "{}: {} parameters, {} steps",
            start.name, start.parameters, start.steps
        ));
        self.bar = self.printer.bar(start.steps as u64);
        self.bar.set_position(start.first_step as u64);
        if let Ok(style) =
            ProgressStyle::with_template("{bar:30} {pos}/{len} steps {elapsed} left {eta}  {msg}")
        {
            self.bar.set_style(style);
        }
    }

    fn stepped(&mut self, record: &StepRecord) -> ControlFlow<()> {
        self.bar.set_position(record.step as u64 + 1);
        self.bar.set_message(format!(
            "loss {:.3}, {:.2} s a step",
            record.loss, record.seconds
        ));
        if self.interrupt.is_wanted() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn evaluated(&mut self, record: &EvaluationRecord) {
        self.bar.suspend(|| self.printer.note(&describe(record)));
    }

    fn saved(&mut self, checkpoint: &Path) {
        let saved = format!("saved {}", checkpoint.display());
        self.bar.suspend(|| self.printer.note(&saved));
    }
}

fn describe(record: &EvaluationRecord) -> String {
    let percent = |score: Score| 100.0 * score.mean();
    format!(
        "step {}: J&F on held-out clips {:.1} with a mask, {:.1} with a box, {:.1} with a click",
        record.step,
        percent(record.mask),
        percent(record.boxed),
        percent(record.click)
    )
}
