//! Choosing who decodes a video, and what is known of it before.
//!
//! In: a path and options. Out: an open decoder, or an error that says what was found instead of a video.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use tubelet_geometry::FrameSize;

use crate::color::ColorSpace;
use crate::error::{Result, VideoError};
use crate::ffmpeg::program::{Input, is_installed};
use crate::ffmpeg::stream::FfmpegStream;
use crate::h264::stream::H264Stream;
use crate::image_folder::{FOLDER_FRAME_RATE, ImageSequence};
use crate::mp4::index::Mp4Index;
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

/// Who decodes.
pub(crate) enum Backend {
    H264(Box<H264Stream>),
    Images(ImageSequence),
    Ffmpeg(FfmpegStream),
}

impl Backend {
    /// Opens whatever lies at a path.
    pub(crate) fn open(path: &Path, options: OpenOptions) -> Result<Self> {
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

    /// What is known before decoding.
    pub(crate) fn describe(&self, options: OpenOptions) -> VideoInfo {
        let shown = |size: FrameSize, rotation: Rotation| {
            if options.apply_rotation {
                rotation.turned_size(size)
            } else {
                size
            }
        };
        match self {
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
}

fn open_h264(path: &Path, mut file: File) -> Result<H264Stream> {
    let index = Mp4Index::read(&mut file).map_err(|refusal| refusal.at(path))?;
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
