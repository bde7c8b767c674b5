//! A tiny model learns two clips by heart in a bounded number of steps.

use std::path::Path;

use burn::tensor::Device;
use tubelet_training::{Recipe, Silent, Trainer, read_steps};

#[test]
fn a_tiny_model_learns_two_clips_by_heart() {
    let recipe = include_str!("../../recipes/overfit.toml");
    let recipe = Recipe::parse(recipe, Path::new("overfit.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = Trainer::new(recipe, folder.path(), &Device::default())
        .unwrap()
        .run(&mut Silent)
        .unwrap();
    assert!(run.finished);
    let steps = read_steps(folder.path()).unwrap();
    let dice = |range: std::ops::Range<usize>| -> f64 {
        let of_range = &steps[range];
        of_range.iter().map(|record| record.dice).sum::<f64>() / of_range.len() as f64
    };
    let (first, last) = (dice(0..10), dice(steps.len() - 20..steps.len()));
    assert!(last < 0.4 * first, "dice went from {first} to {last}");
    assert!(folder.path().join("curves.svg").exists());
}
