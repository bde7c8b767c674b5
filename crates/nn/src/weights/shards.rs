//! The weights of a model folder: one safetensors file, or several with an index.
//!
//! In: a folder. Out: names, shapes, and data in the files' own element types, mapped rather than read, so that a model
//! takes up memory only where it is used.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    path::{Path, PathBuf},
};

use burn::tensor::TensorData;
use tubelet_kernels::MappedFile;

use super::{
    error::WeightError,
    file::{StoredTensor, WeightFile},
};

/// Bytes of the largest index that is read.
const LARGEST_INDEX: u64 = 100_000_000;

/// The opened weight files of a folder.
#[derive(Debug)]
pub struct WeightShards {
    folder: PathBuf,
    shards: Vec<(WeightFile, MappedFile)>,
    /// Which file holds a tensor.
    places: BTreeMap<String, usize>,
}

impl WeightShards {
    /// Opens `STEM.safetensors`, or the files that `STEM.safetensors.index.json` names.
    ///
    /// # Errors
    /// When there is neither, a file is missing, cut off or no safetensors, or the index and the files disagree.
    pub fn open(folder: &Path, stem: &str) -> Result<Self, WeightError> {
        let index = folder.join(format!("{stem}.safetensors.index.json"));
        let (names, claimed) = if index.exists() {
            let claimed = read_index(&index)?;
            let files: BTreeSet<String> = claimed.values().cloned().collect();
            (files.into_iter().collect(), Some(claimed))
        } else {
            (vec![format!("{stem}.safetensors")], None)
        };
        let mut shards = Vec::with_capacity(names.len());
        let mut places = BTreeMap::new();
        for name in &names {
            let path = folder.join(name);
            let file = WeightFile::open(&path)?;
            let io = |source| WeightError::Io {
                path: path.clone(),
                source,
            };
            let mapped = File::open(&path)
                .and_then(|file| MappedFile::new(&file))
                .map_err(io)?;
            for tensor in file.tensors().keys() {
                if places.insert(tensor.clone(), shards.len()).is_some() {
                    return Err(failed(&path, tensor, "another file holds it too"));
                }
            }
            shards.push((file, mapped));
        }
        for (tensor, file) in claimed.iter().flatten() {
            let found = places.get(tensor).and_then(|place| names.get(*place));
            if found != Some(file) {
                let reason = format!("the index says that it is in {file}, where it is not");
                return Err(failed(&index, tensor, &reason));
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            shards,
            places,
        })
    }

    /// Opens safetensors that are part of the program; errors call them `name`.
    ///
    /// # Errors
    /// When they are not safetensors.
    pub fn embedded(name: &str, content: &'static [u8]) -> Result<Self, WeightError> {
        let file = WeightFile::embedded(name, content)?;
        let places = file.tensors().keys().map(|tensor| (tensor.clone(), 0));
        Ok(Self {
            folder: name.into(),
            places: places.collect(),
            shards: vec![(file, MappedFile::embedded(content))],
        })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The tensors by name.
    pub fn tensors(&self) -> impl Iterator<Item = (&str, &StoredTensor)> {
        self.places.iter().filter_map(|(name, place)| {
            let (file, _) = self.shards.get(*place)?;
            Some((name.as_str(), file.tensors().get(name)?))
        })
    }

    /// One tensor as the file holds it.
    ///
    /// # Errors
    /// When there is no such tensor, or its elements are not floats.
    pub fn data(&self, name: &str) -> Result<TensorData, WeightError> {
        let shard = self
            .places
            .get(name)
            .and_then(|place| self.shards.get(*place));
        let Some((file, mapped)) = shard else {
            return Err(failed(&self.folder, name, "there is no such tensor"));
        };
        let tensor = file.tensors().get(name).and_then(StoredTensor::mappable);
        let Some((part, shape, dtype)) = tensor else {
            return Err(failed(file.path(), name, "its elements are not floats"));
        };
        mapped.data(part, shape, dtype).ok_or_else(|| {
            failed(
                file.path(),
                name,
                "it has not as many bytes as its shape wants",
            )
        })
    }
}

fn failed(path: &Path, name: &str, reason: &str) -> WeightError {
    WeightError::Tensor {
        path: path.to_owned(),
        name: name.to_owned(),
        reason: reason.to_owned(),
    }
}

/// Which file holds a tensor, as the index says.
fn read_index(path: &Path) -> Result<BTreeMap<String, String>, WeightError> {
    let io = |source| WeightError::Io {
        path: path.to_owned(),
        source,
    };
    let format = |reason: String| WeightError::Format {
        path: path.to_owned(),
        reason,
    };
    if std::fs::metadata(path).map_err(io)?.len() > LARGEST_INDEX {
        return Err(format("it is too large for an index".to_owned()));
    }
    let text = std::fs::read(path).map_err(io)?;
    let index: serde_json::Value =
        serde_json::from_slice(&text).map_err(|error| format(error.to_string()))?;
    let map = index
        .get("weight_map")
        .and_then(serde_json::Value::as_object)
        .ok_or_else(|| format("it has no `weight_map`".to_owned()))?;
    map.iter()
        .map(|(tensor, file)| {
            let name = file.as_str().filter(|name| is_plain(name));
            let name = name.ok_or_else(|| {
                format(format!(
                    "it puts `{tensor}` into {file}, which is no file beside it"
                ))
            })?;
            Ok((tensor.clone(), name.to_owned()))
        })
        .collect()
}

/// Whether a name stays in its folder.
fn is_plain(name: &str) -> bool {
    Path::new(name).file_name().is_some_and(|last| last == name)
}
