//! Opening a video and reading its frames in the order they are shown.
//!
//! In: the path of a file or folder, a URL, or a capture device. Out: frames in RGB, or planes where the video is H.264 in
//! MP4. One frame at a time is decoded; memory does not grow with the length of the video beyond 32 bytes of index for
//! each frame.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use tubelet_geometry::FrameSize;

use crate::color::ColorSpace;
use crate::error::{Result, VideoError};
use crate::ffmpeg::program::{Input, is_installed};
use crate::ffmpeg::stream::FfmpegStream;
use crate::frame::{Frame, YuvFrame};
use crate::h264::stream::H264Stream;
use crate::image_folder::{FOLDER_FRAME_RATE, ImageSequence};
use crate::mp4::index::Mp4Index;
use crate::mp4::refusal::Refusal;
use crate::rotation::Rotation;
use crate::sniff::{Content, SNIFFED_BYTES, sniff};

/// How to open a video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenOptions {
    /// Turn pictures as the file asks for. Planes are never turned.
    pub apply_rotation: bool,
    /// Use an installed `ffmpeg` for what this crate does not decode.
    pub allow_ffmpeg: bool,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            apply_rotation: true,
            allow_ffmpeg: true,
        }
    }
}

/// What is known of a video before its frames are decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoInfo {
    /// Size of the frames, after rotation.
    pub size: FrameSize,
    /// Number of frames; `None` for URLs and devices. Where `ffmpeg` decodes it is the number of coded pictures.
    pub frame_count: Option<usize>,
    /// Average frames per second.
    pub frame_rate: f64,
    /// Seconds from the first frame to the end of the last; `None` for URLs and devices.
    pub duration: Option<f64>,
    /// Codec and the program part that decodes it, such as `h264`, `images` or `vp9 (ffmpeg)`.
    pub codec: String,
    /// Turn that the file asks for.
    pub rotation: Rotation,
    /// How planes map to RGB, where planes are available.
    pub color: Option<ColorSpace>,
}

/// An open video.
pub struct VideoSource {
    path: PathBuf,
    options: OpenOptions,
    info: VideoInfo,
    backend: Backend,
    ended: bool,
}

enum Backend {
    H264(Box<H264Stream>),
    Images(ImageSequence),
    Ffmpeg(FfmpegStream),
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
        let backend = open_backend(path, options)?;
        let info = describe(&backend, options);
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

fn open_backend(path: &Path, options: OpenOptions) -> Result<Backend> {
    let foreign = |input: Input, what: &str| {
        if options.allow_ffmpeg && is_installed() {
            FfmpegStream::open(input).map(Backend::Ffmpeg)
        } else {
            Err(VideoError::NeedsFfmpeg {
                path: path.to_owned(),
                what: what.into(),
            })
        }
    };
    if let Some(input) = Input::beyond_files(path) {
        return foreign(input, "a URL or device");
    }
    let read = |source| VideoError::from_read(path, source);
    let metadata = std::fs::metadata(path).map_err(read)?;
    if metadata.is_dir() {
        return ImageSequence::open_folder(path, options.apply_rotation).map(Backend::Images);
    }
    if metadata.len() == 0 {
        return Err(VideoError::Empty {
            path: path.to_owned(),
        });
    }
    let mut file = File::open(path).map_err(read)?;
    let mut start = Vec::new();
    file.by_ref()
        .take(SNIFFED_BYTES as u64)
        .read_to_end(&mut start)
        .map_err(read)?;
    match sniff(&start) {
        Content::Mp4 => match open_h264(path, file) {
            Err(VideoError::NeedsFfmpeg { what, .. }) => {
                foreign(Input::File(path.to_owned()), &what)
            }
            opened => opened.map(|stream| Backend::H264(Box::new(stream))),
        },
        Content::Image(found) if named_like_a_video(path) => Err(VideoError::Mislabelled {
            path: path.to_owned(),
            found: found.into(),
        }),
        Content::Image(_) => {
            ImageSequence::open_file(path, options.apply_rotation).map(Backend::Images)
        }
        Content::Foreign(what) => foreign(Input::File(path.to_owned()), what),
        Content::Sound(found) => Err(VideoError::NoVideoTrack {
            path: path.to_owned(),
            found: found.into(),
        }),
        Content::Other(found) => Err(VideoError::NotAVideo {
            path: path.to_owned(),
            found,
        }),
        Content::Unknown(found) => match foreign(Input::File(path.to_owned()), &found) {
            Err(_) => Err(VideoError::NotAVideo {
                path: path.to_owned(),
                found,
            }),
            opened => opened,
        },
    }
}

fn open_h264(path: &Path, mut file: File) -> Result<H264Stream> {
    let index = Mp4Index::read(&mut file).map_err(|refusal: Refusal| refusal.at(path))?;
    H264Stream::new(path, file, index)
}

fn named_like_a_video(path: &Path) -> bool {
    const ENDINGS: [&str; 10] = [
        "mp4", "m4v", "mov", "avi", "mkv", "webm", "mpg", "mpeg", "ts", "wmv",
    ];
    path.extension().is_some_and(|ending| {
        ENDINGS
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
    })
}

fn describe(backend: &Backend, options: OpenOptions) -> VideoInfo {
    let shown = |size: FrameSize, rotation: Rotation| {
        if options.apply_rotation {
            rotation.turned_size(size)
        } else {
            size
        }
    };
    match backend {
        Backend::H264(stream) => {
            let index = stream.index();
            let count = index.timeline.frame_count();
            VideoInfo {
                size: shown(stream.size(), index.rotation),
                frame_count: Some(count),
                frame_rate: if index.duration > 0.0 {
                    count as f64 / index.duration
                } else {
                    0.0
                },
                duration: Some(index.duration),
                codec: "h264".into(),
                rotation: index.rotation,
                color: Some(stream.color()),
            }
        }
        Backend::Images(images) => VideoInfo {
            size: images.size(),
            frame_count: Some(images.frame_count()),
            frame_rate: FOLDER_FRAME_RATE,
            duration: Some(images.frame_count() as f64 / FOLDER_FRAME_RATE),
            codec: "images".into(),
            rotation: Rotation::None,
            color: None,
        },
        Backend::Ffmpeg(stream) => {
            let probe = stream.probe();
            let count = Some(probe.times.seconds.len()).filter(|count| *count > 0);
            VideoInfo {
                size: shown(probe.size, probe.rotation),
                frame_count: count,
                frame_rate: probe.frame_rate,
                duration: count
                    .filter(|_| probe.frame_rate > 0.0)
                    .map(|count| count as f64 / probe.frame_rate),
                codec: format!("{} (ffmpeg)", probe.codec),
                rotation: probe.rotation,
                color: None,
            }
        }
    }
}
