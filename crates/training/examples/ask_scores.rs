//! How often a model is right about held-out clips of the question world:
//! `cargo run --release -p tubelet-training --example ask_scores -- [MODEL FOLDER] CLIPS [--bits 8|4]`.
//!
//! Six questions about each clip, as `[evaluation]` of the recipe `ask.toml` has them but for descriptions; `tubelet-ask` answers
//! where no folder is named. Right answers by kind go to stdout, progress to stderr.

use std::{
    error::Error,
    io::{Write, stderr, stdout},
    path::{Path, PathBuf},
    process::ExitCode,
};

use burn::tensor::Device;
use tubelet_datasets::QuestionKind;
use tubelet_qwen_vl::{Compression, QwenVl, WeightType};
use tubelet_training::{
    AnswerScore, AskedKind, Count, LanguageRecipe, QuestionScores, question_scores,
};

const RECIPE: &str = include_str!("../recipes/ask.toml");
const USAGE: &str = "usage: ask_scores [MODEL FOLDER] CLIPS [--bits 8|4]";
/// Signs of the whole bar.
const BAR: usize = 30;

struct Wanted {
    folder: Option<PathBuf>,
    clips: Count,
    compression: Option<Compression>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(wanted) = wanted(&arguments) else {
        let _ = writeln!(stderr(), "{USAGE}");
        return ExitCode::from(2);
    };
    match scores(&wanted) {
        Ok(scores) => {
            report(&scores);
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn wanted(arguments: &[String]) -> Option<Wanted> {
    let (plain, compression) = match arguments {
        [plain @ .., flag, bits] if flag == "--bits" => match bits.as_str() {
            "8" => (plain, Some(Compression::EightBit)),
            "4" => (plain, Some(Compression::FourBit)),
            _ => return None,
        },
        plain => (plain, None),
    };
    let (folder, clips) = match plain {
        [clips] => (None, clips),
        [folder, clips] => (Some(PathBuf::from(folder)), clips),
        _ => return None,
    };
    Some(Wanted {
        folder,
        clips: Count::try_from(clips.parse::<usize>().ok()?).ok()?,
        compression,
    })
}

fn scores(wanted: &Wanted) -> Result<QuestionScores, Box<dyn Error>> {
    let mut recipe = LanguageRecipe::parse(RECIPE, Path::new("ask.toml"))?;
    if let Some(folder) = &wanted.folder {
        recipe.model.clone_from(folder);
    }
    let mut questions = 0;
    if let Some(evaluation) = &mut recipe.evaluation {
        evaluation.clips = wanted.clips;
        let description = AskedKind(QuestionKind::Description);
        evaluation.kinds.retain(|kind| *kind != description);
        questions = evaluation.clips.get() * evaluation.questions.get();
    }
    let mut model = QwenVl::load(recipe.files(), WeightType::Stored, &Device::default())?;
    if let Some(compression) = wanted.compression {
        model = model.compressed(compression);
    }
    let scores = question_scores(&model, &recipe, |scores| progress(scores, questions))?;
    let _ = writeln!(stderr());
    Ok(scores)
}

fn progress(scores: &QuestionScores, questions: usize) {
    let asked = scores.all.asked;
    let full = BAR * asked / questions.max(1);
    let left = scores.seconds / asked.max(1) as f64 * (questions - asked) as f64;
    let _ = write!(
        stderr(),
        "\r{}{} {asked} of {questions} questions, {:.1} % right, {left:.0} s left ",
        "█".repeat(full),
        "░".repeat(BAR - full),
        100.0 * scores.all.share()
    );
    let _ = stderr().flush();
}

fn report(scores: &QuestionScores) {
    let kinds = QuestionKind::ALL.into_iter().zip(scores.by_kind);
    let named = kinds.map(|(kind, score)| (kind.name(), score));
    for (name, score) in named.chain([("all", scores.all)]) {
        if score.asked > 0 {
            line(name, score);
        }
    }
}

fn line(name: &str, score: AnswerScore) {
    let _ = writeln!(
        stdout(),
        "{name:12} {:5.1} % of {:4}; the most frequent answer {:5.1} %",
        100.0 * score.share(),
        score.asked,
        100.0 * score.blind_share()
    );
}
