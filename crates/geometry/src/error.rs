//! What can be wrong with numbers that come from outside.

use crate::FrameSize;

/// Every way in which input to this crate can be refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GeometryError {
    /// A slice of pixel values does not hold one value per pixel.
    #[error("a frame of {size} has {expected} pixels, but {found} values were given")]
    ValueCount {
        /// Size of the frame.
        size: FrameSize,
        /// Pixels in the frame.
        expected: usize,
        /// Values given.
        found: usize,
    },
    /// Two masks that should be combined have different sizes.
    #[error("masks of {left} and {right} cannot be combined")]
    SizeMismatch {
        /// Size of the first mask.
        left: FrameSize,
        /// Size of the second mask.
        right: FrameSize,
    },
    /// The runs of a run-length code do not cover the frame exactly.
    #[error("run lengths of a {size} mask must add up to {expected}, they add up to {found}")]
    RunTotal {
        /// Size of the frame.
        size: FrameSize,
        /// Pixels in the frame.
        expected: u64,
        /// Sum of the runs; of the runs up to the first excess when they exceed the frame.
        found: u64,
    },
    /// A frame has more pixels than a run-length code can count (2³² − 1).
    #[error("a frame of {size} is too large for run lengths of 32 bits")]
    FrameTooLarge {
        /// Size of the frame.
        size: FrameSize,
    },
    /// A compressed run-length text holds a byte outside `0` to `o`.
    #[error("byte {byte:#04x} at position {position} is not part of a compressed run-length text")]
    RunTextByte {
        /// Index of the byte in the text.
        position: usize,
        /// The byte.
        byte: u8,
    },
    /// A compressed run-length text ends in the middle of a number.
    #[error("the compressed run-length text of {length} bytes ends in the middle of a number")]
    RunTextTruncated {
        /// Bytes in the text.
        length: usize,
    },
    /// A number in a compressed run-length text is negative or too large to be a run.
    #[error(
        "the number that ends at position {position} of the compressed run-length text is not a possible run"
    )]
    RunTextNumber {
        /// Index of the last byte of the number.
        position: usize,
    },
    /// A transform with a zero or non-finite scale or a non-finite offset, which has no inverse.
    #[error(
        "a pixel transform with scale ({scale_x}, {scale_y}) and offset ({offset_x}, {offset_y}) has no inverse"
    )]
    DegenerateTransform {
        /// Horizontal scale.
        scale_x: f32,
        /// Vertical scale.
        scale_y: f32,
        /// Horizontal offset.
        offset_x: f32,
        /// Vertical offset.
        offset_y: f32,
    },
    /// Numbers that should be a rotation and a translation are not.
    #[error("this is no rigid motion: {reason}")]
    NotRigid {
        /// What is wrong with them.
        reason: &'static str,
    },
    /// A lens that maps nothing.
    #[error(
        "a lens with focal lengths {focal:?} and principal point {center:?} cannot be inverted: focal lengths must be above zero, all numbers finite"
    )]
    Lens {
        /// Focal lengths in pixels.
        focal: [f64; 2],
        /// Principal point in pixels.
        center: [f64; 2],
    },
    /// A camera whose pictures have no pixels.
    #[error("a camera cannot have pictures of {size}")]
    EmptyPicture {
        /// Size of its pictures.
        size: FrameSize,
    },
    /// A rig without cameras.
    #[error("a rig needs a camera")]
    NoCameras,
    /// Two cameras of a rig with one name.
    #[error("the rig has two cameras named `{name}`")]
    CameraTwice {
        /// The name.
        name: String,
    },
    /// A track of poses without a pose.
    #[error("there are no poses")]
    NoPoses,
    /// Nobody knows where the vehicle was.
    #[error(
        "there is no pose at {time} µs: the gap there is {span} µs long, and poses are trusted over {longest} µs"
    )]
    PoseGap {
        /// The time asked for, in microseconds.
        time: i64,
        /// Length of the gap, or distance to the nearest pose, in microseconds.
        span: i64,
        /// Longest gap that is bridged.
        longest: i64,
    },
}
