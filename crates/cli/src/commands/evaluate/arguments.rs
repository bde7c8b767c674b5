//! What is typed after `tubelet evaluate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tubelet_evaluation::{Missing, Protocol};

pub(crate) const EXAMPLES: &str = "\
Examples:
  tubelet evaluate --list
  tubelet evaluate davis-2017 --list
  tubelet evaluate davis-2017 --gt DAVIS --split val --pred results --html report.html
  tubelet evaluate next-qa --gt val.csv --pred answers.json --json
  tubelet evaluate revos --gt ReVOS --pred masks --rules visa --csv sentences.csv
Layouts of --gt and --pred are in docs/evaluate.md and in the list. Shares go from 0 to 1.";

/// Arguments of `tubelet evaluate`.
#[derive(Debug, Args)]
pub(crate) struct EvaluateArguments {
    /// The protocol, such as `davis-2017`; see --list.
    #[arg(required_unless_present = "list")]
    pub(crate) protocol: Option<Protocol>,
    /// The ground truth.
    #[arg(long, value_name = "PATH", required_unless_present = "list")]
    pub(crate) gt: Option<PathBuf>,
    /// The predictions.
    #[arg(long, value_name = "PATH", required_unless_present = "list")]
    pub(crate) pred: Option<PathBuf>,
    /// How to count where evaluators disagree; the protocol's first rules if left out.
    #[arg(long, value_name = "NAME")]
    pub(crate) rules: Option<String>,
    /// The split, where the protocol has several.
    #[arg(long, value_name = "NAME")]
    pub(crate) split: Option<String>,
    /// What to do where only one side has something.
    #[arg(long, value_enum, default_value_t = MissingArgument::Refuse)]
    pub(crate) missing: MissingArgument,
    /// Folder of frames for the pictures of the HTML report, where they do not lie with the ground truth.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) frames: Option<PathBuf>,
    /// Print the whole report as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write every sample as CSV.
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// Write every sample as Parquet.
    #[arg(long, value_name = "FILE")]
    pub(crate) parquet: Option<PathBuf>,
    /// Write a page with figures, histograms and the worst samples as pictures.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Samples that the page shows.
    #[arg(long, value_name = "COUNT", default_value_t = 12)]
    pub(crate) worst: usize,
    /// List the protocols, or say what one expects.
    #[arg(long)]
    pub(crate) list: bool,
}

/// What to do where only one side has something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MissingArgument {
    /// Refuse the predictions and name what is missing.
    Refuse,
    /// Leave out what only one side has.
    LeaveOut,
    /// Count missing predictions as 0, for protocols that do.
    Zero,
}

impl From<MissingArgument> for Missing {
    fn from(argument: MissingArgument) -> Self {
        match argument {
            MissingArgument::Refuse => Self::Refuse,
            MissingArgument::LeaveOut => Self::LeaveOut,
            MissingArgument::Zero => Self::Zero,
        }
    }
}
