//! Puts the tensors of a weight file into a module.
//!
//! In: a module, a file and the file's naming. Out: the filled module, or every disagreement by name.

use std::collections::{BTreeMap, BTreeSet};

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{Tensor, TensorData},
};

use super::{error::WeightError, file::WeightFile, names::parameter_shapes};

/// What [`load`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// Parameters filled.
    pub loaded: usize,
    /// Tensors of the file that its naming table leaves out on purpose.
    pub ignored: Vec<String>,
}

/// Fills every parameter of `module` from `file`.
///
/// `parameter_of` maps a name in the file to the module's dotted path; `None` marks a tensor that the
/// module has no use for. A tensor whose shape differs only by dimensions of one is reshaped.
///
/// # Errors
/// [`WeightError::Mismatch`] lists every missing, unexpected and misshapen tensor; nothing is loaded then.
pub fn load<M: Module>(
    module: M,
    file: &WeightFile,
    parameter_of: impl Fn(&str) -> Option<String>,
) -> Result<(M, LoadReport), WeightError> {
    let shapes = parameter_shapes(&module);
    let mut sources = BTreeMap::new();
    let mut report = LoadReport::default();
    let (mut unexpected, mut misshapen) = (Vec::new(), Vec::new());
    for (name, stored) in file.tensors() {
        let Some(parameter) = parameter_of(name) else {
            report.ignored.push(name.clone());
            continue;
        };
        match shapes.get(&parameter) {
            None => unexpected.push(name.clone()),
            Some(shape) if same_but_for_ones(shape, stored.shape()) => {
                if let Some(other) = sources.insert(parameter, name.clone()) {
                    unexpected.push(format!("{other}, for which there is also {name}"));
                }
            }
            Some(shape) => misshapen.push(format!(
                "{name}: found {:?}, expected {shape:?}",
                stored.shape()
            )),
        }
    }
    let misshapen_names: BTreeSet<_> = misshapen
        .iter()
        .filter_map(|text| text.split(": found").next())
        .filter_map(&parameter_of)
        .collect();
    let missing: Vec<_> = shapes
        .keys()
        .filter(|parameter| {
            !sources.contains_key(*parameter) && !misshapen_names.contains(*parameter)
        })
        .cloned()
        .collect();
    if !(missing.is_empty() && unexpected.is_empty() && misshapen.is_empty()) {
        return Err(WeightError::Mismatch {
            path: file.path().to_owned(),
            missing,
            unexpected,
            misshapen,
        });
    }
    let mut filler = Filler {
        path: Vec::new(),
        sources,
        file,
        failure: None,
    };
    let module = module.map(&mut filler);
    report.loaded = filler.sources.len();
    match filler.failure {
        Some(error) => Err(error),
        None => Ok((module, report)),
    }
}

fn same_but_for_ones(left: &[usize], right: &[usize]) -> bool {
    let without_ones = |shape: &[usize]| -> Vec<usize> {
        shape.iter().copied().filter(|&size| size != 1).collect()
    };
    without_ones(left) == without_ones(right)
}

struct Filler<'a> {
    path: Vec<String>,
    sources: BTreeMap<String, String>,
    file: &'a WeightFile,
    failure: Option<WeightError>,
}

impl ModuleMapper for Filler<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(name) = self.sources.get(&self.path.join(".")) else {
            return param;
        };
        let shape = param.lazy_shape();
        let device = param.lazy_device();
        match self.file.read_f32(name) {
            Ok(values) => {
                let tensor = Tensor::from_data(TensorData::new(values, shape), &device);
                let id = param.id;
                param.transform_for_load(tensor, id)
            }
            Err(error) => {
                self.failure.get_or_insert(error);
                param
            }
        }
    }
}
