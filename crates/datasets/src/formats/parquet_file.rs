//! A file as the Parquet decoder reads it, which fails at its end and at pages that claim too much.
//!
//! In: a file. Out: bytes from a place on. The decoder skips what it does not know by counts that the file gives, and does
//! not notice that nothing is left to skip; a file of some kilobytes kept it busy for minutes. Here reading past the end
//! is an error, which it does notice. It also makes room for as many bytes as the header of a page claims; three kilobytes
//! asked for two gigabytes. Here a page of more bytes than its compression can hold is an error.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

/// Bytes at the end of a file: the length of its metadata and four letters.
const FOOTER: u64 = 8;

/// Bytes that one compressed byte can stand for, rounded up: Snappy copies up to 64 bytes by three.
const SNAPPY_GAIN: u64 = 22;

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
        let mut rest = self.file.get_read(start)?;
        // The decoder reads the footer and the headers of pages this way, nothing else.
        if start.saturating_add(FOOTER) < self.length {
            check_page_header(rest.fill_buf()?, start)?;
        }
        Ok(Rest(rest))
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

/// Checks the sizes with which the header of a page begins.
fn check_page_header(header: &[u8], start: u64) -> Result<()> {
    let mut header = header.iter().copied();
    let refused = |what: String| ParquetError::General(format!("byte {start}: {what}"));
    let no_header = || refused("not the header of a page".to_owned());
    let mut sizes = [0; 3];
    for size in &mut sizes {
        // In Thrift's compact protocol: the next field, a number of 32 bits.
        let is_next_number = header.next() == Some(0x15);
        *size = is_next_number
            .then(|| zigzag(&mut header))
            .flatten()
            .ok_or_else(no_header)?;
    }
    let [_, bytes, stored] = sizes.map(u64::try_from);
    let (Ok(bytes), Ok(stored)) = (bytes, stored) else {
        return Err(no_header());
    };
    if bytes > stored * SNAPPY_GAIN {
        let what = format!("a page of {bytes} bytes, compressed to {stored}");
        return Err(refused(what));
    }
    Ok(())
}

/// A number of at most 32 bits, seven in a byte, whose lowest bit is its sign.
fn zigzag(bytes: &mut impl Iterator<Item = u8>) -> Option<i64> {
    let mut number = 0_i64;
    for shift in (0..35).step_by(7) {
        let byte = bytes.next()?;
        number |= i64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number >> 1 ^ -(number & 1));
        }
    }
    None
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

    #[test]
    fn a_page_cannot_hold_more_than_its_compression_does() {
        // A data page, of 300 bytes, compressed to 20; then what it claims is 2,027,521,018.
        let page = [0x15, 0, 0x15, 0xd8, 4, 0x15, 40];
        assert!(check_page_header(&page, 4).is_ok());
        let absurd = [0x15, 0, 0x15, 0xf4, 0x8f, 0xcc, 0x8d, 0x0f, 0x15, 40];
        let refusal = check_page_header(&absurd, 4).map_err(|error| error.to_string());
        let reason = "Parquet error: byte 4: a page of 2027521018 bytes, compressed to 20";
        assert_eq!(refusal, Err(reason.to_owned()));
        for damaged in [
            &page[..5],
            &[0x15; 20][..],
            &[0x25, 0, 0x15, 2, 0x15, 2][..],
        ] {
            let refusal = check_page_header(damaged, 4).map_err(|error| error.to_string());
            let reason = "Parquet error: byte 4: not the header of a page";
            assert_eq!(refusal, Err(reason.to_owned()));
        }
    }
}
