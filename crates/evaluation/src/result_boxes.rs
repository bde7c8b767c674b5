//! Boxes of tracks in a file of results, which need not be those around the masks.
//!
//! In: a JSON list whose entries may have `bboxes`, a list of `[X, Y, WIDTH, HEIGHT]` or null over frames. Out: boxes by the
//! place of the entry and the frame.

use std::path::Path;

use serde::Deserialize;
use tubelet_datasets::DatasetError;
use tubelet_metrics::PreciseBox;

/// Boxes by entry and frame.
#[derive(Default)]
pub(crate) struct ResultBoxes {
    tracks: Vec<FileTrack>,
}

#[derive(Deserialize)]
struct FileTrack {
    bboxes: Option<Vec<Option<[f64; 4]>>>,
}

impl ResultBoxes {
    /// Reads a results file.
    pub(crate) fn read(path: &Path) -> Result<Self, DatasetError> {
        let bytes = std::fs::read(path).map_err(|source| DatasetError::Read {
            path: path.to_owned(),
            source,
        })?;
        let tracks = serde_json::from_slice(&bytes).map_err(|error| DatasetError::Json {
            path: path.to_owned(),
            line: error.line(),
            column: error.column(),
            reason: error.to_string(),
        })?;
        Ok(Self { tracks })
    }

    /// The boxes of a track by frame; `None` where the file has none of the track.
    pub(crate) fn of(&self, track: usize) -> Option<Vec<Option<PreciseBox>>> {
        let boxes = self.tracks.get(track)?.bboxes.as_ref()?.iter();
        let boxes = boxes.map(|edges| edges.map(PreciseBox::from_corner_and_size));
        Some(boxes.collect())
    }
}
