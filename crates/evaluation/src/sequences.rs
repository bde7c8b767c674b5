//! Sequences of label pictures: which predicted picture belongs to which frame.
//!
//! In: samples of the ground truth and folders of predictions. Out: pairs of files, all of them there, before any is
//! read; and labels of one frame at a time, of the size of the ground truth.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tubelet_datasets::{Annotation, Davis, LabelEncoding, VideoSample};
use tubelet_geometry::{FrameSize, Mask};
use tubelet_metrics::{FrameScore, LabelMap, MetricsError, ScoredFrames};

use crate::error::{EvaluationError, Problem, Problems};
use crate::evidence::{Evidence, MaskEvidence, MaskSource};
use crate::folders::folders;
use crate::report::Report;
use crate::task::Task;

/// The files of one frame.
#[derive(Clone, Debug)]
pub(crate) struct FramePair {
    /// Name of the frame.
    pub(crate) name: String,
    /// Its picture.
    pub(crate) image: Option<PathBuf>,
    /// The true labels.
    pub(crate) truth: PathBuf,
    /// The predicted labels; `None` where the frame does not count and need not be predicted.
    pub(crate) prediction: Option<PathBuf>,
}

/// The frames of a sequence.
#[derive(Clone, Debug)]
pub(crate) struct Sequence {
    /// Its name.
    pub(crate) name: String,
    /// What values of the true and of the predicted pictures mean.
    pub(crate) encodings: [LabelEncoding; 2],
    /// Its annotated frames.
    pub(crate) frames: Vec<FramePair>,
}

impl Sequence {
    /// Size of the first frame.
    pub(crate) fn size(&self) -> Result<FrameSize, Problem> {
        Ok(self.first_truth()?.size())
    }

    /// The true labels of the first frame.
    pub(crate) fn first_truth(&self) -> Result<Labels, Problem> {
        let first = self.frames.first();
        let first =
            first.ok_or_else(|| Problem::value(&self.name, "there is no annotated frame"))?;
        self.truth(first)
    }

    /// The true labels of a frame, with void where there is any.
    pub(crate) fn truth(&self, frame: &FramePair) -> Result<Labels, Problem> {
        let [encoding, _] = self.encodings;
        let annotation = Annotation::read(&frame.truth, encoding);
        let of_truth = |error| Problem::from(error).of_truth(&frame.truth);
        Ok(Labels::of(annotation.map_err(of_truth)?))
    }

    /// The predicted labels of a frame, of the size of the truth; `None` where the frame is not predicted.
    pub(crate) fn predicted(
        &self,
        frame: &FramePair,
        expected: FrameSize,
    ) -> Result<Option<Labels>, Problem> {
        let Some(path) = &frame.prediction else {
            return Ok(None);
        };
        let [_, encoding] = self.encodings;
        let labels = Annotation::read(path, encoding)?.labels;
        if labels.size() != expected {
            return Err(Problem::Size {
                path: path.clone(),
                expected,
                found: labels.size(),
            });
        }
        Ok(Some(Labels {
            size: expected,
            values: labels.labels().to_vec(),
        }))
    }

    /// Gives the foreground of every frame, the truth first, to a fold, empty where the frame is not predicted; returns the frame
    /// that the fold liked least.
    pub(crate) fn fold_foreground(
        &self,
        size: FrameSize,
        refuse: impl Fn(MetricsError) -> Problem,
        mut push: impl FnMut(&Mask, &Mask) -> Result<Option<FrameScore>, MetricsError>,
    ) -> Result<WorstFrame, Problem> {
        let (mut worst, empty) = (WorstFrame::default(), Mask::new(size));
        for (index, frame) in self.frames.iter().enumerate() {
            let score = match self.predicted(frame, size)? {
                Some(labels) => {
                    let truth = self.truth(frame)?.foreground()?;
                    push(&truth, &labels.foreground()?)
                }
                None => push(&empty, &empty),
            };
            if let Some(score) = score.map_err(&refuse)? {
                worst.push(index, score);
            }
        }
        Ok(worst)
    }

    /// What to show of an object in a frame.
    pub(crate) fn evidence(
        &self,
        task: &Task<'_>,
        frame: usize,
        [truth, prediction]: [Vec<u8>; 2],
    ) -> Option<Evidence> {
        let pair = self.frames.get(frame)?;
        let [true_encoding, predicted_encoding] = self.encodings;
        let predicted = pair.prediction.clone().map(|path| MaskSource::Labels {
            path,
            encoding: predicted_encoding,
            labels: prediction,
        });
        Some(Evidence::Masks(MaskEvidence {
            caption: format!("{}/{}", self.name, pair.name),
            image: task.picture(pair.image.as_ref(), &self.name, &pair.name),
            truth: MaskSource::Labels {
                path: pair.truth.clone(),
                encoding: true_encoding,
                labels: truth,
            },
            prediction: predicted?,
        }))
    }
}

/// Labels of a frame, 255 where void.
#[derive(Clone, Debug)]
pub(crate) struct Labels {
    size: FrameSize,
    values: Vec<u8>,
}

impl Labels {
    fn of(annotation: Annotation) -> Self {
        let mut values = annotation.labels.labels().to_vec();
        if let Some(void) = annotation.void {
            void.write_bytes(&mut values, tubelet_metrics::VOID_LABEL);
        }
        Self {
            size: annotation.labels.size(),
            values,
        }
    }

    /// Width and height.
    pub(crate) fn size(&self) -> FrameSize {
        self.size
    }

    /// The labels as metrics take them.
    pub(crate) fn map(&self) -> Result<LabelMap<'_>, Problem> {
        Ok(LabelMap::new(self.size, &self.values)?)
    }

    /// All pixels above 0.
    pub(crate) fn foreground(&self) -> Result<Mask, Problem> {
        Ok(Mask::from_bytes(self.size, &self.values)?)
    }

    /// The pixels of some labels.
    pub(crate) fn of_any(&self, labels: &[u8]) -> Result<Mask, Problem> {
        Ok(Mask::from_values(self.size, &self.values, |value| {
            labels.contains(&value)
        })?)
    }
}

/// The frame with the lowest score so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WorstFrame {
    found: Option<(usize, f64)>,
}

impl WorstFrame {
    /// Looks at a frame.
    pub(crate) fn push(&mut self, frame: usize, score: FrameScore) {
        let value = score.mean();
        if self.found.is_none_or(|(_, least)| value < least) {
            self.found = Some((frame, value));
        }
    }

    /// Its number; 0 where none was looked at.
    pub(crate) fn frame(self) -> usize {
        self.found.map_or(0, |(frame, _)| frame)
    }
}

/// Pairs the files of a sample with those of a folder. What is missing becomes a problem that names the predicted sample,
/// which may be a part of the true one: an object of a video, or a sentence.
pub(crate) fn pair_frames(
    truth: &VideoSample,
    predictions: &VideoSample,
    encodings: [LabelEncoding; 2],
    scored: ScoredFrames,
) -> Result<Sequence, Problem> {
    let predicted: BTreeMap<Key<'_>, &PathBuf> = predictions
        .frames()
        .iter()
        .filter_map(|files| Some((Key::of(&files.name), files.annotation.as_ref()?)))
        .collect();
    let annotated: Vec<_> = truth
        .frames()
        .iter()
        .filter_map(|files| Some((files, files.annotation.as_ref()?)))
        .collect();
    let last = annotated.len().saturating_sub(1);
    let mut frames = Vec::with_capacity(annotated.len());
    for (index, (files, annotation)) in annotated.into_iter().enumerate() {
        let counts = scored == ScoredFrames::All || (index > 0 && index < last);
        let prediction = predicted
            .get(&Key::of(&files.name))
            .map(|path| (*path).clone());
        if counts && prediction.is_none() {
            return Err(Problem::Missing {
                what: "frame",
                name: format!("{}/{}", predictions.name(), files.name),
            });
        }
        frames.push(FramePair {
            name: files.name.clone(),
            image: files.image.clone(),
            truth: annotation.clone(),
            prediction: prediction.filter(|_| counts),
        });
    }
    Ok(Sequence {
        name: truth.name().to_owned(),
        encodings,
        frames,
    })
}

/// A frame's number where its name is one, so that `0` and `00000` are the same frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Number(u64),
    Name(&'a str),
}

impl<'a> Key<'a> {
    fn of(name: &'a str) -> Self {
        name.parse().map_or(Self::Name(name), Self::Number)
    }
}

/// The sequences of a folder of folders, with the predictions beside the ground truth.
pub(crate) struct LabelFolders<'a> {
    /// Names in the ground truth.
    pub(crate) names: Vec<String>,
    /// Folder of the predictions.
    pub(crate) predictions: &'a Path,
    /// What true and predicted values mean.
    pub(crate) encodings: [LabelEncoding; 2],
    /// Which frames count.
    pub(crate) scored: ScoredFrames,
}

impl LabelFolders<'_> {
    /// Pairs all sequences; the first three problems of all are named where there is any.
    pub(crate) fn pair(
        &self,
        task: &Task<'_>,
        sample: impl Fn(&str) -> Result<VideoSample, tubelet_datasets::DatasetError>,
        report: &mut Report,
    ) -> Result<Vec<Sequence>, EvaluationError> {
        let predicted = folders(self.predictions)?;
        let names = task.pair("sequence", (&self.names, &predicted), report)?;
        let mut problems = Problems::default();
        let paired = names.iter().map(|name| {
            let (truth, found) = (sample(name)?, Davis::result(self.predictions, name)?);
            pair_frames(&truth, &found, self.encodings, self.scored)
        });
        let paired: Vec<Option<Sequence>> = paired.map(|pair| problems.take(pair)).collect();
        problems.check(self.predictions)?;
        Ok(paired.into_iter().flatten().collect())
    }
}
