//! What can be wrong with the frames of an evaluation.

use tubelet_geometry::{FrameSize, GeometryError};

use crate::frame_span::FrameSpan;

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
    /// A frame came before or with its predecessor.
    #[error("frame {found} came after frame {previous}")]
    FrameOrder {
        /// Number of the frame before.
        previous: usize,
        /// Number of the frame that followed.
        found: usize,
    },
    /// A frame lacks a box that its protocol needs.
    #[error("frame {frame} has no box in the {role}")]
    MissingBox {
        /// Number of the frame, from 0.
        frame: usize,
        /// `ground truth` or `prediction`.
        role: &'static str,
    },
    /// A video has too few frames a second to be sampled as its protocol wants.
    #[error("a video needs at least {least} frames a second, it has {found}")]
    FrameRate {
        /// Frames a second that are sampled.
        least: f64,
        /// Frames a second of the video.
        found: f64,
    },
    /// A video is longer than any.
    #[error("a video of {found} frames, where {most} are the most")]
    TooManyFrames {
        /// Frames of the longest video.
        most: usize,
        /// Frames that the video claims to have.
        found: usize,
    },
    /// A tube and the part of the video that is looked at do not meet.
    #[error("the tube from frame {} to {} lies outside the segment from {} to {}", .tube.start, .tube.end, .segment.start, .segment.end)]
    TubeOutsideSegment {
        /// Frames of the tube.
        tube: FrameSpan,
        /// Frames of the segment.
        segment: FrameSpan,
    },
    /// There are more or fewer scores than pixels.
    #[error("{expected} scores are needed, {found} were given")]
    ScoreCount {
        /// Scores that are needed.
        expected: usize,
        /// Scores that were given.
        found: usize,
    },
    /// A judged clip lies beyond the end of its video.
    #[error("clip {clip} is judged, but the video has {clips} clips")]
    ClipOutsideVideo {
        /// Number of the clip, from 0.
        clip: usize,
        /// Clips of the video.
        clips: usize,
    },
    /// A video is too long for its clips to be listed.
    #[error("a video of {seconds:?} seconds is too long")]
    VideoTooLong {
        /// Length of the video.
        seconds: f64,
    },
    /// A question with statements has none.
    #[error("the question has no statements to judge")]
    NoOptions,
    /// Two masks of a frame have the same track.
    #[error("frame {frame} of the {role} has two masks of track {track}")]
    RepeatedTrack {
        /// Number of the frame, from 0.
        frame: usize,
        /// `ground truth` or `prediction`.
        role: &'static str,
        /// Number of the track.
        track: u64,
    },
    /// A frame names a track that does not exist.
    #[error("frame {frame} of the {role} names track {track}, there are {tracks}")]
    UnknownTrack {
        /// Number of the frame, from 0.
        frame: usize,
        /// `ground truth` or `prediction`.
        role: &'static str,
        /// Number of the track.
        track: usize,
        /// Tracks there are.
        tracks: usize,
    },
    /// Masks of a frame overlap where they must not.
    #[error("masks overlap in frame {frame} of the {role}")]
    OverlappingMasks {
        /// Number of the frame, from 0.
        frame: usize,
        /// `ground truth` or `prediction`.
        role: &'static str,
    },
    /// A benchmark has no sample.
    #[error("there is no sample to score")]
    NoSamples,
    /// A sequence, or a benchmark, has no object.
    #[error("there is no object to score")]
    NoObjects,
    /// Values and frame size do not fit together.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
}
