//! `tubelet train`: a recipe followed to its end, or to the first Ctrl-C, from where it goes on next time.
//!
//! In: a recipe of a segmenter or of a vision-language model. Out: a run's folder with the trained weights.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::ExitCode,
};

use burn::tensor::Device;
use indicatif::{ProgressBar, ProgressStyle};
use tubelet_datasets::QuestionKind;
use tubelet_nn::StorageType;
use tubelet_segmentation::{Naming, SavedFormat};
use tubelet_training::{
    EvaluationRecord, LanguageRecipe, LanguageTrainer, QuestionScores, QuestionStep, Recipe,
    Reporter, RunStart, Score, StepRecord, Trainer,
};

use crate::{
    arguments::TrainArguments, ended::INTERRUPTED, failure::Failure, interrupt::Interrupt,
    print::Printer,
};

/// Follows the recipe.
///
/// # Errors
/// When the recipe is none, or the run cannot be written or goes astray.
pub(crate) fn run(arguments: &TrainArguments, printer: Printer) -> Result<ExitCode, Failure> {
    let path = &arguments.recipe;
    let text = std::fs::read_to_string(path).map_err(Failure::reading(path))?;
    let (steps, is_finished, result) = if LanguageRecipe::fits(&text) {
        let recipe = LanguageRecipe::parse(&text, path)?;
        language(recipe, &arguments.out, printer)?
    } else {
        let recipe = Recipe::parse(&text, path)?;
        segmenter(recipe, &arguments.out, printer)?
    };
    let (state, code) = if is_finished {
        ("finished", ExitCode::SUCCESS)
    } else {
        let state = "stopped; the same command goes on from here";
        (state, ExitCode::from(INTERRUPTED))
    };
    printer.note(&format!("{steps} steps, {state}: {}", result.display()));
    Ok(code)
}

/// Steps taken, whether the recipe was followed to its end, and where the weights are.
type Trained = (usize, bool, PathBuf);

fn language(recipe: LanguageRecipe, out: &Path, printer: Printer) -> Result<Trained, Failure> {
    let folder = out.join(&recipe.name);
    let trainer = LanguageTrainer::new(recipe.clone(), out, &Device::flex())?;
    let mut training = Training::new(printer);
    let trained = trainer.run(&mut training)?;
    training.finish();
    trained.save(&recipe, &folder)?;
    Ok((trained.steps, trained.finished, folder))
}

fn segmenter(recipe: Recipe, out: &Path, printer: Printer) -> Result<Trained, Failure> {
    let config = recipe.model.get_ref().config();
    let (name, seed) = (recipe.name.clone(), recipe.seed);
    let trainer = Trainer::new(recipe, out, &Device::flex())?;
    let mut training = Training::new(printer);
    let trained = trainer.run(&mut training)?;
    training.finish();
    let weights = out.join(format!("{name}.safetensors"));
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
    Ok((trained.steps, trained.finished, weights))
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

impl Training {
    fn begin(&mut self, start: &RunStart) {
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

    fn step(&self, step: usize, (loss, seconds): (f64, f64)) -> ControlFlow<()> {
        self.bar.set_position(step as u64 + 1);
        self.bar
            .set_message(format!("loss {loss:.3}, {seconds:.2} s a step"));
        if self.interrupt.is_wanted() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn note(&self, text: &str) {
        self.bar.suspend(|| self.printer.note(text));
    }
}

impl Reporter for Training {
    fn started(&mut self, start: &RunStart) {
        self.begin(start);
    }

    fn stepped(&mut self, record: &StepRecord) -> ControlFlow<()> {
        self.step(record.step, (record.loss, record.seconds))
    }

    fn evaluated(&mut self, record: &EvaluationRecord) {
        self.note(&describe(record));
    }

    fn saved(&mut self, checkpoint: &Path) {
        self.note(&format!("saved {}", checkpoint.display()));
    }
}

impl Reporter<QuestionStep, QuestionScores> for Training {
    fn started(&mut self, start: &RunStart) {
        self.begin(start);
    }

    fn stepped(&mut self, record: &QuestionStep) -> ControlFlow<()> {
        self.step(record.step, (record.loss, record.seconds))
    }

    fn evaluated(&mut self, record: &QuestionScores) {
        let kinds = QuestionKind::ALL.into_iter().zip(record.by_kind);
        let kinds: Vec<String> = kinds
            .filter(|(_, score)| score.asked > 0)
            .map(|(kind, score)| {
                let [share, blind] = [score.share(), score.blind_share()].map(|x| 100.0 * x);
                format!("{} {share:.0} ({blind:.0})", kind.name())
            })
            .collect();
        self.note(&format!(
            "step {}: {:.1} % of held-out questions answered right, {:.1} % without looking; {}",
            record.step,
            100.0 * record.all.share(),
            100.0 * record.all.blind_share(),
            kinds.join(", ")
        ));
    }

    fn saved(&mut self, checkpoint: &Path) {
        self.note(&format!("saved {}", checkpoint.display()));
    }
}

fn describe(record: &EvaluationRecord) -> String {
    let percent = |score: Score| 100.0 * score.mean();
    let mut text = format!(
        "step {}: J&F on held-out clips {:.1} with a mask, {:.1} with a box, {:.1} with a click",
        record.step,
        percent(record.mask),
        percent(record.boxed),
        percent(record.click)
    );
    if let Some([own, other, claimed]) = record.views.map(|shares| shares.map(|it| 100.0 * it)) {
        let _ = write!(
            text,
            "; found in {own:.0} % of the views of the prompted camera and {other:.0} % of the others', claimed in {claimed:.0} % of the views without it"
        );
    }
    text
}
