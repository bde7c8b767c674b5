//! Why a command could not be carried out. The session is as it was before.

use thiserror::Error;
use tubelet_geometry::{BoundingBox, FrameSize, GeometryError, Point};
use tubelet_segmentation::SegmentationError;
use tubelet_video::VideoError;

use crate::command::ObjectId;

/// What can be wrong with a command, or with the frames it needs.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SessionError {
    /// A frame number past the end.
    #[error("frame {frame} does not exist: the video has {count} frames, numbered from 0")]
    FrameOutOfRange {
        /// The frame asked for.
        frame: usize,
        /// Frames there are.
        count: usize,
    },
    /// A frame past the end of a video whose length is not known beforehand.
    #[error("frame {frame} does not exist: the video ends before it")]
    PastTheEnd {
        /// The frame asked for.
        frame: usize,
    },
    /// A frame of a stream that has not come yet.
    #[error("frame {frame} has not come yet: {count} frames of the stream have, numbered from 0")]
    FrameToCome {
        /// The frame asked for.
        frame: usize,
        /// Frames that have come.
        count: usize,
    },
    /// A frame of a stream that is over.
    #[error(
        "frame {frame} has passed: of a stream only the latest frame, {latest}, can be prompted"
    )]
    FramePassed {
        /// The frame asked for.
        frame: usize,
        /// The frame that can be prompted.
        latest: usize,
    },
    /// A frame of another size than those before.
    #[error("frame {frame} is {found}, the frames before are {expected}")]
    FrameSizeChanged {
        /// The frame.
        frame: usize,
        /// Size of the frames before.
        expected: FrameSize,
        /// Size of this one.
        found: FrameSize,
    },
    /// A frame without pixels.
    #[error("frames of {size} have no pixels")]
    EmptyFrames {
        /// Their size.
        size: FrameSize,
    },
    /// A point that is not in the frame.
    #[error("point ({}, {}) of object {object} is outside the frame: frame {frame} is {size}", point.x, point.y)]
    PointOutside {
        /// The object it was for.
        object: ObjectId,
        /// The frame it was for.
        frame: usize,
        /// The point, in video pixels.
        point: Point,
        /// Size of the frame.
        size: FrameSize,
    },
    /// A list of points with nothing in it.
    #[error("no points were given for object {object} in frame {frame}")]
    NoPoints {
        /// The object.
        object: ObjectId,
        /// The frame.
        frame: usize,
    },
    /// A box without area.
    #[error("the box ({}, {}, {}, {}) of object {object} in frame {frame} is empty: right must exceed left, and bottom top", edges.left, edges.top, edges.right, edges.bottom)]
    EmptyBox {
        /// The object it was for.
        object: ObjectId,
        /// The frame it was for.
        frame: usize,
        /// The box, in video pixels.
        edges: BoundingBox,
    },
    /// A box that does not meet the frame.
    #[error("the box ({}, {}, {}, {}) of object {object} is outside the frame: frame {frame} is {size}", edges.left, edges.top, edges.right, edges.bottom)]
    BoxOutside {
        /// The object it was for.
        object: ObjectId,
        /// The frame it was for.
        frame: usize,
        /// The box, in video pixels.
        edges: BoundingBox,
        /// Size of the frame.
        size: FrameSize,
    },
    /// A mask of another size than the frame.
    #[error("the mask of object {object} is {found}, frame {frame} is {expected}")]
    MaskSize {
        /// The object it was for.
        object: ObjectId,
        /// The frame it was for.
        frame: usize,
        /// Size of the frame.
        expected: FrameSize,
        /// Size of the mask.
        found: FrameSize,
    },
    /// The model's answer is not a number, which damaged weights lead to.
    #[error("object {object}: the model's scores are not numbers; its weights may be damaged")]
    NotANumber {
        /// The object.
        object: ObjectId,
    },
    /// An object that nobody has pointed at.
    #[error("there is no object {object}")]
    UnknownObject {
        /// The object asked for.
        object: ObjectId,
    },
    /// Nothing to track.
    #[error("there is nothing to track: point at an object first")]
    NoObjects,
    /// An object all of whose prompts were taken back.
    #[error("object {object} cannot be tracked: it has no prompt in any frame")]
    NoPrompt {
        /// The object.
        object: ObjectId,
    },
    /// The storage that memories are offloaded to refused.
    #[error("what is remembered of tracked frames cannot be kept in the storage for it: {0}")]
    Offload(#[source] std::io::Error),
    /// A command that needs the frames to come.
    #[error("a stream cannot be gone through: its frames are tracked as they are pushed")]
    Streaming,
    /// A frame was pushed into a session that reads a video.
    #[error("frames cannot be pushed: the session reads a video")]
    NotStreaming,
    /// A rig without cameras.
    #[error("a rig needs a camera")]
    NoCameras,
    /// A camera that the rig does not have.
    #[error("there is no camera number {camera}: the rig has {count}, numbered from 0")]
    NoSuchCamera {
        /// The camera asked for.
        camera: usize,
        /// Cameras there are.
        count: usize,
    },
    /// A time step with too few or too many entries.
    #[error("time step {step} has {found} pictures or gaps, the rig has {expected} cameras")]
    CameraCount {
        /// The step.
        step: usize,
        /// Cameras of the rig.
        expected: usize,
        /// Entries of the step.
        found: usize,
    },
    /// A time step in which no camera has a picture.
    #[error("no camera has a picture in time step {step}")]
    NoPictures {
        /// The step.
        step: usize,
    },
    /// A camera that dropped its picture was pointed at.
    #[error("there is no picture in time step {step}: the camera dropped it")]
    NoPicture {
        /// The step.
        step: usize,
    },
    /// A time step out of order.
    #[error("time step {step} cannot follow step {before}")]
    StepOrder {
        /// The step.
        step: usize,
        /// The step shown before.
        before: usize,
    },
    /// Something was said, or tracking asked for, before a step was shown.
    #[error("no time step has been shown yet")]
    NothingShown,
    /// A picture whose shape is not that of its camera.
    #[error("its pictures are {found}, its calibration is for {calibration}: another shape")]
    CalibrationSize {
        /// Size in the calibration.
        calibration: FrameSize,
        /// Size of the picture.
        found: FrameSize,
    },
    /// Something was wrong with one camera of a rig.
    #[error("camera `{camera}`: {source}")]
    InCamera {
        /// Its name.
        camera: String,
        /// What.
        source: Box<SessionError>,
    },
    /// The video could not be read.
    #[error(transparent)]
    Video(#[from] VideoError),
    /// A frame does not fit the model.
    #[error(transparent)]
    Segmentation(#[from] SegmentationError),
    /// Pixel spaces that do not map to each other.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
}

impl SessionError {
    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::FrameOutOfRange { .. } | Self::PastTheEnd { .. } => "frames are counted from 0",
            Self::PointOutside { .. } | Self::BoxOutside { .. } => {
                "coordinates are pixels of the video, from its upper left corner"
            }
            Self::EmptyBox { .. } => "a box is left, top, right, bottom",
            Self::MaskSize { .. } => "give a mask of the frame's own width and height",
            Self::NotANumber { .. } => {
                "fetch or convert the weights again, or choose another model"
            }
            Self::CalibrationSize { .. } => "give the calibration of the pictures that are there",
            Self::InCamera { source, .. } => return source.hint(),
            Self::Video(error) => return error.hint(),
            _ => return None,
        })
    }
}
