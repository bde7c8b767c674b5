//! A run on questions: it goes on where it was, and leaves a model that anybody can open.

use std::{ops::ControlFlow, path::Path};

use burn::tensor::Device;
use tubelet_qwen_vl::{Processor, QwenVl, QwenVlConfig, WeightType};
use tubelet_training::{
    LanguageRecipe, LanguageTrainer, QuestionScores, QuestionStep, Reporter, TrainedLanguage,
    TrainingError, question_scores, read_evaluations_of, read_steps_of, values,
};

fn recipe() -> LanguageRecipe {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes/ask-overfit.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(LanguageRecipe::fits(&text));
    LanguageRecipe::parse(&text, &path).unwrap()
}

/// Wants a break after a number of steps.
struct BreakAfter(usize);

impl Reporter<QuestionStep, QuestionScores> for BreakAfter {
    fn stepped(&mut self, record: &QuestionStep) -> ControlFlow<()> {
        if record.step + 1 == self.0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

fn train(folder: &Path, steps: usize) -> TrainedLanguage {
    LanguageTrainer::new(recipe(), folder, &Device::flex())
        .unwrap()
        .run(&mut BreakAfter(steps))
        .unwrap()
}

fn weights(model: &QwenVl) -> Vec<u32> {
    let all = values(model).into_iter();
    all.flat_map(|value| value.into_data().iter::<f32>().collect::<Vec<_>>())
        .map(f32::to_bits)
        .collect()
}

#[test]
fn a_run_that_is_interrupted_goes_on_to_the_last_bit() {
    let (straight, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let expected = train(straight.path(), usize::MAX);
    assert!(!train(broken.path(), 2).finished);
    let found = train(broken.path(), usize::MAX);
    assert!(expected.finished && found.finished);
    assert_eq!(weights(&found.model), weights(&expected.model));
    let curve = |folder: &Path| -> Vec<u64> {
        let steps: Vec<QuestionStep> = read_steps_of(folder).unwrap();
        steps.iter().map(|step| step.loss.to_bits()).collect()
    };
    assert_eq!(curve(broken.path()), curve(straight.path()));
    let scores: Vec<QuestionScores> = read_evaluations_of(straight.path()).unwrap();
    let asked: Vec<[usize; 2]> = scores.iter().map(|s| [s.step, s.all.asked]).collect();
    assert_eq!(asked, [[3, 6], [6, 6]]);
    assert!(straight.path().join("curves.svg").exists());
}

#[test]
fn what_a_run_leaves_is_a_model_folder() {
    let folder = tempfile::tempdir().unwrap();
    let trained = train(folder.path(), 1);
    let model = folder.path().join("model");
    trained.save(&recipe(), &model).unwrap();
    let config = QwenVlConfig::read(&model.join("config.json")).unwrap();
    assert!(Processor::load(&model, &config).is_ok());
    let opened = QwenVl::load(&model, WeightType::Stored, &Device::flex()).unwrap();
    assert_eq!(weights(&opened).len(), weights(&trained.model).len());
}

#[test]
fn the_model_in_the_program_is_right_about_most_held_out_questions() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes/ask.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replacen("clips = 200", "clips = 10", 1);
    let recipe = LanguageRecipe::parse(&text, &path).unwrap();
    let model = QwenVl::load(recipe.files(), WeightType::Stored, &Device::flex()).unwrap();
    let mut asked = Vec::new();
    let told = |scores: &QuestionScores| asked.push(scores.all.asked);
    let scores = question_scores(&model, &recipe, told).unwrap();
    assert_eq!(asked, [48, 60]);
    assert!(scores.all.share() > 0.75, "{scores:?}");
    let of_kinds: usize = scores.by_kind.iter().map(|kind| kind.right).sum();
    assert_eq!(of_kinds, scores.all.right);
    let none = LanguageRecipe {
        evaluation: None,
        ..recipe
    };
    assert!(question_scores(&model, &none, |_| ()).is_err());
}

#[test]
fn clips_that_leave_nothing_to_ask_are_refused() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes/ask-overfit.toml");
    // Two frames show everything from the beginning.
    let changed = recipe().text.replacen(
        "objects = [1, 2]",
        "objects = [1, 2]\nframes = 2\nkinds = [\"order\"]",
        1,
    );
    let recipe = LanguageRecipe::parse(&changed, &path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let trainer = LanguageTrainer::new(recipe, folder.path(), &Device::flex()).unwrap();
    let error = trainer.run(&mut BreakAfter(usize::MAX)).unwrap_err();
    let said = error.to_string();
    assert!(said.contains("nothing to ask of order"), "{said}");
}

#[test]
fn what_a_recipe_cannot_mean_is_refused() {
    let text = recipe().text;
    for (from, to, reason) in [
        ("objects = [1, 2]", "objects = [3, 2]", "3 to 2 objects"),
        (
            "objects = [1, 2]",
            "objects = [1, 2]\nkinds = [\"smell\"]",
            "`smell` is none of",
        ),
        (
            "[evaluation]",
            "[evaluation]\nkinds = []",
            "the evaluation asks nothing",
        ),
        ("clips = 2", "clips = 0", "at least 1"),
    ] {
        let changed = text.replacen(from, to, 1);
        let refused = LanguageRecipe::parse(&changed, Path::new("a.toml"));
        let Err(error @ TrainingError::Recipe { .. }) = refused else {
            panic!("{to} was taken");
        };
        assert!(error.to_string().contains(reason), "{error}");
    }
}
