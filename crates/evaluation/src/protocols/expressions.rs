//! Sentences to masks: MeViS, ReVOS, Refer-YouTube-VOS, and Ref-DAVIS17 by expression.
//!
//! In: sentences with their masks, and folders `VIDEO/EXPRESSION` of black and white pictures. Out: J and F of every
//! sentence over all its frames, and for ReVOS accuracy and robustness by class.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tubelet_datasets::{
    DatasetError, Expression, ExpressionMasks, LabelEncoding, MaskDictionary, Mevis, RefYoutubeVos,
    ReferringVideo, VideoSample,
};
use tubelet_geometry::{FrameSize, Mask, RunLength};
use tubelet_metrics::{ExpressionFold, ExpressionSequence, ScoreMean};

use crate::error::{EvaluationError, Problem, Problems};
use crate::evidence::{Evidence, MaskEvidence, MaskSource};
use crate::folders::folders;
use crate::protocol::Protocol;
use crate::report::{Figure, Report, Sample};
use crate::sequences::{Sequence, WorstFrame, pair_frames};
use crate::task::Task;

mod numbered_masks;
mod revos;
use numbered_masks::NumberedMasks;
pub(crate) use revos::revos;

const COLUMNS: [&str; 3] = ["J&F", "J", "F"];

/// A sentence and the pictures predicted for it.
struct Sentence<'a> {
    id: String,
    video: &'a ReferringVideo,
    expression: &'a Expression,
    /// Folder of its pictures; `None` where nothing was predicted and that counts as 0.
    folder: Option<PathBuf>,
}

impl Sentence<'_> {
    /// The predicted pixels of a frame.
    fn prediction(&self, path: &Path, expected: Option<FrameSize>) -> Result<Mask, Problem> {
        let source = MaskSource::Labels {
            path: path.to_owned(),
            encoding: LabelEncoding::Objects,
            labels: Vec::new(),
        };
        let unread = || Problem::value(&self.id, "a picture without pixels");
        let mask = source.read()?.ok_or_else(unread)?;
        match expected {
            Some(expected) if expected != mask.size() => Err(Problem::Size {
                path: path.to_owned(),
                expected,
                found: mask.size(),
            }),
            _ => Ok(mask),
        }
    }

    /// What to show of a frame.
    fn evidence(
        &self,
        task: &Task<'_>,
        frame: usize,
        [truth, prediction]: [MaskSource; 2],
        sample: &VideoSample,
    ) -> Evidence {
        let files = sample.frames().get(frame);
        let name = files.map_or("", |files| files.name.as_str());
        let own = files.and_then(|files| files.image.as_ref());
        Evidence::Masks(MaskEvidence {
            caption: format!("{} {name}: {}", self.id, self.expression.text),
            image: task.picture(own, &self.video.name, name),
            truth,
            prediction,
        })
    }
}

/// Refuses fewer true masks than frames, where the official code stops too; it does not look at more.
fn enough(id: &str, what: &str, found: usize, frames: usize) -> Result<(), Problem> {
    if found >= frames {
        return Ok(());
    }
    let reason = format!("the ground truth has {found} {what} for {frames} frames");
    Err(Problem::value(id, reason))
}

/// A sentence about a video of which the ground truth lists no frame.
fn without_frames(task: &Task<'_>, sentence: &Sentence<'_>) -> Problem {
    let problem = Problem::value(&sentence.id, "a video without frames");
    problem.of_truth(task.inputs.truth)
}

/// The true masks of a sentence, one for each frame where it means anything.
fn true_masks(sentence: &Sentence<'_>, masks: &MaskDictionary) -> Result<ExpressionMasks, Problem> {
    let of_truth = |problem: Problem| problem.of_truth(masks.path());
    let found = masks.expression_masks(sentence.expression);
    let found = found.map_err(|error| of_truth(error.into()))?;
    if !found.tracks.is_empty() {
        let frames = sentence.video.frames.len();
        enough(&sentence.id, "masks", found.frames(), frames).map_err(of_truth)?;
    }
    Ok(found)
}

/// The true pixels of a frame, from the code of a mask.
fn decoded(code: Option<&RunLength>, path: &Path, size: FrameSize) -> Result<Mask, Problem> {
    match code {
        Some(code) if code.size() != size => Err(Problem::Size {
            path: path.to_owned(),
            expected: code.size(),
            found: size,
        }),
        Some(code) => Ok(code.decode()),
        None => Ok(Mask::new(size)),
    }
}

/// Pictures of a folder, by the names of the frames; a missing one is a problem.
fn pictures(id: &str, folder: &Path, frames: &[String]) -> Result<Vec<PathBuf>, Problem> {
    let paths = frames.iter().map(|frame| {
        let path = folder.join(format!("{frame}.png"));
        if path.is_file() {
            return Ok(path);
        }
        Err(Problem::Missing {
            what: "frame",
            name: format!("{id}/{frame}"),
        })
    });
    paths.collect()
}

/// The sentences of all videos, with their folders.
fn sentences<'a>(
    task: &Task<'_>,
    videos: &'a [ReferringVideo],
    report: &mut Report,
) -> Result<Vec<Sentence<'a>>, EvaluationError> {
    let mut predicted = BTreeSet::new();
    for video in folders(task.inputs.predictions)? {
        let expressions = folders(&task.inputs.predictions.join(&video))?;
        predicted.extend(
            expressions
                .iter()
                .map(|expression| format!("{video}/{expression}")),
        );
    }
    let all: Vec<Sentence<'a>> = videos
        .iter()
        .flat_map(|video| {
            video
                .expressions
                .iter()
                .map(move |expression| (video, expression))
        })
        .map(|(video, expression)| {
            let id = format!("{}/{}", video.name, expression.id);
            let folder = predicted
                .contains(&id)
                .then(|| task.inputs.predictions.join(&id));
            Sentence {
                id,
                video,
                expression,
                folder,
            }
        })
        .collect();
    let named = (all, |sentence: &Sentence<'_>| sentence.id.clone());
    task.pair_items("sentence", named, &predicted, report)
}

/// Makes the report from all sentences; `None` for one without prediction.
fn finished(
    mut report: Report,
    scored: Vec<(Option<ScoreMean>, Sample)>,
) -> Result<Report, EvaluationError> {
    let mut fold = ExpressionFold::default();
    for (scores, sample) in scored {
        match scores {
            Some(scores) => fold.push(&scores),
            None => fold.push_missing(),
        }
        report.samples.push(sample);
    }
    let found = fold.finish()?;
    report.summary = vec![
        Figure::share("J&F", found.scores.region_and_boundary_mean()),
        Figure::share("J", found.scores.region),
        Figure::share("F", found.scores.boundary),
        Figure::count("sentences", found.scores.count),
        Figure::count("without prediction", found.missing),
    ];
    report.group_samples();
    Ok(report)
}

fn sample(sentence: &Sentence<'_>, scores: Option<ScoreMean>) -> Sample {
    let values = scores.map_or([0.0; 3], |scores| {
        [
            scores.region_and_boundary_mean(),
            scores.region,
            scores.boundary,
        ]
    });
    Sample::new(&sentence.id, values).within(&sentence.video.name)
}

/// MeViS.
pub(crate) fn mevis(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let data = Mevis::open(task.inputs.truth, task.split("valid_u"))?;
    let masks = data
        .masks()
        .ok_or_else(|| no_masks(data.root(), "MeViS", "mask_dict.json"))?;
    by_dictionary(task, (data.videos(), masks), |video| Ok(data.sample(video)))
}

/// Sentences whose true masks stand in a dictionary, with the pictures of a video's frames.
fn by_dictionary(
    task: &Task<'_>,
    (videos, masks): (&[ReferringVideo], &MaskDictionary),
    frames_of: impl Fn(&ReferringVideo) -> Result<VideoSample, DatasetError> + Sync,
) -> Result<Report, EvaluationError> {
    let mut report = task.report(&COLUMNS);
    let sentences = sentences(task, videos, &mut report)?;
    let scored = task.score_all(&sentences, |sentence| {
        let refuse = Problem::of(&sentence.id);
        let Some(folder) = &sentence.folder else {
            return Ok((None, sample(sentence, None)));
        };
        let frames = &sentence.video.frames;
        let paths = pictures(&sentence.id, folder, frames)?;
        let truth = true_masks(sentence, masks)?;
        let union = |frame: usize| {
            let union = truth.union(frame);
            union.map_err(|error| Problem::from(error).of_truth(masks.path()))
        };
        let (mut fold, mut worst, mut size) = (None, WorstFrame::default(), None);
        for (index, path) in paths.iter().enumerate() {
            let prediction = sentence.prediction(path, size)?;
            size = Some(prediction.size());
            let code = union(index)?;
            let truth = decoded(code.as_ref(), path, prediction.size())?;
            let fold = fold
                .get_or_insert_with(|| ExpressionSequence::new(prediction.size(), frames.len()));
            worst.push(index, fold.push(&truth, &prediction).map_err(&refuse)?);
        }
        let empty = || without_frames(task, sentence);
        let scores = fold.ok_or_else(empty)?.finish().map_err(&refuse)?;
        let codes = union(worst.frame())?.into_iter().collect();
        let video = frames_of(sentence.video)?;
        let shown = paths.get(worst.frame()).map(|path| {
            let shown = [MaskSource::Codes(codes), any_label(path)];
            sentence.evidence(task, worst.frame(), shown, &video)
        });
        Ok((
            Some(scores),
            sample(sentence, Some(scores))
                .over(frames.len())
                .shown(task, shown),
        ))
    })?;
    finished(report, scored)
}

fn any_label(path: &Path) -> MaskSource {
    MaskSource::Labels {
        path: path.to_owned(),
        encoding: LabelEncoding::Objects,
        labels: Vec::new(),
    }
}

fn no_masks(path: &Path, dataset: &'static str, file: &str) -> DatasetError {
    DatasetError::Layout {
        path: path.to_owned(),
        dataset,
        reason: format!("there is no `{file}`, so the true masks are not known"),
    }
}

/// Refer-YouTube-VOS, and Ref-DAVIS17 in its form: the true masks are label pictures, or for Ref-DAVIS17 in a dictionary.
pub(crate) fn label_pictures(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let data = RefYoutubeVos::open(task.inputs.truth, task.split("valid"))?;
    if let Some(numbered) = NumberedMasks::find(task, &data)? {
        let of = (numbered.videos.as_slice(), &numbered.masks);
        return by_dictionary(task, of, |video| data.sample(video));
    }
    let mut report = task.report(&COLUMNS);
    let sentences = sentences(task, data.videos(), &mut report)?;
    let mut problems = Problems::default();
    let mut paired: Vec<(&Sentence<'_>, Vec<u8>, Option<Sequence>)> = Vec::new();
    for sentence in &sentences {
        let sequence = || {
            let labels = labels(task, sentence)?;
            let Some(folder) = &sentence.folder else {
                return Ok((sentence, labels, None));
            };
            let truth = data.sample(sentence.video)?;
            let (encoding, scored) = (LabelEncoding::Objects, tubelet_metrics::ScoredFrames::All);
            let found = VideoSample::pair(&sentence.id, Path::new(""), folder, encoding)?;
            Ok((
                sentence,
                labels,
                Some(pair_frames(&truth, &found, [encoding; 2], scored)?),
            ))
        };
        paired.extend(problems.take(sequence()));
    }
    problems.check(task.inputs.predictions)?;
    let scored = task.score_all(&paired, |(sentence, labels, sequence)| {
        let refuse = Problem::of(&sentence.id);
        let Some(sequence) = sequence else {
            return Ok((None, sample(sentence, None)));
        };
        let (size, frames) = (sequence.size()?, sequence.frames.len());
        let (mut fold, mut worst) = (ExpressionSequence::new(size, frames), WorstFrame::default());
        for (index, frame) in sequence.frames.iter().enumerate() {
            let truth = sequence.truth(frame)?.of_any(labels)?;
            let prediction = sequence.predicted(frame, size)?;
            let missing = || Problem::value(&sentence.id, "a frame without prediction");
            let prediction = prediction.ok_or_else(missing)?.foreground()?;
            worst.push(index, fold.push(&truth, &prediction).map_err(&refuse)?);
        }
        let scores = fold.finish().map_err(&refuse)?;
        let shown = sequence.evidence(task, worst.frame(), [labels.clone(), Vec::new()]);
        Ok((
            Some(scores),
            sample(sentence, Some(scores))
                .over(frames)
                .shown(task, shown),
        ))
    })?;
    finished(report, scored)
}

/// The labels of the objects that a sentence means.
fn labels(task: &Task<'_>, sentence: &Sentence<'_>) -> Result<Vec<u8>, Problem> {
    let objects = sentence.expression.objects.as_slice();
    let given = objects.iter().map(|object| u8::try_from(*object).ok());
    let by_number = || {
        // Four annotators wrote a sentence for each object in turn.
        let number: u8 = sentence.expression.id.parse().ok()?;
        Some(vec![number / 4 + 1])
    };
    let labels = if objects.is_empty() && task.protocol == Protocol::RefDavis {
        by_number()
    } else {
        given.collect()
    };
    labels.filter(|labels| !labels.is_empty()).ok_or_else(|| {
        let reason = "the ground truth does not say which object is meant";
        Problem::value(&sentence.id, reason).of_truth(task.inputs.truth)
    })
}
