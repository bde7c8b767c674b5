//! What can be wrong with a weight file.

use std::path::PathBuf;

use thiserror::Error;

/// A weight file that cannot be read, or that does not fit the module.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WeightError {
    /// The file could not be opened, read or written.
    #[error("cannot access weights {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Neither safetensors nor a PyTorch checkpoint.
    #[error("{} is not a weight file: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What was found instead.
        reason: String,
    },
    /// One tensor's bytes could not be read.
    #[error("cannot read tensor `{name}` of {}: {reason}", path.display())]
    Tensor {
        /// The file.
        path: PathBuf,
        /// The tensor's name in the file.
        name: String,
        /// What went wrong.
        reason: String,
    },
    /// The file and the module disagree.
    #[error("weights {} do not fit the model:{}", path.display(), listing(missing, unexpected, misshapen))]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// Parameters that no tensor fills, by module path.
        missing: Vec<String>,
        /// Tensors that no parameter takes, by file name.
        unexpected: Vec<String>,
        /// Tensors of another shape than their parameter, each described.
        misshapen: Vec<String>,
    },
}

fn listing(missing: &[String], unexpected: &[String], misshapen: &[String]) -> String {
    [
        ("missing", missing),
        ("unexpected", unexpected),
        ("of the wrong shape", misshapen),
    ]
    .into_iter()
    .filter(|(_, names)| !names.is_empty())
    .map(|(title, names)| {
        format!(
            "\n  {title} ({}):\n    {}",
            names.len(),
            names.join("\n    ")
        )
    })
    .collect::<Vec<_>>()
    .concat()
}
