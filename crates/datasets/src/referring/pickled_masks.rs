//! A mask dictionary as VISA stores it: a Python pickle, parsed and never run.
//!
//! In: `{"ID": [code or None, …]}` with COCO's run-length codes, texts or lists of counts. Out: the masks of a key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tubelet_geometry::RunLength;

use super::mask_dictionary::MaskTrack;
use crate::error::Result;
use crate::formats::pickle::machine::parse_pickle;
use crate::formats::pickle::value::{Pickle, Place, View};
use crate::formats::run_length_json::{decode_track, sized_code, sized_counts};
use crate::formats::text::{in_entry, read_bytes};

/// A parsed dictionary. All of it is in memory: the sentences of Ref-DAVIS17 have some ten megabytes of codes.
#[derive(Debug)]
pub(super) struct PickledMasks {
    path: PathBuf,
    pickle: Pickle,
    places: BTreeMap<String, Place>,
    /// Length of the file, which no track's codes exceed.
    bytes: usize,
}

impl PickledMasks {
    /// Parses a file.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let bytes = read_bytes(path)?;
        let pickle = parse_pickle(path, &bytes)?;
        let members = pickle.root().members();
        let members =
            members.ok_or_else(|| in_entry(path, "root", "a dictionary of masks is expected"))?;
        let places = members
            .map(|(key, masks)| {
                let key = key.name();
                let key = key.ok_or_else(|| in_entry(path, "root", "a key is no text"))?;
                Ok((key, masks.place()))
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            path: path.to_owned(),
            places,
            pickle,
            bytes: bytes.len(),
        })
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Number of keys.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is a key.
    pub(super) fn contains(&self, key: &str) -> bool {
        self.places.contains_key(key)
    }

    /// The masks of a key; `None` where there is no such key.
    pub(super) fn get(&self, key: &str) -> Result<Option<MaskTrack>> {
        let Some(place) = self.places.get(key) else {
            return Ok(None);
        };
        let masks = self.pickle.view(*place).list();
        let masks =
            masks.ok_or_else(|| in_entry(&self.path, key, "a list of masks is expected"))?;
        let masks: Vec<Option<View<'_>>> = masks.map(View::if_any).collect();
        // A pickle may name one code many times over, which must not take hours.
        let lengths = masks.iter().flatten().map(|mask| code_length(*mask));
        if lengths.sum::<usize>() > self.bytes {
            let reason = "its codes are longer than the file that holds them";
            return Err(in_entry(&self.path, key, reason));
        }
        let masks = decode_track(&masks, |mask| decoded(*mask));
        let masks = masks.map_err(|reason| in_entry(&self.path, key, reason));
        masks.map(Some)
    }
}

/// Bytes that the counts of a mask take at least.
fn code_length(mask: View<'_>) -> usize {
    let counts = mask.get("counts");
    let text = counts.and_then(View::text).map(str::len);
    let list = || counts.and_then(View::list).map(|list| list.len());
    text.or_else(list).unwrap_or_default()
}

fn decoded(mask: View<'_>) -> Result<RunLength, String> {
    let side = |view: View<'_>| usize::try_from(view.count()?).ok();
    let size = mask.get("size").and_then(View::list);
    let size: Option<Vec<usize>> = size.and_then(|sides| sides.take(3).map(side).collect());
    let Some(&[height, width]) = size.as_deref() else {
        return Err("no size of height and width".to_owned());
    };
    let counts = mask.get("counts");
    if let Some(text) = counts.and_then(View::text) {
        return sized_code(width, height, text);
    }
    let list = counts.and_then(View::list);
    let count = |view: View<'_>| u32::try_from(view.count()?).ok();
    let counts: Option<Vec<u32>> = list.and_then(|list| list.map(count).collect());
    let counts = counts.ok_or("no counts, neither a text nor numbers")?;
    sized_counts(width, height, &counts)
}
