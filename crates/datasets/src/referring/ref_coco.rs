//! RefCOCO, RefCOCO+ and RefCOCOg: sentences about objects of COCO images (Yu et al., ECCV 2016; Mao et al., CVPR 2016).
//!
//! In: a folder such as `refcoco` with `refs(unc).p`, a pickle, and `instances.json`. Out: referred objects with their
//! sentences, boxes and masks. The pickle is parsed, not executed. Format: `refer.py` of lichengunc/refer.

use std::collections::BTreeMap;
use std::path::Path;

use super::coco_objects::{CocoObject, CocoObjects};
use crate::error::{DatasetError, Result};
use crate::formats::pickle::machine::parse_pickle;
use crate::formats::pickle::value::View;
use crate::formats::text::{in_entry, read_bytes};
use crate::names::{check_name, files};

/// Bytes of text that a byte of a pickle may stand for.
const TEXT_PER_BYTE: usize = 16;

/// An object that sentences refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CocoReference {
    /// Its number (`ref_id`).
    pub id: u64,
    /// Number of its annotation in `instances.json`.
    pub annotation: u64,
    /// Number of its image.
    pub image: u64,
    /// Number of its category.
    pub category: u64,
    /// Its split: `train`, `val`, `test`, `testA` or `testB`.
    pub split: String,
    /// The sentences, in lower case and without marks, as evaluators use them.
    pub sentences: Vec<CocoSentence>,
}

/// A sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CocoSentence {
    /// Its number (`sent_id`).
    pub id: u64,
    /// The words.
    pub text: String,
}

/// One of the three data sets, in one of its partitions.
#[derive(Clone, Debug)]
pub struct RefCoco {
    references: Vec<CocoReference>,
    objects: BTreeMap<u64, CocoObject>,
}

impl RefCoco {
    /// Opens a folder in a partition: `unc`, `google` or `umd`. `instances.json` may be missing.
    ///
    /// # Errors
    /// [`DatasetError::Layout`] where there is no such partition, [`DatasetError::Bytes`] for what is no pickle of plain
    /// data, and what is wrong with the annotations.
    pub fn open(path: impl AsRef<Path>, partition: &str) -> Result<Self> {
        check_name(partition)?;
        let path = path.as_ref();
        let pickle = path.join(format!("refs({partition}).p"));
        if !pickle.is_file() {
            let names = files(path)?;
            let others: Vec<&str> = names
                .iter()
                .filter_map(|name| name.strip_prefix("refs(")?.strip_suffix(").p"))
                .collect();
            return Err(DatasetError::Layout {
                path: path.to_owned(),
                dataset: "RefCOCO",
                reason: if others.is_empty() {
                    format!("there is no `refs({partition}).p`")
                } else {
                    let others = others.join(", ");
                    format!("no partition `{partition}` (there are: {others})")
                },
            });
        }
        let references = CocoReference::read_all(&pickle)?;
        let instances = path.join("instances.json");
        let objects = if instances.is_file() {
            let wanted = references.iter().map(|it| it.annotation).collect();
            CocoObjects::read(&instances, &wanted)?.objects
        } else {
            BTreeMap::new()
        };
        Ok(Self {
            references,
            objects,
        })
    }

    /// The referred objects, in the order of the file.
    pub fn references(&self) -> &[CocoReference] {
        &self.references
    }

    /// Those of a split.
    pub fn split<'a>(&'a self, split: &'a str) -> impl Iterator<Item = &'a CocoReference> {
        self.references.iter().filter(move |it| it.split == split)
    }

    /// The annotation of a reference; `None` where `instances.json` lacks it.
    pub fn object(&self, reference: &CocoReference) -> Option<&CocoObject> {
        self.objects.get(&reference.annotation)
    }
}

impl CocoReference {
    /// Reads a `refs(PARTITION).p`.
    ///
    /// # Errors
    /// [`DatasetError::Bytes`] for what is no pickle of plain data, [`DatasetError::Entry`] for a reference that lacks
    /// something.
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let bytes = read_bytes(path)?;
        let pickle = parse_pickle(path, &bytes)?;
        let list = || {
            let list = pickle.root().list();
            list.ok_or_else(|| in_entry(path, "root", "a list of references is expected"))
        };
        // A pickle may name one text or list many times over, which must not fill the memory.
        let mut left = bytes.len().saturating_mul(TEXT_PER_BYTE);
        for view in list()? {
            for length in text_lengths(view) {
                let rest = left.checked_sub(length);
                left =
                    rest.ok_or_else(|| in_entry(path, "root", "one text stands for too many"))?;
            }
        }
        list()?
            .enumerate()
            .map(|(index, view)| reference(path, index, view))
            .collect()
    }
}

/// What a reference takes in memory, roughly.
fn text_lengths(view: View<'_>) -> impl Iterator<Item = usize> {
    let length = |view: View<'_>, key: &str| view.get(key).and_then(View::text).map_or(1, str::len);
    let sentences = view.get("sentences").and_then(View::list);
    let sentences = sentences.into_iter().flatten();
    sentences
        .map(move |sentence| 1 + length(sentence, "sent"))
        .chain([1 + length(view, "split")])
}

fn reference(path: &Path, index: usize, view: View<'_>) -> Result<CocoReference> {
    let lacks = |key: &str| {
        in_entry(
            path,
            format!("{index}/{key}"),
            "missing, or of another type",
        )
    };
    let count = |view: View<'_>, key: &str| {
        let number = view.get(key).and_then(View::count);
        number.ok_or_else(|| lacks(key))
    };
    let sentences = view.get("sentences").and_then(View::list);
    let sentences = sentences
        .ok_or_else(|| lacks("sentences"))?
        .map(|sentence| {
            let text = sentence.get("sent").and_then(View::text);
            Ok(CocoSentence {
                id: count(sentence, "sent_id")?,
                text: text.ok_or_else(|| lacks("sentences/sent"))?.to_owned(),
            })
        });
    let split = view.get("split").and_then(View::text);
    Ok(CocoReference {
        sentences: sentences.collect::<Result<_>>()?,
        id: count(view, "ref_id")?,
        annotation: count(view, "ann_id")?,
        image: count(view, "image_id")?,
        category: count(view, "category_id")?,
        split: split.ok_or_else(|| lacks("split"))?.to_owned(),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    /// A pickle in which one sentence of a kilobyte stands a thousand times in each of a thousand references.
    fn bomb() -> Vec<u8> {
        let key = |name: &str| [&[b'U', name.len() as u8][..], name.as_bytes()].concat();
        let text = [&b"X"[..], &1000_u32.to_le_bytes(), &[b'a'; 1000]].concat();
        let sentence = [
            &b"}q\x01("[..],
            &key("sent"),
            &text,
            &key("sent_id"),
            b"K\x00u",
        ]
        .concat();
        let sentences = [
            b"](".to_vec(),
            sentence,
            b"h\x01".repeat(999),
            b"e".to_vec(),
        ]
        .concat();
        let mut reference = [b"}q\x02(".to_vec(), key("sentences"), sentences].concat();
        for name in ["ref_id", "ann_id", "image_id", "category_id"] {
            reference.extend([key(name), b"K\x07".to_vec()].concat());
        }
        reference.extend([key("split"), key("val"), b"u".to_vec()].concat());
        [
            b"\x80\x02](".to_vec(),
            reference,
            b"h\x02".repeat(999),
            b"e.".to_vec(),
        ]
        .concat()
    }

    #[test]
    fn a_small_pickle_cannot_fill_the_memory() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bomb()).unwrap();
        assert!(bomb().len() < 10_000);
        let error = CocoReference::read_all(file.path()).unwrap_err();
        assert!(
            error.to_string().contains("one text stands for too many"),
            "{error}"
        );
    }
}
