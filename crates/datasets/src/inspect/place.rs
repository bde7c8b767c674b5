//! A folder, looked at once: the names in it and the beginnings of its JSON files.
//!
//! In: a folder. Out: answers to the questions by which data sets are recognised.

use std::cell::OnceCell;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::formats::json_outline::outline;
use crate::names::{files, folders};

/// Bytes of a file that are looked at.
const BEGINNING: u64 = 1 << 16;
/// JSON files of a folder that are looked at.
const MOST_PEEKS: usize = 64;
/// Bytes of a folder's larger files whose keys are looked for beyond their beginnings.
const MOST_SCANNED: u64 = 1 << 28;
/// Keys of which one stands first in files of COCO's form.
const SECTIONS: [&str; 6] = [
    "info",
    "licenses",
    "images",
    "annotations",
    "categories",
    "videos",
];

/// Names under which parts of data sets are kept.
pub(crate) const SPLITS: [&str; 8] = [
    "train",
    "valid",
    "val",
    "valid_u",
    "test",
    "test_unseen",
    "train_all_frames",
    "valid_all_frames",
];

/// A folder.
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    pub(crate) files: Vec<String>,
    pub(crate) folders: Vec<String>,
    beginnings: OnceCell<Vec<Beginning>>,
}

/// The first bytes of a file; of one in COCO's form, its keys as well.
struct Beginning {
    name: String,
    text: String,
}

impl Place {
    /// Looks at a folder.
    pub(crate) fn look(path: &Path) -> Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            files: files(path)?,
            folders: folders(path)?,
            beginnings: OnceCell::new(),
        })
    }

    /// Whether a file is there.
    pub(crate) fn has_file(&self, name: &str) -> bool {
        self.files.iter().any(|found| found == name)
    }

    /// Whether a folder is there.
    pub(crate) fn has_folder(&self, name: &str) -> bool {
        self.folders.iter().any(|found| found == name)
    }

    /// Files whose names begin and end in a way, with what stands between.
    pub(crate) fn named<'a>(
        &'a self,
        start: &'a str,
        end: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files.iter().filter_map(move |name| {
            let middle = name.strip_prefix(start)?.strip_suffix(end)?;
            Some((name.as_str(), middle))
        })
    }

    /// Parts of the data set below this folder in which a file or folder is; the folder itself counts as the part of
    /// its own name.
    pub(crate) fn splits_with(&self, content: &str) -> Vec<String> {
        let known = SPLITS.iter().filter(|split| self.has_folder(split));
        let mut found: Vec<String> = known
            .filter(|split| self.path.join(split).join(content).exists())
            .map(|split| (*split).to_owned())
            .collect();
        if found.is_empty() && self.path.join(content).exists() {
            let name = self.path.file_name().unwrap_or_default();
            found.push(name.to_string_lossy().into_owned());
        }
        found
    }

    /// JSON files whose beginnings hold all of some words.
    pub(crate) fn json_with(&self, words: &[&str]) -> Vec<&str> {
        let beginnings = self.beginnings.get_or_init(|| self.read_beginnings());
        let holds = |beginning: &&Beginning| words.iter().all(|it| beginning.text.contains(it));
        let found = beginnings.iter().filter(holds);
        found.map(|beginning| beginning.name.as_str()).collect()
    }

    fn read_beginnings(&self) -> Vec<Beginning> {
        let is_json = |name: &&String| {
            let ending = Path::new(name.as_str()).extension();
            ending.is_some_and(|ending| ending == "json" || ending == "jsonl")
        };
        let names = self.files.iter().filter(is_json).take(MOST_PEEKS);
        let mut left = MOST_SCANNED;
        let beginnings = names.filter_map(|name| {
            let mut bytes = Vec::new();
            let mut file = File::open(self.path.join(name)).ok()?;
            file.by_ref().take(BEGINNING).read_to_end(&mut bytes).ok()?;
            let length = file.metadata().ok()?.len();
            let mut text = String::from_utf8_lossy(&bytes).into_owned();
            if length > BEGINNING && has_sections(&text) {
                let scanned = length.min(left);
                left -= scanned;
                let rest = file.take(scanned.saturating_sub(BEGINNING));
                let keys = outline(bytes.as_slice().chain(rest)).ok()?;
                text.extend(keys.iter().map(|key| format!("\n\"{key}\"")));
            }
            Some(Beginning {
                name: name.clone(),
                text,
            })
        });
        beginnings.collect()
    }
}

/// Whether a text is the beginning of a file in COCO's form, whose lists may stand in any order.
fn has_sections(text: &str) -> bool {
    let inner = text.trim_start_matches('\u{feff}').trim_start();
    let first = inner.strip_prefix('{').map(str::trim_start);
    first.is_some_and(|rest| {
        let mut keys = SECTIONS.iter();
        keys.any(|key| rest.starts_with(&format!("\"{key}\"")))
    })
}
