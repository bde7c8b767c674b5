//! What is damaged: files that a reader accepts, and the reader.

use std::fs;
use std::path::Path;

/// Where a small text file stands in its folder, its content, and whether a reader accepts it.
pub(super) type Case = (&'static str, &'static str, fn(&Path) -> bool);

/// A parser with files that it reads without complaint.
pub(crate) struct Target {
    /// Kind of parser and file, such as `sentences/mask_dict.json`.
    pub(crate) name: String,
    /// Where the damaged file stands in its folder.
    pub(crate) file: &'static str,
    /// Good files.
    pub(crate) seeds: Vec<Vec<u8>>,
    /// Puts checksums right.
    pub(crate) repair: Option<fn(&mut [u8])>,
    /// Reads the damaged file; whether it was accepted.
    pub(crate) read: fn(&Path) -> bool,
}

impl Target {
    pub(super) fn new(
        group: &str,
        file: &'static str,
        seeds: Vec<Vec<u8>>,
        read: fn(&Path) -> bool,
    ) -> Self {
        Self {
            name: format!("{group}/{file}"),
            file,
            seeds,
            repair: None,
            read,
        }
    }

    pub(super) fn repaired(self, repair: fn(&mut [u8])) -> Self {
        Self {
            repair: Some(repair),
            ..self
        }
    }
}

/// All parsers.
pub(crate) fn all_targets() -> Vec<Target> {
    let texts = [
        ("segmentation", super::segmentation::CASES),
        ("sentences", super::sentences::CASES),
        ("grounding", super::grounding::CASES),
        ("questions", super::questions::CASES),
        ("tables", super::tables::CASES),
    ];
    let texts = texts.into_iter().flat_map(|(group, cases)| {
        cases.iter().map(move |(file, text, read)| {
            Target::new(group, file, vec![text.as_bytes().to_vec()], *read)
        })
    });
    let mut targets: Vec<Target> = texts.collect();
    targets.extend(super::pictures::targets());
    targets.extend(super::binaries::targets());
    targets.extend(super::overviews::targets());
    targets
}

/// Puts a file that a reader needs besides the damaged one, unless it is there.
pub(super) fn put(path: &Path, text: &[u8]) {
    if !path.is_file() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}
