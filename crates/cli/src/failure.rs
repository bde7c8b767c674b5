//! Everything that can stop a command, each with a hint where there is one.

use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;
use tubelet_video::VideoError;

/// Why a command failed.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// A file could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    /// A file could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    /// Something that a run would replace, and that no run wrote.
    #[error("{} would be written over, and no earlier run wrote it", path.display())]
    InTheWay { path: PathBuf },
    /// Something is read that the run would write over.
    #[error("{} is read, and would be written over", path.display())]
    ReadsResults { path: PathBuf },
    /// A mask prompt without a pixel.
    #[error("{}: the mask is empty: all its pixels are black", path.display())]
    EmptyMask { path: PathBuf },
    /// A value could not be turned into JSON, or back.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A file of prompts that does not say what a prompt is.
    #[error("{}: {reason}", path.display())]
    PromptFile { path: PathBuf, reason: String },
    /// Nothing to track.
    #[error("no prompt was given")]
    NoPrompt,
    /// An object of which it is only said where it is not.
    #[error(
        "object {object} is never pointed at: frame {frame} says where it is not, and no prompt says where it is"
    )]
    NeverPointedAt { object: u32, frame: usize },
    /// Two boxes or two masks of one object in one frame.
    #[error("object {object} has more than one {what} in frame {frame}")]
    SaidTwice {
        what: &'static str,
        object: u32,
        frame: usize,
    },
    /// An object whose number a palette picture cannot show.
    #[error(
        "object {object} cannot be shown in pictures of masks: 0 is the background there, and {largest} the largest number"
    )]
    NoLabel { object: u32, largest: u32 },
    /// A correction in a frame that is not tracked.
    #[error(
        "tracking, which starts in frame {start}, does not get to what is said in frame {frame}"
    )]
    Unreached { frame: usize, start: usize },
    /// A camera was named for something that is no rig.
    #[error("a prompt is for camera `{camera}`, but this is no rig of several cameras")]
    NoRig { camera: String },
    /// A prompt for a rig that does not say in which camera.
    #[error("a prompt does not say in which camera of the rig it is")]
    NoCamera,
    /// A camera or scene that a rig does not have.
    #[error("there is no {what} `{name}`; there are: {}", known.join(", "))]
    Unknown {
        what: &'static str,
        name: String,
        known: Vec<String>,
    },
    /// Several scenes, of which one has to be chosen.
    #[error("there are {} scenes: {}", known.len(), known.join(", "))]
    ManyScenes { known: Vec<String> },
    /// Detections that do not fit the clip.
    #[error("detections {}: {reason}", path.display())]
    Detections { path: PathBuf, reason: String },
    /// A prompt that chooses among detected objects and lies on none.
    #[error("object {object}: nothing was detected where its prompt in step {step} is")]
    NothingDetected { object: u32, step: usize },
    /// A model that is not where its name says.
    #[error("there is no model `{name}`: {reason}")]
    NoModel {
        name: String,
        reason: String,
        hint: String,
    },
    /// Video that cannot be read or written.
    #[error(transparent)]
    Video(#[from] VideoError),
    /// A mask or box that is none.
    #[error(transparent)]
    Geometry(#[from] tubelet_geometry::GeometryError),
    /// Weights that do not fit.
    #[error(transparent)]
    Weights(#[from] tubelet_nn::WeightError),
    /// A model that cannot be built.
    #[error(transparent)]
    Segmentation(#[from] tubelet_segmentation::SegmentationError),
    /// A prompt or a frame that the session refuses.
    #[error(transparent)]
    Session(#[from] tubelet_session::SessionError),
    /// A clip that cannot be made.
    #[error(transparent)]
    World(#[from] tubelet_datasets::DatasetError),
    /// Predictions that cannot be judged.
    #[error(transparent)]
    Evaluation(#[from] tubelet_evaluation::EvaluationError),
    /// A language model that cannot answer.
    #[error(transparent)]
    Language(#[from] tubelet_qwen_vl::QwenError),
    /// A training run that cannot go on.
    #[error(transparent)]
    Training(#[from] tubelet_training::TrainingError),
}

impl Failure {
    /// For `map_err` where `path` is written.
    pub(crate) fn writing(path: &Path) -> impl Fn(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Write {
            path: path.clone(),
            source,
        }
    }

    /// For `map_err` where `path` is read.
    pub(crate) fn reading(path: &Path) -> impl Fn(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Read {
            path: path.clone(),
            source,
        }
    }
}

impl Diagnostic for Failure {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        let hint: String = match self {
            Self::Write { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
                "the disk is full: free some space, or choose another folder with --out".to_owned()
            }
            Self::InTheWay { .. } | Self::ReadsResults { .. } => {
                "choose another folder with --out".to_owned()
            }
            Self::Detections { .. } => {
                "give a scene of nuScenes and the results file of its detection task for the same key frames".to_owned()
            }
            Self::NothingDetected { .. } => {
                "leave out the prompts to segment all detected objects, and see their boxes".to_owned()
            }
            Self::NoPrompt => {
                "point at an object with --point X,Y, --box X0,Y0,X1,Y1 or --mask PNG".to_owned()
            }
            Self::NeverPointedAt { object, .. } => {
                format!("say where it is with --point {object}:X,Y, --box {object}:X0,Y0,X1,Y1 or --mask {object}:PNG")
            }
            Self::SaidTwice { what, object, .. } => {
                format!("another object gets another number: --{what} {}:…", object.saturating_add(1))
            }
            Self::NoLabel { largest, .. } => format!(
                "number objects from 1 to {largest}; of a clip the pictures can be left out with --tracks-only"
            ),
            Self::Unreached { .. } => {
                "give another --direction, or a larger --max-frames".to_owned()
            }
            Self::NoModel { hint, .. } => hint.clone(),
            Self::NoRig { .. } => {
                "a rig is a rig.toml, a folder of nuScenes, or records of Waymo: see docs/formats.md".to_owned()
            }
            Self::NoCamera => {
                "name it with --camera, or as `camera` in the file of prompts".to_owned()
            }
            Self::ManyScenes { .. } => "choose one with --scene".to_owned(),
            Self::Video(VideoError::Encode { .. }) => {
                "--tracks-only leaves the pictures out".to_owned()
            }
            Self::Video(error) => error.hint()?.to_owned(),
            Self::Session(error) => error.hint()?.to_owned(),
            Self::PromptFile { .. } => "docs/formats.md describes files of prompts".to_owned(),
            Self::Weights(_) => {
                "`tubelet models info FILE --tensors` lists what a weight file holds".to_owned()
            }
            Self::Evaluation(tubelet_evaluation::EvaluationError::Refused { .. }) => {
                "`tubelet evaluate PROTOCOL --list` says what is expected; with --missing leave-out only what both sides \
                 have is judged"
                    .to_owned()
            }
            Self::World(tubelet_datasets::DatasetError::Unrecognised { .. }) => {
                "--as says which one it is meant to be, such as `--as davis-2017`; docs/formats.md lists them".to_owned()
            }
            Self::World(tubelet_datasets::DatasetError::Read { source, .. })
                if source.kind() == std::io::ErrorKind::NotADirectory =>
            {
                "name the folder that the file lies in".to_owned()
            }
            Self::Evaluation(
                tubelet_evaluation::EvaluationError::Dataset(_)
                | tubelet_evaluation::EvaluationError::NothingToScore { .. },
            ) => "`tubelet evaluate PROTOCOL --list` says what --gt and --pred should be".to_owned(),
            _ => return None,
        };
        Some(Box::new(hint))
    }
}
