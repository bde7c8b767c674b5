//! The place where a conversion is written until it is complete, so that one that fails leaves nothing.
//!
//! In: where the result is to be. Out: a folder beside it, which becomes the result or goes.

use std::fs;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::{DatasetError, Result};

/// Beginning of the folder's name; what a killed conversion leaves is hidden, and in nobody's way.
const NAME: &str = ".tubelet-convert-";

/// A folder that is gone when this value is.
#[derive(Debug)]
pub(super) struct Stage {
    folder: PathBuf,
    to: PathBuf,
}

impl Stage {
    /// Makes a folder beside `to`, or in it where it is a folder already, so that both are on one disk.
    pub(super) fn create(to: &Path) -> Result<Self> {
        let around = match to.parent() {
            _ if to.is_dir() => to,
            None => Path::new("."),
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
        };
        fs::create_dir_all(around).map_err(|source| cannot_write(around, source))?;
        for number in 0..1000 {
            let folder = around.join(format!("{NAME}{number}"));
            match fs::create_dir(&folder) {
                Ok(()) => {
                    return Ok(Self {
                        folder,
                        to: to.to_owned(),
                    });
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(cannot_write(&folder, error)),
            }
        }
        let reason = format!("there are a thousand folders `{NAME}…`");
        let source = Error::new(ErrorKind::AlreadyExists, reason);
        Err(cannot_write(around, source))
    }

    /// The folder to write into.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file to write, where the result is one.
    pub(super) fn file(&self) -> PathBuf {
        self.folder.join("result")
    }

    /// Refuses to write where something is; what is to be a folder may be an empty one.
    pub(super) fn check_room(to: &Path, is_file: bool) -> Result<()> {
        let is_left = |name: &str| name.starts_with(NAME);
        let is_taken = match fs::read_dir(to) {
            Ok(_) if is_file => true,
            Ok(entries) => entries
                .flatten()
                .any(|entry| !is_left(&entry.file_name().to_string_lossy())),
            Err(_) => to.exists(),
        };
        if !is_taken {
            return Ok(());
        }
        let source = Error::new(ErrorKind::AlreadyExists, "there is something already");
        Err(cannot_write(to, source))
    }

    /// The file becomes the result.
    pub(super) fn finish_file(self) -> Result<()> {
        rename(&self.file(), &self.to)
    }

    /// The folder, or what is in it, becomes the result.
    pub(super) fn finish_folder(self) -> Result<()> {
        if !self.to.is_dir() {
            return rename(&self.folder, &self.to);
        }
        let entries = fs::read_dir(&self.folder);
        for entry in entries.map_err(|source| cannot_write(&self.folder, source))? {
            let entry = entry.map_err(|source| cannot_write(&self.folder, source))?;
            rename(&entry.path(), &self.to.join(entry.file_name()))?;
        }
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Gone already where it has become the result; nobody could be told where it cannot be removed.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|source| cannot_write(to, source))
}

/// A result that the system refused.
pub(super) fn cannot_write(path: &Path, source: Error) -> DatasetError {
    DatasetError::Write {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn only_what_is_finished_stays() {
        let folder = tempfile::tempdir().unwrap();
        for (to, parent) in [("new", ""), ("a/new", "a"), ("old", "old")] {
            let to = folder.path().join(to);
            if parent == "old" {
                fs::create_dir(&to).unwrap();
            }
            let stage = Stage::create(&to).unwrap();
            fs::write(stage.folder().join("part"), "").unwrap();
            drop(stage);
            let left = names(&folder.path().join(parent));
            assert!(left.iter().all(|name| !name.starts_with('.')), "{left:?}");
            assert!(Stage::check_room(&to, false).is_ok());
            let stage = Stage::create(&to).unwrap();
            fs::write(stage.folder().join("whole"), "").unwrap();
            stage.finish_folder().unwrap();
            assert_eq!(names(&to), ["whole"]);
            assert!(Stage::check_room(&to, false).is_err());
        }
        assert_eq!(names(folder.path()), ["a", "new", "old"]);
    }

    #[test]
    fn what_a_killed_conversion_left_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        std::mem::forget(Stage::create(folder.path()).unwrap());
        assert!(Stage::check_room(folder.path(), false).is_ok());
        assert!(Stage::check_room(folder.path(), true).is_err());
        let stage = Stage::create(folder.path()).unwrap();
        assert!(stage.folder().ends_with(".tubelet-convert-1"));
        stage.finish_folder().unwrap();
    }
}
