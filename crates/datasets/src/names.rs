//! Names of videos, objects and frames that come from files and become parts of paths.
//!
//! In: names. Out: the same names, or an error for those that would lead out of the data set's folder. Also lists what
//! a folder holds.

use std::fs;
use std::path::Path;

use crate::error::{DatasetError, Result};

/// Refuses names that would lead out of the folder.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0']);
    if plain {
        Ok(())
    } else {
        Err(DatasetError::SequenceName {
            name: name.to_owned(),
        })
    }
}

/// Refuses relative paths that would lead out of the folder; `0101/2909445186` is one that does not.
pub(crate) fn check_relative(path: &str) -> Result<()> {
    path.split('/')
        .try_for_each(check_name)
        .map_err(|_| DatasetError::SequenceName {
            name: path.to_owned(),
        })
}

/// Names of the folders in a folder, sorted, hidden ones left out.
pub(crate) fn folders(path: &Path) -> Result<Vec<String>> {
    entries(path, Path::is_dir)
}

/// Names of the files in a folder, sorted, hidden ones left out.
pub(crate) fn files(path: &Path) -> Result<Vec<String>> {
    entries(path, Path::is_file)
}

fn entries(path: &Path, is_wanted: impl Fn(&Path) -> bool) -> Result<Vec<String>> {
    let unreadable = |source| DatasetError::Read {
        path: path.to_owned(),
        source,
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && is_wanted(&entry.path()) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in ["", "..", "a/b", "a\\b", ".hidden", "a\0"] {
            assert!(check_name(name).is_err(), "{name}");
        }
        for path in ["/a", "a/../b", "a//b", "a/"] {
            assert!(check_relative(path).is_err(), "{path}");
        }
        assert!(check_name("--h5fAKYurM").is_ok() && check_relative("0101/29").is_ok());
    }
}
