//! What can go wrong with data sets.

use tubelet_geometry::FrameSize;

/// Why a data set, a sample or a world could not be had.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// A world of a size that cannot be drawn.
    #[error(
        "a world of {frames} frames of {size} cannot be drawn: sides must be 16 to 8192 pixels, frames at least 1"
    )]
    World {
        /// Width and height asked for.
        size: FrameSize,
        /// Frames asked for.
        frames: usize,
    },
}
