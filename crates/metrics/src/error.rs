//! What can be wrong with the frames of an evaluation.

use tubelet_geometry::{FrameSize, GeometryError};

/// Every way in which an evaluation can fail.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MetricsError {
    /// A mask or label map has another size than the sequence.
    #[error("frame {frame} should be {expected}, the {role} is {found}")]
    FrameSize {
        /// Number of the frame, from 0.
        frame: usize,
        /// `ground truth`, `prediction` or `void`.
        role: &'static str,
        /// Size of the sequence.
        expected: FrameSize,
        /// Size found.
        found: FrameSize,
    },
    /// A frame has more or fewer masks than the sequence has objects.
    #[error("frame {frame} should have {expected} masks, the {role} has {found}")]
    ObjectCount {
        /// Number of the frame, from 0.
        frame: usize,
        /// `ground truth` or `prediction`.
        role: &'static str,
        /// Objects of the sequence.
        expected: usize,
        /// Masks found.
        found: usize,
    },
    /// The prediction contains an object that the ground truth does not have.
    #[error(
        "frame {frame} of the prediction contains object {label}, but there are only {objects} objects"
    )]
    UnknownObject {
        /// Number of the frame, from 0.
        frame: usize,
        /// The object's number in the prediction.
        label: u8,
        /// Objects of the sequence.
        objects: usize,
    },
    /// A sequence ended early or went on after its last frame.
    #[error("the sequence should have {expected} frames, {found} were given")]
    FrameCount {
        /// Frames announced.
        expected: usize,
        /// Frames given.
        found: usize,
    },
    /// A sequence leaves no frame to score.
    #[error("a sequence of {frames} frames leaves none to score")]
    NothingToScore {
        /// Frames of the sequence.
        frames: usize,
    },
    /// A sequence, or a benchmark, has no object.
    #[error("there is no object to score")]
    NoObjects,
    /// Values and frame size do not fit together.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
}
