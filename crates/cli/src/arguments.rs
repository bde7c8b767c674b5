//! The command line as it is typed.
//!
//! In: the process's arguments. Out: raw, validated values; nothing is opened here.

use std::{num::NonZeroUsize, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use tubelet_segmentation::RigVariant;

use crate::commands::{
    data::arguments::DataCommand,
    evaluate::arguments::{EXAMPLES as EVALUATE_EXAMPLES, EvaluateArguments},
};
use crate::models::{arguments::ModelsCommand, known::ASK};
use crate::prompts::typed::{TypedBox, TypedMask, TypedPoint};

/// Find anything in video, in space and time.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = PROGRAM_EXAMPLES
)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Say less on stderr: no progress, errors only.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// The program's commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Track an object through a clip made on the spot, with the embedded model.
    #[command(
        after_help = "Examples:\n  tubelet demo\n  tubelet demo --rig --frames 12\n  tubelet demo --ask\n  tubelet demo --out /tmp/demo --json"
    )]
    Demo(DemoArguments),
    /// Point at objects in a video and get their masks in every frame.
    #[command(after_help = TRACK_EXAMPLES)]
    Track(TrackArguments),
    /// Ask a question about a video or an image.
    #[command(after_help = ASK_EXAMPLES)]
    Ask(AskArguments),
    /// List, inspect and convert model weights.
    #[command(
        subcommand,
        after_help = "Examples:\n  tubelet models list\n  tubelet models info tubelet-nano --tensors"
    )]
    Models(ModelsCommand),
    /// Train a model by a recipe; resumes what was interrupted.
    #[command(
        after_help = "Example:\n  tubelet train crates/training/recipes/nano.toml --out runs/nano"
    )]
    Train(TrainArguments),
    /// Look at data sets, check them, convert their masks.
    #[command(
        subcommand,
        after_help = "Examples:\n  tubelet data inspect DAVIS\n  tubelet data validate MeViS --as mevis"
    )]
    Data(DataCommand),
    /// Judge predictions by a published protocol: figures, every sample, a page with the worst of them.
    #[command(after_help = EVALUATE_EXAMPLES)]
    Evaluate(EvaluateArguments),
    /// Train and judge the variants of a method, seed by seed; goes on where it was interrupted.
    #[command(after_help = "Example:\n  tubelet ablate mst-sam --seeds 3 --out runs/mst-sam")]
    Ablate(AblateArguments),
    /// Tell what this machine can do, and what is missing.
    #[command(after_help = "Example:\n  tubelet doctor --json")]
    Doctor(DoctorArguments),
}

const PROGRAM_EXAMPLES: &str = "\
Examples:
  See what it does, on a clip that it makes itself:
    tubelet demo
  One click, the object's mask in every frame:
    tubelet track clip.mp4 --point 320,180
  Judge masks by a published protocol:
    tubelet evaluate davis-2017 --gt DAVIS --split val --pred results";

const TRACK_EXAMPLES: &str = "\
Examples:
  One click in the first frame:
    tubelet track clip.mp4 --point 320,180
  Two objects, the second by a box in frame 12, a correction in frame 30:
    tubelet track clip.mp4 --point 320,180 --box 2:40,60,200,220@12 --not-point 310,240@30
  Every prompt from a file, with other weights:
    tubelet track clip.mp4 --prompts prompts.json --model sam2.1_hiera_tiny.pt
  One click in one camera of a rig, the object in all of them:
    tubelet track rig.toml --camera CAM_FRONT --point 812,430
  A camera, recorded while it is tracked; Ctrl-C ends it:
    tubelet track /dev/video0 --point 320,180
Prompts are written [OBJECT:]VALUE[@FRAME]; object 1 and frame 0 when left out. An object is tracked from the
first frame that points at it, onward and back; clicks in other frames correct the mask that is found there.
Coordinates are pixels of the video, frames count from 0.";

const ASK_EXAMPLES: &str = "\
Without --model, tubelet-ask answers: a model of 3 MB that learnt colours, shapes, directions, numbers and what
comes first, of plain shapes in motion (`tubelet demo --ask` makes such a clip). It knows nothing of real video:
for that, give the weights of a released Qwen3-VL.
Examples:
  tubelet ask out/demo/shapes.mp4 \"What do you see?\"
  tubelet ask clip.mp4 \"What happens after the car stops?\" --model Qwen/Qwen3-VL-2B-Instruct
  tubelet ask --image street.jpg \"How many people are there?\" --model models/qwen3-vl-4b --bits 8
  tubelet ask clip.mp4 \"When does she wave?\" --model models/qwen3-vl-4b --pattern '\\[\\d+\\.\\d, \\d+\\.\\d\\]'
Memory: about two bytes for each parameter, one with --bits 8, half of one with --bits 4.";

/// Arguments of `tubelet ask`.
#[derive(Debug, Args)]
#[command(
    allow_missing_positional = true,
    override_usage = "tubelet ask [OPTIONS] [CLIP] <QUESTION>"
)]
pub(crate) struct AskArguments {
    /// A video file, a folder of images, a URL or a device; left out when there are only images.
    #[arg(value_name = "CLIP")]
    pub(crate) clip: Option<String>,
    /// The question.
    pub(crate) question: String,
    /// An image; may be given several times.
    #[arg(long = "image", value_name = "FILE")]
    pub(crate) images: Vec<PathBuf>,
    /// A folder of a Qwen3-VL model as released, or its hub id; tubelet-ask, which is in the program, knows plain shapes in
    /// motion and nothing else.
    #[arg(long, default_value = ASK)]
    pub(crate) model: String,
    /// Bits in which weights are kept in memory.
    #[arg(long, value_enum, default_value_t = BitsArgument::Stored)]
    pub(crate) bits: BitsArgument,
    /// Frames that the model sees of each second; its own setting when left out.
    #[arg(long, value_parser = frames_per_second)]
    pub(crate) fps: Option<f64>,
    /// Tokens of the answer at most.
    #[arg(long, default_value_t = 512)]
    pub(crate) max_tokens: usize,
    /// Draw tokens at this temperature instead of taking the likeliest.
    #[arg(long)]
    pub(crate) temperature: Option<f32>,
    /// Share of the probability that tokens are drawn from.
    #[arg(long, default_value_t = 1.0, requires = "temperature")]
    pub(crate) top_p: f32,
    /// Seed of the draws.
    #[arg(long, default_value_t = 0, requires = "temperature")]
    pub(crate) seed: u64,
    /// Form that the whole answer keeps to, as a regular expression of letters, `.`, `[a-z]`, `[^"]`, `(…)`, `|`, `?`, `*`, `+`,
    /// `{m}`, `{m,n}`, `\d`, `\n` and `\` before other signs; it goes by bytes.
    #[arg(long)]
    pub(crate) pattern: Option<String>,
    /// Print a summary as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

/// How weights are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BitsArgument {
    /// As the files hold them.
    Stored,
    /// Eight bits.
    #[value(name = "8")]
    Eight,
    /// Four bits.
    #[value(name = "4")]
    Four,
}

fn frames_per_second(text: &str) -> Result<f64, String> {
    let number = text.parse().ok();
    number
        .filter(|fps: &f64| fps.is_finite() && *fps > 0.0)
        .ok_or_else(|| format!("`{text}` is not a number above zero"))
}

/// Arguments of `tubelet demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Folder for the results.
    #[arg(long, default_value = "out/demo")]
    pub(crate) out: PathBuf,
    /// Seed of the clip, 4 when left out, or of the drive, 1 when left out.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Frames of the clip, 32 when left out, or time steps of the drive, 6 when left out.
    #[arg(long, value_parser = clap::value_parser!(u32).range(2..=2000))]
    pub(crate) frames: Option<u32>,
    /// Track through six cameras on a drive instead.
    #[arg(long)]
    pub(crate) rig: bool,
    /// Ask questions about a clip of plain shapes instead; its length is fixed.
    #[arg(long, conflicts_with_all = ["rig", "frames"])]
    pub(crate) ask: bool,
    /// Print a summary as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

impl DemoArguments {
    /// The seed of what is made.
    pub(crate) fn seed(&self) -> u64 {
        self.seed.unwrap_or(if self.rig { 1 } else { 4 })
    }

    /// The number of frames or time steps.
    pub(crate) fn frames(&self) -> usize {
        self.frames.unwrap_or(if self.rig { 6 } else { 32 }) as usize
    }
}

/// Arguments of `tubelet track`.
#[derive(Debug, Args)]
pub(crate) struct TrackArguments {
    /// A video file, a folder of images, a URL or a device; or a rig of several cameras: a rig.toml, a folder of nuScenes or
    /// Waymo, a TFRecord file.
    pub(crate) clip: String,
    /// A point on the object.
    #[arg(long = "point", value_name = "[OBJECT:]X,Y[@FRAME]")]
    pub(crate) points: Vec<TypedPoint>,
    /// A point that is not on the object.
    #[arg(long = "not-point", value_name = "[OBJECT:]X,Y[@FRAME]")]
    pub(crate) not_points: Vec<TypedPoint>,
    /// A box around the object: left, top, right, bottom.
    #[arg(long = "box", value_name = "[OBJECT:]X0,Y0,X1,Y1[@FRAME]")]
    pub(crate) boxes: Vec<TypedBox>,
    /// The object's mask: a PNG of the frame's size, object where not black.
    #[arg(long = "mask", value_name = "[OBJECT:]PNG[@FRAME]")]
    pub(crate) masks: Vec<TypedMask>,
    /// Prompts from a JSON file (documented in docs/formats.md).
    #[arg(long, value_name = "FILE")]
    pub(crate) prompts: Option<PathBuf>,
    /// Frame of the prompts that name none.
    #[arg(long, default_value_t = 0)]
    pub(crate) frame: usize,
    /// Camera of the prompts that name none, where CLIP is a rig.
    #[arg(long, value_name = "NAME")]
    pub(crate) camera: Option<String>,
    /// Scene or segment, where a rig's folder has several.
    #[arg(long, value_name = "NAME")]
    pub(crate) scene: Option<String>,
    /// Take objects as a detector found them in space, from the results file of nuScenes' detection task: they are tracked by
    /// Fast-Poly and a model that looks at single pictures segments their boxes in all cameras. Prompts choose among them; all
    /// are taken if there are none.
    #[arg(long, value_name = "JSON", conflicts_with_all = ["variant", "direction"])]
    pub(crate) detections: Option<PathBuf>,
    /// How cameras look back on each other: sam2-mv, mst-sam-l, mst-sam-g, mst-sam-m or mst-sam.
    #[arg(long, value_name = "VARIANT", default_value = "mst-sam")]
    pub(crate) variant: RigVariant,
    /// Where to go from the prompted frames.
    #[arg(long, value_enum, default_value_t = DirectionArgument::Both)]
    pub(crate) direction: DirectionArgument,
    /// Frames to go at most, each way.
    #[arg(long, value_name = "FRAMES")]
    pub(crate) max_frames: Option<NonZeroUsize>,
    /// `tubelet-nano`, `tubelet-rig`, a weight file, a model folder or a hub id; when left out, the second for rigs and the
    /// first for anything else and for detections.
    #[arg(long)]
    pub(crate) model: Option<String>,
    /// Numbers in which products are calculated. bf16 halves the weights' memory and is faster where the processor multiplies it;
    /// masks differ a little.
    #[arg(long, value_enum, default_value_t = ProductsArgument::F32)]
    pub(crate) dtype: ProductsArgument,
    /// Fill holes up to this area, in pixels of the model's mask; 0 leaves them.
    #[arg(long, default_value_t = 8, value_name = "AREA")]
    pub(crate) fill_holes: usize,
    /// Give every pixel to at most one object.
    #[arg(long)]
    pub(crate) no_overlap: bool,
    /// Folder for the results.
    #[arg(long, default_value = "out/track")]
    pub(crate) out: PathBuf,
    /// Leave out the overlay video, the contact sheet and the palette images: tracks.json only.
    #[arg(long)]
    pub(crate) tracks_only: bool,
    /// Print a summary as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Numbers in which products are calculated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProductsArgument {
    /// 32-bit floats.
    #[default]
    F32,
    /// bfloat16, summed as 32-bit floats.
    Bf16,
}

/// Ways to go from the prompted frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DirectionArgument {
    /// Towards the end.
    Forward,
    /// Towards the start.
    Backward,
    /// First towards the end, then towards the start.
    Both,
}

/// Arguments of `tubelet ablate`.
#[derive(Debug, Args)]
pub(crate) struct AblateArguments {
    /// The method.
    #[arg(value_enum)]
    pub(crate) method: MethodArgument,
    /// Recipe that all variants follow; when left out, a short one that goes on from tubelet-rig.
    #[arg(long, value_name = "FILE")]
    pub(crate) recipe: Option<PathBuf>,
    /// Train nothing: judge this model in every variant. A name, a weight file, a model folder or a hub id.
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["seeds", "shared_weights"])]
    pub(crate) model: Option<String>,
    /// Train variants that tell tokens the same about their place once, as mst-sam: they differ when they are judged.
    #[arg(long)]
    pub(crate) shared_weights: bool,
    /// Runs of each variant, with seeds of their own.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(crate) seeds: u16,
    /// Drives that each run is judged on.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) drives: u16,
    /// Time steps of each drive.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(2..=1000))]
    pub(crate) steps: u16,
    /// Folder of the runs.
    #[arg(long, default_value = "out/ablate")]
    pub(crate) out: PathBuf,
    /// Print the table as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Methods with variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MethodArgument {
    /// Memory over several cameras.
    MstSam,
}

/// Arguments of `tubelet train`.
#[derive(Debug, Args)]
pub(crate) struct TrainArguments {
    /// The recipe, a TOML file.
    pub(crate) recipe: PathBuf,
    /// Folder for checkpoints, logs and plots; a run found there is resumed.
    #[arg(long)]
    pub(crate) out: PathBuf,
}

/// Arguments of `tubelet doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// Print JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}
