//! A file as the Parquet decoder reads it, which fails at its end.
//!
//! In: a file. Out: bytes from a place on. The decoder skips what it does not know by counts that the file gives, and does
//! not notice that nothing is left to skip; a file of some kilobytes kept it busy for minutes. Here reading past the end
//! is an error, which it does notice.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

/// A file of known length.
pub(super) struct BoundedFile {
    file: File,
    length: u64,
}

/// The rest of a file.
pub(super) struct Rest(BufReader<File>);

impl BoundedFile {
    pub(super) fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { file, length })
    }
}

impl Length for BoundedFile {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for BoundedFile {
    type T = Rest;

    fn get_read(&self, start: u64) -> Result<Rest> {
        Ok(Rest(self.file.get_read(start)?))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let end = start.checked_add(length as u64);
        if end.is_none_or(|end| end > self.length) {
            let file = self.length;
            let reason = format!("{length} bytes from byte {start} on in a file of {file}");
            return Err(ParquetError::EOF(reason));
        }
        self.file.get_bytes(start, length)
    }
}

impl Read for Rest {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 if !buffer.is_empty() => Err(ErrorKind::UnexpectedEof.into()),
            count => Ok(count),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn the_end_of_the_file_is_an_error() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"abcdef").unwrap();
        let file = BoundedFile::new(file).unwrap();
        let mut rest = file.get_read(4).unwrap();
        let mut buffer = [0; 2];
        rest.read_exact(&mut buffer).unwrap();
        assert_eq!(&buffer, b"ef");
        let ended = rest.read(&mut buffer).unwrap_err();
        assert_eq!(ended.kind(), ErrorKind::UnexpectedEof);
        assert_eq!(rest.read(&mut []).unwrap(), 0);
        assert_eq!(file.get_bytes(1, 5).unwrap().as_ref(), b"bcdef");
        assert!(file.get_bytes(1, 6).is_err());
        assert!(file.get_bytes(u64::MAX, usize::MAX).is_err());
    }
}
