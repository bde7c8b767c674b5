//! Names of what a folder holds.
//!
//! In: a folder. Out: names of its folders and files, sorted, without what systems and archivers leave behind.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tubelet_datasets::{DatasetError, is_litter};

use crate::error::EvaluationError;

/// Names of the folders in a folder.
pub(crate) fn folders(path: &Path) -> Result<BTreeSet<String>, EvaluationError> {
    entries(path, Path::is_dir)
}

/// Names of the files in a folder that end in a way, without the ending.
pub(crate) fn stems(path: &Path, ending: &str) -> Result<BTreeSet<String>, EvaluationError> {
    let names = entries(path, Path::is_file)?;
    let stems = names.iter().filter_map(|name| name.strip_suffix(ending));
    Ok(stems.map(str::to_owned).collect())
}

fn entries(path: &Path, is_wanted: fn(&Path) -> bool) -> Result<BTreeSet<String>, EvaluationError> {
    let unreadable = |source| DatasetError::Read {
        path: path.to_owned(),
        source,
    };
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !is_litter(&name) && is_wanted(&entry.path()) {
            names.insert(name);
        }
    }
    Ok(names)
}
