//! What can go wrong with data sets, each with the file and what was found.

use std::io;
use std::path::PathBuf;

use tubelet_geometry::FrameSize;
use tubelet_video::VideoError;

/// Shorthand of this crate.
pub(crate) type Result<T, E = DatasetError> = std::result::Result<T, E>;

/// Why a data set, a sample or a world could not be had.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// A world of a size that cannot be drawn.
    #[error(
        "a world of {frames} frames of {size} cannot be drawn: sides must be 16 to 8192 pixels, frames at least 1"
    )]
    World {
        /// Width and height asked for.
        size: FrameSize,
        /// Frames asked for.
        frames: usize,
    },
    /// A folder that is not laid out as the data set is.
    #[error("{}: not a DAVIS folder: {reason}", path.display())]
    Layout {
        /// The folder.
        path: PathBuf,
        /// What is missing or ambiguous.
        reason: String,
    },
    /// A list of sequences that is not there.
    #[error("{}: no such list of sequences (there are: {available})", path.display())]
    NoSplit {
        /// The file.
        path: PathBuf,
        /// Lists that are there.
        available: String,
    },
    /// A line of a list that names no sequence.
    #[error("{}, line {line}: `{text}` names no sequence", path.display())]
    SplitLine {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
        /// The line.
        text: String,
    },
    /// A sequence without any file.
    #[error("{}: no frames and no annotations of `{name}`", path.display())]
    NoSequence {
        /// The data set's folder.
        path: PathBuf,
        /// Name of the sequence.
        name: String,
    },
    /// A sequence's name that would leave the data set's folder.
    #[error("`{name}` cannot be the name of a sequence")]
    SequenceName {
        /// The name.
        name: String,
    },
    /// An annotation for a frame that the sequence lacks, though it has others.
    #[error("{}: an annotation without its frame; {} has no `{frame}`", path.display(), images.display())]
    AnnotationWithoutFrame {
        /// The annotation.
        path: PathBuf,
        /// Folder of the frames.
        images: PathBuf,
        /// Name of the missing frame.
        frame: String,
    },
    /// Two files for one frame.
    #[error("{} and {} are both frame `{frame}`", first.display(), second.display())]
    DoubleFrame {
        /// One file.
        first: PathBuf,
        /// The other.
        second: PathBuf,
        /// Name of the frame.
        frame: String,
    },
    /// A frame index past the end.
    #[error("`{sequence}` has {frames} frames, there is no frame {frame}")]
    NoFrame {
        /// Name of the sequence.
        sequence: String,
        /// Index asked for, from 0.
        frame: usize,
        /// Number of frames.
        frames: usize,
    },
    /// A frame whose pixels are not in the folder.
    #[error("`{sequence}`: frame `{frame}` is annotated, but its picture is missing")]
    NoImage {
        /// Name of the sequence.
        sequence: String,
        /// Name of the frame.
        frame: String,
    },
    /// An annotation that does not fit its frame or the annotations before it.
    #[error("{}: the annotation is {found}, the frame is {expected}", path.display())]
    AnnotationSize {
        /// The annotation.
        path: PathBuf,
        /// Size of the frame, or of the first annotation where there is no frame.
        expected: FrameSize,
        /// Size of the annotation.
        found: FrameSize,
    },
    /// An annotation whose pixels are no labels.
    #[error("{}: {reason}", path.display())]
    Labels {
        /// The annotation.
        path: PathBuf,
        /// What the pixels are instead.
        reason: String,
    },
    /// The operating system refused to read.
    #[error("{}: cannot read", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The operating system refused to write.
    #[error("{}: cannot write", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A picture or a video could not be read or written.
    #[error(transparent)]
    Video(#[from] VideoError),
}
