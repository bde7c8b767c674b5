//! Weights to begin with, for a small model that is trained from nothing.
//!
//! In: a fresh model. Out: the same with weights under which signals keep their size from layer to layer; what blocks add begins
//! small, the more so the more blocks there are (Radford et al. 2019). They follow from the seed.

use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use tubelet_qwen_vl::QwenVl;

use crate::{
    optimizer::parameters::{ParameterInfo, parameters, values, with_values},
    randomness::{Purpose, Randomness},
};

/// Deviation of embeddings, and of the learned positions of patches.
const EMBEDDING: f32 = 0.1;
/// Parts of the names of projections whose outputs are added to what is there.
const ADDED: [&str; 4] = [
    ".attention_output.",
    ".attention.output.",
    ".feed_forward.down.",
    "blocks.contract.",
];

/// The model with weights to begin with.
pub(crate) fn fresh_weights(model: QwenVl, randomness: Randomness, device: &Device) -> QwenVl {
    let infos = parameters(&model);
    let blocks = model.config().text.layers.max(model.config().vision.depth);
    let all = infos.iter().zip(values(&model)).enumerate();
    let all = all.map(|(number, (info, old))| {
        let Some(deviation) = deviation(info, blocks) else {
            return old;
        };
        let mut random = randomness.generator(Purpose::Weights, number as u64);
        let values: Vec<f32> = (0..info.len())
            .map(|_| {
                // A sum of uniform numbers is near enough to normal, and never far out.
                let sum: f32 = (0..6).map(|_| random.random::<f32>()).sum();
                deviation * std::f32::consts::SQRT_2 * (sum - 3.0)
            })
            .collect();
        let length = values.len();
        Tensor::from_data(TensorData::new(values, [length]), device)
    });
    with_values(model, all.collect())
}

/// How far a parameter's values spread; `None` where they stay as they are.
fn deviation(info: &ParameterInfo, blocks: usize) -> Option<f32> {
    if info.field() == "embedding" || info.field() == "positions" || info.field() == "head" {
        return Some(EMBEDDING);
    }
    if info.shape.len() < 2 {
        return None;
    }
    let inputs: usize = info.shape.iter().skip(1).product();
    let plain = 1.0 / (inputs as f32).sqrt();
    let block_part = info
        .name
        .replace(|letter: char| letter.is_ascii_digit(), "");
    let block_part = block_part.replace("..", ".");
    let is_added = ADDED.iter().any(|part| block_part.contains(part));
    let share = if is_added {
        1.0 / (2.0 * blocks as f32).sqrt()
    } else if info.name.contains("contract") {
        // The mergers: their tokens stand beside embeddings.
        0.3
    } else {
        1.0
    };
    Some(share * plain)
}
