//! VidSTG and HC-STVG: sentences to a span of time and a box in each of its frames.
//!
//! In: sentences with true boxes, and tubes. Out: tIoU, vIoU and recall, by one of four conventions.

use std::collections::BTreeSet;

use tubelet_geometry::FrameSize;
use tubelet_metrics::{
    EveryFrameTube, FrameBoxes, FrameSpan, MetricsError, MissingPrediction, PreciseBox, StcatTruth,
    StcatTube, TubeDetrTube, TubeReport, TubeScore, TubeSpans,
};

use crate::error::Problem;
use crate::evidence::{BoxEvidence, Evidence, FramePicture};
use crate::report::{Figure, Report, Sample};
use crate::task::Task;
use crate::tube_predictions::PredictedTube;

mod analyses;
mod hc_stvg;
mod vidstg;

pub(crate) use hc_stvg::hc_stvg;
pub(crate) use vidstg::vidstg;

const COLUMNS: [&str; 3] = ["vIoU", "tIoU", "oracle vIoU"];

/// A sentence with its true tube.
struct Tube<'a> {
    id: String,
    text: String,
    video: String,
    size: FrameSize,
    truth: Truth<'a>,
}

/// The true tube as a convention reads it.
enum Truth<'a> {
    /// At sampled frames.
    Sampled {
        span: FrameSpan,
        frames: Vec<usize>,
        box_at: Box<dyn Fn(usize) -> Option<PreciseBox> + Sync + Send + 'a>,
    },
    /// Every frame, the last one for the boxes alone.
    Stcat(StcatTruth),
    /// Every frame.
    Every {
        span: FrameSpan,
        box_at: Box<dyn Fn(usize) -> Option<PreciseBox> + Sync + Send + 'a>,
    },
}

/// What came of a predicted tube.
struct Scored {
    score: TubeScore,
    sample: Sample,
    /// Whether there is a frame in which neither box has an area.
    has_empty_boxes: bool,
}

/// The frame whose boxes overlap least.
#[derive(Default)]
struct WorstBoxes {
    found: Option<(f64, usize, FrameBoxes)>,
    has_empty: bool,
}

impl WorstBoxes {
    fn push(&mut self, frame: usize, boxes: FrameBoxes, overlap: Option<f64>) {
        let Some(overlap) = overlap else { return };
        let is_empty = |edges: Option<PreciseBox>| edges.is_some_and(PreciseBox::is_empty);
        self.has_empty |= is_empty(boxes.truth) && is_empty(boxes.prediction);
        if self.found.is_none_or(|(least, ..)| overlap < least) {
            self.found = Some((overlap, frame, boxes));
        }
    }
}

/// Compares a predicted tube with the true one.
fn score(task: &Task<'_>, tube: &Tube<'_>, predicted: &PredictedTube) -> Result<Scored, Problem> {
    let refuse = Problem::of(&tube.id);
    let missing = if task.by("stcat") {
        MissingPrediction::Refuse
    } else {
        MissingPrediction::SharesNothing
    };
    let boxes = |frame: usize, truth: Option<PreciseBox>| FrameBoxes {
        truth,
        prediction: predicted.boxes.get(&frame).copied(),
    };
    let mut worst = WorstBoxes::default();
    let score = match &tube.truth {
        Truth::Sampled {
            span,
            frames,
            box_at,
        } => {
            let mut fold = TubeDetrTube::new(TubeSpans {
                truth: *span,
                prediction: predicted.span,
            });
            for &frame in frames {
                let boxes = boxes(frame, box_at(frame));
                worst.push(frame, boxes, fold.push(frame, boxes).map_err(&refuse)?);
            }
            fold.finish()
        }
        Truth::Stcat(truth) => {
            let mut fold = StcatTube::new(truth.clone(), predicted.span, missing);
            let span = truth.boxed_frames();
            for frame in span.start..span.end {
                let boxes = boxes(frame, truth.box_at(frame));
                let overlap = fold.push(frame, boxes.prediction).map_err(&refuse)?;
                worst.push(frame, boxes, overlap);
            }
            fold.finish().map_err(&refuse)?
        }
        Truth::Every { span, box_at } => {
            let spans = TubeSpans {
                truth: *span,
                prediction: predicted.span,
            };
            let mut fold = EveryFrameTube::new(spans, missing);
            for frame in span.start..span.end {
                let boxes = boxes(frame, box_at(frame));
                worst.push(frame, boxes, fold.push(frame, boxes).map_err(&refuse)?);
            }
            fold.finish().map_err(&refuse)?
        }
    };
    let evidence = worst.found.map(|(_, frame, boxes)| {
        let folder = task.options.frames.as_ref();
        let truth = match &tube.truth {
            Truth::Sampled { span, .. } | Truth::Every { span, .. } => *span,
            Truth::Stcat(truth) => truth.boxed_frames(),
        };
        let spans = [truth, predicted.span].map(|span| format!("{} to {}", span.start, span.end));
        let [truth, prediction] = spans;
        Evidence::Boxes(BoxEvidence {
            caption: format!(
                "frame {frame}: {} (true frames {truth}, predicted {prediction})",
                tube.text
            ),
            image: folder.and_then(|folder| FramePicture::find(folder, &tube.video, frame)),
            size: tube.size,
            truth: boxes.truth,
            prediction: boxes.prediction,
        })
    });
    let values = [score.tube_iou, score.temporal_iou, score.oracle_tube_iou];
    Ok(Scored {
        score,
        sample: Sample::new(&tube.id, values).shown(task, evidence),
        has_empty_boxes: worst.has_empty,
    })
}

/// Says where the official figures would not be numbers.
fn note_empty_boxes(report: &mut Report, tubes: usize) {
    if tubes > 0 {
        report.notes.push(format!(
            "{tubes} sentences have frames in which neither box has an area. These share nothing here; official code \
             divides 0 by 0, and its means are not numbers."
        ));
    }
}

/// The figures of a set of tubes.
fn figures(report: &TubeReport) -> Vec<Figure> {
    let mut figures = vec![
        Figure::share("m_tIoU", report.temporal_iou),
        Figure::share("m_vIoU", report.tube_iou),
    ];
    let recall = |name: &'static str, shares: &[tubelet_metrics::ThresholdShare]| {
        let shares = shares.iter();
        shares
            .map(|at| Figure::share(format!("{name}@{}", at.threshold), at.share))
            .collect::<Vec<_>>()
    };
    figures.extend(recall("vIoU", &report.recall));
    figures.push(Figure::share("gt_vIoU", report.oracle_tube_iou));
    figures.extend(recall("gt_vIoU", &report.oracle_recall));
    figures.push(Figure::count("sentences", report.samples));
    figures
}

/// Whether the protocol leaves a tube out rather than refusing it.
fn is_left_out(error: &MetricsError) -> bool {
    matches!(
        error,
        MetricsError::TubeOutsideSegment { .. }
            | MetricsError::FrameCount { .. }
            | MetricsError::MissingBox { .. }
    )
}

/// The ids of predicted tubes.
fn ids<'a>(tubes: impl Iterator<Item = &'a String>) -> BTreeSet<String> {
    tubes.cloned().collect()
}
