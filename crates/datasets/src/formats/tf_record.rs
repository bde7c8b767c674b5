//! TFRecord: records of bytes, one after the other, each with checksums.
//!
//! In: a file. Out: one record at a time, checked; and back. What a record holds is the business of the data set. Format:
//! TensorFlow, `tensorflow/core/lib/io/record_writer.h`: length (8 bytes), its checksum (4), the record, its checksum (4),
//! little-endian; checksums are CRC-32C, rotated and offset.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::text::damaged;
use crate::error::{DatasetError, Result};

/// Largest record that is read; Waymo's frames have five to ten megabytes.
const LARGEST_RECORD: u64 = 1 << 30;

/// A file being read.
#[derive(Debug)]
pub(crate) struct TfRecords {
    path: PathBuf,
    reader: BufReader<File>,
    offset: u64,
    length: u64,
}

impl TfRecords {
    /// Opens a file.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let unreadable = |source| DatasetError::Read {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        Ok(Self {
            path: path.to_owned(),
            reader: BufReader::with_capacity(1 << 16, file),
            offset: 0,
            length,
        })
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn unreadable(&self, source: std::io::Error) -> DatasetError {
        DatasetError::Read {
            path: self.path.clone(),
            source,
        }
    }

    /// Where the records begin, from their heads alone; the next record is the first again.
    pub(crate) fn starts(&mut self) -> Result<Vec<u64>> {
        let mut starts = Vec::new();
        self.go_to(0)?;
        while let Some(length) = self.head()? {
            starts.push(self.offset);
            let next = self.offset + 16 + length;
            self.go_to(next)?;
        }
        self.go_to(0)?;
        Ok(starts)
    }

    /// Makes the record that begins somewhere the next one.
    pub(crate) fn go_to(&mut self, start: u64) -> Result<()> {
        let found = self.reader.seek(SeekFrom::Start(start));
        found.map_err(|source| self.unreadable(source))?;
        self.offset = start;
        Ok(())
    }

    /// Reads the head of the next record, which says how long it is; `None` at the end.
    fn head(&mut self) -> Result<Option<u64>> {
        if self.offset == self.length {
            return Ok(None);
        }
        let start = self.offset;
        let path = self.path.clone();
        let refuse = |reason: &str| damaged(&path, start as usize, reason);
        let left = self.length - start;
        if left < 16 {
            return Err(refuse("the file ends inside the head of a record"));
        }
        let mut head = [0; 12];
        let read = self.reader.read_exact(&mut head);
        read.map_err(|source| self.unreadable(source))?;
        let [a, b, c, d, e, f, g, h, checksum @ ..] = head;
        let length_bytes = [a, b, c, d, e, f, g, h];
        if masked_checksum(&length_bytes) != u32::from_le_bytes(checksum) {
            return Err(refuse(
                "the length of a record has a wrong checksum: no TFRecord, or damaged",
            ));
        }
        let length = u64::from_le_bytes(length_bytes);
        if length > LARGEST_RECORD || length > left - 16 {
            return Err(refuse("a record that reaches beyond the end of the file"));
        }
        Ok(Some(length))
    }

    /// Reads the next record; `None` at the end.
    pub(crate) fn next_record(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(length) = self.head()? else {
            return Ok(None);
        };
        let mut record = vec![0; length as usize];
        let mut checksum = [0; 4];
        let read = self.reader.read_exact(&mut record);
        read.and_then(|()| self.reader.read_exact(&mut checksum))
            .map_err(|source| self.unreadable(source))?;
        if masked_checksum(&record) != u32::from_le_bytes(checksum) {
            let reason = "a record has a wrong checksum: the file is damaged";
            return Err(damaged(&self.path, self.offset as usize, reason));
        }
        self.offset += 16 + length;
        Ok(Some(record))
    }
}

/// Writes a record.
pub(crate) fn write_record(file: &mut impl Write, record: &[u8]) -> std::io::Result<()> {
    let length = (record.len() as u64).to_le_bytes();
    file.write_all(&length)?;
    file.write_all(&masked_checksum(&length).to_le_bytes())?;
    file.write_all(record)?;
    file.write_all(&masked_checksum(record).to_le_bytes())
}

/// The checksum as it is stored.
pub(crate) fn masked_checksum(bytes: &[u8]) -> u32 {
    const OFFSET: u32 = 0xa282_ead8;
    checksum(bytes).rotate_right(15).wrapping_add(OFFSET)
}

/// CRC-32C (Castagnoli), eight bytes at a time.
fn checksum(bytes: &[u8]) -> u32 {
    let mut register = u32::MAX;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        let [a, b, c, d, e, f, g, h] = *word;
        let [i, j, k, l] = (register ^ u32::from_le_bytes([a, b, c, d])).to_le_bytes();
        register = TABLES[7][i as usize]
            ^ TABLES[6][j as usize]
            ^ TABLES[5][k as usize]
            ^ TABLES[4][l as usize]
            ^ TABLES[3][e as usize]
            ^ TABLES[2][f as usize]
            ^ TABLES[1][g as usize]
            ^ TABLES[0][h as usize];
    }
    for byte in rest {
        register = TABLES[0][usize::from(register as u8 ^ byte)] ^ register >> 8;
    }
    !register
}

/// Remainders of a byte followed by none to seven zero bytes.
static TABLES: [[u32; 256]; 8] = tables();

const fn tables() -> [[u32; 256]; 8] {
    const POLYNOMIAL: u32 = 0x82f6_3b78;
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let (mut remainder, mut bit) = (byte as u32, 0);
        while bit < 8 {
            let carry = if remainder & 1 == 1 { POLYNOMIAL } else { 0 };
            remainder = remainder >> 1 ^ carry;
            bit += 1;
        }
        tables[0][byte] = remainder;
        byte += 1;
    }
    let mut zeros = 1;
    while zeros < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before: u32 = tables[zeros - 1][byte];
            tables[zeros][byte] = tables[0][(before & 0xff) as usize] ^ before >> 8;
            byte += 1;
        }
        zeros += 1;
    }
    tables
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        // RFC 3720, B.4.
        assert_eq!(checksum(&[0; 32]), 0x8a91_36aa);
        assert_eq!(checksum(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(checksum(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn written_records_are_read_and_damage_is_found() {
        let record = |bytes: &[u8]| {
            let mut record = Vec::new();
            write_record(&mut record, bytes).unwrap();
            record
        };
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut bytes = [record(b"one"), record(b""), record(b"three")].concat();
        std::fs::write(file.path(), &bytes).unwrap();
        let mut records = TfRecords::open(file.path()).unwrap();
        let mut found = Vec::new();
        while let Some(record) = records.next_record().unwrap() {
            found.push(record);
        }
        assert_eq!(found, [&b"one"[..], b"", b"three"]);
        let starts = records.starts().unwrap();
        assert_eq!(starts, [0, 19, 35]);
        records.go_to(starts[2]).unwrap();
        assert_eq!(records.next_record().unwrap().unwrap(), b"three");
        records.go_to(0).unwrap();
        assert_eq!(records.next_record().unwrap().unwrap(), b"one");
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(file.path(), &bytes).unwrap();
        let mut records = TfRecords::open(file.path()).unwrap();
        assert!(records.next_record().is_ok() && records.next_record().is_ok());
        let error = records.next_record().unwrap_err().to_string();
        assert!(
            error.contains("byte 35: a record has a wrong checksum"),
            "{error}"
        );
    }
}
