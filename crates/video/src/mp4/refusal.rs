//! Why a file cannot be read as an MP4 of H.264; the opener adds the path.

use std::path::Path;

use crate::error::VideoError;

/// Why a file cannot be read as an MP4 of H.264.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The boxes contradict each other.
    Damaged(String),
    /// The file ends before its index.
    CutShort(String),
    /// There is no video track; what there is instead.
    NoVideo(String),
    /// There is a video track without frames.
    NoFrames,
    /// Another codec or a rare construction, which `ffmpeg` may read.
    Foreign(String),
    /// The system failed to read.
    Io(std::io::Error),
}

impl Refusal {
    /// The boxes contradict each other.
    pub(crate) fn damaged<T>(what: impl Into<String>) -> Result<T, Self> {
        Err(Self::Damaged(what.into()))
    }

    /// The error for users.
    pub(crate) fn at(self, path: &Path) -> VideoError {
        let path = path.to_owned();
        match self {
            Self::Damaged(what) => VideoError::Malformed { path, what },
            Self::CutShort(what) => VideoError::CutShort { path, what },
            Self::NoVideo(found) => VideoError::NoVideoTrack { path, found },
            Self::NoFrames => VideoError::NoFrames { path },
            Self::Foreign(what) => VideoError::NeedsFfmpeg { path, what },
            Self::Io(source) => VideoError::Read { path, source },
        }
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}
