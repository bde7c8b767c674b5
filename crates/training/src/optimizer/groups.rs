//! What distinguishes parameters for the optimiser: weight decay and share of the learning rate.
//!
//! In: parameters by name. Out: one [`ParameterGroup`] for each. Biases, norms and embeddings are not decayed. In the image
//! encoder's backbone the learning rate shrinks from block to block towards the image (layer-wise decay, Clark et al. 2020, as
//! in SAM 2).

use super::parameters::ParameterInfo;

/// Path of the backbone in the segmenter.
const BACKBONE: &str = "image_encoder.trunk.";
/// Path of the image encoder.
const IMAGE_ENCODER: &str = "image_encoder.";
/// Path of what tells tokens their place in space.
const SPATIAL: &str = "recall.spatial.";
/// Types of the layers that normalise.
const NORMS: [&str; 2] = ["LayerNorm", "LayerNorm2d"];
/// Types of the layers whose weights are matrices or filters; anything else that a module holds is an embedding.
const LAYERS: [&str; 4] = ["Linear", "Conv2d", "ConvTranspose2d", "Projection"];

/// How one parameter is treated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParameterGroup {
    /// Whether weight decay applies.
    pub decays: bool,
    /// Factor on the learning rate.
    pub rate: f64,
}

/// Factors on the learning rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateFactors {
    /// Of the whole image encoder.
    pub image_encoder: f64,
    /// From each block of the backbone to the one before it; 1 treats all alike.
    pub layer_decay: f64,
    /// Of what tells tokens their place in space.
    pub spatial: f64,
}

/// The group of every parameter, in the same order.
///
/// Parameters whose names begin with one of `frozen` stay as they are.
pub fn parameter_groups(
    parameters: &[ParameterInfo],
    factors: RateFactors,
    frozen: &[String],
) -> Vec<ParameterGroup> {
    let blocks = parameters.iter().filter_map(|info| block(&info.name));
    let depth = blocks.max().map_or(0, |last| last + 1);
    let group = |info: &ParameterInfo| {
        if frozen.iter().any(|start| info.name.starts_with(start)) {
            return ParameterGroup {
                decays: false,
                rate: 0.0,
            };
        }
        let mut rate = 1.0;
        if info.name.starts_with(IMAGE_ENCODER) {
            rate *= factors.image_encoder;
        }
        if info.name.starts_with(SPATIAL) {
            rate *= factors.spatial;
        }
        if info.name.starts_with(BACKBONE) && !is_position(info) {
            let layers_after = block(&info.name).map_or(depth + 1, |block| depth - block);
            rate *= factors.layer_decay.powi(layers_after as i32);
        }
        ParameterGroup {
            decays: decays(info),
            rate,
        }
    };
    parameters.iter().map(group).collect()
}

/// Positions of the backbone keep the full rate, as in SAM 2.
fn is_position(info: &ParameterInfo) -> bool {
    info.holder == "WindowPosition"
}

fn decays(info: &ParameterInfo) -> bool {
    info.field() != "bias"
        && info.shape.len() > 1
        && !NORMS.contains(&info.holder.as_str())
        && LAYERS.contains(&info.holder.as_str())
}

/// Number of the backbone's block that a parameter belongs to.
fn block(name: &str) -> Option<usize> {
    let rest = name.strip_prefix(BACKBONE)?.strip_prefix("blocks.")?;
    rest.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{optimizer::parameters::parameters, recipe::file::Recipe};
    use burn::tensor::Device;
    use std::path::Path;

    fn info(name: &str, shape: &[usize], holder: &str) -> ParameterInfo {
        ParameterInfo {
            name: name.to_owned(),
            shape: shape.to_vec(),
            holder: holder.to_owned(),
        }
    }

    #[test]
    fn only_matrices_and_filters_decay() {
        let parameters = [
            info("memory_encoder.projection.weight", &[8, 8, 1, 1], "Conv2d"),
            info("memory_encoder.projection.bias", &[8], "Conv2d"),
            info("recall.norm.weight", &[8], "LayerNorm"),
            info("recall.ages", &[7, 8], "MemoryRecall"),
            info("prompt_encoder.points", &[4, 8], "PromptEncoder"),
        ];
        let factors = RateFactors {
            image_encoder: 1.0,
            layer_decay: 1.0,
            spatial: 3.0,
        };
        let decays: Vec<_> = parameter_groups(&parameters, factors, &[])
            .iter()
            .map(|group| group.decays)
            .collect();
        assert_eq!(decays, [true, false, false, false, false]);
    }

    #[test]
    fn every_parameter_of_a_segmenter_is_in_the_group_that_its_kind_asks_for() {
        let recipe = include_str!("../../recipes/overfit.toml");
        let recipe = Recipe::parse(recipe, Path::new("overfit.toml")).unwrap();
        let model = recipe.model.get_ref().config().init(&Device::default());
        let parameters = parameters(&model);
        let factors = RateFactors {
            image_encoder: 1.0,
            layer_decay: 0.5,
            spatial: 3.0,
        };
        let groups = parameter_groups(&parameters, factors, &[]);
        let mut embeddings = Vec::new();
        for (info, group) in parameters.iter().zip(&groups) {
            assert_eq!(
                group.rate < 1.0,
                info.name.starts_with(BACKBONE) && !is_position(info)
            );
            if info.shape.len() > 1 && !group.decays {
                embeddings.push(info.name.as_str());
            }
        }
        let holders = ["position", "prompt", "token", "no_memory", "ages", "absen"];
        for name in &embeddings {
            assert!(holders.iter().any(|holder| name.contains(holder)), "{name}");
        }
        assert!(groups.iter().filter(|group| group.decays).count() > 60);
    }

    #[test]
    fn the_rate_shrinks_from_block_to_block_towards_the_image() {
        let parameters = [
            info(
                "image_encoder.trunk.patches.weight",
                &[8, 3, 7, 7],
                "Conv2d",
            ),
            info(
                "image_encoder.trunk.position.window",
                &[1, 8, 8, 8],
                "WindowPosition",
            ),
            info(
                "image_encoder.trunk.blocks.0.attention.output.weight",
                &[8, 8],
                "Linear",
            ),
            info(
                "image_encoder.trunk.blocks.1.attention.output.weight",
                &[8, 8],
                "Linear",
            ),
            info(
                "image_encoder.neck.laterals.0.weight",
                &[8, 8, 1, 1],
                "Conv2d",
            ),
            info("mask_decoder.head.weight", &[8, 8], "Linear"),
            info("recall.spatial.lift.weight", &[8, 4], "Linear"),
        ];
        let factors = RateFactors {
            image_encoder: 0.5,
            layer_decay: 0.8,
            spatial: 3.0,
        };
        let rates: Vec<_> = parameter_groups(&parameters, factors, &[])
            .iter()
            .map(|group| group.rate)
            .collect();
        let expected = [0.5 * 0.512, 0.5, 0.5 * 0.64, 0.5 * 0.8, 0.5, 1.0, 3.0];
        for (found, expected) in rates.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{rates:?}");
        }
    }
}
