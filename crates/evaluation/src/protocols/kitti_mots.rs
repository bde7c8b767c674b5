//! KITTI MOTS: masks of cars and pedestrians through a drive.
//!
//! In: text files of masks, and a map of sequences. Out: MOTSA and its kin for each class.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tubelet_datasets::{DatasetError, MotsObject, MotsRange, MotsSequence};
use tubelet_metrics::{
    KittiMotsSequence, MOTS_CAR, MOTS_PEDESTRIAN, MetricsError, MotsCounts, TrackedMask,
};

use crate::error::{EvaluationError, Problem, Problems};
use crate::evidence::{Evidence, FramePicture, MaskEvidence, MaskSource};
use crate::folders::stems;
use crate::report::{Figure, Group, Report, Sample};
use crate::task::Task;

const COLUMNS: [&str; 4] = ["sMOTSA", "MOTSA", "MOTSP", "IDS"];
const CLASSES: [(u32, &str); 2] = [(MOTS_CAR, "car"), (MOTS_PEDESTRIAN, "pedestrian")];

/// The folder of text files.
fn folder(task: &Task<'_>) -> PathBuf {
    let inner = task.inputs.truth.join("instances_txt");
    if inner.is_dir() {
        return inner;
    }
    task.inputs.truth.to_owned()
}

/// A folder in which nothing is found.
fn no_sequences(truth: &Path) -> EvaluationError {
    let reason = "there is no `SEQUENCE.txt` such as `0002.txt`, neither in the folder nor in `instances_txt`";
    EvaluationError::Dataset(DatasetError::Layout {
        path: truth.to_owned(),
        dataset: "KITTI MOTS",
        reason: reason.to_owned(),
    })
}

/// The sequences of a map, or all with `None` for their last frame.
fn sequences(task: &Task<'_>) -> Result<Vec<(String, Option<usize>)>, EvaluationError> {
    let Some(split) = &task.options.split else {
        let names = stems(&folder(task), ".txt")?;
        if names.is_empty() {
            return Err(no_sequences(task.inputs.truth));
        }
        return Ok(names.into_iter().map(|name| (name, None)).collect());
    };
    let file = format!("{split}.seqmap");
    let places = [
        task.inputs.truth.join(&file),
        task.inputs.truth.join("mots_eval").join(&file),
    ];
    let path = places.into_iter().find(|path| path.is_file());
    let path = path.ok_or_else(|| EvaluationError::UnknownSplit {
        protocol: task.protocol.name(),
        name: split.clone(),
        reason: format!("there is no `{file}`, neither in the folder nor in mots_eval"),
    })?;
    let (mut sequences, mut problems) = (Vec::new(), Problems::default());
    for range in MotsRange::read_all(&path)? {
        if range.first != 0 {
            problems.push(Problem::value(
                &range.sequence,
                "does not begin with frame 0",
            ));
        }
        sequences.push((range.sequence, Some(range.last)));
    }
    problems.check(&path)?;
    Ok(sequences)
}

/// KITTI MOTS.
pub(crate) fn kitti_mots(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&COLUMNS);
    let sequences = sequences(task)?;
    let predicted = stems(task.inputs.predictions, ".txt")?;
    let named = (sequences, |(name, _): &(String, _)| name.clone());
    let sequences = task.pair_items("sequence", named, &predicted, &mut report)?;
    let folder = folder(task);
    let scored = task.score_all(&sequences, |(name, last)| {
        let file = format!("{name}.txt");
        let path = folder.join(&file);
        let truth = MotsSequence::read(&path);
        let mut truth = truth.map_err(|error| Problem::from(error).of_truth(&path))?;
        let mut found = MotsSequence::read(task.inputs.predictions.join(&file))?;
        let end = |of: &MotsSequence| of.frames.keys().next_back().map_or(0, |last| last + 1);
        let both = end(&truth).max(end(&found));
        let frames = last.map_or(both, |last| last + 1);
        truth.frames.split_off(&frames);
        let later = found.frames.split_off(&frames).len();
        let (counts, samples) = score(task, name, frames, [&truth, &found])?;
        Ok((counts, samples, later))
    })?;
    let later: usize = scored.iter().map(|(_, _, later)| later).sum();
    if later > 0 {
        report.notes.push(format!(
            "{later} frames with predictions lie behind the last frame of their sequence and do not count."
        ));
    }
    let mut totals = [MotsCounts::default(); CLASSES.len()];
    for (counts, samples, _) in scored {
        for (total, counts) in totals.iter_mut().zip(counts) {
            *total = total.plus(counts);
        }
        report.samples.extend(samples);
    }
    if report.samples.is_empty() {
        return Err(EvaluationError::Metrics(MetricsError::NoSamples));
    }
    for ((_, name), total) in CLASSES.into_iter().zip(totals) {
        let figures = figures(&total);
        let main = figures.iter().take(4);
        report.summary.extend(main.map(|figure| Figure {
            name: format!("{} {name}", figure.name),
            ..figure.clone()
        }));
        report.groups.push(Group {
            name: name.to_owned(),
            samples: total.objects,
            figures,
        });
    }
    Ok(report)
}

fn tracked(objects: &[MotsObject]) -> Vec<TrackedMask<'_>> {
    let tracked = objects.iter().map(|object| TrackedMask {
        track: u64::from(object.track),
        class: u32::from(object.class),
        mask: &object.mask,
    });
    tracked.collect()
}

/// The counts of both classes, and a sample for each that the sequence has.
fn score(
    task: &Task<'_>,
    name: &str,
    frames: usize,
    [truth, found]: [&MotsSequence; 2],
) -> Result<(Vec<MotsCounts>, Vec<Sample>), Problem> {
    let (mut counts, mut samples) = (Vec::new(), Vec::new());
    for (class, class_name) in CLASSES {
        let id = format!("{name}/{class_name}");
        let refuse = Problem::of(&id);
        let mut fold = KittiMotsSequence::new(class, frames);
        for frame in 0..frames {
            let objects = |of: &'_ MotsSequence| of.frames.get(&frame).cloned().unwrap_or_default();
            let (truth, found) = (objects(truth), objects(found));
            fold.push(&tracked(&truth), &tracked(&found))
                .map_err(&refuse)?;
        }
        let of_class = fold.finish().map_err(&refuse)?;
        counts.push(of_class);
        if of_class.objects == 0 && of_class.predictions == 0 {
            continue;
        }
        let measures = [
            of_class.soft_accuracy(),
            of_class.accuracy(),
            of_class.overlap_of_pairs(),
        ];
        let values = measures.into_iter().map(|value| value.unwrap_or(f64::NAN));
        let values = values.chain([of_class.identity_switches as f64]);
        let sample = Sample::new(id, values).within(class_name).over(frames);
        samples.push(sample.shown(
            task,
            evidence(
                task,
                name,
                u16::try_from(class).unwrap_or(0),
                [truth, found],
            ),
        ));
    }
    Ok((counts, samples))
}

/// The frame in which most pixels of a class are wrong on either side.
fn evidence(
    task: &Task<'_>,
    name: &str,
    class: u16,
    [truth, found]: [&MotsSequence; 2],
) -> Option<Evidence> {
    let codes = |of: &MotsSequence, frame: usize| {
        let objects = of.frames.get(&frame).into_iter().flatten();
        let masks = objects
            .filter(|object| object.class == class)
            .map(|object| object.mask.clone());
        masks.collect::<Vec<_>>()
    };
    let area = |of: &MotsSequence, frame: usize| {
        codes(of, frame)
            .iter()
            .map(tubelet_geometry::RunLength::area)
            .sum::<usize>()
    };
    let frames: BTreeSet<usize> = truth
        .frames
        .keys()
        .chain(found.frames.keys())
        .copied()
        .collect();
    let frame = frames
        .into_iter()
        .max_by_key(|&frame| area(truth, frame).abs_diff(area(found, frame)))?;
    let folder = task.options.frames.as_ref();
    Some(Evidence::Masks(MaskEvidence {
        caption: format!("{name}, frame {frame}"),
        image: folder.and_then(|folder| FramePicture::find(folder, name, frame)),
        truth: MaskSource::Codes(codes(truth, frame)),
        prediction: MaskSource::Codes(codes(found, frame)),
    }))
}

fn figures(counts: &MotsCounts) -> Vec<Figure> {
    vec![
        Figure::share("sMOTSA", counts.soft_accuracy()),
        Figure::share("MOTSA", counts.accuracy()),
        Figure::share("MOTSP", counts.overlap_of_pairs()),
        Figure::count("IDS", counts.identity_switches),
        Figure::share("MODSA", counts.detection_accuracy()),
        Figure::share("recall", counts.recall()),
        Figure::share("precision", counts.precision()),
        Figure::share("F1", counts.f1()),
        Figure::count("TP", counts.true_positives),
        Figure::count("FP", counts.false_positives),
        Figure::count("FN", counts.false_negatives),
        Figure::count("fragmentations", counts.fragmentations),
        Figure::count("true masks", counts.objects),
        Figure::count("true tracks", counts.tracks),
        Figure::count("mostly tracked", counts.mostly_tracked),
        Figure::count("partly tracked", counts.partly_tracked),
        Figure::count("mostly lost", counts.mostly_lost),
    ]
}
