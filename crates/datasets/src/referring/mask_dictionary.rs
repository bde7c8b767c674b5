//! The mask dictionaries of MeViS and ReVOS: hundreds of megabytes of run-length codes in one JSON object. Those of VISA
//! for other data sets are pickles.
//!
//! In: `{"ID": [code or null, …]}`, one element for each frame. Out: the masks of an object, when they are asked for.

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use tubelet_geometry::RunLength;

use super::expressions::Expression;
use super::pickled_masks::PickledMasks;
use crate::error::{DatasetError, Result};
use crate::formats::json_members::JsonMembers;
use crate::formats::run_length_json::{JsonMask, decode_track};
use crate::formats::text::in_entry;

/// One mask for each frame; `None` where the object is not seen.
pub type MaskTrack = Vec<Option<RunLength>>;

/// An opened dictionary.
#[derive(Clone, Debug)]
pub struct MaskDictionary {
    store: Store,
}

#[derive(Clone, Debug)]
enum Store {
    Json(JsonMembers),
    Pickle(Arc<PickledMasks>),
}

impl MaskDictionary {
    /// Looks through a file once to find where each object's masks stand; a name that ends with `.pkl` is a pickle.
    ///
    /// # Errors
    /// [`DatasetError::Bytes`] for what is no JSON object or no pickle of plain data, [`DatasetError::Entry`] for a
    /// pickle of anything but a dictionary.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let is_pickle = path.extension().is_some_and(|extension| extension == "pkl");
        let store = if is_pickle {
            Store::Pickle(Arc::new(PickledMasks::open(path)?))
        } else {
            Store::Json(JsonMembers::open(path)?)
        };
        Ok(Self { store })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        match &self.store {
            Store::Json(members) => members.path(),
            Store::Pickle(masks) => masks.path(),
        }
    }

    /// Number of objects.
    pub fn objects(&self) -> usize {
        match &self.store {
            Store::Json(members) => members.len(),
            Store::Pickle(masks) => masks.len(),
        }
    }

    /// Whether an object has masks.
    pub fn contains(&self, annotation: u64) -> bool {
        let key = annotation.to_string();
        match &self.store {
            Store::Json(members) => members.contains(&key),
            Store::Pickle(masks) => masks.contains(&key),
        }
    }

    /// Reads the masks of an object.
    ///
    /// # Errors
    /// [`DatasetError::Missing`] for an object without masks, [`DatasetError::Entry`] for masks that are none.
    pub fn masks(&self, annotation: u64) -> Result<MaskTrack> {
        let key = annotation.to_string();
        match &self.store {
            Store::Json(members) => decoded(members, &key, members.get(&key)?),
            Store::Pickle(masks) => masks.get(&key)?.ok_or_else(|| missing(masks.path(), &key)),
        }
    }

    /// Reads the masks of all objects that a sentence means.
    ///
    /// # Errors
    /// Those of [`MaskDictionary::masks`]; [`DatasetError::Entry`] where the objects have unequal numbers of frames.
    pub fn expression_masks(&self, expression: &Expression) -> Result<ExpressionMasks> {
        let tracks = expression.annotations.iter().map(|id| self.masks(*id));
        let tracks: Vec<MaskTrack> = tracks.collect::<Result<_>>()?;
        let frames = tracks.first().map_or(0, Vec::len);
        if tracks.iter().any(|track| track.len() != frames) {
            let reason = "its objects have unequal numbers of frames";
            return Err(in_entry(self.path(), &expression.id, reason));
        }
        Ok(ExpressionMasks { tracks })
    }
}

fn decoded(
    members: &JsonMembers,
    key: &str,
    masks: Option<Vec<Option<JsonMask>>>,
) -> Result<MaskTrack> {
    let masks = masks.ok_or_else(|| missing(members.path(), key))?;
    decode_track(&masks, JsonMask::decode).map_err(|reason| in_entry(members.path(), key, reason))
}

fn missing(path: &Path, key: &str) -> DatasetError {
    DatasetError::Missing {
        path: path.to_owned(),
        what: "mask of",
        name: key.to_owned(),
    }
}

/// The foreground of each video of ReVOS: everything that any sentence of the video means.
#[derive(Clone, Debug)]
pub struct ForegroundDictionary {
    members: JsonMembers,
}

#[derive(Deserialize)]
struct Foreground {
    masks_rle: Vec<Option<JsonMask>>,
}

impl ForegroundDictionary {
    /// Looks through a file once to find where each video's masks stand.
    ///
    /// # Errors
    /// [`DatasetError::Bytes`] for what is no JSON object.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let members = JsonMembers::open(path.as_ref())?;
        Ok(Self { members })
    }

    /// Reads the masks of a video.
    ///
    /// # Errors
    /// [`DatasetError::Missing`] for a video without masks, [`DatasetError::Entry`] for masks that are none.
    pub fn masks(&self, video: &str) -> Result<MaskTrack> {
        let foreground: Option<Foreground> = self.members.get(video)?;
        decoded(&self.members, video, foreground.map(|it| it.masks_rle))
    }
}

/// The masks of the objects that one sentence means.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpressionMasks {
    /// One track for each object.
    pub tracks: Vec<MaskTrack>,
}

impl ExpressionMasks {
    /// Number of frames.
    pub fn frames(&self) -> usize {
        self.tracks.first().map_or(0, Vec::len)
    }

    /// What is meant in a frame, all objects together; `None` where none is seen.
    ///
    /// # Errors
    /// [`DatasetError::Masks`] where the objects' masks have unequal sizes.
    pub fn union(&self, frame: usize) -> Result<Option<RunLength>> {
        let masks = self
            .tracks
            .iter()
            .filter_map(|track| track.get(frame)?.as_ref());
        let mut union: Option<RunLength> = None;
        for mask in masks {
            union = Some(match union {
                Some(union) => union.union(mask)?,
                None => mask.clone(),
            });
        }
        Ok(union)
    }
}
