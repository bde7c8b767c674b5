//! Weights to begin with, when a model is trained from nothing and sees little.
//!
//! In: the parameters of a fresh segmenter. Out: values for those that this room has an opinion on. Signals keep their size from
//! layer to layer (He et al. 2015), and two things that would take long to discover are there from the start: prompts and pixels know
//! where they are to each other (see [`places`](super::places)), and a frame looks for its memories where it looks itself. Both are ordinary weights,
//! which training is free to change.

use std::{collections::BTreeMap, f64::consts::SQRT_2, iter::repeat_n};

use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use tubelet_segmentation::Segmenter;

use super::places::Places;
use crate::{
    optimizer::parameters::{ParameterInfo, parameters, values, with_values},
    randomness::{Purpose, Randomness},
};

/// Attentions of the mask decoder whose two sides begin in the same way: those between prompts and image, where both carry the same
/// encoding of positions, and the first one between tokens, which leaves every token what it was.
const ALIKE_ATTENTIONS: [&str; 4] = [
    "token_to_image",
    "image_to_token",
    "last_attention",
    "layers.0.token_to_token",
];
/// Value of the biases of queries and keys where memories are looked at. Turned by the rotary encoding, equal vectors agree best at no
/// distance.
const MEMORY_BIAS: f32 = 3.0;
/// Weight of the corrections of the memory encoder's blocks.
const BLOCK_SCALE: f32 = 0.1;
/// Beginnings of the names of layers that stay as they were made: at zero.
pub(super) const SILENT: [&str; 2] = ["recall.spatial.image.", "recall.spatial.memory."];
/// Parts of a layer's name, and the gain of the first line whose parts it all has.
const GAINS: [(&[&str], f64); 16] = [
    // How sharply a prompt looks at its place.
    (&["token_to_image", ".query."], 1.5),
    (&["image_to_token", ".query."], 1.5),
    (&["last_attention", ".query."], 1.5),
    // Logits begin near zero, where every loss has a slope.
    (&[".filters.", "layers.2."], 0.25),
    (&[".quality.", "layers.2."], 0.1),
    (&[".presence.", "layers.2."], 0.1),
    (&["object_pointer.projection.", "layers.2."], 1.0),
    // The sum over all blocks stays near one.
    (&["trunk.", "attention.output."], 0.5),
    (&["trunk.", ".contract."], 0.5),
    (&["neck.laterals."], 0.5),
    (&["neck.projections."], 1.5),
    // Most of a memory is the mask, and most of what a frame recalls is the memory of the same place.
    (&["feature_projection."], 0.5),
    (&["memory_encoder.mask_reduction.projection."], 2.5),
    (&["recall.", "cross_attention.output."], 1.5),
    (&["recall.", "cross_attention.query."], 0.5),
    (&["recall.", "cross_attention.key."], 0.5),
];
/// Parts of the names of layers that an activation follows.
const ACTIVATED: [&str; 4] = [
    ".expand.",
    "mask_reduction.stages.",
    ".doublings.",
    ".halvings.",
];
/// Perceptrons.
const PERCEPTRONS: [&str; 4] = [
    ".filters.",
    ".quality.",
    ".presence.",
    "object_pointer.projection.",
];

/// The segmenter with weights to begin with; they follow from the seed. `heads` are those of the mask decoder.
pub(crate) fn initialise(
    segmenter: Segmenter,
    heads: usize,
    randomness: Randomness,
    device: &Device,
) -> Segmenter {
    let infos = parameters(&segmenter);
    let channels = infos
        .iter()
        .find(|info| info.name == "prompt_encoder.no_mask")
        .map_or(0, ParameterInfo::len);
    let places = Places::new(channels, heads);
    let mut drawn = BTreeMap::new();
    let mut all = Vec::with_capacity(infos.len());
    for (number, (info, old)) in infos.iter().zip(values(&segmenter)).enumerate() {
        let mut random = randomness.generator(Purpose::Weights, number as u64);
        let twin = twin(info).and_then(|name| drawn.get(&name).cloned());
        let new: Option<Vec<f32>> = twin.or_else(|| first_value(info, &mut random));
        if let Some(new) = &new {
            drawn.insert(info.name.clone(), new.clone());
        }
        let mut new = new.unwrap_or_else(|| old.into_data().iter::<f32>().collect());
        places.arrange(info, &mut new);
        let length = new.len();
        all.push(Tensor::from_data(TensorData::new(new, [length]), device));
    }
    with_values(segmenter, all)
}

/// The parameter whose value this one shares at first: keys are those of queries.
fn twin(info: &ParameterInfo) -> Option<String> {
    let alike = info.name.starts_with("mask_decoder.")
        && ALIKE_ATTENTIONS.iter().any(|name| info.name.contains(name));
    let query = info.name.replace(".key.", ".query.");
    (alike && query != info.name).then_some(query)
}

/// The value of a parameter, if it is not left as it is.
fn first_value(info: &ParameterInfo, random: &mut impl Rng) -> Option<Vec<f32>> {
    if info.holder == "MixingBlock" && info.field() == "scale" {
        return Some(vec![BLOCK_SCALE; info.len()]);
    }
    // What tells tokens their place begins with saying nothing.
    if SILENT.iter().any(|start| info.name.starts_with(start)) {
        return None;
    }
    let inputs = match (info.holder.as_str(), info.shape.as_slice()) {
        // Kernels as wide as their stride: every output pixel has one input pixel.
        ("ConvTranspose2d", [inputs, ..]) => *inputs,
        ("Linear" | "Conv2d", [_, inputs @ ..]) => inputs.iter().product(),
        _ => return None,
    };
    if info.field() == "bias" {
        let recalls = info.name.starts_with("recall.") && info.name.contains("cross_attention");
        let turned = info.name.contains(".query.") || info.name.contains(".key.");
        let value = if recalls && turned { MEMORY_BIAS } else { 0.0 };
        return Some(vec![value; info.len()]);
    }
    // Neighbours that come from one pixel begin alike; what tells them apart is learnt.
    let alike = match (info.holder.as_str(), info.shape.as_slice()) {
        ("ConvTranspose2d", [_, _, kernel @ ..]) => kernel.iter().product(),
        _ => 1,
    };
    let deviation = gain(&info.name) / (inputs as f64).sqrt();
    let drawn = (0..info.len() / alike).map(|_| (deviation * normal(random)) as f32);
    Some(drawn.flat_map(|value| repeat_n(value, alike)).collect())
}

fn gain(name: &str) -> f64 {
    let named = GAINS
        .iter()
        .find(|(parts, _)| parts.iter().all(|part| name.contains(part)));
    if let Some((_, gain)) = named {
        return *gain;
    }
    let activated = ACTIVATED.iter().any(|part| name.contains(part));
    if activated || PERCEPTRONS.iter().any(|part| name.contains(part)) {
        return SQRT_2;
    }
    1.0
}

/// A normal number (Box and Muller 1958).
pub(super) fn normal(random: &mut impl Rng) -> f64 {
    let radius = (-2.0 * (1.0 - random.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.random::<f64>()).cos()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::file::Recipe;
    use std::{ops::Range, path::Path};
    use tubelet_segmentation::{
        Direction, FramePolicy, FrameRole, ImageFeatures, MemoryBank, Moment, Past, Prompt,
    };

    const SIDE: usize = 192;
    const GRID: usize = SIDE / 16;

    fn segmenter() -> Segmenter {
        let text = include_str!("../../recipes/nano.toml");
        let recipe = Recipe::parse(text, Path::new("nano.toml")).unwrap();
        let device = Device::default();
        let segmenter = recipe.model.get_ref().config_at(SIDE).init(&device);
        initialise(
            segmenter,
            recipe.model.get_ref().decoder.heads.get(),
            Randomness(1),
            &device,
        )
    }

    fn noise(segmenter: &Segmenter) -> ImageFeatures {
        let mut random = Randomness(2).generator(Purpose::Weights, 0);
        let pixels: Vec<f32> = (0..3 * SIDE * SIDE)
            .map(|_| normal(&mut random) as f32)
            .collect();
        let pixels = TensorData::new(pixels, [1, 3, SIDE, SIDE]);
        segmenter.encode(Tensor::from_data(pixels, &Device::default()))
    }

    /// How a frame sees its past if a square was given in the frame before.
    fn recalled(segmenter: &Segmenter, square: Range<usize>) -> Vec<f32> {
        let device = Device::default();
        let policy = FramePolicy::training();
        let features = noise(segmenter);
        let mut mask = vec![0f32; SIDE * SIDE];
        for y in square.clone() {
            for x in square.clone() {
                mask[y * SIDE + x] = 1.0;
            }
        }
        let mask = Tensor::from_data(TensorData::new(mask, [1, 1, SIDE, SIDE]), &device);
        let nothing = segmenter.recall_nothing(&features);
        let given = segmenter.predict(&features, &nothing, Prompt::Mask(mask), policy);
        let mut bank = MemoryBank::default();
        let memory = segmenter.remember(&features, &given, policy);
        bank.insert(0, FrameRole::Prompted, memory);
        let moment = Moment {
            frame: 1,
            direction: Direction::Forward,
            clip_frames: Some(2),
        };
        let past = Past {
            banks: &[&bank],
            moment,
        };
        let recalled = segmenter.recall(&features, past, policy);
        recalled.embedding.into_data().iter::<f32>().collect()
    }

    #[test]
    fn a_mask_is_recalled_where_it_was() {
        let segmenter = segmenter();
        let with = recalled(&segmenter, 64..128);
        let without = recalled(&segmenter, 0..1);
        // Tokens 4 to 8 of 12 along each axis are covered.
        let inside =
            |token: usize| (4..8).contains(&(token % GRID)) && (4..8).contains(&(token / GRID));
        let mut energy = [0f64; 2];
        for (index, (with, without)) in with.iter().zip(&without).enumerate() {
            let token = index % (GRID * GRID);
            energy[usize::from(inside(token))] += f64::from(with - without).powi(2);
        }
        let [outside, inside] = energy;
        let all: f64 = with.iter().map(|value| f64::from(value * value)).sum();
        let share = 16.0 / (GRID * GRID) as f64;
        assert!(inside > 1.5 * outside, "{inside} inside, {outside} outside");
        assert!(inside > 0.2 * share * all, "{inside} of {}", share * all);
    }
}
