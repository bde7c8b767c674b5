//! `tubelet models` as it is typed.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Commands of `tubelet models`.
#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// List the models this version knows and where their weights are.
    #[command(after_help = "Example:\n  tubelet models list --json")]
    List(JsonArgument),
    /// Tell what a weight file holds, and whether it fits a model.
    #[command(after_help = "Example:\n  tubelet models info sam2.1_hiera_tiny.pt")]
    Info(ModelsInfoArguments),
    /// Write weights as safetensors, under the Hugging Face or the official names.
    #[command(
        after_help = "Example:\n  tubelet models convert sam2.1_hiera_tiny.pt tiny.safetensors --names hugging-face"
    )]
    Convert(ModelsConvertArguments),
}

/// `--json` alone.
#[derive(Debug, Args)]
pub(crate) struct JsonArgument {
    /// Print JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `tubelet models info`.
#[derive(Debug, Args)]
pub(crate) struct ModelsInfoArguments {
    /// `tubelet-nano`, a weight file, a model folder or a hub id.
    pub(crate) model: String,
    /// List every tensor.
    #[arg(long)]
    pub(crate) tensors: bool,
    /// Print JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `tubelet models convert`.
#[derive(Debug, Args)]
pub(crate) struct ModelsConvertArguments {
    /// `tubelet-nano`, a weight file, a model folder or a hub id.
    pub(crate) model: String,
    /// The safetensors file to write.
    pub(crate) output: PathBuf,
    /// Whose names the tensors get.
    #[arg(long, value_enum, default_value_t = NamesArgument::HuggingFace)]
    pub(crate) names: NamesArgument,
    /// Element type in the file.
    #[arg(long, value_enum, default_value_t = StorageArgument::F32)]
    pub(crate) dtype: StorageArgument,
    /// Side of the square picture that the model is to look at; its own when left out. The same weights may see more, or be
    /// faster, at another.
    #[arg(long, value_name = "PIXELS")]
    pub(crate) image_size: Option<usize>,
    /// Print a summary as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Namings of tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum NamesArgument {
    /// `vision_encoder.backbone.blocks.0.…`
    HuggingFace,
    /// `image_encoder.trunk.blocks.0.…`
    Official,
}

/// Element types of stored weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StorageArgument {
    /// 32-bit floats.
    F32,
    /// IEEE half precision.
    F16,
    /// bfloat16.
    Bf16,
}
