//! Writes the parameters of a module as safetensors.
//!
//! In: a module and the file's naming. Out: a file that appears whole or not at all.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::Write,
    path::Path,
};

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::Tensor,
};
use half::{bf16, f16};
use safetensors::{Dtype, tensor::TensorView};

use super::error::WeightError;

/// Element type in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageType {
    /// 32-bit floats.
    F32,
    /// IEEE half precision.
    F16,
    /// bfloat16.
    Bf16,
}

/// A tensor on its way to a file.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorToWrite {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its values, last dimension fastest.
    pub values: Vec<f32>,
}

/// Writes every float parameter of `module` under `name_of(path)`, with free-text metadata.
///
/// # Errors
/// As [`write_tensors`].
pub fn save<M: Module>(
    module: &M,
    path: &Path,
    storage: (StorageType, BTreeMap<String, String>),
    name_of: impl Fn(&str) -> String,
) -> Result<(), WeightError> {
    let mut tensors = tensors_to_write(module);
    for tensor in &mut tensors {
        tensor.name = name_of(&tensor.name);
    }
    write_tensors(tensors, path, storage)
}

/// Every float parameter of a module, named by its path.
pub fn tensors_to_write<M: Module>(module: &M) -> Vec<TensorToWrite> {
    let mut collector = Collector::default();
    module.visit(&mut collector);
    collector.found
}

/// Writes tensors in the order of their names, with free-text metadata.
///
/// # Errors
/// When the file cannot be written; the previous file, if any, is then untouched.
pub fn write_tensors(
    mut tensors: Vec<TensorToWrite>,
    path: &Path,
    storage: (StorageType, BTreeMap<String, String>),
) -> Result<(), WeightError> {
    let (storage_type, metadata) = storage;
    let dtype = match storage_type {
        StorageType::F32 => Dtype::F32,
        StorageType::F16 => Dtype::F16,
        StorageType::Bf16 => Dtype::BF16,
    };
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    let encoded: Vec<_> = tensors
        .into_iter()
        .map(|tensor| {
            let bytes = encode(&tensor.values, storage_type);
            (tensor.name, tensor.shape, bytes)
        })
        .collect();
    let format = |reason: String| WeightError::Format {
        path: path.to_owned(),
        reason,
    };
    let views = encoded
        .iter()
        .map(|(name, shape, bytes)| Ok((name, TensorView::new(dtype, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
        .map_err(|error| format(error.to_string()))?;
    let metadata: HashMap<_, _> = metadata.into_iter().collect();
    let bytes =
        safetensors::serialize(views, Some(metadata)).map_err(|error| format(error.to_string()))?;
    write_whole(path, &bytes).map_err(|source| WeightError::Io {
        path: path.to_owned(),
        source,
    })
}

fn encode(values: &[f32], storage: StorageType) -> Vec<u8> {
    match storage {
        StorageType::F32 => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        StorageType::F16 => values
            .iter()
            .flat_map(|&v| f16::from_f32(v).to_le_bytes())
            .collect(),
        StorageType::Bf16 => values
            .iter()
            .flat_map(|&v| bf16::from_f32(v).to_le_bytes())
            .collect(),
    }
}

fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let mut file = File::create(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&partial, path)
}

#[derive(Default)]
struct Collector {
    path: Vec<String>,
    found: Vec<TensorToWrite>,
}

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        let shape = tensor.dims().to_vec();
        let values = tensor.into_data().convert::<f32>().try_into_vec::<f32>();
        if let Ok(values) = values {
            self.found.push(TensorToWrite {
                name: self.path.join("."),
                shape,
                values,
            });
        }
    }
}
