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

/// Whether a name is of something that a system or an archiver left behind: hidden files, `._00000.png` and `__MACOSX`
/// of macOS among them.
pub fn is_litter(name: &str) -> bool {
    name.starts_with('.') || name == "__MACOSX"
}

/// Names of the folders in a folder, sorted, litter left out.
pub(crate) fn folders(path: &Path) -> Result<Vec<String>> {
    entries(path, Path::is_dir)
}

/// Names of the files in a folder, sorted, litter left out.
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
        if !is_litter(&name) && is_wanted(&entry.path()) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
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

    #[test]
    fn what_archivers_leave_behind_is_not_listed() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["dog", "__MACOSX", ".cache"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        for name in ["val.txt", "._val.txt", ".DS_Store"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(folders(folder.path()).unwrap(), ["dog"]);
        assert_eq!(files(folder.path()).unwrap(), ["val.txt"]);
    }
}
