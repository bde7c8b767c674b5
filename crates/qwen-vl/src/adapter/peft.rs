//! Adapters in PEFT's files, both ways.
//!
//! In and out: a folder with `adapter_config.json` and `adapter_model.safetensors`. What the files hold beyond plain LoRA is
//! refused by name.

use std::{collections::BTreeMap, path::Path};

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};
use tubelet_nn::{StorageType, TensorToWrite, WeightFile, write_tensors};

use super::low_rank::{Adapter, AdapterConfig, LowRank};
use crate::{
    error::{QwenError, Result},
    hf_config::read_json,
    model::QwenVl,
    weights::{hugging_face_name, parameter_of},
};

const CONFIG: &str = "adapter_config.json";
const WEIGHTS: &str = "adapter_model.safetensors";
/// What PEFT puts before the model's own names.
const PREFIX: &str = "base_model.model.";

#[derive(Deserialize)]
struct ConfigFile {
    peft_type: String,
    r: usize,
    lora_alpha: f64,
    #[serde(default)]
    lora_dropout: f64,
    target_modules: Option<Targets>,
    bias: Option<String>,
    #[serde(flatten)]
    rest: BTreeMap<String, serde_json::Value>,
}

/// Parts of names, or one expression for whole names.
#[derive(Deserialize)]
#[serde(untagged)]
enum Targets {
    Names(Vec<String>),
    Expression(String),
}

#[derive(Serialize)]
struct ConfigToWrite<'a> {
    peft_type: &'static str,
    task_type: &'static str,
    base_model_name_or_path: Option<&'a str>,
    bias: &'static str,
    r: usize,
    lora_alpha: f64,
    lora_dropout: f64,
    target_modules: &'a [String],
    fan_in_fan_out: bool,
    inference_mode: bool,
}

impl ConfigFile {
    fn into_config(self) -> Result<AdapterConfig> {
        let wrong = |reason: String| Err(QwenError::Adapter { reason });
        if self.peft_type != "LORA" {
            return wrong(format!("its `peft_type` is {}, not LORA", self.peft_type));
        }
        if self.bias.as_deref().is_some_and(|bias| bias != "none") {
            return wrong("its `bias` is not `none`".to_owned());
        }
        for key in [
            "use_rslora",
            "use_dora",
            "lora_bias",
            "fan_in_fan_out",
            "rank_pattern",
            "alpha_pattern",
            "modules_to_save",
        ] {
            let is_set = match self.rest.get(key) {
                None | Some(serde_json::Value::Null | serde_json::Value::Bool(false)) => false,
                Some(serde_json::Value::Object(map)) => !map.is_empty(),
                Some(serde_json::Value::Array(list)) => !list.is_empty(),
                Some(_) => true,
            };
            if is_set {
                return wrong(format!("it uses `{key}`, which is not supported"));
            }
        }
        let config = AdapterConfig {
            rank: self.r,
            alpha: self.lora_alpha,
            dropout: self.lora_dropout,
            targets: match self.target_modules {
                None => Vec::new(),
                Some(Targets::Names(names)) => names,
                Some(Targets::Expression(expression)) => vec![expression],
            },
        };
        config.check()?;
        Ok(config)
    }
}

impl QwenVl {
    /// Reads an adapter from a folder in PEFT's format.
    ///
    /// # Errors
    /// When a file is missing or unusable, or a matrix fits no projection.
    pub fn load_adapter(&self, folder: &Path, device: &Device) -> Result<Adapter> {
        let path = folder.join(CONFIG);
        let file = read_json::<ConfigFile>(&path)?.ok_or_else(|| QwenError::Io {
            path,
            source: std::io::ErrorKind::NotFound.into(),
        })?;
        let config = file.into_config()?;
        let weights = WeightFile::open(&folder.join(WEIGHTS))?;
        let sizes: BTreeMap<String, [usize; 2]> = self.projections().into_iter().collect();
        let mut found: BTreeMap<String, [Option<&str>; 2]> = BTreeMap::new();
        for (name, stored) in weights.tensors() {
            let wrong = |reason: String| QwenError::Adapter {
                reason: format!("its tensor `{name}` {reason}"),
            };
            let (projection, part) =
                projection_of(name).ok_or_else(|| wrong("adds to no projection".to_owned()))?;
            let [outputs, inputs] = *sizes
                .get(&projection)
                .ok_or_else(|| wrong("adds to a projection that the model lacks".to_owned()))?;
            let expected = [[config.rank, inputs], [outputs, config.rank]][part];
            if stored.shape() != expected {
                return Err(wrong(format!(
                    "has shape {:?}, expected {expected:?}",
                    stored.shape()
                )));
            }
            found.entry(projection).or_default()[part] = Some(name);
        }
        let chosen = found.keys().map(|name| (name.clone(), sizes[name]));
        let mut adapter = Adapter::new(config, chosen, device);
        for (projection, names) in &found {
            let [Some(down), Some(up)] = names else {
                return Err(QwenError::Adapter {
                    reason: format!(
                        "it has only one of the two matrices for `{}`",
                        hugging_face_name(projection)
                    ),
                });
            };
            let [down, up] = [weights.read_f32(down)?, weights.read_f32(up)?];
            adapter = adapter.with_matrices(projection, [down, up], device);
        }
        Ok(adapter)
    }
}

impl Adapter {
    /// Writes the adapter to a folder in PEFT's format; `base` names the model that it is for.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn save(&self, folder: &Path, base: Option<&str>) -> Result<()> {
        let config = self.config();
        let text = serde_json::to_vec_pretty(&ConfigToWrite {
            peft_type: "LORA",
            task_type: "CAUSAL_LM",
            base_model_name_or_path: base,
            bias: "none",
            r: config.rank,
            lora_alpha: config.alpha,
            lora_dropout: config.dropout,
            target_modules: &config.targets,
            fan_in_fan_out: false,
            inference_mode: true,
        });
        let path = folder.join(CONFIG);
        let text = text.map_err(|error| QwenError::File {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        let mut tensors = Vec::new();
        for (name, pair) in self.named() {
            let name = format!("{PREFIX}{}", hugging_face_name(name));
            for (part, matrix) in [("lora_A", pair.down.val()), ("lora_B", pair.up.val())] {
                let shape = matrix.dims().to_vec();
                let values = matrix.without_autodiff().try_into_vec_as::<f32>();
                tensors.push(TensorToWrite {
                    name: format!("{name}.{part}.weight"),
                    shape,
                    values: values.map_err(|error| QwenError::Adapter {
                        reason: format!("{error:?}"),
                    })?,
                });
            }
        }
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|source| QwenError::Io { path, source })?;
        let metadata = BTreeMap::from([("format".to_owned(), "pt".to_owned())]);
        write_tensors(tensors, &folder.join(WEIGHTS), (StorageType::F32, metadata))?;
        Ok(())
    }

    fn with_matrices(
        mut self,
        projection: &str,
        [down, up]: [Vec<f32>; 2],
        device: &Device,
    ) -> Self {
        if let Some(pair) = self.find_mut(projection) {
            let LowRank {
                down: old_down,
                up: old_up,
            } = pair.clone();
            let place = |parameter: burn::module::Param<Tensor<2>>, values: Vec<f32>| {
                let shape = parameter.lazy_shape();
                let tensor = Tensor::from_data(TensorData::new(values, shape), device);
                let id = parameter.id;
                parameter.transform_for_load(tensor, id)
            };
            pair.down = place(old_down, down);
            pair.up = place(old_up, up);
        }
        self
    }
}

/// The projection of a tensor's name, and whether it is the first or the second matrix.
fn projection_of(name: &str) -> Option<(String, usize)> {
    let name = name.strip_prefix(PREFIX)?;
    let (name, part) = match name.strip_suffix(".lora_A.weight") {
        Some(name) => (name, 0),
        None => (name.strip_suffix(".lora_B.weight")?, 1),
    };
    Some((parameter_of(name)?, part))
}
