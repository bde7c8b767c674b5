//! Recipes, prompts and logs, with their readers.

use std::path::Path;

use tubelet_training::{
    EvaluationRecord, LanguageRecipe, Recipe, StepRecord, read_evaluations_of, read_steps_of,
};

use super::target::Target;
use crate::file;

const PROMPTS: &str = r#"{"prompts": [{"object": 2, "frame": 3, "points": [[1, 2.5, 1], [4, 5, 0]]}, {"box": [1, 2, 3, 4], "camera": "front"}, {"mask": "a.png"}]}"#;
const STEPS: &str = "{\"step\": 0, \"loss\": 1.5, \"focal\": 0.1, \"dice\": 0.2, \"iou\": null, \"presence\": 0.4, \"rate\": 1e-3, \"gradient_norm\": 2, \"seconds\": 0.5, \"waited\": 0, \"skipped\": false}\n";
const EVALUATIONS: &str = "{\"step\": 8, \"mask\": {\"j\": 0.5, \"f\": 0.5}, \"box\": {\"j\": 0.5, \"f\": 0.5}, \"click\": {\"j\": 0.5, \"f\": 1}, \"seconds\": 2}\n";

pub(super) fn targets() -> Vec<Target> {
    let text = |text: &str| text.as_bytes().to_vec();
    let recipes = [
        include_str!("../../../../training/recipes/overfit.toml"),
        include_str!("../../../../training/recipes/nano.toml"),
        include_str!("../../../../training/recipes/rig.toml"),
    ];
    let questions = include_str!("../../../../training/recipes/ask.toml");
    vec![
        Target::new(
            "recipes",
            "clips.toml",
            recipes.map(text).to_vec(),
            |path| {
                Recipe::read(path).is_ok_and(|recipe| {
                    let schedule = recipe.schedule();
                    schedule.steps == recipe.steps() && recipe.rate_factors().layer_decay <= 1.0
                })
            },
        ),
        Target::new("recipes", "questions.toml", vec![text(questions)], |path| {
            let Ok(text) = std::fs::read_to_string(path) else {
                return false;
            };
            let recipe = LanguageRecipe::parse(&text, path);
            LanguageRecipe::fits(&text) && recipe.is_ok_and(|recipe| recipe.steps() > 0)
        }),
        Target::new("texts", "prompts.json", vec![text(PROMPTS)], |path| {
            file::read(path).is_ok_and(|prompts| !prompts.is_empty())
        }),
        Target::new("texts", "steps.jsonl", vec![text(STEPS)], |path| {
            read_steps_of::<StepRecord>(folder(path)).is_ok()
        }),
        Target::new(
            "texts",
            "evaluations.jsonl",
            vec![text(EVALUATIONS)],
            |path| read_evaluations_of::<EvaluationRecord>(folder(path)).is_ok(),
        ),
    ]
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap()
}
