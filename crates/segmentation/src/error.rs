//! What can go wrong in this crate.

use thiserror::Error;
use tubelet_nn::WeightError;

/// A model that cannot be built, loaded or saved.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SegmentationError {
    /// Sizes that contradict each other.
    #[error("these sizes make no segmenter: {reason}")]
    Config {
        /// The size, and what it should have fitted.
        reason: String,
    },
    /// The weight file cannot be read or does not fit.
    #[error(transparent)]
    Weights(#[from] WeightError),
}
