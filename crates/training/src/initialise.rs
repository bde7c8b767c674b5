//! Weights to begin with, when a model is trained from nothing and sees little.
//!
//! In: the parameters of a fresh segmenter. Out: values for those that this file has an opinion on. Signals keep their size from
//! layer to layer (He et al. 2015), and two things that would take long to discover are there from the start: prompts look at
//! the pixels they are placed on, and a frame looks for its memories where it looks itself. Both are ordinary weights, which training
//! is free to change.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use tubelet_segmentation::Segmenter;

use crate::{
    optimizer::parameters::{ParameterInfo, parameters, values, with_values},
    randomness::{Purpose, Randomness},
};

/// Attentions between prompts and image, where both sides carry the same encoding of positions.
const PLACED_ATTENTIONS: [&str; 3] = ["token_to_image", "image_to_token", "last_attention"];
/// Factor on their queries and keys: how sharply a prompt looks at its place.
const PLACED_GAIN: f64 = 1.5;
/// Value of the biases of queries and keys where memories are looked at. Turned by the rotary encoding, equal vectors agree best at no
/// distance.
const MEMORY_BIAS: f32 = 2.0;
/// Weight of the corrections of the memory encoder's blocks.
const BLOCK_SCALE: f32 = 0.1;
/// Parts of the names of layers that an activation follows.
const ACTIVATED: [&str; 4] = [
    ".expand.",
    "mask_reduction.stages.",
    ".doublings.",
    ".halvings.",
];
/// Perceptrons whose last layer no activation follows.
const PERCEPTRONS: [&str; 4] = [
    ".filters.",
    ".quality.",
    ".presence.",
    "object_pointer.projection.",
];

/// The segmenter with weights to begin with; they follow from the seed.
pub(crate) fn initialise(
    segmenter: Segmenter,
    randomness: Randomness,
    device: &Device,
) -> Segmenter {
    let infos = parameters(&segmenter);
    let mut drawn = BTreeMap::new();
    let mut all = Vec::with_capacity(infos.len());
    for (number, (info, old)) in infos.iter().zip(values(&segmenter)).enumerate() {
        let mut random = randomness.generator(Purpose::Weights, number as u64);
        let twin = twin(info).and_then(|name| drawn.get(&name).cloned());
        let new: Option<Vec<f32>> = twin.or_else(|| first_value(info, &mut random));
        all.push(match new {
            Some(new) => {
                let length = new.len();
                drawn.insert(info.name.clone(), new.clone());
                Tensor::from_data(TensorData::new(new, [length]), device)
            }
            None => old,
        });
    }
    with_values(segmenter, all)
}

/// The parameter whose value this one shares at first: keys are those of queries where prompts and image meet.
fn twin(info: &ParameterInfo) -> Option<String> {
    let placed = info.name.starts_with("mask_decoder.")
        && PLACED_ATTENTIONS
            .iter()
            .any(|name| info.name.contains(name));
    let query = info.name.replace(".key.", ".query.");
    (placed && query != info.name).then_some(query)
}

/// The value of a parameter, if it is not left as it is.
fn first_value(info: &ParameterInfo, random: &mut impl Rng) -> Option<Vec<f32>> {
    if info.holder == "MixingBlock" && info.field() == "scale" {
        return Some(vec![BLOCK_SCALE; info.len()]);
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
    let deviation = gain(&info.name) / (inputs as f64).sqrt();
    Some(
        (0..info.len())
            .map(|_| (deviation * normal(random)) as f32)
            .collect(),
    )
}

fn gain(name: &str) -> f64 {
    let in_perceptron =
        PERCEPTRONS.iter().any(|part| name.contains(part)) && !name.contains("layers.2.");
    if in_perceptron || ACTIVATED.iter().any(|part| name.contains(part)) {
        return std::f64::consts::SQRT_2;
    }
    let placed = PLACED_ATTENTIONS
        .iter()
        .any(|attention| name.contains(attention));
    if placed && name.contains(".query.") {
        PLACED_GAIN
    } else {
        1.0
    }
}

/// A normal number (Box and Muller 1958).
fn normal(random: &mut impl Rng) -> f64 {
    let radius = (-2.0 * (1.0 - random.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.random::<f64>()).cos()
}
