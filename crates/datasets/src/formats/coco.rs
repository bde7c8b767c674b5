//! The segmentation of an object as COCO's JSON files give it: outlines, or a run-length code.
//!
//! In: JSON. Out: `RunLength` of a picture's size, which outlines do not carry.

use serde::Deserialize;
use tubelet_geometry::{FrameSize, RunLength};

use super::polygon::fill_polygons;
use super::run_length_json::JsonRunLength;

/// What may stand under `segmentation`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum JsonSegmentation {
    /// A code of the whole picture.
    Code(JsonRunLength),
    /// Outlines of its parts.
    Polygons(Vec<Vec<f64>>),
}

impl JsonSegmentation {
    /// The mask; the message says what is wrong with it.
    pub(crate) fn decode(&self, size: FrameSize) -> Result<RunLength, String> {
        match self {
            Self::Polygons(polygons) => fill_polygons(polygons, size),
            Self::Code(code) => {
                let code = code.decode()?;
                if code.size() == size {
                    Ok(code)
                } else {
                    Err(format!("a mask of {} in a picture of {size}", code.size()))
                }
            }
        }
    }
}
