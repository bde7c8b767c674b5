//! `tubelet demo --ask`: a clip of the question world made on the spot, and questions about it.
//!
//! In: a seed. Out: the clip as a video; each question with the answer of the embedded model and the truth.

use std::process::ExitCode;

use burn::tensor::Device;
use serde::Serialize;
use tubelet_datasets::{QuestionClip, QuestionClipConfig, QuestionKind};
use tubelet_qwen_vl::{
    AnswerOptions, KeyValueCache, Message, ModelFiles, Part, QwenVl, Role, WeightType,
};
use tubelet_video::{VideoWriter, WriteOptions};

use crate::{
    arguments::DemoArguments, commands::ask::video, failure::Failure, models::language,
    print::Printer,
};

/// Questions of each kind.
const EACH: usize = 2;
/// Fewest and most objects; else clips are what the model was trained on, but for the seeds.
const OBJECTS: [usize; 2] = [2, 3];
/// Frames of the clip for each second.
const FRAMES_PER_SECOND: f64 = 4.0;
/// Tokens of the longest answer.
const LONGEST: usize = 40;

/// What was asked and answered.
#[derive(Debug, Serialize)]
struct Told {
    question: String,
    answer: String,
    truth: String,
}

/// Makes the clip and asks about it.
///
/// # Errors
/// When the clip cannot be written or read, or an answer not be made.
pub(crate) fn run(arguments: &DemoArguments, printer: Printer) -> Result<ExitCode, Failure> {
    let folder = &arguments.out;
    std::fs::create_dir_all(folder).map_err(Failure::writing(folder))?;
    let config = QuestionClipConfig {
        objects: OBJECTS,
        ..QuestionClipConfig::default()
    };
    let clip = QuestionClip::new(config, arguments.seed());
    let path = folder.join("shapes.mp4");
    let mut writer = VideoWriter::create(&path, clip.size(), WriteOptions::default())?;
    for frame in clip.frames() {
        writer.write(&frame.to_image(FRAMES_PER_SECOND)?)?;
    }
    writer.finish()?;
    printer.note(&format!(
        "made {} with seed {}",
        path.display(),
        arguments.seed()
    ));
    let files = ModelFiles::tubelet_ask();
    let processor = language::processor(&files)?;
    let model = QwenVl::load(&files, WeightType::Stored, &Device::flex())?;
    let seen = video(&path.display().to_string(), &processor, printer)?;
    let stop_tokens = files.generation_defaults()?.stop_tokens;
    let wanted = EACH * QuestionKind::ALL.len();
    let mut told = Vec::with_capacity(wanted);
    for question in clip.questions(&QuestionKind::ALL, wanted, arguments.seed()) {
        let message = Message {
            role: Role::User,
            parts: vec![seen.clone(), Part::Text(question.text.clone())],
        };
        let prompt = model.embed(&processor.sequence(vec![message])?, None, 0)?;
        let options = AnswerOptions {
            max_tokens: LONGEST,
            stop_tokens: stop_tokens.clone(),
            ..AnswerOptions::default()
        };
        let mut cache = KeyValueCache::new();
        let answer = model.answer(prompt, &mut cache, options)?;
        let tokens = answer.collect::<Result<Vec<u32>, _>>()?;
        told.push(Told {
            question: question.text,
            answer: processor.decode(&tokens)?,
            truth: question.answer,
        });
    }
    if arguments.json {
        Printer::json(&told)?;
        return Ok(ExitCode::SUCCESS);
    }
    for Told {
        question,
        answer,
        truth,
    } in &told
    {
        let verdict = if answer == truth {
            String::new()
        } else {
            format!("  (it is {truth})")
        };
        Printer::result(&format!("{question:58} {answer}{verdict}"))?;
    }
    Ok(ExitCode::SUCCESS)
}
