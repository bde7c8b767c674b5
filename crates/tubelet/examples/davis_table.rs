//! J&F of a model on DAVIS-2016 for a first-frame mask, box and click, beside the first mask copied to every frame and any
//! other results: `cargo run --release -p tubelet --example davis_table -- DAVIS [--weights FILE] [--also NAME=FOLDER]... SEQUENCE...`
//!
//! In: the data set's folder, sequences by name (all if none is named), folders of results (`SEQUENCE/FRAME.png`, as
//! `fixtures/metrics/optical_flow.py` writes them). Out: a table in Markdown, J&F in per cent, DAVIS-2016's protocol.

use std::{error::Error, fmt::Write, io, path::PathBuf, process::ExitCode, sync::Arc};

use tubelet::{
    datasets::{Davis, DavisYear, VideoSample},
    geometry::{BoundingBox, Mask},
    metrics::{Davis2016Sequence, DecayPositions},
    segmentation::{Device, EmbeddedModel, Segmenter, SegmenterConfig},
    session::{
        Click, Command, Event, HeldFrames, ObjectId, Place, Propagation, Session, SessionOptions,
    },
};
use tubelet_nn::WeightFile;
use tubelet_training::central_click;

type Fallible<T> = Result<T, Box<dyn Error>>;

const USAGE: &str =
    "usage: davis_table DAVIS [--weights FILE] [--also NAME=FOLDER]... [SEQUENCE]...";
const PLACE: Place = Place {
    object: ObjectId(1),
    frame: 0,
};

fn main() -> ExitCode {
    match run() {
        Ok(table) => {
            let _ = io::Write::write_all(&mut io::stdout(), table.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = io::Write::write_fmt(&mut io::stderr(), format_args!("{error}\n"));
            ExitCode::FAILURE
        }
    }
}

/// What the command line says.
struct Request {
    davis: PathBuf,
    weights: Option<PathBuf>,
    others: Vec<(String, PathBuf)>,
    sequences: Vec<String>,
}

impl Request {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Fallible<Self> {
        let mut request = Self {
            davis: arguments.next().ok_or(USAGE)?.into(),
            weights: None,
            others: Vec::new(),
            sequences: Vec::new(),
        };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--weights" => request.weights = Some(arguments.next().ok_or(USAGE)?.into()),
                "--also" => {
                    let other = arguments.next().ok_or(USAGE)?;
                    let (name, folder) = other.split_once('=').ok_or(USAGE)?;
                    request.others.push((name.to_owned(), folder.into()));
                }
                _ => request.sequences.push(argument),
            }
        }
        Ok(request)
    }
}

fn run() -> Fallible<String> {
    let request = Request::parse(std::env::args().skip(1))?;
    let davis = Davis::open(&request.davis, DavisYear::Davis2016)?;
    let sequences = if request.sequences.is_empty() {
        davis.sequences()?
    } else {
        request.sequences.clone()
    };
    let samples = sequences
        .iter()
        .map(|name| davis.sample(name))
        .collect::<Result<Vec<_>, _>>()?;
    let weights = match &request.weights {
        Some(path) => WeightFile::open(path)?,
        None => EmbeddedModel::Nano.weights()?,
    };
    let config = SegmenterConfig::of(&weights)?;
    let (segmenter, _) = Segmenter::load(&config, &weights, &Device::default())?;
    let segmenter = Arc::new(segmenter);

    let mut table = format!("| results | {} | mean |\n", sequences.join(" | "));
    writeln!(table, "|---|{}", "--:|".repeat(sequences.len() + 1))?;
    table += &row("first mask, copied", &samples, copied)?;
    for (name, folder) in &request.others {
        table += &row(name, &samples, |sample| {
            let result = Davis::result(folder, sample.name())?;
            (0..result.frames().len())
                .map(|frame| mask(&result, frame))
                .collect()
        })?;
    }
    for (name, prompt) in [
        ("model, mask", prompt_mask as fn(Mask) -> Command),
        ("model, box", prompt_box),
        ("model, click", prompt_click),
    ] {
        table += &row(name, &samples, |sample| track(&segmenter, sample, prompt))?;
    }
    Ok(table)
}

/// One line: every sequence's J&F and their mean.
fn row(
    name: &str,
    samples: &[VideoSample],
    mut results: impl FnMut(&VideoSample) -> Fallible<Vec<Mask>>,
) -> Fallible<String> {
    let mut line = format!("| {name} |");
    let mut sum = 0.0;
    for sample in samples {
        let score = 100.0 * judge(sample, &results(sample)?)?;
        sum += score;
        write!(line, " {score:.1} |")?;
    }
    Ok(format!("{line} {:.1} |\n", sum / samples.len() as f64))
}

/// J&F of a sequence.
fn judge(sample: &VideoSample, results: &[Mask]) -> Fallible<f64> {
    let truth = mask(sample, 0)?;
    let frames = sample.frames().len();
    let mut fold = Davis2016Sequence::new(truth.size(), frames, DecayPositions::Exact)?;
    if results.len() != frames {
        return Err(format!(
            "{}: {frames} frames, but {} results",
            sample.name(),
            results.len()
        )
        .into());
    }
    for (frame, result) in results.iter().enumerate() {
        fold.push(&mask(sample, frame)?, result)?;
    }
    let report = fold.finish()?;
    Ok(f64::midpoint(report.region.mean, report.boundary.mean))
}

/// The foreground of a frame's annotation.
fn mask(sample: &VideoSample, frame: usize) -> Fallible<Mask> {
    let annotation = sample
        .annotation(frame)?
        .ok_or_else(|| format!("{}: frame {frame} has no annotation", sample.name()))?;
    let labels = &annotation.labels;
    let parts = labels
        .objects()
        .into_iter()
        .map(|object| labels.mask(object));
    Ok(parts.fold(Mask::new(labels.size()), |sum, part| &sum | &part))
}

fn copied(sample: &VideoSample) -> Fallible<Vec<Mask>> {
    Ok(vec![mask(sample, 0)?; sample.frames().len()])
}

fn prompt_mask(first: Mask) -> Command {
    Command::SetMask(PLACE, first)
}

fn prompt_box(first: Mask) -> Command {
    let bounds = first.bounding_box().unwrap_or(BoundingBox {
        left: 0.0,
        top: 0.0,
        right: 1.0,
        bottom: 1.0,
    });
    Command::SetBox(PLACE, bounds)
}

fn prompt_click(first: Mask) -> Command {
    let middle = central_click(&first, &Mask::new(first.size()));
    let click = Click::include(middle.x as f32 + 0.5, middle.y as f32 + 0.5);
    Command::AddClicks(PLACE, vec![click])
}

/// Prompts the first frame and tracks to the end.
fn track(
    segmenter: &Arc<Segmenter>,
    sample: &VideoSample,
    prompt: fn(Mask) -> Command,
) -> Fallible<Vec<Mask>> {
    let frames = (0..sample.frames().len())
        .map(|frame| sample.image(frame))
        .collect::<Result<Vec<_>, _>>()?;
    let first = mask(sample, 0)?;
    let mut results = vec![Mask::new(first.size()); frames.len()];
    let source = Box::new(HeldFrames::new(frames)?);
    let mut session = Session::new(Arc::clone(segmenter), source, SessionOptions::default())?;
    for event in session.apply(prompt(first))? {
        event?;
    }
    for event in session.apply(Command::Propagate(Propagation::default()))? {
        if let Event::Tracked(tracked) = event? {
            for object in tracked.masks {
                results[tracked.frame] = object.mask.decode();
            }
        }
    }
    Ok(results)
}
