//! `tubelet ask`: a question about a video or an image, answered by a vision-language model.
//!
//! In: a clip or an image, words, a model folder. Out: the answer, as it is made. Of a video only the frames that the model
//! samples are decoded to pixels it keeps.

use std::time::Instant;

use burn::tensor::Device;
use serde::Serialize;
use tubelet_qwen_vl::{
    AnswerOptions, Compression, KeyValueCache, Message, ModelFiles, Part, PatternGrammar, Picture,
    Processor, QwenError, QwenVl, RandomSampling, Role, Sampling, WeightType,
};
use tubelet_video::{VideoSource, read_image};

use crate::{
    arguments::{AskArguments, BitsArgument},
    failure::Failure,
    interrupt::Interrupt,
    models::language,
    print::Printer,
};

/// What a run says of itself on stdout.
#[derive(Debug, Serialize)]
struct Summary {
    question: String,
    answer: String,
    model: String,
    prompt_tokens: usize,
    answer_tokens: usize,
    /// False when the answer was cut short.
    complete: bool,
    load_seconds: f64,
    prompt_seconds: f64,
    tokens_per_second: f64,
}

/// Asks the model.
///
/// # Errors
/// When the model, the clip or the question is not what it should be.
pub(crate) fn run(arguments: &AskArguments, printer: Printer) -> Result<(), Failure> {
    let files = language::locate(&arguments.model)?;
    if matches!(files, ModelFiles::Embedded(_)) {
        printer.note("tubelet-ask knows plain shapes in motion and nothing else; for other videos name a Qwen3-VL with --model");
    }
    let mut processor = language::processor(&files)?;
    if let Some(fps) = arguments.fps {
        processor.video_settings().fps = fps;
    }
    // What can be refused is refused before the weights are read, which takes longest.
    let options = options(arguments, &files, &processor)?;
    let message = Message {
        role: Role::User,
        parts: parts(arguments, &processor, printer)?,
    };
    let sequence = processor.sequence(vec![message])?;
    files.config()?.check_sequence(&sequence, 0)?;
    let prompt_tokens = sequence.tokens.len();
    let start = Instant::now();
    let spinner = printer.spinner();
    spinner.set_message("loading");
    let model = load(&files, arguments)?;
    let load_seconds = start.elapsed().as_secs_f64();
    spinner.set_message(format!("reading {prompt_tokens} tokens"));
    let start = Instant::now();
    let mut cache = KeyValueCache::new();
    let embedded = model.embed(&sequence, None, 0)?;
    let mut answer = model.answer(embedded, &mut cache, options)?;
    let prompt_seconds = start.elapsed().as_secs_f64();
    spinner.finish_and_clear();
    let interrupt = Interrupt::watch();
    let mut stream = processor.text_stream();
    let mut text = String::new();
    let start = Instant::now();
    let mut complete = true;
    for token in answer.by_ref() {
        let token = match token {
            // The context is full: what was said stands.
            Err(QwenError::ContextExceeded { .. }) => {
                complete = false;
                break;
            }
            token => token?,
        };
        let piece = stream.push(token)?;
        if !arguments.json {
            Printer::piece(&piece)?;
        }
        text.push_str(&piece);
        if interrupt.is_wanted() {
            complete = false;
            break;
        }
    }
    let answer_tokens = stream.tokens().len();
    complete = complete && answer_tokens < arguments.max_tokens;
    let seconds = start.elapsed().as_secs_f64().max(1e-9);
    let summary = Summary {
        question: arguments.question.clone(),
        answer: text,
        model: arguments.model.clone(),
        prompt_tokens,
        answer_tokens,
        complete,
        load_seconds,
        prompt_seconds,
        tokens_per_second: answer_tokens as f64 / seconds,
    };
    if arguments.json {
        return Printer::json(&summary);
    }
    Printer::result("")?;
    printer.note(&format!(
        "{prompt_tokens} tokens read in {prompt_seconds:.1} s, {answer_tokens} answered at {:.1} a second{}",
        summary.tokens_per_second,
        if complete { "" } else { "; cut short" }
    ));
    Ok(())
}

fn load(files: &ModelFiles, arguments: &AskArguments) -> Result<QwenVl, Failure> {
    let model = QwenVl::load(files, WeightType::Stored, &Device::flex())?;
    Ok(match arguments.bits {
        BitsArgument::Stored => model,
        BitsArgument::Eight => model.compressed(Compression::EightBit),
        BitsArgument::Four => model.compressed(Compression::FourBit),
    })
}

/// What is shown, then the question.
fn parts(
    arguments: &AskArguments,
    processor: &Processor,
    printer: Printer,
) -> Result<Vec<Part>, Failure> {
    let mut parts = Vec::new();
    for path in &arguments.images {
        let image = read_image(path, false)?;
        let picture = Picture {
            pixels: &image.pixels,
            width: image.size.width,
            height: image.size.height,
        };
        parts.push(Part::Image(processor.image(picture)?));
    }
    if let Some(clip) = &arguments.clip {
        parts.push(video(clip, processor, printer)?);
    }
    parts.push(Part::Text(arguments.question.clone()));
    Ok(parts)
}

/// The frames of a clip that the model samples.
///
/// # Errors
/// When the clip cannot be read, or is none that the model takes.
pub(crate) fn video(clip: &str, processor: &Processor, printer: Printer) -> Result<Part, Failure> {
    let mut source = VideoSource::open(clip)?;
    let info = source.info().clone();
    let total = match info.frame_count {
        Some(count) => count,
        None => count(clip)?,
    };
    let wanted = processor.frame_indices(total, info.frame_rate)?;
    let mut collector = processor.video(wanted.len(), [info.size.width, info.size.height])?;
    let bar = printer.bar(wanted.len() as u64);
    bar.set_message("looking");
    let mut next = 0;
    let mut waiting = wanted.iter().peekable();
    while let Some(&&index) = waiting.peek() {
        let Some(frame) = source.next_frame()? else {
            break;
        };
        let picture = Picture {
            pixels: &frame.pixels,
            width: frame.size.width,
            height: frame.size.height,
        };
        // A short video may give a frame more than once.
        while waiting.peek().is_some_and(|&&wanted| wanted == next) {
            let seconds = index as f64 / info.frame_rate;
            collector.push(picture, seconds)?;
            waiting.next();
            bar.inc(1);
        }
        next += 1;
    }
    bar.finish_and_clear();
    Ok(Part::Video(collector.finish()?))
}

/// Frames of a clip that does not say how many it has.
fn count(clip: &str) -> Result<usize, Failure> {
    let mut source = VideoSource::open(clip)?;
    let mut frames = 0;
    while source.next_frame()?.is_some() {
        frames += 1;
    }
    Ok(frames)
}

fn options<'a>(
    arguments: &AskArguments,
    files: &ModelFiles,
    processor: &Processor,
) -> Result<AnswerOptions<'a>, Failure> {
    let defaults = files.generation_defaults()?;
    let mut stop_tokens = defaults.stop_tokens;
    stop_tokens.extend(processor.token("<|im_end|>"));
    let sampling = match arguments.temperature {
        None => Sampling::Greedy,
        Some(temperature) => Sampling::Random(RandomSampling {
            temperature,
            top_k: defaults.top_k,
            top_p: arguments.top_p,
            seed: arguments.seed,
        }),
    };
    sampling.check()?;
    let mut options = AnswerOptions {
        max_tokens: arguments.max_tokens,
        sampling,
        stop_tokens,
        ..AnswerOptions::default()
    };
    if let Some(pattern) = &arguments.pattern {
        let grammar = PatternGrammar::new(pattern, processor.token_bytes())?;
        options.grammar = Some(Box::new(grammar));
    }
    Ok(options)
}
