//! Predicted tubes: our form, as no benchmark of tubes has published one.
//!
//! In: a JSON list `[{"id": …, "span": [FIRST, END], "boxes": {"FRAME": [X0, Y0, X1, Y1]}}]`. Frames count from 0, `END`
//! is the first frame after the span, boxes are edges in pixels. Out: tubes by id.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tubelet_datasets::DatasetError;
use tubelet_metrics::{FrameSpan, PreciseBox};

use crate::error::{EvaluationError, Problem, Problems};

/// A predicted tube.
#[derive(Clone, Debug)]
pub(crate) struct PredictedTube {
    /// Its frames.
    pub(crate) span: FrameSpan,
    /// Its boxes by frame, also outside the span.
    pub(crate) boxes: BTreeMap<usize, PreciseBox>,
}

#[derive(Deserialize)]
struct FileTube {
    id: FileId,
    span: [usize; 2],
    boxes: BTreeMap<usize, [f64; 4]>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum FileId {
    Number(u64),
    Text(String),
}

/// Reads tubes by id.
pub(crate) fn read_tubes(path: &Path) -> Result<BTreeMap<String, PredictedTube>, EvaluationError> {
    let bytes = std::fs::read(path).map_err(|source| DatasetError::Read {
        path: path.to_owned(),
        source,
    })?;
    let file: Vec<FileTube> =
        serde_json::from_slice(&bytes).map_err(|error| DatasetError::Json {
            path: PathBuf::from(path),
            line: error.line(),
            column: error.column(),
            reason: error.to_string(),
        })?;
    let (mut tubes, mut problems) = (BTreeMap::new(), Problems::default());
    for tube in file {
        let id = match tube.id {
            FileId::Number(number) => number.to_string(),
            FileId::Text(text) => text,
        };
        let [start, end] = tube.span;
        let finite = |edges: &[f64; 4]| edges.iter().all(|edge| edge.is_finite());
        if start >= end {
            problems.push(Problem::value(
                &id,
                format!("a span from {start} to {end} has no frame"),
            ));
        }
        if !tube.boxes.values().all(finite) {
            problems.push(Problem::value(&id, "a box that is not finite"));
        }
        let is_inverted = |[left, top, right, bottom]: &[f64; 4]| right < left || bottom < top;
        let mut boxes = tube.boxes.iter();
        if let Some((frame, edges)) = boxes.find(|(_, edges)| is_inverted(edges)) {
            let reason = format!(
                "the box of frame {frame} ends before it begins: {edges:?} (left, top, right, bottom)"
            );
            problems.push(Problem::value(&id, reason));
        }
        let boxes = tube.boxes.into_iter();
        let predicted = PredictedTube {
            span: FrameSpan::new(start, end),
            boxes: boxes
                .map(|(frame, edges)| (frame, PreciseBox::from_edges(edges)))
                .collect(),
        };
        if tubes.insert(id.clone(), predicted).is_some() {
            problems.push(Problem::Twice {
                what: "sentence",
                name: id,
            });
        }
    }
    problems.check(path)?;
    Ok(tubes)
}
