//! What is typed after `tubelet data`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use tubelet_datasets::{DatasetKind, MaskForm};

/// Commands of `tubelet data`.
#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    /// Tell which data sets a folder holds, how much of them, and what is wrong at first sight.
    #[command(
        after_help = "Examples:\n  tubelet data inspect DAVIS\n  tubelet data inspect datasets --json"
    )]
    Inspect(InspectArguments),
    /// Read every sample in full and name what is wrong; exit code 1 if anything is.
    #[command(
        after_help = "Examples:\n  tubelet data validate DAVIS\n  tubelet data validate results --as 'label pictures' --json"
    )]
    Validate(ValidateArguments),
    /// Write the masks of one data set in the form of another.
    #[command(after_help = CONVERT_EXAMPLES)]
    Convert(ConvertArguments),
    /// Put spatio-temporal grounding samples together from ReVOS (Bridge-STG, appendix A).
    #[command(
        after_help = "Examples:\n  tubelet data revos-to-stvg ReVOS stvg.jsonl --split train\n  tubelet data revos-to-stvg ReVOS stvg.jsonl --split valid --event seen --longest 60"
    )]
    RevosToStvg(RevosToStvgArguments),
}

const CONVERT_EXAMPLES: &str = "\
Reads: DAVIS, YouTube-VOS, MOSE, SA-V, label pictures, MeViS, ReVOS, YouTube-VIS, CocoVID, SA-Co/VEval, KITTI MOTS.
Examples:
  tubelet data convert MOSE davis-folder --to davis --split train
  tubelet data convert KITTI-MOTS tracks.json --to youtube-vis
  tubelet data convert tracks instances --as youtube-vis --to kitti-mots
Nothing that is there is overwritten. Void pixels are kept by davis, label-pictures and kitti-mots.";

/// Arguments of `tubelet data inspect`.
#[derive(Debug, Args)]
pub(crate) struct InspectArguments {
    /// A folder, which may hold several data sets.
    pub(crate) path: PathBuf,
    /// Look at it as this data set, whatever it looks like.
    #[arg(long = "as", value_name = "DATASET", value_parser = dataset)]
    pub(crate) kind: Option<DatasetKind>,
    /// Print JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `tubelet data validate`.
#[derive(Debug, Args)]
pub(crate) struct ValidateArguments {
    /// A folder, which may hold several data sets.
    pub(crate) path: PathBuf,
    /// Read it as this data set, whatever it looks like.
    #[arg(long = "as", value_name = "DATASET", value_parser = dataset)]
    pub(crate) kind: Option<DatasetKind>,
    /// Problems to print; all are counted.
    #[arg(long, default_value_t = 20, value_name = "COUNT")]
    pub(crate) problems: usize,
    /// Print JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `tubelet data convert`.
#[derive(Debug, Args)]
pub(crate) struct ConvertArguments {
    /// The folder to read.
    pub(crate) from: PathBuf,
    /// The folder to write; the file for `youtube-vis`.
    pub(crate) to: PathBuf,
    /// Form of what is written.
    #[arg(long = "to", value_enum, value_name = "FORMAT")]
    pub(crate) form: FormArgument,
    /// Read the folder as this data set, whatever it looks like.
    #[arg(long = "as", value_name = "DATASET", value_parser = dataset)]
    pub(crate) kind: Option<DatasetKind>,
    /// The part to convert, such as `val`; needed where there are several, refused where there are none.
    #[arg(long)]
    pub(crate) split: Option<String>,
    /// Print a summary as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Forms of masks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormArgument {
    /// Annotations/480p/VIDEO/FRAME.png with the palette, the list of videos, and the pictures where they are at hand.
    Davis,
    /// VIDEO/FRAME.png with the palette, as results are handed in.
    LabelPictures,
    /// VIDEO/OBJECT/FRAME.png, 0 and 255.
    MaskFolders,
    /// One JSON file of tracks with COCO's run-length codes, boxes and areas.
    YoutubeVis,
    /// instances_txt/VIDEO.txt with a line for each mask; persons are class 2, all else class 1.
    KittiMots,
}

impl From<FormArgument> for MaskForm {
    fn from(form: FormArgument) -> Self {
        match form {
            FormArgument::Davis => Self::Davis,
            FormArgument::LabelPictures => Self::LabelPictures,
            FormArgument::MaskFolders => Self::MaskFolders,
            FormArgument::YoutubeVis => Self::YoutubeVis,
            FormArgument::KittiMots => Self::KittiMots,
        }
    }
}

/// Arguments of `tubelet data revos-to-stvg`.
#[derive(Debug, Args)]
pub(crate) struct RevosToStvgArguments {
    /// The folder of ReVOS, with `mask_dict.json`.
    pub(crate) revos: PathBuf,
    /// The file to write, a sample in JSON on each line.
    pub(crate) output: PathBuf,
    /// Part of ReVOS.
    #[arg(long, default_value = "train")]
    pub(crate) split: String,
    /// Frames in a second of ReVOS's pictures.
    #[arg(long, default_value_t = 6.0, value_parser = above_zero)]
    pub(crate) frame_rate: f64,
    /// Longest video put together, in seconds.
    #[arg(long, default_value_t = 180.0, value_parser = above_zero)]
    pub(crate) longest: f64,
    /// Shortest event, in seconds.
    #[arg(long, default_value_t = 1.0, value_parser = above_zero)]
    pub(crate) shortest: f64,
    /// Sentences that mean several objects.
    #[arg(long, value_enum, default_value_t = SeveralArgument::LeaveOut)]
    pub(crate) several_objects: SeveralArgument,
    /// How long the event is.
    #[arg(long, value_enum, default_value_t = EventArgument::WholeClip)]
    pub(crate) event: EventArgument,
    /// Which clips are put together, and in which order.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Print what became of the sentences as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What becomes of sentences that mean several objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeveralArgument {
    /// They are left out.
    LeaveOut,
    /// One box encloses all objects.
    Enclose,
}

/// How the event lies in the clip that is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EventArgument {
    /// It is the whole clip.
    WholeClip,
    /// From the first to the last frame in which the object is seen.
    Seen,
}

fn dataset(name: &str) -> Result<DatasetKind, String> {
    DatasetKind::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = DatasetKind::all().map(DatasetKind::name).collect();
        format!("no such data set; there are: {}", known.join(", "))
    })
}

fn above_zero(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if number.is_finite() && number > 0.0 {
        Ok(number)
    } else {
        Err("must be above zero".to_owned())
    }
}
