//! Puts the tensors of a model folder into a module, in element types of the caller's choice.
//!
//! In: a module, a folder's weights, their naming. Out: the filled module, or every disagreement by name. Tensors that keep
//! their type stay in the mapped files.

use std::collections::BTreeMap;

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{DType, Tensor},
};

use super::{error::WeightError, names::parameter_shapes, shards::WeightShards};

/// Fills every parameter of `module`; parameters are as the files hold them where `element_type` says so.
///
/// `parameter_of` maps a name in the files to the module's dotted path; `None` marks a tensor that the module has no use
/// for. `element_type` maps such a path and the stored type to the type in the module.
///
/// # Errors
/// [`WeightError::Mismatch`] lists every missing, unexpected and misshapen tensor; nothing is loaded then.
pub fn fill<M: Module>(
    module: M,
    shards: &WeightShards,
    parameter_of: impl Fn(&str) -> Option<String>,
    element_type: impl Fn(&str, DType) -> DType,
) -> Result<M, WeightError> {
    let shapes = parameter_shapes(&module);
    let mut sources = BTreeMap::new();
    let (mut unexpected, mut misshapen) = (Vec::new(), Vec::new());
    for (name, stored) in shards.tensors() {
        let Some(parameter) = parameter_of(name) else {
            continue;
        };
        match shapes.get(&parameter) {
            None => unexpected.push(name.to_owned()),
            Some(shape) => {
                if shape != stored.shape() {
                    misshapen.push(format!(
                        "{name}: found {:?}, expected {shape:?}",
                        stored.shape()
                    ));
                }
                sources.insert(parameter, name.to_owned());
            }
        }
    }
    let missing: Vec<_> = shapes
        .keys()
        .filter(|parameter| !sources.contains_key(*parameter))
        .cloned()
        .collect();
    if !(missing.is_empty() && unexpected.is_empty() && misshapen.is_empty()) {
        return Err(WeightError::Mismatch {
            path: shards.folder().to_owned(),
            missing,
            unexpected,
            misshapen,
        });
    }
    let mut filling = Filling {
        path: Vec::new(),
        sources,
        shards,
        element_type,
        failure: None,
    };
    let module = module.map(&mut filling);
    match filling.failure {
        Some(error) => Err(error),
        None => Ok(module),
    }
}

struct Filling<'a, F> {
    path: Vec<String>,
    sources: BTreeMap<String, String>,
    shards: &'a WeightShards,
    element_type: F,
    failure: Option<WeightError>,
}

impl<F: Fn(&str, DType) -> DType> ModuleMapper for Filling<'_, F> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let path = self.path.join(".");
        let Some(name) = self.sources.get(&path) else {
            return param;
        };
        match self.shards.data(name) {
            Ok(data) => {
                let dtype = (self.element_type)(&path, data.dtype());
                let tensor = Tensor::from_data(data, (&param.lazy_device(), dtype));
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
