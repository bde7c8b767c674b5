//! Damage to weights, recipes, prompts and model folders: nothing may panic, whatever happens to its files.
//!
//! Each file is damaged some hundreds of times; the example `fuzz_models` does it for hours. `TUBELET_COPIES` sets the number.

use crate::survival::all_survive;

const COPIES: usize = 100;

#[test]
fn damaged_weights_do_no_harm() {
    all_survive("weights/", COPIES);
}

#[test]
fn damaged_segmenters_do_no_harm() {
    all_survive("models/", COPIES);
}

#[test]
fn damaged_recipes_do_no_harm() {
    all_survive("recipes/", COPIES);
}

#[test]
fn damaged_prompts_and_logs_do_no_harm() {
    all_survive("texts/", COPIES);
}

#[test]
fn damaged_language_models_do_no_harm() {
    all_survive("language/", COPIES);
}
