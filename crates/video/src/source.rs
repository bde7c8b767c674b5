//! Reading the frames of an open video in the order they are shown.
//!
//! In: the path of a file or folder, a URL, or a capture device. Out: frames in RGB, or planes where the video is H.264 in
//! MP4. One frame at a time is decoded; memory does not grow with the length of the video beyond 32 bytes of index for
//! each frame.

use std::path::{Path, PathBuf};

use crate::backend::{Backend, OpenOptions, VideoInfo};
use crate::error::{Result, VideoError};
use crate::ffmpeg::program::{Input, is_installed};
use crate::ffmpeg::stream::FfmpegStream;
use crate::frame::{Frame, YuvFrame};
use crate::image_folder::FOLDER_FRAME_RATE;
use crate::rotation::Rotation;

/// An open video.
pub struct VideoSource {
    path: PathBuf,
    options: OpenOptions,
    info: VideoInfo,
    backend: Backend,
    ended: bool,
}

impl VideoSource {
    /// Opens a video with the usual options.
    ///
    /// # Errors
    /// A [`VideoError`] that names the path and what was found instead of a video.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path, OpenOptions::default())
    }

    /// Opens a video.
    ///
    /// # Errors
    /// A [`VideoError`] that names the path and what was found instead of a video.
    pub fn open_with(path: impl AsRef<Path>, options: OpenOptions) -> Result<Self> {
        let path = path.as_ref();
        let backend = Backend::open(path, options)?;
        let info = backend.describe(options);
        Ok(Self {
            path: path.to_owned(),
            options,
            info,
            backend,
            ended: false,
        })
    }

    /// The path, URL or device as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is known before decoding.
    pub fn info(&self) -> &VideoInfo {
        &self.info
    }

    /// The number of the frame that comes next.
    pub fn next_index(&self) -> usize {
        match &self.backend {
            Backend::H264(stream) => stream.position(),
            Backend::Images(images) => images.position(),
            Backend::Ffmpeg(stream) => stream.position(),
        }
    }

    /// When a frame is shown, in seconds; `None` past the end. For URLs and devices it is counted from the frame rate.
    pub fn seconds_of(&self, frame: usize) -> Option<f64> {
        match &self.backend {
            Backend::H264(stream) => stream.seconds(frame),
            Backend::Images(images) => {
                (frame < images.frame_count()).then(|| frame as f64 / FOLDER_FRAME_RATE)
            }
            Backend::Ffmpeg(stream) => stream.seconds(frame),
        }
    }

    /// Makes a frame the next one. The frames before it back to the last sync sample are decoded and left out.
    ///
    /// # Errors
    /// [`VideoError::FrameOutOfRange`] where the video has no such frame.
    pub fn seek(&mut self, frame: usize) -> Result<()> {
        if let Some(count) = self.info.frame_count.filter(|&count| frame >= count) {
            return Err(VideoError::FrameOutOfRange {
                path: self.path.clone(),
                frame,
                count,
            });
        }
        self.ended = false;
        match &mut self.backend {
            Backend::H264(stream) => stream.seek(frame),
            Backend::Images(images) => images.seek(frame),
            Backend::Ffmpeg(stream) => stream.seek(frame),
        }
        Ok(())
    }

    /// Decodes the next frame; `None` after the last. After an error the video has ended until the next seek.
    ///
    /// # Errors
    /// [`VideoError::Truncated`] where the file ends too early, [`VideoError::Decode`] where a picture is damaged, both
    /// with the frame's number.
    pub fn next_frame(&mut self) -> Result<Option<Frame>> {
        let rotation = if self.options.apply_rotation {
            self.info.rotation
        } else {
            Rotation::None
        };
        self.step(|backend| {
            let frame = match backend {
                Backend::H264(stream) => stream.next_frame()?.map(|frame| frame.to_rgb()),
                Backend::Images(images) => return images.next_frame(),
                Backend::Ffmpeg(stream) => stream.next_frame()?,
            };
            Ok(frame.map(|frame| turn(frame, rotation)))
        })
    }

    /// Decodes the planes of the next frame, not rotated; `None` after the last.
    ///
    /// # Errors
    /// [`VideoError::NoPlanes`] where the source is not H.264 in MP4; else as [`VideoSource::next_frame`].
    pub fn next_planes(&mut self) -> Result<Option<YuvFrame>> {
        let path = self.path.clone();
        self.step(|backend| match backend {
            Backend::H264(stream) => stream.next_frame(),
            _ => Err(VideoError::NoPlanes { path: path.clone() }),
        })
    }

    /// Whether [`VideoSource::next_planes`] is available.
    pub fn has_planes(&self) -> bool {
        matches!(self.backend, Backend::H264(_))
    }

    /// The frame, at or before another, from which decoding can start.
    pub(crate) fn sync_frame(&self, frame: usize) -> usize {
        match &self.backend {
            Backend::H264(stream) => stream.index().timeline.entry_for(frame).frame,
            Backend::Images(_) => frame,
            Backend::Ffmpeg(_) => 0,
        }
    }

    /// A frame made of planes, turned as the options ask.
    pub(crate) fn turned(&self, frame: Frame) -> Frame {
        turn(
            frame,
            if self.options.apply_rotation {
                self.info.rotation
            } else {
                Rotation::None
            },
        )
    }

    /// Runs one step, once more with `ffmpeg` where a coding tool turns out to be unknown, and ends after an error.
    fn step<T>(
        &mut self,
        mut next: impl FnMut(&mut Backend) -> Result<Option<T>>,
    ) -> Result<Option<T>> {
        if self.ended {
            return Ok(None);
        }
        let mut result = next(&mut self.backend);
        if let Err(VideoError::NeedsFfmpeg { what, .. }) = &result
            && matches!(self.backend, Backend::H264(_))
            && self.options.allow_ffmpeg
            && is_installed()
        {
            tracing::info!(path = %self.path.display(), "{what}: decoding with ffmpeg from here on");
            let frame = self.next_index();
            result = FfmpegStream::open(Input::File(self.path.clone())).and_then(|mut stream| {
                stream.seek(frame);
                self.backend = Backend::Ffmpeg(stream);
                next(&mut self.backend)
            });
        }
        self.ended = !matches!(result, Ok(Some(_)));
        result
    }
}

/// The frames from the position on; ends after the first error.
impl Iterator for VideoSource {
    type Item = Result<Frame>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_frame().transpose()
    }
}

fn turn(frame: Frame, rotation: Rotation) -> Frame {
    let size = rotation.turned_size(frame.size);
    Frame {
        pixels: rotation.turn(frame.size, frame.pixels),
        size,
        ..frame
    }
}
