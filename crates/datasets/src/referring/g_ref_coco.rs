//! gRefCOCO: sentences about any number of objects of COCO images, or about none (Liu et al., CVPR 2023).
//!
//! In: a folder such as `grefcoco` with `grefs(unc).json` and `instances.json`. Out: sentences with their images and
//! masks. Format: `grefer.py` of ReLA.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tubelet_geometry::{Mask, RunLength};

use super::coco_objects::{CocoImage, CocoObject, CocoObjects};
use super::ref_coco::CocoSentence;
use crate::error::{DatasetError, Result};
use crate::formats::json::read_json;
use crate::formats::text::in_entry;
use crate::names::check_name;

/// Number that stands for no annotation.
const NOTHING: i64 = -1;

/// Objects of an image that sentences refer to together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneralReference {
    /// Its number (`ref_id`).
    pub id: u64,
    /// Numbers of the annotations in `instances.json`; none where the sentences refer to nothing.
    pub annotations: Vec<u64>,
    /// Number of the image.
    pub image: u64,
    /// Its split: `train`, `val`, `testA` or `testB`.
    pub split: String,
    /// The sentences.
    pub sentences: Vec<CocoSentence>,
}

/// The data set in one of its partitions.
#[derive(Clone, Debug)]
pub struct GRefCoco {
    references: Vec<GeneralReference>,
    annotated: CocoObjects,
    place: PathBuf,
}

#[derive(Deserialize)]
struct FileReference {
    ref_id: u64,
    ann_id: OneOrMore,
    image_id: u64,
    split: String,
    sentences: Vec<FileSentence>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(i64),
    More(Vec<i64>),
}

#[derive(Deserialize)]
struct FileSentence {
    sent_id: u64,
    sent: String,
}

impl GRefCoco {
    /// Opens a folder in a partition, such as `unc`.
    ///
    /// # Errors
    /// [`DatasetError::Layout`] where a file is missing, [`DatasetError::Json`] and [`DatasetError::Entry`] for references
    /// and annotations of another form, and for a reference to what is not annotated in its image.
    pub fn open(path: impl AsRef<Path>, partition: &str) -> Result<Self> {
        check_name(partition)?;
        let root = path.as_ref();
        let names = [
            format!("grefs({partition}).json"),
            "instances.json".to_owned(),
        ];
        let [place, instances] = names.clone().map(|name| root.join(name));
        for (path, name) in [&place, &instances].into_iter().zip(names) {
            if !path.is_file() {
                return Err(DatasetError::Layout {
                    path: root.to_owned(),
                    dataset: "gRefCOCO",
                    reason: format!("there is no `{name}`"),
                });
            }
        }
        let file: Vec<FileReference> = read_json(&place)?;
        let references = file.into_iter().map(|reference| {
            let id = reference.ref_id;
            checked(reference).map_err(|reason| in_entry(&place, format!("ref_id {id}"), reason))
        });
        let references: Vec<GeneralReference> = references.collect::<Result<_>>()?;
        let wanted: BTreeSet<u64> = references
            .iter()
            .flat_map(|it| it.annotations.iter().copied())
            .collect();
        let set = Self {
            annotated: CocoObjects::read(&instances, &wanted)?,
            references,
            place,
        };
        for reference in &set.references {
            set.objects(reference)?;
            set.image(reference)?;
        }
        Ok(set)
    }

    /// The references, in the order of the file.
    pub fn references(&self) -> &[GeneralReference] {
        &self.references
    }

    /// Those of a split.
    pub fn split<'a>(&'a self, split: &'a str) -> impl Iterator<Item = &'a GeneralReference> {
        self.references.iter().filter(move |it| it.split == split)
    }

    /// The image of a reference.
    ///
    /// # Errors
    /// [`DatasetError::Entry`] for one that `instances.json` lacks.
    pub fn image(&self, reference: &GeneralReference) -> Result<&CocoImage> {
        let image = self.annotated.images.get(&reference.image);
        image.ok_or_else(|| self.refuse(reference, format!("no image {}", reference.image)))
    }

    /// What a reference means: all pixels of its objects, crowds left out as in ReLA. Empty where it means nothing.
    ///
    /// # Errors
    /// [`DatasetError::Entry`] for outlines that are none.
    pub fn mask(&self, reference: &GeneralReference) -> Result<RunLength> {
        let mut all = RunLength::encode(&Mask::new(self.image(reference)?.size));
        for object in self
            .objects(reference)?
            .into_iter()
            .filter(|it| !it.is_crowd)
        {
            all = all.union(&object.mask()?)?;
        }
        Ok(all)
    }

    fn objects(&self, reference: &GeneralReference) -> Result<Vec<&CocoObject>> {
        let objects = reference.annotations.iter().map(|annotation| {
            let object = self.annotated.objects.get(annotation);
            let refuse = |reason: String| self.refuse(reference, reason);
            let object = object.ok_or_else(|| refuse(format!("no annotation {annotation}")))?;
            if object.image != reference.image {
                let reason = format!(
                    "annotation {annotation} belongs to image {}, not {}",
                    object.image, reference.image
                );
                return Err(refuse(reason));
            }
            Ok(object)
        });
        objects.collect()
    }

    fn refuse(&self, reference: &GeneralReference, reason: String) -> DatasetError {
        in_entry(&self.place, format!("ref_id {}", reference.id), reason)
    }
}

fn checked(reference: FileReference) -> Result<GeneralReference, String> {
    let numbers = match reference.ann_id {
        OneOrMore::One(number) => vec![number],
        OneOrMore::More(numbers) => numbers,
    };
    let annotations = if numbers == [NOTHING] {
        Vec::new()
    } else {
        let numbers = numbers.into_iter().map(|number| {
            u64::try_from(number).map_err(|_| format!("an annotation numbered {number}"))
        });
        let numbers: Vec<u64> = numbers.collect::<Result<_, String>>()?;
        if numbers.is_empty() {
            return Err(format!(
                "no annotation (`[{NOTHING}]` says that nothing is meant)"
            ));
        }
        numbers
    };
    let sentences = reference.sentences.into_iter().map(|it| CocoSentence {
        id: it.sent_id,
        text: it.sent,
    });
    Ok(GeneralReference {
        id: reference.ref_id,
        annotations,
        image: reference.image_id,
        split: reference.split,
        sentences: sentences.collect(),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::fs;

    use super::*;

    const INSTANCES: &str = r#"{"images": [{"id": 7, "file_name": "a.jpg", "width": 8, "height": 6}, {"id": 8, "file_name": "b.jpg", "width": 8, "height": 6}],
        "annotations": [
        {"id": 1, "image_id": 7, "iscrowd": 0, "bbox": [0, 0, 2, 2], "segmentation": [[0, 0, 2, 0, 2, 2, 0, 2]]},
        {"id": 2, "image_id": 7, "iscrowd": 0, "bbox": [1, 0, 2, 2], "segmentation": [[1, 0, 3, 0, 3, 2, 1, 2]]},
        {"id": 3, "image_id": 7, "iscrowd": 1, "bbox": [0, 0, 8, 6], "segmentation": {"size": [6, 8], "counts": [0, 48]}}]}"#;

    fn open(references: &str) -> Result<GRefCoco> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("instances.json"), INSTANCES).unwrap();
        fs::write(folder.path().join("grefs(unc).json"), references).unwrap();
        GRefCoco::open(folder.path(), "unc")
    }

    fn reference(annotations: &str) -> String {
        format!(
            r#"[{{"ref_id": 5, "ann_id": {annotations}, "image_id": 7, "split": "val", "file_name": "a.jpg", "category_id": [1],
            "sent_ids": [9], "sentences": [{{"sent_id": 9, "sent": "both", "raw": "Both.", "tokens": ["both"]}}]}}]"#
        )
    }

    fn area(annotations: &str) -> usize {
        let set = open(&reference(annotations)).unwrap();
        let reference = set.split("val").next().unwrap();
        assert_eq!(reference.sentences[0].text, "both");
        set.mask(reference).unwrap().decode().count()
    }

    #[test]
    fn the_mask_is_the_union_of_the_objects_without_crowds() {
        assert_eq!(area("[1]"), 4);
        assert_eq!(area("1"), 4);
        assert_eq!(area("[1, 2, 3]"), 6);
        assert_eq!(area("[-1]"), 0);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let message = |text: &str| open(text).unwrap_err().to_string();
        assert!(message(&reference("[4]")).contains("`ref_id 5`: no annotation 4"));
        assert!(message(&reference("[]")).contains("says that nothing is meant"));
        assert!(message(&reference("[1, -1]")).contains("numbered -1"));
        let elsewhere = reference("[1]").replace("\"image_id\": 7", "\"image_id\": 8");
        assert!(message(&elsewhere).contains("belongs to image 7, not 8"));
        let nowhere = reference("[-1]").replace("\"image_id\": 7", "\"image_id\": 6");
        assert!(message(&nowhere).contains("no image 6"));
    }
}
