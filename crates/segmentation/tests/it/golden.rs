//! Golden files: a reference model's weights, and the inputs and outputs of its parts.

use std::path::Path;

use burn::{
    module::Module,
    tensor::{Device, Int, Tensor, TensorData},
};
use tubelet_nn::{WeightFile, load, relative_error};
use tubelet_segmentation::{Naming, SegmenterConfig};

/// Largest difference that passes, as a fraction of the largest expected value.
const TOLERANCE: f32 = 1e-4;

/// One golden file.
pub(crate) struct Golden {
    file: WeightFile,
    device: Device,
}

impl Golden {
    /// Opens `tests/golden/<name>.safetensors`.
    pub(crate) fn open(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        Self::open_path(&folder.join(format!("{name}.safetensors")))
    }

    /// Opens a golden file that lies elsewhere.
    pub(crate) fn open_path(path: &Path) -> Self {
        Self {
            file: WeightFile::open(path).unwrap(),
            device: Device::default(),
        }
    }

    pub(crate) fn device(&self) -> &Device {
        &self.device
    }

    pub(crate) fn metadata(&self, key: &str) -> &str {
        &self.file.metadata()[key]
    }

    /// The sizes that the file states.
    pub(crate) fn config(&self) -> SegmenterConfig {
        SegmenterConfig::of(&self.file).unwrap()
    }

    /// A number, or the numbers of a list, from the metadata.
    pub(crate) fn numbers(&self, key: &str) -> Vec<usize> {
        self.metadata(key)
            .split(|character: char| !character.is_ascii_digit())
            .filter(|text| !text.is_empty())
            .map(|text| text.parse().unwrap())
            .collect()
    }

    /// An input or an output.
    pub(crate) fn tensor<const D: usize>(&self, name: &str) -> Tensor<D> {
        let name = format!("golden/{name}");
        let shape: [usize; D] = self.file.tensors()[&name].shape().try_into().unwrap();
        let values = self.file.read_f32(&name).unwrap();
        Tensor::from_data(TensorData::new(values, shape), &self.device)
    }

    pub(crate) fn integers<const D: usize>(&self, name: &str) -> Tensor<D, Int> {
        self.tensor(name).int()
    }

    /// A weight of the reference model, by its own name.
    pub(crate) fn weight(&self, name: &str) -> Vec<f32> {
        self.file.read_f32(name).unwrap()
    }

    /// Fills the part of the model whose parameters' paths start with `prefix`.
    pub(crate) fn fill<M: Module>(&self, part: M, prefix: &str) -> M {
        let parameter_of = |name: &str| {
            if name.starts_with("golden/") {
                return None;
            }
            let parameter = Naming::HuggingFace.parameter_of(name)?;
            parameter.strip_prefix(prefix).map(str::to_owned)
        };
        load(part, &self.file, parameter_of).unwrap().0
    }

    /// Fills a whole model that has no use for some of the file's parameters.
    pub(crate) fn fill_where<M: Module>(&self, model: M, is_used: impl Fn(&str) -> bool) -> M {
        let parameter_of = |name: &str| {
            let parameter = Naming::HuggingFace.parameter_of(name)?;
            is_used(&parameter).then_some(parameter)
        };
        load(model, &self.file, parameter_of).unwrap().0
    }

    /// Compares a part's output with the file's and stops with the part's name where they differ.
    pub(crate) fn check<const D: usize>(&self, name: &str, actual: Tensor<D>) {
        let expected = self.tensor::<D>(name);
        assert_eq!(actual.dims(), expected.dims(), "{name}: shapes differ");
        let error = relative_error(actual, expected);
        assert!(
            error <= TOLERANCE,
            "{name}: the largest difference is {error:.2e} of the largest value, more than {TOLERANCE:.0e}"
        );
    }
}
