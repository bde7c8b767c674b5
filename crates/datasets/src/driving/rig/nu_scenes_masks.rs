//! The annotation folder that gives nuScenes its masks.
//!
//! In: `TOKEN.json` for each annotated picture, and `instances.json`. Out: objects with their numbers. A file is a list of
//! objects with COCO's run-length codes, or names a label picture in Waymo's panoptic form that lies beside it. Format:
//! `docs/formats.md`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tubelet_geometry::RunLength;

use super::step::RigObject;
use crate::driving::waymo::panoptic::WaymoObject;
use crate::error::Result;
use crate::formats::deep_png::DeepLabels;
use crate::formats::json::{parse_json, read_json};
use crate::formats::run_length_json::JsonRunLength;
use crate::formats::text::{in_entry, read_bytes};
use crate::names::check_name;

/// Numbers of instances by their tokens.
pub(super) const NUMBERS: &str = "instances.json";

/// An object of a picture as it stands in the file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MaskEntry {
    pub(super) instance_token: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) category: String,
    pub(super) mask: JsonRunLength,
}

impl MaskEntry {
    /// The entry of an object.
    pub(super) fn of(object: &RigObject, instance_token: String) -> Self {
        Self {
            instance_token,
            category: object.category.clone(),
            mask: (&RunLength::encode(&object.mask)).into(),
        }
    }
}

/// A label picture and what its local numbers mean.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PanopticEntry {
    /// Name of the picture beside the file.
    pub(super) panoptic: String,
    /// Number by which classes are multiplied.
    pub(super) divisor: u16,
    /// Tokens of instances by local numbers.
    pub(super) instances: BTreeMap<u16, String>,
}

/// The annotation folder of a scene.
#[derive(Clone, Debug)]
pub(super) struct NuScenesMasks {
    folder: Option<PathBuf>,
    numbers: Arc<BTreeMap<String, u64>>,
}

/// The file of a picture.
#[derive(Clone, Debug)]
pub struct NuMaskFile {
    path: PathBuf,
    numbers: Arc<BTreeMap<String, u64>>,
}

impl NuScenesMasks {
    /// Opens a folder for a scene with objects of some tokens. Tokens that `instances.json` does not number are numbered
    /// from 1, or from behind its largest number, in the order of the alphabet.
    ///
    /// # Errors
    /// Where the file is none, or leaves no numbers.
    pub(super) fn open<'a>(
        folder: Option<&Path>,
        tokens: impl Iterator<Item = &'a str>,
    ) -> Result<Self> {
        let table = folder.map(|it| it.join(NUMBERS)).filter(|it| it.is_file());
        let mut numbers: BTreeMap<String, u64> = match &table {
            Some(path) => read_json(path)?,
            None => BTreeMap::new(),
        };
        let mut tokens: Vec<&str> = tokens.filter(|it| !numbers.contains_key(*it)).collect();
        tokens.sort_unstable();
        tokens.dedup();
        let largest = numbers.values().max().copied().unwrap_or(0);
        if largest.checked_add(tokens.len() as u64).is_none() {
            let path = table.unwrap_or_default();
            let reason = "too large: instances without a number are numbered behind the largest";
            return Err(in_entry(&path, largest, reason));
        }
        for (number, token) in (1..).zip(tokens) {
            numbers.insert(token.to_owned(), largest + number);
        }
        Ok(Self {
            folder: folder.map(Path::to_owned),
            numbers: Arc::new(numbers),
        })
    }

    /// The file of a picture; `None` where it is not annotated.
    pub(super) fn of(&self, token: &str) -> Result<Option<NuMaskFile>> {
        check_name(token)?;
        let folder = self.folder.as_ref();
        let path = folder.map(|it| it.join(format!("{token}.json")));
        Ok(path.filter(|it| it.is_file()).map(|path| NuMaskFile {
            path,
            numbers: Arc::clone(&self.numbers),
        }))
    }

    /// The number of an instance.
    pub(super) fn number(&self, token: &str) -> Result<u64> {
        let folder = self.folder.clone().unwrap_or_default();
        number(&self.numbers, &folder.join(NUMBERS), token)
    }
}

fn number(numbers: &BTreeMap<String, u64>, path: &Path, token: &str) -> Result<u64> {
    let found = numbers.get(token).copied();
    found.ok_or_else(|| {
        let reason = format!("neither the scene's tables nor {NUMBERS} know this instance");
        in_entry(path, token, reason)
    })
}

impl NuMaskFile {
    /// Reads the objects.
    pub(super) fn read(&self) -> Result<Vec<RigObject>> {
        let bytes = read_bytes(&self.path)?;
        if bytes.trim_ascii_start().starts_with(b"{") {
            return self.panoptic(&parse_json(&self.path, &bytes, 1)?);
        }
        let entries: Vec<MaskEntry> = parse_json(&self.path, &bytes, 1)?;
        entries.into_iter().map(|it| self.object(it)).collect()
    }

    fn object(&self, entry: MaskEntry) -> Result<RigObject> {
        let refuse = |reason| in_entry(&self.path, &entry.instance_token, reason);
        Ok(RigObject {
            instance: number(&self.numbers, &self.path, &entry.instance_token)?,
            is_tracked: true,
            mask: entry.mask.decode().map_err(refuse)?.decode(),
            category: entry.category,
        })
    }

    fn panoptic(&self, entry: &PanopticEntry) -> Result<Vec<RigObject>> {
        check_name(&entry.panoptic)?;
        let labels = DeepLabels::read(self.path.with_file_name(&entry.panoptic))?;
        let masks = labels.masks().into_iter().filter_map(|(value, mask)| {
            let object = WaymoObject::of(value, entry.divisor);
            let token = entry.instances.get(&object.local)?;
            Some((object, token, mask))
        });
        let objects = masks.map(|(object, token, mask)| {
            Ok(RigObject {
                instance: number(&self.numbers, &self.path, token)?,
                is_tracked: true,
                category: object.class_name().to_owned(),
                mask,
            })
        });
        objects.collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn instances_without_a_number_get_one_that_no_other_has() {
        let folder = tempfile::tempdir().unwrap();
        let open = |largest: u64| {
            let table = format!(r#"{{"b": {largest}}}"#);
            std::fs::write(folder.path().join(NUMBERS), table).unwrap();
            NuScenesMasks::open(Some(folder.path()), ["c", "b", "a"].into_iter())
        };
        let masks = open(7).unwrap();
        let numbers = ["a", "b", "c"].map(|token| masks.number(token).unwrap());
        assert_eq!(numbers, [8, 7, 9]);
        assert!(open(u64::MAX - 2).is_ok());
        let error = open(u64::MAX - 1).unwrap_err().to_string();
        assert!(error.contains("18446744073709551614"), "{error}");
    }
}
