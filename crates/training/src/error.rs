//! What can go wrong while training.

use std::path::PathBuf;

use thiserror::Error;
use tubelet_datasets::DatasetError;
use tubelet_geometry::GeometryError;
use tubelet_metrics::MetricsError;
use tubelet_nn::WeightError;
use tubelet_qwen_vl::QwenError;
use tubelet_segmentation::SegmentationError;
use tubelet_tracking3d::TrackingError;

/// A training run that cannot be set up, or that cannot go on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrainingError {
    /// A recipe that is not TOML, or with an unknown key or a value out of range. The text names line and column.
    #[error("recipe {}:\n{reason}", path.display())]
    Recipe {
        /// The recipe.
        path: PathBuf,
        /// Where and what.
        reason: String,
    },
    /// A file or folder of the run could not be read or written.
    #[error("cannot access {}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The folder holds a run of another recipe.
    #[error("{} differs from the recipe given: train in another folder, or give this recipe", path.display())]
    OtherRecipe {
        /// The recipe of the run in the folder.
        path: PathBuf,
    },
    /// A checkpoint that was not written by this program, or whose parts contradict each other.
    #[error("checkpoint {}: {reason}", path.display())]
    Checkpoint {
        /// The checkpoint's folder or a file in it.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// A line of the log that is not what this program writes.
    #[error("log {}, line {line}: {reason}", path.display())]
    Log {
        /// The log.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// Losses or gradients stopped being numbers.
    #[error(
        "losses or gradients were not finite in {steps} steps in a row, the last of them step {step}; a smaller learning rate or a longer warm-up may help"
    )]
    Diverged {
        /// The last of those steps.
        step: usize,
        /// How many there were.
        steps: usize,
    },
    /// The loss plot could not be drawn.
    #[error("cannot draw {}: {reason}", path.display())]
    Plot {
        /// The picture.
        path: PathBuf,
        /// What the drawing library said.
        reason: String,
    },
    /// The worker that renders clips ended.
    #[error("the worker that renders clips ended before step {step}")]
    Worker {
        /// The step that waited for it.
        step: usize,
    },
    /// Drives in which no camera sees an object.
    #[error("no drive tried for batch {batch} shows an object: more objects in the world may help")]
    EmptyWorld {
        /// The batch.
        batch: u64,
    },
    /// Cameras of a drive for which there is no geometry.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
    /// A model that cannot be built.
    #[error(transparent)]
    Model(#[from] SegmentationError),
    /// Weights that cannot be read or written.
    #[error(transparent)]
    Weights(#[from] WeightError),
    /// Masks that cannot be compared.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// A vision-language model that cannot be built, read or asked.
    #[error(transparent)]
    Language(#[from] QwenError),
    /// Boxes that cannot be tracked.
    #[error(transparent)]
    Tracking(#[from] TrackingError),
    /// A world that cannot be drawn.
    #[error(transparent)]
    World(#[from] DatasetError),
}

impl TrainingError {
    /// For `map_err`: an input or output error at a path.
    pub(crate) fn io(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}
