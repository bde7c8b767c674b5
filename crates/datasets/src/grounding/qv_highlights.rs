//! QVHighlights: moments that a query describes, and how well each two seconds show it (Lei et al., NeurIPS 2021).
//!
//! In: `highlight_{train,val,test}_release.jsonl`, and results as `standalone_eval` of moment_detr reads them (also used
//! for Charades-STA). Out: queries and results; and results back.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tubelet_geometry::Span;

use crate::error::Result;
use crate::formats::json::{read_json_lines, write_json_lines};
use crate::formats::text::in_entry;
use crate::names::check_name;

#[derive(Deserialize)]
struct FileQuery {
    qid: u64,
    query: String,
    vid: String,
    duration: f64,
    #[serde(default)]
    relevant_windows: Vec<[f64; 2]>,
    #[serde(default)]
    relevant_clip_ids: Vec<usize>,
    #[serde(default)]
    saliency_scores: Vec<Vec<u8>>,
}

/// A query and what is known about it.
#[derive(Clone, Debug, PartialEq)]
pub struct HighlightQuery {
    /// Its number.
    pub id: u64,
    /// The words.
    pub text: String,
    /// Name of the video.
    pub video: String,
    /// Length of the video in seconds.
    pub seconds: f64,
    /// The parts that it describes; none in the test split, which is kept secret.
    pub windows: Vec<Span>,
    /// How well relevant clips of two seconds show it.
    pub clips: Vec<HighlightClip>,
}

/// A relevant clip of two seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HighlightClip {
    /// Number of the clip, from 0; it begins after twice as many seconds.
    pub clip: usize,
    /// Scores of three people, 0 to 4.
    pub scores: Vec<u8>,
}

impl HighlightQuery {
    /// Length of a clip.
    pub const CLIP_SECONDS: f64 = 2.0;

    /// Reads the queries of a split.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json) with the line, [`DatasetError::Entry`](crate::DatasetError::Entry)
    /// for what cannot be meant.
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let file: Vec<FileQuery> = read_json_lines(path)?;
        let queries = file.into_iter().map(|query| {
            let id = query.qid;
            checked(query).map_err(|reason| in_entry(path, format!("qid {id}"), reason))
        });
        queries.collect()
    }
}

fn checked(query: FileQuery) -> Result<HighlightQuery, String> {
    check_name(&query.vid).map_err(|error| error.to_string())?;
    if !query.duration.is_finite() {
        return Err("a video of endless length".to_owned());
    }
    if query.relevant_clip_ids.len() != query.saliency_scores.len() {
        let (clips, scores) = (query.relevant_clip_ids.len(), query.saliency_scores.len());
        return Err(format!("{scores} scores for {clips} clips"));
    }
    let windows = query.relevant_windows.into_iter().map(span);
    let clips = query
        .relevant_clip_ids
        .into_iter()
        .zip(query.saliency_scores);
    Ok(HighlightQuery {
        id: query.qid,
        text: query.query,
        video: query.vid,
        seconds: query.duration,
        windows: windows.collect::<Result<_, _>>()?,
        clips: clips
            .map(|(clip, scores)| HighlightClip { clip, scores })
            .collect(),
    })
}

fn span([start, end]: [f64; 2]) -> Result<Span, String> {
    if start.is_finite() && end.is_finite() {
        Ok(Span::new(start, end))
    } else {
        Err(format!("{start} to {end} seconds"))
    }
}

/// What a method found for a query.
#[derive(Clone, Debug, PartialEq)]
pub struct HighlightResult {
    /// Number of the query.
    pub id: u64,
    /// The words.
    pub text: String,
    /// Name of the video.
    pub video: String,
    /// Parts with their scores, the surest first.
    pub windows: Vec<ScoredWindow>,
    /// How well each clip of two seconds shows it; none where the method does not say.
    pub saliency: Vec<f64>,
}

/// A part of a video and how sure a method is of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredWindow {
    /// The part.
    pub span: Span,
    /// The score.
    pub score: f64,
}

#[derive(Deserialize, Serialize)]
struct FileResult {
    qid: u64,
    query: String,
    vid: String,
    #[serde(default)]
    pred_relevant_windows: Vec<[f64; 3]>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pred_saliency_scores: Vec<f64>,
}

impl HighlightResult {
    /// Reads a results file.
    ///
    /// # Errors
    /// [`DatasetError::Json`](crate::DatasetError::Json) with the line.
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let file: Vec<FileResult> = read_json_lines(path.as_ref())?;
        let results = file.into_iter().map(|result| Self {
            id: result.qid,
            text: result.query,
            video: result.vid,
            windows: result
                .pred_relevant_windows
                .into_iter()
                .map(|[start, end, score]| ScoredWindow {
                    span: Span::new(start, end),
                    score,
                })
                .collect(),
            saliency: result.pred_saliency_scores,
        });
        Ok(results.collect())
    }

    /// Writes a results file.
    ///
    /// # Errors
    /// [`DatasetError::Write`](crate::DatasetError::Write).
    pub fn write_all(path: impl AsRef<Path>, results: &[Self]) -> Result<()> {
        let lines = results.iter().map(|result| FileResult {
            qid: result.id,
            query: result.text.clone(),
            vid: result.video.clone(),
            pred_relevant_windows: result
                .windows
                .iter()
                .map(|window| [window.span.start, window.span.end, window.score])
                .collect(),
            pred_saliency_scores: result.saliency.clone(),
        });
        write_json_lines(path.as_ref(), lines)
    }
}
