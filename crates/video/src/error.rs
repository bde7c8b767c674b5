//! What can go wrong with a video, each with the file, the frame and what was found.

use std::io;
use std::path::{Path, PathBuf};

use tubelet_geometry::FrameSize;

/// Shorthand of this crate.
pub(crate) type Result<T, E = VideoError> = std::result::Result<T, E>;

/// Why a video could not be opened, decoded, drawn or written.
#[derive(Debug, thiserror::Error)]
pub enum VideoError {
    /// Nothing lies at the path.
    #[error("{}: no such file or folder", path.display())]
    NotFound {
        /// The path as given.
        path: PathBuf,
    },
    /// The operating system refused to read.
    #[error("{}: cannot read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The file has no bytes at all.
    #[error("{}: the file is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The content is no video and no picture.
    #[error("{}: not a video (found {found})", path.display())]
    NotAVideo {
        /// The file.
        path: PathBuf,
        /// What the content looks like.
        found: String,
    },
    /// The name says video, the content says picture.
    #[error("{}: named like a video, but the content is {found}", path.display())]
    Mislabelled {
        /// The file.
        path: PathBuf,
        /// What the content looks like.
        found: String,
    },
    /// A media file without a video track.
    #[error("{}: no video track (found {found})", path.display())]
    NoVideoTrack {
        /// The file.
        path: PathBuf,
        /// The tracks there are.
        found: String,
    },
    /// A video track without a single frame to show.
    #[error("{}: the video track has no frames", path.display())]
    NoFrames {
        /// The file.
        path: PathBuf,
    },
    /// A folder without JPEG or PNG files.
    #[error("{}: the folder holds no JPEG or PNG files ({found})", path.display())]
    NoImages {
        /// The folder.
        path: PathBuf,
        /// What is in it.
        found: String,
    },
    /// The container contradicts itself.
    #[error("{}: damaged file: {what}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The part that makes no sense.
        what: String,
    },
    /// The file ends before its index or its first frame.
    #[error("{}: cut short: {what}", path.display())]
    CutShort {
        /// The file.
        path: PathBuf,
        /// What is missing.
        what: String,
    },
    /// The file ends in the middle; the frames before were delivered.
    #[error("{}: cut short at frame {frame}: the file has {found} of the {expected} bytes it needs", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// First frame that cannot be read, in presentation order.
        frame: usize,
        /// Bytes the file would need for that frame.
        expected: u64,
        /// Bytes the file has.
        found: u64,
    },
    /// The decoder refused the data of a frame.
    #[error("{}: frame {frame} cannot be decoded: {reason}", path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// Frame in presentation order.
        frame: usize,
        /// The decoder's words.
        reason: String,
    },
    /// A frame of another size than the first.
    #[error("{}: frame {frame} is {found}, the frames before are {expected}", path.display())]
    FrameSizeChanged {
        /// The file.
        path: PathBuf,
        /// Frame in presentation order.
        frame: usize,
        /// Size of the first frame.
        expected: FrameSize,
        /// Size of this frame.
        found: FrameSize,
    },
    /// A picture file that cannot be decoded.
    #[error("{}: not a readable picture: {reason}", path.display())]
    Image {
        /// The file.
        path: PathBuf,
        /// The decoder's words.
        reason: String,
    },
    /// Only `ffmpeg` could decode this, and it or its `ffprobe` is not installed.
    #[error("{}: {what} needs the programs `ffmpeg` and `ffprobe`, which were not both found", path.display())]
    NeedsFfmpeg {
        /// The file, URL or device.
        path: PathBuf,
        /// Container or codec.
        what: String,
    },
    /// `ffmpeg` or `ffprobe` ran and failed.
    #[error("{}: ffmpeg failed: {message}", path.display())]
    Ffmpeg {
        /// The file, URL or device.
        path: PathBuf,
        /// The last line the program wrote.
        message: String,
    },
    /// A frame index at or past the end.
    #[error("{}: frame {frame} was asked for, the video has {count} frames", path.display())]
    FrameOutOfRange {
        /// The video.
        path: PathBuf,
        /// The index asked for.
        frame: usize,
        /// Number of frames.
        count: usize,
    },
    /// Luma and chroma planes were asked of a source that only has RGB.
    #[error("{}: this source has no luma and chroma planes", path.display())]
    NoPlanes {
        /// The source.
        path: PathBuf,
    },
    /// Pixels and size disagree.
    #[error("{found} bytes of pixels for a frame of {size}, which needs {expected}")]
    PixelCount {
        /// The frame's size.
        size: FrameSize,
        /// Bytes needed.
        expected: usize,
        /// Bytes given.
        found: usize,
    },
    /// A frame or mask of another size than the one it is drawn on or written after.
    #[error("expected a size of {expected}, found {found}")]
    SizeMismatch {
        /// Size of the frame or of the video being written.
        expected: FrameSize,
        /// Size given.
        found: FrameSize,
    },
    /// A frame shown before, or at the same time as, the frame written before it.
    #[error(
        "frame {frame} is shown at {seconds} s, which is not after the frame before it ({previous} s)"
    )]
    TimeOrder {
        /// Number of frames written so far.
        frame: usize,
        /// Its time.
        seconds: f64,
        /// Time of the frame before.
        previous: f64,
    },
    /// A size the encoder cannot write.
    #[error("{}: cannot encode frames of {size}: {reason}", path.display())]
    Encode {
        /// The output file.
        path: PathBuf,
        /// Size of the frames.
        size: FrameSize,
        /// The encoder's words.
        reason: String,
    },
    /// No space is left for the output.
    #[error("{}: the disk is full", path.display())]
    DiskFull {
        /// The output file.
        path: PathBuf,
    },
    /// The operating system refused to write.
    #[error("{}: cannot write", path.display())]
    Write {
        /// The output file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

impl VideoError {
    /// One sentence on what to do about it, where there is something to do.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotFound { .. } => "check the spelling and the folder the program runs in",
            Self::Empty { .. } | Self::CutShort { .. } => {
                "the download or copy may have stopped early; fetch the file again"
            }
            Self::NotAVideo { .. } => {
                "give an MP4 or MOV file, a folder of JPEG or PNG pictures, or one picture"
            }
            Self::Mislabelled { .. } => "rename the file to match its content",
            Self::NoVideoTrack { .. } => "the file may hold sound only; give a file with pictures",
            Self::NoImages { .. } => "give the folder that directly holds the .jpg or .png files",
            Self::Truncated { .. } | Self::Decode { .. } | Self::Malformed { .. } => {
                "the frames before are usable; `ffmpeg -i broken.mp4 repaired.mp4` may save more"
            }
            Self::NeedsFfmpeg { .. } => {
                "install ffmpeg with its ffprobe (for example `apt install ffmpeg`), or convert to H.264 MP4"
            }
            Self::FrameOutOfRange { .. } => "frames are counted from 0",
            Self::TimeOrder { .. } => "write frames in the order they are shown",
            Self::DiskFull { .. } => {
                "free some space or write to another disk; the unfinished file ends in `.partial`"
            }
            _ => return None,
        })
    }

    /// Turns a failure to write into [`VideoError::DiskFull`] or [`VideoError::Write`].
    pub(crate) fn from_write(path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull {
                path: path.to_owned(),
            },
            _ => Self::Write {
                path: path.to_owned(),
                source,
            },
        }
    }

    /// Turns a failure to read into [`VideoError::NotFound`] or [`VideoError::Read`].
    pub(crate) fn from_read(path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound {
                path: path.to_owned(),
            },
            _ => Self::Read {
                path: path.to_owned(),
                source,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_other_failures() {
        let path = Path::new("out.mp4");
        let full = VideoError::from_write(path, io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(full.to_string(), "out.mp4: the disk is full");
        assert!(full.hint().is_some());
        let other = VideoError::from_write(path, io::Error::from(io::ErrorKind::PermissionDenied));
        assert!(matches!(other, VideoError::Write { .. }));
    }
}
