//! What is damaged: files that a reader accepts, and the reader.

use std::fs;
use std::path::Path;

/// Where a small text file stands in its folder, its content, and whether a reader accepts it.
pub(super) type Case = (&'static str, &'static str, fn(&Path) -> bool);

/// A parser with files that it reads without complaint.
pub(crate) struct Target {
    /// Kind of parser and file, such as `sentences/mask_dict.json`.
    pub(crate) name: String,
    /// The parser, which several kinds of file may share; their time is its time.
    pub(crate) parser: String,
    /// Where the damaged file stands in its folder.
    pub(crate) file: &'static str,
    /// Good files.
    pub(crate) seeds: Vec<Vec<u8>>,
    /// Puts checksums right.
    pub(crate) repair: Option<fn(&mut [u8])>,
    /// Reads the damaged file; whether it was accepted.
    pub(crate) read: Box<dyn Fn(&Path) -> bool + Send>,
}

impl Target {
    pub(super) fn new(
        group: &str,
        file: &'static str,
        seeds: Vec<Vec<u8>>,
        read: impl Fn(&Path) -> bool + Send + 'static,
    ) -> Self {
        let name = format!("{group}/{file}");
        Self {
            parser: name.clone(),
            name,
            file,
            seeds,
            repair: None,
            read: Box::new(read),
        }
    }

    /// Says that the parser is one that other kinds of file have too.
    pub(super) fn of(self, parser: &str) -> Self {
        Self {
            parser: parser.to_owned(),
            ..self
        }
    }

    pub(super) fn repaired(self, repair: fn(&mut [u8])) -> Self {
        Self {
            repair: Some(repair),
            ..self
        }
    }
}

/// Puts a file that a reader needs besides the damaged one, unless it is there.
pub(super) fn put(path: &Path, text: &[u8]) {
    if !path.is_file() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}
