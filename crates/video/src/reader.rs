//! Any frame of a video, in any order, with bounded memory.
//!
//! Going forward costs one decoded frame for each step. Going backward, which propagation towards the start does, decodes a
//! stretch forward from a sync picture and keeps its last frames, so that the steps that follow are found in memory.

use std::collections::VecDeque;

use crate::backend::VideoInfo;
use crate::error::{Result, VideoError};
use crate::frame::{Frame, YuvFrame};
use crate::source::VideoSource;

/// Frames kept while going forward, for callers that look at a frame twice.
const KEPT_GOING_FORWARD: usize = 4;

/// Decoded frames in any order.
pub struct FrameReader {
    source: VideoSource,
    kept: VecDeque<Kept>,
    kept_bytes: usize,
    budget_bytes: usize,
    decoded: u64,
}

/// Planes take half the memory of RGB, so frames are kept as planes where there are any.
enum Kept {
    Planes(YuvFrame),
    Rgb(Frame),
}

impl Kept {
    fn index(&self) -> usize {
        match self {
            Self::Planes(frame) => frame.index,
            Self::Rgb(frame) => frame.index,
        }
    }

    fn byte_count(&self) -> usize {
        match self {
            Self::Planes(frame) => frame.planes.byte_count(),
            Self::Rgb(frame) => frame.pixels.len(),
        }
    }
}

impl FrameReader {
    /// Memory for decoded frames where nothing else is asked for: about 45 frames of 1280×720.
    pub const DEFAULT_BUDGET_BYTES: usize = 64 << 20;

    /// Reads from a source.
    pub fn new(source: VideoSource) -> Self {
        Self::with_budget(source, Self::DEFAULT_BUDGET_BYTES)
    }

    /// Reads from a source and keeps at most so many bytes of decoded frames, but always one frame.
    pub fn with_budget(source: VideoSource, budget_bytes: usize) -> Self {
        Self {
            source,
            kept: VecDeque::new(),
            kept_bytes: 0,
            budget_bytes,
            decoded: 0,
        }
    }

    /// What is known before decoding.
    pub fn info(&self) -> &VideoInfo {
        self.source.info()
    }

    /// When a frame is shown, in seconds; `None` past the end.
    pub fn seconds_of(&self, frame: usize) -> Option<f64> {
        self.source.seconds_of(frame)
    }

    /// Number of frames decoded and delivered by the source so far, for judging the cost of an order.
    pub fn decoded_count(&self) -> u64 {
        self.decoded
    }

    /// A frame by its number.
    ///
    /// # Errors
    /// [`VideoError::FrameOutOfRange`] past the end; else as [`VideoSource::next_frame`].
    pub fn frame(&mut self, index: usize) -> Result<Frame> {
        if let Some(kept) = self.kept.iter().find(|kept| kept.index() == index) {
            return Ok(self.to_rgb(kept));
        }
        // Nobody who goes backward needs later frames.
        let backward = index < self.source.next_index();
        let start = if backward {
            self.stretch_start(index)
        } else {
            index
        };
        if backward {
            self.kept.clear();
            self.kept_bytes = 0;
        }
        self.source.seek(start)?;
        for wanted in start..=index {
            let Some(frame) = self.decode()? else {
                return Err(VideoError::FrameOutOfRange {
                    path: self.source.path().to_owned(),
                    frame: index,
                    count: wanted,
                });
            };
            self.keep(
                frame,
                if backward {
                    usize::MAX
                } else {
                    KEPT_GOING_FORWARD
                },
            );
        }
        match self.kept.back() {
            Some(kept) => Ok(self.to_rgb(kept)),
            None => Err(VideoError::FrameOutOfRange {
                path: self.source.path().to_owned(),
                frame: index,
                count: start,
            }),
        }
    }

    /// Where to start decoding so that a backward step and those after it are served by one stretch.
    fn stretch_start(&self, index: usize) -> usize {
        let frame_bytes = self
            .kept
            .back()
            .map_or(self.info().size.pixel_count() * 3, Kept::byte_count);
        let count = (self.budget_bytes / frame_bytes.max(1)).max(1);
        self.source
            .sync_frame(index)
            .max((index + 1).saturating_sub(count))
    }

    fn decode(&mut self) -> Result<Option<Kept>> {
        self.decoded += 1;
        if self.source.has_planes() {
            match self.source.next_planes() {
                // The source went over to another decoder, which has no planes; the frame is still to come.
                Err(VideoError::NoPlanes { .. }) => {
                    let frame = self.source.next_index();
                    self.source.seek(frame)?;
                }
                planes => return Ok(planes?.map(Kept::Planes)),
            }
        }
        Ok(self.source.next_frame()?.map(Kept::Rgb))
    }

    fn keep(&mut self, frame: Kept, most_frames: usize) {
        self.kept_bytes += frame.byte_count();
        self.kept.push_back(frame);
        while self.kept.len() > 1
            && (self.kept_bytes > self.budget_bytes || self.kept.len() > most_frames)
        {
            let dropped = self.kept.pop_front().map_or(0, |kept| kept.byte_count());
            self.kept_bytes -= dropped;
        }
    }

    fn to_rgb(&self, kept: &Kept) -> Frame {
        match kept {
            Kept::Planes(frame) => self.source.turned(frame.to_rgb()),
            Kept::Rgb(frame) => frame.clone(),
        }
    }
}
