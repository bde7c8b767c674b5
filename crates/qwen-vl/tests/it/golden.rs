//! Golden files: the tiny model's folder, and what the reference makes of inputs.

use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData};
use tubelet_nn::{WeightFile, relative_error};
use tubelet_qwen_vl::{QwenVl, TokenSequence, VisionGrid, Visual, VisualKind, WeightType};

/// Largest difference that passes, as a fraction of the largest expected value.
pub(crate) const TOLERANCE: f32 = 1e-4;

/// One golden file.
pub(crate) struct Golden {
    file: WeightFile,
}

/// `tests/golden`.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The tiny model in f32.
pub(crate) fn model() -> QwenVl {
    QwenVl::load(
        &folder().join("model"),
        WeightType::Single,
        &Device::default(),
    )
    .unwrap()
}

impl Golden {
    /// Opens `tests/golden/<name>.safetensors`.
    pub(crate) fn open(name: &str) -> Self {
        Self::open_path(&folder().join(format!("{name}.safetensors")))
    }

    /// Opens a golden file that lies elsewhere.
    pub(crate) fn open_path(path: &Path) -> Self {
        Self {
            file: WeightFile::open(path).unwrap(),
        }
    }

    /// Whether the file has a tensor.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.file.tensors().contains_key(name)
    }

    /// Free text beside the tensors.
    pub(crate) fn metadata(&self, key: &str) -> &str {
        &self.file.metadata()[key]
    }

    /// The shape of a tensor.
    pub(crate) fn shape(&self, name: &str) -> Vec<usize> {
        self.file.tensors()[name].shape().to_vec()
    }

    /// The numbers of a tensor.
    pub(crate) fn numbers(&self, name: &str) -> Vec<f32> {
        self.file.read_f32(name).unwrap()
    }

    /// The numbers of a tensor that are whole.
    pub(crate) fn integers(&self, name: &str) -> Vec<i64> {
        self.numbers(name).iter().map(|x| *x as i64).collect()
    }

    /// The numbers of a tensor that are token ids.
    pub(crate) fn tokens(&self, name: &str) -> Vec<u32> {
        self.numbers(name).iter().map(|x| *x as u32).collect()
    }

    /// A tensor.
    pub(crate) fn tensor<const D: usize>(&self, name: &str) -> Tensor<D> {
        let shape: [usize; D] = self.file.tensors()[name].shape().try_into().unwrap();
        let data = TensorData::new(self.numbers(name), shape);
        Tensor::from_data(data, &Device::default())
    }

    /// The images and then the videos of a case.
    pub(crate) fn visuals(&self, case: &str) -> Vec<Visual> {
        let mut visuals = Vec::new();
        for (key, kind) in [("image", VisualKind::Image), ("video", VisualKind::Video)] {
            let name = format!("{case}.{key}");
            if !self.has(&format!("{name}.grid")) {
                continue;
            }
            let mut patches = self.numbers(&format!("{name}.patches"));
            let grids = self.integers(&format!("{name}.grid"));
            let count: i64 = grids.chunks(3).map(|g| g.iter().product::<i64>()).sum();
            let width = patches.len() / count as usize;
            for grid in grids.chunks(3) {
                let grid = VisionGrid {
                    frames: grid[0] as usize,
                    rows: grid[1] as usize,
                    columns: grid[2] as usize,
                };
                let rest = patches.split_off(grid.patches() * width);
                visuals.push(Visual {
                    kind,
                    grid,
                    patches: std::mem::replace(&mut patches, rest),
                });
            }
        }
        visuals
    }

    /// The tokens and pictures of a case, these in the order of their placeholders.
    pub(crate) fn sequence(&self, case: &str, special: [u32; 2]) -> TokenSequence {
        let tokens = self.tokens(&format!("{case}.tokens"));
        let mut waiting = self.visuals(case);
        let mut visuals = Vec::new();
        let mut previous = 0;
        for token in &tokens {
            let kind = match *token {
                token if token == special[0] => VisualKind::Image,
                token if token == special[1] => VisualKind::Video,
                _ => {
                    previous = *token;
                    continue;
                }
            };
            let is_new = previous != *token;
            previous = *token;
            let first = waiting.iter().position(|visual| visual.kind == kind);
            let Some(first) = first.filter(|_| is_new) else {
                continue;
            };
            visuals.push(waiting.remove(first));
        }
        TokenSequence { tokens, visuals }
    }

    /// Compares with a tensor of the file and stops with its name where they differ.
    pub(crate) fn check<const D: usize>(&self, name: &str, actual: Tensor<D>) {
        close(name, actual, self.tensor::<D>(name));
    }
}

/// Stops where two tensors differ by more than [`TOLERANCE`].
pub(crate) fn close<const D: usize>(name: &str, actual: Tensor<D>, expected: Tensor<D>) {
    assert_eq!(actual.dims(), expected.dims(), "{name}: shapes differ");
    let error = relative_error(actual, expected);
    assert!(
        error <= TOLERANCE,
        "{name}: the largest difference is {error:.2e} of the largest value"
    );
}
