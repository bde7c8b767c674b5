//! A file that gets its name when it is complete.
//!
//! While it is written it is called `NAME.partial`. Whoever finds such a file knows that the writing was interrupted, and a
//! complete file from an earlier run is not lost.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::{Result, VideoError};

/// See the module's text.
pub(crate) struct PartialFile {
    path: PathBuf,
    partial: PathBuf,
    file: BufWriter<File>,
    length: u64,
}

impl PartialFile {
    /// Begins a file.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let mut name = path.as_os_str().to_owned();
        name.push(".partial");
        let partial = PathBuf::from(name);
        let file = File::create(&partial).map_err(|error| VideoError::from_write(path, error))?;
        Ok(Self {
            path: path.to_owned(),
            partial,
            file: BufWriter::with_capacity(1 << 18, file),
            length: 0,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file while it is written.
    pub(crate) fn partial(&self) -> &Path {
        &self.partial
    }

    /// Bytes appended so far.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Appends bytes.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.length += bytes.len() as u64;
        self.file
            .write_all(bytes)
            .map_err(|error| VideoError::from_write(&self.path, error))
    }

    /// Hands what was appended to the operating system, which keeps it when the program is killed.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.file
            .flush()
            .map_err(|error| VideoError::from_write(&self.path, error))
    }

    /// Overwrites bytes near the start and returns to the end.
    pub(crate) fn patch(&mut self, position: u64, bytes: &[u8]) -> Result<()> {
        let patch = |file: &mut BufWriter<File>| -> io::Result<()> {
            file.seek(io::SeekFrom::Start(position))?;
            file.write_all(bytes)?;
            file.seek(io::SeekFrom::End(0)).map(|_| ())
        };
        patch(&mut self.file).map_err(|error| VideoError::from_write(&self.path, error))
    }

    /// Waits until what was written is on the disk, for files that take long to make again.
    pub(crate) fn sync(&mut self) -> Result<()> {
        self.file
            .flush()
            .and_then(|()| self.file.get_ref().sync_all())
            .map_err(|error| VideoError::from_write(&self.path, error))
    }

    /// Writes what is buffered and gives the file its name.
    pub(crate) fn finish(mut self) -> Result<()> {
        let done = self
            .file
            .flush()
            .and_then(|()| fs::rename(&self.partial, &self.path));
        done.map_err(|error| VideoError::from_write(&self.path, error))
    }
}

/// Writes a small file that appears whole or not at all; what there is of it after an error is of no use and is removed.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = PartialFile::create(path)?;
    let partial = file.partial.clone();
    let written = file.append(bytes).and_then(|()| file.finish());
    if written.is_err() {
        // It may be gone already.
        let _ = fs::remove_file(partial);
    }
    written
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_file_keeps_its_partial_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.bin");
        fs::write(&path, b"earlier").unwrap();
        let mut file = PartialFile::create(&path).unwrap();
        file.append(b"01234").unwrap();
        drop(file);
        assert_eq!(fs::read(&path).unwrap(), b"earlier");
        assert_eq!(
            fs::read(folder.path().join("out.bin.partial")).unwrap(),
            b"01234"
        );
    }

    #[test]
    fn a_finished_file_has_its_name_and_its_patches() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.bin");
        let mut file = PartialFile::create(&path).unwrap();
        file.append(b"01234").unwrap();
        file.patch(1, b"xy").unwrap();
        file.append(b"5").unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"0xy345");
        assert!(!folder.path().join("out.bin.partial").exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.bin");
        std::os::unix::fs::symlink("/dev/full", folder.path().join("out.bin.partial")).unwrap();
        let mut file = PartialFile::create(&path).unwrap();
        file.append(b"01234").unwrap();
        let error = file.finish().unwrap_err();
        assert!(matches!(error, VideoError::DiskFull { .. }), "{error}");
        assert!(!path.exists());
    }
}
