//! The names of Hugging Face's checkpoints, and loading a folder of them.
//!
//! In: a folder with `config.json` and safetensors. Out: a model whose large matrices stay in the mapped files.

use std::{collections::BTreeMap, path::Path};

use burn::tensor::{DType, Device};
use tubelet_nn::{StorageType, WeightShards, fill, save};

use crate::{error::Result, files::ModelFiles, model::QwenVl};

/// Whole names: ours, theirs.
const WHOLE: [[&str; 2]; 7] = [
    [
        "decoder.embedding",
        "model.language_model.embed_tokens.weight",
    ],
    ["decoder.norm.weight", "model.language_model.norm.weight"],
    ["decoder.head", "lm_head.weight"],
    [
        "vision.patch_weight",
        "model.visual.patch_embed.proj.weight",
    ],
    ["vision.patch_bias", "model.visual.patch_embed.proj.bias"],
    ["vision.positions", "model.visual.pos_embed.weight"],
    ["vision.merger", "model.visual.merger"],
];
/// What comes before a number: ours, theirs.
const STEMS: [[&str; 2]; 3] = [
    ["decoder.blocks", "model.language_model.layers"],
    ["vision.blocks", "model.visual.blocks"],
    ["vision.taps", "model.visual.deepstack_merger_list"],
];
/// Parts of a decoder's block.
const TEXT_PARTS: [[&str; 2]; 11] = [
    ["attention_norm", "input_layernorm"],
    ["attention.query_norm", "self_attn.q_norm"],
    ["attention.key_norm", "self_attn.k_norm"],
    ["attention.query", "self_attn.q_proj"],
    ["attention.key", "self_attn.k_proj"],
    ["attention.value", "self_attn.v_proj"],
    ["attention.output", "self_attn.o_proj"],
    ["feed_forward_norm", "post_attention_layernorm"],
    ["feed_forward.gate", "mlp.gate_proj"],
    ["feed_forward.up", "mlp.up_proj"],
    ["feed_forward.down", "mlp.down_proj"],
];
/// Parts of the vision tower's blocks.
const VISION_PARTS: [[&str; 2]; 6] = [
    ["attention_norm", "norm1"],
    ["attention_input", "attn.qkv"],
    ["attention_output", "attn.proj"],
    ["feed_forward_norm", "norm2"],
    ["expand", "mlp.linear_fc1"],
    ["contract", "mlp.linear_fc2"],
];
/// Parts of mergers.
const MERGER_PARTS: [[&str; 2]; 3] = [
    ["norm", "norm"],
    ["expand", "linear_fc1"],
    ["contract", "linear_fc2"],
];

/// A side of the tables.
#[derive(Clone, Copy)]
enum Side {
    Ours = 0,
    Theirs = 1,
}

/// Hugging Face's name of a parameter, or of a module without its parameter's name.
pub(crate) fn hugging_face_name(path: &str) -> String {
    translated(path, [Side::Ours, Side::Theirs]).unwrap_or_else(|| path.to_owned())
}

/// The path of a parameter, or of a module, in our model.
pub(crate) fn parameter_of(name: &str) -> Option<String> {
    translated(name, [Side::Theirs, Side::Ours])
}

fn translated(name: &str, [from, to]: [Side; 2]) -> Option<String> {
    let (from, to) = (from as usize, to as usize);
    if let Some(pair) = WHOLE.iter().find(|pair| pair[from] == name) {
        return Some(pair[to].to_owned());
    }
    let merger = &WHOLE[WHOLE.len() - 1];
    let (stem, number, rest, is_text) = if let Some(rest) = after(name, merger[from]) {
        (merger[to], None, rest, false)
    } else {
        let (pair, rest) = STEMS
            .iter()
            .find_map(|pair| Some((pair, after(name, pair[from])?)))?;
        let (number, rest) = rest.split_once('.')?;
        let is_text = pair[0] == STEMS[0][0];
        (pair[to], Some(number), rest, is_text)
    };
    let is_block = is_text || stem == STEMS[1][to];
    let parts: &[[&str; 2]] = match (is_text, is_block) {
        (true, _) => &TEXT_PARTS,
        (false, true) => &VISION_PARTS,
        (false, false) => &MERGER_PARTS,
    };
    let (pair, leaf) = parts.iter().find_map(|pair| {
        let leaf = rest.strip_prefix(pair[from])?;
        (leaf.is_empty() || leaf.starts_with('.')).then_some((pair, leaf))
    })?;
    let number = number
        .map(|number| format!(".{number}"))
        .unwrap_or_default();
    Some(format!("{stem}{number}.{}{leaf}", pair[to]))
}

/// What follows a stem and a dot.
fn after<'a>(name: &'a str, stem: &str) -> Option<&'a str> {
    name.strip_prefix(stem)?.strip_prefix('.')
}

/// Element type of the large matrices in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WeightType {
    /// As the files hold them, mapped: f32 or bfloat16. Half precision of the other kind (f16) becomes f32.
    #[default]
    Stored,
    /// f32, in memory of their own unless the files hold that.
    Single,
    /// bfloat16, in memory of their own unless the files hold that.
    Half,
}

impl QwenVl {
    /// Opens a folder as Hugging Face lays it out: `config.json`, and `model.safetensors` or several files with an index.
    ///
    /// # Errors
    /// When the configuration makes no sense, or weights are missing, unexpected or of another shape; each is named.
    pub fn load(
        files: impl Into<ModelFiles>,
        weights: WeightType,
        device: &Device,
    ) -> Result<Self> {
        let files = files.into();
        let config = files.config()?;
        let shards = match &files {
            ModelFiles::Folder(folder) => WeightShards::open(folder, "model")?,
            ModelFiles::Embedded(model) => {
                let content = model.file("model.safetensors").unwrap_or_default();
                WeightShards::embedded(model.name(), content)?
            }
        };
        let tied = config.text.tied_embeddings;
        let model = fill(
            config.init(device),
            &shards,
            |name| {
                // A tied output layer is the embedding, whether or not it is stored twice.
                let is_twin = tied && name == "lm_head.weight";
                (!is_twin).then(|| parameter_of(name).unwrap_or_else(|| name.to_owned()))
            },
            |path, stored| element_type(path, stored, weights),
        )?;
        Ok(model)
    }
}

impl QwenVl {
    /// Writes the weights as `model.safetensors` into a folder, under Hugging Face's names.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, folder: &Path, storage: StorageType) -> Result<()> {
        let notes = BTreeMap::from([("format".to_owned(), "pt".to_owned())]);
        let path = folder.join("model.safetensors");
        Ok(save(self, &path, (storage, notes), hugging_face_name)?)
    }
}

fn element_type(path: &str, stored: DType, weights: WeightType) -> DType {
    let is_large = path == "decoder.embedding"
        || path == "decoder.head"
        || path.ends_with(".weight") && !path.contains("norm");
    match (is_large, weights, stored) {
        (true, WeightType::Half, _) | (true, WeightType::Stored, DType::BF16) => DType::BF16,
        _ => DType::F32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_goes_there_and_back() {
        for (ours, theirs) in [
            (
                "decoder.embedding",
                "model.language_model.embed_tokens.weight",
            ),
            (
                "decoder.blocks.12.attention.query.weight",
                "model.language_model.layers.12.self_attn.q_proj.weight",
            ),
            (
                "decoder.blocks.0.attention.query_norm.weight",
                "model.language_model.layers.0.self_attn.q_norm.weight",
            ),
            (
                "decoder.blocks.3.feed_forward.down",
                "model.language_model.layers.3.mlp.down_proj",
            ),
            (
                "vision.blocks.5.contract.bias",
                "model.visual.blocks.5.mlp.linear_fc2.bias",
            ),
            (
                "vision.taps.1.norm.bias",
                "model.visual.deepstack_merger_list.1.norm.bias",
            ),
            (
                "vision.merger.expand.weight",
                "model.visual.merger.linear_fc1.weight",
            ),
        ] {
            assert_eq!(hugging_face_name(ours), theirs);
            assert_eq!(parameter_of(theirs).as_deref(), Some(ours));
        }
        assert_eq!(parameter_of("model.visual.blocks.5.unknown.bias"), None);
        assert_eq!(parameter_of("model.language_model.layers.4"), None);
    }
}
