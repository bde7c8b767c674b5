//! What can go wrong with data sets, each with the file and what was found.

use std::io;
use std::path::PathBuf;

use tubelet_geometry::{FrameSize, GeometryError};
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
    /// A setting of the driving world that cannot be drawn.
    #[error("a driving world with {setting} {found} cannot be drawn: {expected} are possible")]
    DrivingWorld {
        /// Name of the setting.
        setting: &'static str,
        /// What is possible.
        expected: &'static str,
        /// What was asked for.
        found: String,
    },
    /// A folder that is not laid out as the data set is.
    #[error("{}: not a folder of {dataset}: {reason}", path.display())]
    Layout {
        /// The folder.
        path: PathBuf,
        /// Name of the data set.
        dataset: &'static str,
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
    /// A line of a text file that does not say what it should.
    #[error("{}, line {line}: {reason}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A JSON file that is damaged or of another shape than the data set's.
    #[error("{}, line {line}, column {column}: {reason}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
        /// Number of the column, from 1.
        column: usize,
        /// What was expected there.
        reason: String,
    },
    /// An entry that is well formed but cannot be meant.
    #[error("{}, `{entry}`: {reason}", path.display())]
    Entry {
        /// The file.
        path: PathBuf,
        /// Where in the file: keys and indices, from the outside in.
        entry: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A binary file that is damaged, cut short or of an unknown form.
    #[error("{}, byte {offset}: {reason}", path.display())]
    Bytes {
        /// The file.
        path: PathBuf,
        /// Where in the file, from 0; 0 where the place is not known.
        offset: u64,
        /// What is wrong there.
        reason: String,
    },
    /// Something asked for by name that the data set lacks.
    #[error("{}: there is no {what} `{name}`", path.display())]
    Missing {
        /// The file or folder.
        path: PathBuf,
        /// Kind of thing, such as `video`.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A folder in which no data set is found.
    #[error("{}: no data set is recognised here", path.display())]
    Unrecognised {
        /// The folder.
        path: PathBuf,
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
    /// Masks that do not fit each other.
    #[error(transparent)]
    Masks(#[from] GeometryError),
    /// A picture or a video could not be read or written.
    #[error(transparent)]
    Video(#[from] VideoError),
}
