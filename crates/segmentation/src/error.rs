//! What can go wrong in this crate.

use std::path::PathBuf;

use thiserror::Error;
use tubelet_geometry::FrameSize;
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
    /// No tensor of the file bears a name that a segmenter's first layer has anywhere.
    #[error("{} holds no segmenter: its tensors bear neither Tubelet's, nor SAM 2's, nor Hugging Face's names", path.display())]
    UnknownNames {
        /// The file.
        path: PathBuf,
    },
    /// The file holds a segmenter, does not state its sizes, and is none of the published ones.
    #[error(
        "{} holds a segmenter of unknown sizes: {blocks} backbone blocks from {channels} channels match no published model",
        path.display()
    )]
    UnknownSizes {
        /// The file.
        path: PathBuf,
        /// Channels of the backbone's first stage.
        channels: usize,
        /// Blocks of the backbone.
        blocks: usize,
    },
    /// The weight file cannot be read or does not fit.
    #[error(transparent)]
    Weights(#[from] WeightError),
    /// A frame with more or fewer bytes than its size asks for, or none.
    #[error("{found} bytes of pixels for a frame of {size}, which needs three for each pixel")]
    PixelCount {
        /// Width and height of the frame.
        size: FrameSize,
        /// Bytes found.
        found: usize,
    },
}
