//! Checkpoints: everything a run needs to go on exactly where it was.
//!
//! In: the state after a step. Out: a folder that appears whole or not at all, and the state again. It holds the weights, their
//! average and the optimiser's moments as safetensors and the rest as JSON. Batches and prompts follow from the recipe and the
//! step, so no generator has to be stored.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
};

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};
use serde_json::{Value, json};
use tubelet_nn::{StorageType, WeightFile, load, save};
use tubelet_segmentation::{Segmenter, SegmenterConfig};

use crate::{
    TrainingError,
    optimizer::{
        adam_w::Moments,
        parameters::{ParameterInfo, parameters, values, with_values},
    },
    tensor_file,
};

/// Version of the layout.
const FORMAT: u64 = 1;
/// Where parameters that tell tokens their place begin.
const SPATIAL: &str = "recall.spatial.";
/// Beginning of a checkpoint's name; the number of steps taken follows.
const PREFIX: &str = "step-";

/// The state of a run between two steps.
#[derive(Clone, Debug)]
pub(crate) struct RunState<M> {
    /// Steps taken.
    pub(crate) step: usize,
    /// The weights.
    pub(crate) model: M,
    /// Their average, if one is kept.
    pub(crate) average: Option<Vec<Tensor<1>>>,
    /// The optimiser's moments by parameter.
    pub(crate) moments: Vec<Option<Moments>>,
}

impl<M: Module> RunState<M> {
    /// Before the first step.
    pub(crate) fn beginning(model: M) -> Self {
        Self {
            step: 0,
            average: None,
            moments: vec![None; parameters(&model).len()],
            model,
        }
    }
}

/// Writes a checkpoint into `folder` and removes all but the newest `keep`.
pub(crate) fn write<M: Module>(
    folder: &Path,
    state: &RunState<M>,
    keep: usize,
) -> Result<PathBuf, TrainingError> {
    let path = folder.join(format!("{PREFIX}{:08}", state.step));
    let partial = folder.join(format!(".{PREFIX}{:08}.partial", state.step));
    for old in [&partial, &path] {
        if old.exists() {
            fs::remove_dir_all(old).map_err(TrainingError::io(old))?;
        }
    }
    fs::create_dir_all(&partial).map_err(TrainingError::io(&partial))?;
    save_weights(&state.model, &partial.join("model.safetensors"))?;
    if let Some(average) = &state.average {
        let averaged = with_values(state.model.clone(), average.clone());
        save_weights(&averaged, &partial.join("average.safetensors"))?;
    }
    let names = parameters(&state.model);
    tensor_file::write(
        &partial.join("optimizer.safetensors"),
        &moment_vectors(&names, &state.moments),
    )?;
    let text = format!("{:#}\n", description(&names, state.step, &state.moments));
    let json = partial.join("state.json");
    fs::write(&json, text).map_err(TrainingError::io(&json))?;
    sync(&json)?;
    sync(&partial)?;
    fs::rename(&partial, &path).map_err(TrainingError::io(&path))?;
    sync(folder)?;
    remove_old(folder, keep)?;
    Ok(path)
}

/// The newest checkpoint in a folder.
pub(crate) fn newest(folder: &Path) -> Result<Option<PathBuf>, TrainingError> {
    Ok(all(folder)?.into_values().next_back())
}

/// Reads a checkpoint into a model of the right sizes.
pub(crate) fn read<M: Module>(path: &Path, model: M) -> Result<RunState<M>, TrainingError> {
    let refuse = |reason: String| TrainingError::Checkpoint {
        path: path.to_owned(),
        reason,
    };
    let json = path.join("state.json");
    let text = fs::read_to_string(&json).map_err(TrainingError::io(&json))?;
    let description: Value =
        serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))?;
    if description["format"].as_u64() != Some(FORMAT) {
        return Err(refuse(format!(
            "its format is {}, this program writes {FORMAT}",
            description["format"]
        )));
    }
    let step = description["step"]
        .as_u64()
        .ok_or_else(|| refuse("it does not say its step".to_owned()))?;
    let model = load_weights(model, &path.join("model.safetensors"))?;
    let average = path.join("average.safetensors");
    let average = if average.exists() {
        Some(values(&load_weights(model.clone(), &average)?))
    } else {
        None
    };
    let file = WeightFile::open(&path.join("optimizer.safetensors"))?;
    let moments = parameters(&model)
        .iter()
        .map(|info| read_moments(&file, info, &description["moment_steps"]))
        .collect::<Result<_, _>>()?;
    Ok(RunState {
        step: step as usize,
        model,
        average,
        moments,
    })
}

/// Reads weights into a model. Names are its own paths.
pub(crate) fn load_weights<M: Module>(model: M, path: &Path) -> Result<M, TrainingError> {
    let file = WeightFile::open(path)?;
    Ok(load(model, &file, |name| Some(name.to_owned()))?.0)
}

/// Reads weights to begin with into a segmenter of the given sizes. A file of a model that is not told places leaves those
/// of the segmenter fresh.
pub(crate) fn load_initial_weights(
    segmenter: Segmenter,
    file: &WeightFile,
    config: &SegmenterConfig,
) -> Result<Segmenter, TrainingError> {
    let fill = |segmenter| -> Result<Segmenter, TrainingError> {
        Ok(load(segmenter, file, |name| Some(name.to_owned()))?.0)
    };
    let tells_places = file.tensors().keys().any(|name| name.starts_with(SPATIAL));
    if config.spatial.is_none() || tells_places {
        return fill(segmenter);
    }
    let plain = segmenter.with_fresh_places(&config.clone().with_spatial(None));
    Ok(fill(plain)?.with_fresh_places(config))
}

fn save_weights<M: Module>(model: &M, path: &Path) -> Result<(), TrainingError> {
    Ok(save(
        model,
        path,
        (StorageType::F32, BTreeMap::new()),
        str::to_owned,
    )?)
}

fn moment_vectors(
    names: &[ParameterInfo],
    moments: &[Option<Moments>],
) -> BTreeMap<String, Vec<f32>> {
    let numbers = |tensor: &Tensor<1>| tensor.clone().into_data().iter::<f32>().collect::<Vec<_>>();
    let mut vectors = BTreeMap::new();
    for (info, moments) in names.iter().zip(moments) {
        if let Some(moments) = moments {
            vectors.insert(format!("first.{}", info.name), numbers(&moments.first));
            vectors.insert(format!("second.{}", info.name), numbers(&moments.second));
        }
    }
    vectors
}

fn description(names: &[ParameterInfo], step: usize, moments: &[Option<Moments>]) -> Value {
    let steps: serde_json::Map<String, Value> = names
        .iter()
        .zip(moments)
        .filter_map(|(info, moments)| Some((info.name.clone(), json!(moments.as_ref()?.steps))))
        .collect();
    json!({ "format": FORMAT, "step": step, "moment_steps": steps })
}

fn read_moments(
    file: &WeightFile,
    info: &ParameterInfo,
    steps: &Value,
) -> Result<Option<Moments>, TrainingError> {
    let Some(steps) = steps.get(&info.name).and_then(Value::as_u64) else {
        return Ok(None);
    };
    let vector = |kind: &str| -> Result<Tensor<1>, TrainingError> {
        let name = format!("{kind}.{}", info.name);
        let values = file.read_f32(&name)?;
        if values.len() != info.len() {
            return Err(TrainingError::Checkpoint {
                path: file.path().to_owned(),
                reason: format!(
                    "`{name}` has {} values, the parameter has {}",
                    values.len(),
                    info.len()
                ),
            });
        }
        let length = values.len();
        Ok(Tensor::from_data(
            TensorData::new(values, [length]),
            &Device::default(),
        ))
    };
    Ok(Some(Moments {
        first: vector("first")?,
        second: vector("second")?,
        steps: steps as usize,
    }))
}

/// Checkpoints by their step.
fn all(folder: &Path) -> Result<BTreeMap<u64, PathBuf>, TrainingError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(TrainingError::io(folder)(error)),
    };
    let mut found = BTreeMap::new();
    for entry in entries {
        let entry = entry.map_err(TrainingError::io(folder))?;
        let name = entry.file_name();
        let step = name
            .to_str()
            .and_then(|name| name.strip_prefix(PREFIX)?.parse().ok());
        if let Some(step) = step {
            found.insert(step, entry.path());
        }
    }
    Ok(found)
}

fn remove_old(folder: &Path, keep: usize) -> Result<(), TrainingError> {
    let all = all(folder)?;
    let surplus = all.len().saturating_sub(keep);
    for path in all.into_values().take(surplus) {
        fs::remove_dir_all(&path).map_err(TrainingError::io(&path))?;
    }
    Ok(())
}

/// Sees to it that a file's or a folder's contents survive a power cut.
fn sync(path: &Path) -> Result<(), TrainingError> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(TrainingError::io(path))
}
