//! Damage to weights, recipes, prompts and model folders: nothing may panic, whatever happens to its files.
//!
//! Each file is damaged some hundreds of times; the example `fuzz_models` does it for hours. `TUBELET_COPIES` sets the number.

use std::fs;

use crate::damage::{Damage, Target, all_targets};

const COPIES: usize = 100;

fn survives(target: &Target) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(target.file);
    for seed in &target.seeds {
        fs::write(&path, seed).unwrap();
        assert!((target.read)(&path), "{} undamaged", target.name);
    }
    let wanted = std::env::var("TUBELET_COPIES").ok();
    let copies = wanted.map_or(COPIES, |wanted| wanted.parse().unwrap());
    let mut damage = Damage::new(1);
    for _ in 0..copies {
        fs::remove_file(&path).unwrap();
        fs::write(&path, damage.copy(&target.seeds)).unwrap();
        (target.read)(&path);
    }
}

fn all_survive(group: &str) {
    let targets = all_targets().into_iter();
    let of_group: Vec<Target> = targets.filter(|it| it.name.starts_with(group)).collect();
    assert!(!of_group.is_empty());
    of_group.iter().for_each(survives);
}

#[test]
fn damaged_weights_do_no_harm() {
    all_survive("weights/");
}

#[test]
fn damaged_segmenters_do_no_harm() {
    all_survive("models/");
}

#[test]
fn damaged_recipes_do_no_harm() {
    all_survive("recipes/");
}

#[test]
fn damaged_prompts_and_logs_do_no_harm() {
    all_survive("texts/");
}

#[test]
fn damaged_language_models_do_no_harm() {
    all_survive("language/");
}
