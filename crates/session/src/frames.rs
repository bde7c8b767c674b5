//! Where a session's frames come from: a video that is read, or a stream that is pushed.
//!
//! In: frame numbers. Out: one frame at a time. Only a stream's latest frame is held.

use tubelet_geometry::FrameSize;
use tubelet_segmentation::SegmentationError;
use tubelet_video::{Frame, FrameReader, VideoError};

use crate::error::SessionError;

/// Frames by number.
pub trait FrameSource {
    /// Width and height of every frame.
    fn size(&self) -> FrameSize;

    /// How many frames there are, where that is known.
    fn frame_count(&self) -> Option<usize>;

    /// A frame, `None` past the end.
    ///
    /// # Errors
    /// Where the frame cannot be read or decoded.
    fn frame(&mut self, index: usize) -> Result<Option<Frame>, VideoError>;
}

impl FrameSource for FrameReader {
    fn size(&self) -> FrameSize {
        self.info().size
    }

    fn frame_count(&self) -> Option<usize> {
        self.info().frame_count
    }

    fn frame(&mut self, index: usize) -> Result<Option<Frame>, VideoError> {
        match Self::frame(self, index) {
            Ok(frame) => Ok(Some(frame)),
            Err(VideoError::FrameOutOfRange { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Frames that are held as a whole: short clips and tests.
#[derive(Clone, Debug)]
pub struct HeldFrames {
    frames: Vec<Frame>,
}

impl HeldFrames {
    /// Frames in order, all of the same size.
    ///
    /// # Errors
    /// [`SessionError::FrameSizeChanged`] where they are not.
    pub fn new(frames: Vec<Frame>) -> Result<Self, SessionError> {
        if let Some(first) = frames.first() {
            let expected = first.size;
            let other = frames.iter().position(|frame| frame.size != expected);
            if let Some(index) = other {
                return Err(SessionError::FrameSizeChanged {
                    frame: index,
                    expected,
                    found: frames[index].size,
                });
            }
        }
        Ok(Self { frames })
    }
}

impl FrameSource for HeldFrames {
    fn size(&self) -> FrameSize {
        let first = self.frames.first();
        first.map_or(FrameSize::new(0, 0), |frame| frame.size)
    }

    fn frame_count(&self) -> Option<usize> {
        Some(self.frames.len())
    }

    fn frame(&mut self, index: usize) -> Result<Option<Frame>, VideoError> {
        Ok(self.frames.get(index).cloned())
    }
}

/// A session's frames.
pub(crate) enum Frames {
    Read(Box<dyn FrameSource>),
    Pushed {
        /// Frames pushed so far.
        count: usize,
        latest: Option<Frame>,
    },
}

impl Frames {
    /// Width and height; `None` before the first frame of a stream.
    pub(crate) fn size(&self) -> Option<FrameSize> {
        match self {
            Self::Read(source) => Some(source.size()),
            Self::Pushed { latest, .. } => latest.as_ref().map(|frame| frame.size),
        }
    }

    /// Whether frames come one by one and none comes back.
    pub(crate) fn is_stream(&self) -> bool {
        matches!(self, Self::Pushed { .. })
    }

    /// Frames of a video; `None` for a stream, whose end nobody knows.
    pub(crate) fn clip_frames(&self) -> Option<usize> {
        match self {
            Self::Read(source) => source.frame_count(),
            Self::Pushed { .. } => None,
        }
    }

    /// Refuses a frame that does not exist, as far as that is known.
    pub(crate) fn check_exists(&self, frame: usize) -> Result<(), SessionError> {
        match self {
            Self::Pushed { count, .. } if frame >= *count => Err(SessionError::FrameToCome {
                frame,
                count: *count,
            }),
            Self::Pushed { .. } => Ok(()),
            Self::Read(source) => match source.frame_count() {
                Some(count) if frame >= count => {
                    Err(SessionError::FrameOutOfRange { frame, count })
                }
                _ => Ok(()),
            },
        }
    }

    /// Width and height of a frame that can be looked at.
    pub(crate) fn size_of(&self, frame: usize) -> Result<FrameSize, SessionError> {
        self.check_exists(frame)?;
        match self {
            Self::Read(source) => Ok(source.size()),
            Self::Pushed { count, latest } => match latest {
                Some(latest) if frame + 1 == *count => Ok(latest.size),
                _ => Err(SessionError::FramePassed {
                    frame,
                    latest: count.saturating_sub(1),
                }),
            },
        }
    }

    /// A frame, `None` past the end.
    pub(crate) fn frame(&mut self, index: usize) -> Result<Option<Frame>, SessionError> {
        let expected = self.size_of(index)?;
        match self {
            Self::Read(source) => {
                let frame = source.frame(index)?;
                match frame {
                    Some(frame) if frame.size != expected => Err(SessionError::FrameSizeChanged {
                        frame: index,
                        expected,
                        found: frame.size,
                    }),
                    frame => Ok(frame),
                }
            }
            Self::Pushed { latest, .. } => Ok(latest.clone()),
        }
    }

    /// Takes the next frame of a stream and gives its number.
    pub(crate) fn push(&mut self, frame: Frame) -> Result<usize, SessionError> {
        let expected = self.size();
        match self {
            Self::Read(_) => Err(SessionError::NotStreaming),
            Self::Pushed { count, latest } => {
                if frame.size.pixel_count() == 0 {
                    return Err(SessionError::EmptyFrames { size: frame.size });
                }
                check_pixels(&frame)?;
                if let Some(expected) = expected.filter(|&size| size != frame.size) {
                    return Err(SessionError::FrameSizeChanged {
                        frame: *count,
                        expected,
                        found: frame.size,
                    });
                }
                *latest = Some(frame);
                *count += 1;
                Ok(*count - 1)
            }
        }
    }
}

/// Refuses a frame that has not the pixels its size says, before it counts.
fn check_pixels(frame: &Frame) -> Result<(), SegmentationError> {
    let found = frame.pixels.len();
    if frame.size.pixel_count().checked_mul(3) == Some(found) {
        return Ok(());
    }
    Err(SegmentationError::PixelCount {
        size: frame.size,
        found,
    })
}
