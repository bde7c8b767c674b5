//! GOT-10k: one object followed by a box.
//!
//! In: sequences with their boxes, and a tracker's folder. Out: average overlap, success rates, success curve, speed, and
//! the class-balanced means of the first two.

use tubelet_datasets::{AnnotatedBox, Got10k, Got10kResults, Got10kSequence};
use tubelet_geometry::FrameSize;
use tubelet_metrics::{Got10kClassFold, Got10kFold, SizedBox, got10k_speed};

use crate::error::{EvaluationError, Problem};
use crate::evidence::{BoxEvidence, Evidence, FramePicture};
use crate::folders::folders;
use crate::report::{Figure, Report, Sample, Unit};
use crate::task::Task;

const COLUMNS: [&str; 3] = ["AO", "SR0.50", "SR0.75"];

/// A cover label that hides nothing.
const ALL_SEEN: u8 = 8;

/// The class of a sequence's object in `meta_info.ini`.
const CLASS: &str = "object_class";

/// What a tracker did in a sequence.
struct Scored {
    runs: Vec<(Got10kFold, Sample)>,
    seconds: Vec<f64>,
    has_covers: bool,
    class: Option<String>,
}

fn sized(edges: AnnotatedBox) -> SizedBox {
    SizedBox::new(edges.corner_and_size())
}

/// GOT-10k.
pub(crate) fn got_10k(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&COLUMNS);
    let data = Got10k::open(task.inputs.truth, task.split("val"))?;
    let predicted = folders(task.inputs.predictions)?;
    let names = task.pair("sequence", (&data.sequences()?, &predicted), &mut report)?;
    let results = Got10kResults::new(task.inputs.predictions);
    let scored = task.score_all(&names, |name| {
        let sequence = data.sequence(name)?;
        let runs = results.runs(name)?;
        if runs.is_empty() {
            return Err(Problem::Missing {
                what: "run",
                name: format!("{name}/{name}_001.txt"),
            });
        }
        let scored = runs
            .iter()
            .map(|(run, boxes)| score(task, &sequence, run, boxes));
        let scored = scored.collect::<Result<Vec<_>, Problem>>()?;
        Ok(Scored {
            runs: scored,
            seconds: results.seconds(name)?,
            has_covers: sequence.notes.iter().any(|note| note.cover.is_some()),
            class: sequence.meta.get(CLASS).cloned(),
        })
    })?;
    let (mut fold, mut seconds, mut without_covers) = (Got10kFold::default(), Vec::new(), 0);
    let (mut classes, mut without_class) = (Got10kClassFold::default(), 0);
    for sequence in scored {
        without_covers += usize::from(!sequence.has_covers);
        seconds.extend(sequence.seconds);
        let mut of_sequence = Got10kFold::default();
        for (of_run, sample) in sequence.runs {
            of_sequence.merge(&of_run);
            report.samples.push(match &sequence.class {
                Some(class) => sample.within(class),
                None => sample,
            });
        }
        match &sequence.class {
            Some(class) => classes.push(class, &of_sequence.finish()?),
            None => without_class += 1,
        }
        fold.merge(&of_sequence);
    }
    if without_covers > 0 {
        let note = "sequences have no cover labels; their object counts as seen in every frame.";
        report.notes.push(format!("{without_covers} {note}"));
    }
    if without_class > 0 {
        report.notes.push(format!(
            "{without_class} sequences have no `{CLASS}` in meta_info.ini, so that there are no class-balanced means."
        ));
    }
    let found = fold.finish()?;
    report.summary = vec![
        Figure::share("AO", found.average_overlap),
        Figure::share("SR0.50", found.success_rate(50)),
        Figure::share("SR0.75", found.success_rate(75)),
        Figure {
            name: "speed".to_owned(),
            value: got10k_speed(seconds),
            unit: Unit::PerSecond,
        },
        Figure::count("frames", found.frames),
    ];
    if let Some(balanced) = classes.finish().filter(|_| without_class == 0) {
        report.summary.extend([
            Figure::share("mAO", balanced.average_overlap),
            Figure::share("mSR0.50", balanced.success_50),
            Figure::share("mSR0.75", balanced.success_75),
            Figure::count("classes", balanced.classes),
        ]);
    }
    let curve = found
        .success_curve
        .iter()
        .enumerate()
        .map(|(percent, share)| {
            let threshold = percent as f64 / 100.0;
            Figure::share(format!("success@{threshold:.2}"), *share)
        });
    report.groups.push(crate::report::Group {
        name: "success curve".to_owned(),
        samples: found.frames,
        figures: curve.collect(),
    });
    Ok(report)
}

fn size(sequence: &Got10kSequence) -> Result<FrameSize, Problem> {
    match sequence.size {
        Some(size) => Ok(size),
        None => Ok(sequence.image(0)?.size),
    }
}

fn score(
    task: &Task<'_>,
    sequence: &Got10kSequence,
    run: &str,
    boxes: &[AnnotatedBox],
) -> Result<(Got10kFold, Sample), Problem> {
    let id = format!("{}/{run}", sequence.name);
    if boxes.len() != sequence.boxes.len() {
        return Err(Problem::Count {
            name: id,
            what: "boxes",
            expected: sequence.boxes.len(),
            found: boxes.len(),
        });
    }
    let size = size(sequence)?;
    let mut fold = Got10kFold::default();
    let mut worst: Option<(f64, usize, [AnnotatedBox; 2])> = None;
    fold.begin_sequence(size);
    for (index, (truth, found)) in sequence.boxes.iter().zip(boxes).enumerate() {
        let cover = sequence.notes.get(index).and_then(|note| note.cover);
        let cover = cover.unwrap_or(ALL_SEEN);
        let overlap = fold.push(sized(*truth), sized(*found), cover);
        let Some(overlap) = overlap else { continue };
        if worst.is_none_or(|(least, ..)| overlap < least) {
            worst = Some((overlap, index, [*truth, *found]));
        }
    }
    let report = fold.finish().map_err(Problem::of(&id))?;
    let evidence = worst.map(|(_, index, [truth, found])| {
        let folder = task.options.frames.as_ref();
        let elsewhere =
            folder.and_then(|folder| FramePicture::find(folder, &sequence.name, index + 1));
        Evidence::Boxes(BoxEvidence {
            caption: format!("{id}, frame {}", index + 1),
            image: elsewhere.or(sequence
                .image_path(index)
                .map(|path| FramePicture::File(path.to_owned()))),
            size,
            truth: Some(sized(truth).into()),
            prediction: Some(sized(found).into()),
        })
    });
    let values = [
        Some(report.average_overlap),
        report.success_rate(50),
        report.success_rate(75),
    ];
    let values = values.map(|value| value.unwrap_or(f64::NAN));
    Ok((
        fold,
        Sample::new(&id, values)
            .over(report.frames)
            .shown(task, evidence),
    ))
}
