//! Changes to weights that a run begins with, as its recipe asks for them.
//!
//! In: a segmenter with its first weights. Out: the same with some of them weaker, stronger or with noise.

use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use tubelet_segmentation::Segmenter;

use super::fresh_weights::{SILENT, normal};
use crate::{
    optimizer::parameters::{ParameterInfo, parameters, values, with_values},
    randomness::{Purpose, Randomness},
    recipe::{beginning::BeginningRecipe, number::Positive},
};

/// Parts of the name of a layer's cross-attention around the layer's number.
const CROSS_ATTENTION: [&str; 2] = ["recall.attention.layers.", ".cross_attention."];
/// Beginning of the names of what a memory takes from its frame's features.
const MEMORY_FEATURES: &str = "memory_encoder.feature_projection.";

/// What becomes of a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    Factor(f64),
    /// Deviation.
    Noise(f64),
}

/// The segmenter with what the recipe asks for; chance follows from the seed.
pub(crate) fn change(
    segmenter: Segmenter,
    recipe: &BeginningRecipe,
    randomness: Randomness,
    device: &Device,
) -> Segmenter {
    if *recipe == BeginningRecipe::default() {
        return segmenter;
    }
    let infos = parameters(&segmenter);
    let changed = infos.iter().zip(values(&segmenter)).enumerate();
    let changed = changed.map(|(number, (info, old))| match of(info, recipe) {
        None => old,
        Some(Change::Factor(factor)) => old.mul_scalar(factor),
        Some(Change::Noise(deviation)) => {
            let mut random = randomness.generator(Purpose::Changes, number as u64);
            old + noise(info.len(), deviation, &mut random, device)
        }
    });
    let changed = changed.collect();
    with_values(segmenter, changed)
}

fn of(info: &ParameterInfo, recipe: &BeginningRecipe) -> Option<Change> {
    let factor = |number: Positive| Change::Factor(number.get());
    if info.name.starts_with(MEMORY_FEATURES) {
        return recipe.memory_features.map(factor);
    }
    if SILENT.iter().any(|start| info.name.starts_with(start)) {
        return recipe
            .places
            .map(|deviation| Change::Noise(deviation.get()));
    }
    let (layer, part) = info
        .name
        .strip_prefix(CROSS_ATTENTION[0])?
        .split_once(CROSS_ATTENTION[1])?;
    let looks = matches!(part, "query.bias" | "key.bias");
    let factors = recipe.own_place.get(layer.parse::<usize>().ok()?);
    factors.filter(|_| looks).copied().map(factor)
}

fn noise(count: usize, deviation: f64, random: &mut impl Rng, device: &Device) -> Tensor<1> {
    let drawn: Vec<f32> = (0..count)
        .map(|_| (deviation * normal(random)) as f32)
        .collect();
    Tensor::from_data(TensorData::new(drawn, [count]), device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::file::Recipe;
    use std::{collections::BTreeMap, path::Path};

    fn by_name(segmenter: &Segmenter) -> BTreeMap<String, Vec<f32>> {
        let numbers = values(segmenter).into_iter();
        let numbers = numbers.map(|value| value.into_data().iter::<f32>().collect());
        let names = parameters(segmenter).into_iter().map(|info| info.name);
        names.zip(numbers).collect()
    }

    /// What the changes of a recipe do to the weights of a fresh model of a rig, by name; only what they change.
    fn changed(beginning: &str) -> BTreeMap<String, (Vec<f32>, Vec<f32>)> {
        let text = include_str!("../../recipes/rig-overfit.toml");
        let text = format!("{text}\n[beginning]\n{beginning}\n");
        let recipe = Recipe::parse(&text, Path::new("a.toml")).unwrap();
        let device = Device::flex();
        let model = recipe.model.get_ref();
        let fresh = super::super::initialise(
            model.config().init(&device),
            model.decoder.heads.get(),
            Randomness(1),
            &device,
        );
        let before = by_name(&fresh);
        let after = by_name(&change(fresh, &recipe.beginning, Randomness(1), &device));
        before
            .into_iter()
            .zip(after.into_values())
            .filter(|((_, old), new)| old != new)
            .map(|((name, old), new)| (name, (old, new)))
            .collect()
    }

    #[test]
    fn layers_look_less_at_their_own_place() {
        let changed = changed("own_place = [0.5]");
        let names: Vec<&str> = changed.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "recall.attention.layers.0.cross_attention.key.bias",
                "recall.attention.layers.0.cross_attention.query.bias",
            ]
        );
        for (old, new) in changed.values() {
            assert!(old.iter().zip(new).all(|(old, new)| *new == 0.5 * old));
        }
    }

    #[test]
    fn memories_keep_more_of_how_frames_look() {
        let changed = changed("memory_features = 2.0");
        assert!(!changed.is_empty());
        for (name, (old, new)) in &changed {
            assert!(
                name.starts_with("memory_encoder.feature_projection."),
                "{name}"
            );
            assert!(old.iter().zip(new).all(|(old, new)| *new == 2.0 * old));
        }
    }

    #[test]
    fn places_begin_with_a_little_noise() {
        let changed = changed("places = 0.02");
        assert_eq!(changed.len(), 4, "weights and biases of two layers");
        for (old, new) in changed.values() {
            assert!(old.iter().all(|old| *old == 0.0));
            let square: f32 = new.iter().map(|new| new * new).sum();
            let deviation = (square / new.len() as f32).sqrt();
            assert!((0.01..0.03).contains(&deviation), "{deviation}");
        }
    }

    #[test]
    fn nothing_is_changed_unasked() {
        assert!(changed("").is_empty());
    }
}
