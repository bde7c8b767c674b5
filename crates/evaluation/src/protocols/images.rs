//! A2D-Sentences and JHMDB-Sentences: sentences to masks in single frames.
//!
//! In: sentences with the true mask of a frame, and scored masks by the name of sentence and frame. Out: P@K, overall
//! and mean IoU, mAP and its parts. RefCOCO is judged likewise by the rules of ReferFormer.

use std::collections::BTreeMap;

use tubelet_datasets::{A2dSentence, A2dSentences, A2dSubset, JhmdbSentences, SentenceMaskResult};
use tubelet_geometry::{Mask, RunLength};
use tubelet_metrics::{A2dFold, A2dReport, ScoredMask};

use super::youtube_vis;
use crate::error::{EvaluationError, Problem};
use crate::evidence::{Evidence, FramePicture, MaskEvidence, MaskSource};
use crate::report::{Figure, Report, Sample};
use crate::task::Task;

/// The figures of COCO's evaluator that are about precision: at all overlaps, two of them, and three ranges of areas.
const PRECISION_FIGURES: usize = 6;

/// A sentence in a frame.
pub(super) struct Asked<'a> {
    pub(super) id: String,
    pub(super) text: &'a str,
    pub(super) place: Place<'a>,
}

/// Where the picture of a frame lies in the folder of frames.
pub(super) enum Place<'a> {
    /// A frame of a video.
    InVideo(&'a str, usize),
    /// A file.
    File(&'a str),
}

impl Place<'_> {
    fn picture(&self, task: &Task<'_>) -> Option<FramePicture> {
        let folder = task.options.frames.as_ref()?;
        match self {
            Self::InVideo(video, frame) => FramePicture::find(folder, video, *frame),
            Self::File(name) => Some(folder.join(name))
                .filter(|path| path.is_file())
                .map(FramePicture::File),
        }
    }
}

/// A2D-Sentences: every annotated frame that shows the actor.
pub(crate) fn a2d(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let data = A2dSentences::open(task.inputs.truth)?;
    // Frames of a video come together, so that each is read once.
    let mut videos: BTreeMap<&str, Vec<&A2dSentence>> = BTreeMap::new();
    for sentence in data.sentences_of(A2dSubset::Test) {
        videos.entry(&sentence.video).or_default().push(sentence);
    }
    let videos: Vec<_> = videos.into_iter().collect();
    let read = task.score_all(&videos, |(video, sentences)| {
        let mut asked = Vec::new();
        for frame in data.annotated_frames(video)? {
            let actors = data.frame(video, frame)?;
            for sentence in sentences {
                let Some(actor) = actors.actor(sentence.instance) else {
                    continue;
                };
                let sentence = Asked {
                    id: sentence.image_id(frame),
                    text: &sentence.text,
                    place: Place::InVideo(video, frame as usize),
                };
                asked.push((sentence, RunLength::encode(&actor.mask)));
            }
        }
        Ok(asked)
    })?;
    judge(task, read.into_iter().flatten().collect(), "frames")
}

/// JHMDB-Sentences: the frames of the published list.
pub(crate) fn jhmdb(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let data = JhmdbSentences::open(task.inputs.truth)?;
    let read = task.score_all(data.samples(), |sample| {
        let asked = Asked {
            id: sample.image_id(),
            text: &sample.text,
            place: Place::InVideo(&sample.video, sample.frame),
        };
        Ok((asked, RunLength::encode(&sample.mask()?)))
    })?;
    judge(task, read, "frames")
}

/// Judges scored masks of sentences in frames or images.
pub(super) fn judge(
    task: &Task<'_>,
    truth: Vec<(Asked<'_>, RunLength)>,
    scenes: &'static str,
) -> Result<Report, EvaluationError> {
    let mut report = task.report(&["IoU"]);
    let mut results: BTreeMap<String, Vec<SentenceMaskResult>> = BTreeMap::new();
    for result in SentenceMaskResult::read_all(task.inputs.predictions)? {
        results
            .entry(result.image_id.clone())
            .or_default()
            .push(result);
    }
    let named = (truth, |(asked, _): &(Asked<'_>, RunLength)| {
        asked.id.clone()
    });
    let truth = task.pair_items("sentence", named, results.keys(), &mut report)?;
    let scored = task.score_all(&truth, |(asked, truth)| {
        let found = results
            .get(&asked.id)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let masks: Vec<(Mask, f64)> = found
            .iter()
            .map(|result| (result.mask.decode(), result.score))
            .collect();
        let scored: Vec<ScoredMask<'_>> = masks
            .iter()
            .map(|(mask, score)| ScoredMask {
                mask,
                score: *score,
            })
            .collect();
        let mut fold = A2dFold::default();
        let overlap = fold
            .push(&truth.decode(), &scored)
            .map_err(Problem::of(&asked.id))?;
        let best = found
            .iter()
            .max_by(|one, other| one.score.total_cmp(&other.score));
        let evidence = Evidence::Masks(MaskEvidence {
            caption: format!("{}: {}", asked.id, asked.text),
            image: asked.place.picture(task),
            truth: MaskSource::Codes(vec![truth.clone()]),
            prediction: MaskSource::Codes(best.map(|best| best.mask.clone()).into_iter().collect()),
        });
        Ok((
            fold,
            Sample::new(&asked.id, [overlap]).shown(task, evidence),
        ))
    })?;
    let mut fold = A2dFold::default();
    for (of_sample, sample) in scored {
        fold.merge(&of_sample);
        report.samples.push(sample);
    }
    let found = fold.finish()?;
    report.summary = figures(&found);
    report.summary.push(Figure::count(
        format!("sentences in {scenes}"),
        found.samples,
    ));
    Ok(report)
}

/// The figures that MTTR and ReferFormer print; the published mAP is that of all overlaps and areas.
fn figures(found: &A2dReport) -> Vec<Figure> {
    let precision = found.precision.iter();
    let mut figures: Vec<Figure> = precision
        .map(|at| Figure::share(format!("P@{}", at.threshold), at.share))
        .collect();
    figures.push(Figure::share("Overall IoU", found.overall_iou));
    figures.push(Figure::share("Mean IoU", found.mean_iou));
    let detection = youtube_vis::figures(&found.detection);
    let precision = detection.into_iter().take(PRECISION_FIGURES);
    figures.extend(precision.map(|figure| match figure.name.as_str() {
        "AP" => Figure {
            name: "mAP".to_owned(),
            ..figure
        },
        _ => figure,
    }));
    figures
}
