//! Translation between the names in weight files and the segmenter's parameters.
//!
//! In: a name. Out: the same parameter's name elsewhere. Knows the tables, no tensors.

use tubelet_nn::{TensorToWrite, WeightFile};

use super::table::{GROUPS, HUGGING_FACE, NO_MEMORY_POSITION, OFFICIAL, OURS, SHARED_ENCODING};

/// Whose names a weight file uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// Paths of the parameters in this crate's modules.
    Ours,
    /// The checkpoints of facebookresearch/sam2 (`.pt`).
    Official,
    /// The checkpoints of Hugging Face's `transformers` (`.safetensors`).
    HuggingFace,
}

impl Naming {
    /// The naming of a file, told by the name of the first layer's weight.
    pub fn of(file: &WeightFile) -> Option<Self> {
        [Self::Ours, Self::Official, Self::HuggingFace]
            .into_iter()
            .find(|naming| {
                let first = naming.name_of("image_encoder.trunk.patches.weight");
                file.tensors().contains_key(&first)
            })
    }

    /// Path of the parameter that a tensor called `name` fills; `None` for tensors that published checkpoints carry
    /// but the model does not use. An unknown name comes back unchanged.
    pub fn parameter_of(self, name: &str) -> Option<String> {
        let unused = [NO_MEMORY_POSITION[self.column()], SHARED_ENCODING];
        if self != Self::Ours && unused.contains(&name) {
            return None;
        }
        Some(translate(name, self.column(), OURS))
    }

    /// Name of the tensor that holds a parameter. An unknown parameter comes back unchanged.
    pub fn name_of(self, parameter: &str) -> String {
        translate(parameter, OURS, self.column())
    }

    /// Parameters, named by their paths, as published checkpoints hold them: with the names and shapes there, and with the
    /// tensor that the published code asks for although it adds nothing.
    pub(super) fn published(self, mut tensors: Vec<TensorToWrite>) -> Vec<TensorToWrite> {
        let mut unused = None;
        for tensor in &mut tensors {
            match (self, tensor.name.as_str(), tensor.shape.as_slice()) {
                (Self::Official | Self::HuggingFace, "recall.ages", &[frames, channels]) => {
                    tensor.shape = vec![frames, 1, 1, channels];
                }
                (Self::Official | Self::HuggingFace, "recall.no_memory", shape) => {
                    unused = Some(shape.to_vec());
                }
                _ => {}
            }
            tensor.name = self.name_of(&tensor.name);
        }
        tensors.extend(unused.map(|shape| TensorToWrite {
            name: NO_MEMORY_POSITION[self.column()].to_owned(),
            values: vec![0.0; shape.iter().product()],
            shape,
        }));
        tensors
    }

    fn column(self) -> usize {
        match self {
            Self::Ours => OURS,
            Self::Official => OFFICIAL,
            Self::HuggingFace => HUGGING_FACE,
        }
    }
}

fn translate(name: &str, from: usize, to: usize) -> String {
    if from == to {
        return name.to_owned();
    }
    GROUPS
        .iter()
        .flat_map(|group| {
            let with_parts = |module| group.parts.iter().map(move |part| (module, part));
            group.modules.iter().flat_map(with_parts)
        })
        .find_map(|(module, part)| {
            let pattern = |column: usize| join(module[column], part[column]);
            replace(name, &pattern(from), &pattern(to))
        })
        .unwrap_or_else(|| name.to_owned())
}

fn join(module: &str, part: &str) -> String {
    if module.is_empty() {
        part.to_owned()
    } else {
        format!("{module}.{part}")
    }
}

/// Rewrites `name` from one pattern to another; `None` where it does not fit.
fn replace(name: &str, from: &str, to: &str) -> Option<String> {
    let mut segments = name.split('.');
    let mut indices = Vec::new();
    for expected in from.split('.') {
        let segment = segments.next()?;
        if expected == "*" && segment.bytes().all(|byte| byte.is_ascii_digit()) {
            indices.push(segment);
        } else if expected != segment {
            return None;
        }
    }
    let mut indices = indices.into_iter();
    let renamed = to.split('.').map(|segment| match segment {
        "*" => indices.next().unwrap_or("0"),
        _ => segment,
    });
    Some(renamed.chain(segments).collect::<Vec<_>>().join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_kind_are_translated() {
        let ours = [
            "image_encoder.trunk.blocks.12.contract.bias",
            "mask_decoder.masks.filters.3.layers.1.weight",
            "mask_decoder.transformer.layers.1.image_to_token.output.weight",
            "prompt_encoder.not_a_point",
        ];
        let official = [
            "image_encoder.trunk.blocks.12.mlp.layers.1.bias",
            "sam_mask_decoder.output_hypernetworks_mlps.3.layers.1.weight",
            "sam_mask_decoder.transformer.layers.1.cross_attn_image_to_token.out_proj.weight",
            "sam_prompt_encoder.not_a_point_embed.weight",
        ];
        let hugging_face = [
            "vision_encoder.backbone.blocks.12.mlp.proj_out.bias",
            "mask_decoder.output_hypernetworks_mlps.3.layers.0.weight",
            "mask_decoder.transformer.layers.1.cross_attn_image_to_token.o_proj.weight",
            "prompt_encoder.not_a_point_embed.weight",
        ];
        for index in 0..ours.len() {
            for (naming, names) in [
                (Naming::Ours, ours),
                (Naming::Official, official),
                (Naming::HuggingFace, hugging_face),
            ] {
                let (own, name) = (ours[index], names[index]);
                assert_eq!(naming.parameter_of(name).as_deref(), Some(own));
                assert_eq!(naming.name_of(own), name);
            }
        }
    }

    #[test]
    fn unknown_names_stay_and_unused_ones_go() {
        let naming = Naming::Official;
        assert_eq!(
            naming.parameter_of("head.weight").as_deref(),
            Some("head.weight")
        );
        assert_eq!(naming.parameter_of("no_mem_pos_enc"), None);
    }
}
