//! The members of a large JSON object, found once and read one at a time.
//!
//! In: a file that holds one object, such as the mask dictionaries of MeViS and ReVOS with their hundreds of megabytes.
//! Out: the value of a key, when it is asked for. Kept in memory: a key and two numbers for each member.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::json::parse_json;
use super::text::damaged;
use crate::error::{DatasetError, Result};

/// Longest key that is kept; longer ones are no names of videos or masks.
const LONGEST_KEY: usize = 4096;

/// Where the members of an object stand in its file.
#[derive(Clone, Debug)]
pub(crate) struct JsonMembers {
    path: PathBuf,
    places: BTreeMap<String, Range<u64>>,
}

impl JsonMembers {
    /// Looks through a file once.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let unreadable = |source| DatasetError::Read {
            path: path.to_owned(),
            source,
        };
        let mut reader = BufReader::with_capacity(1 << 18, File::open(path).map_err(unreadable)?);
        let mut scan = Scan::default();
        loop {
            let block = reader.fill_buf().map_err(unreadable)?;
            if block.is_empty() {
                break;
            }
            let length = block.len();
            let mut rest = block;
            while let Some((&byte, after)) = rest.split_first() {
                scan.take(byte)
                    .map_err(|reason| damaged(path, scan.offset as usize, reason))?;
                rest = scan.skip(after);
            }
            reader.consume(length);
        }
        if scan.state != State::After {
            return Err(damaged(
                path,
                scan.offset as usize,
                "the file ends inside its JSON object",
            ));
        }
        Ok(Self {
            path: path.to_owned(),
            places: scan.places,
        })
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Number of members.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is a key.
    pub(crate) fn contains(&self, key: &str) -> bool {
        self.places.contains_key(key)
    }

    /// Reads the value of a key; `None` where there is no such key.
    pub(crate) fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let Some(place) = self.places.get(key) else {
            return Ok(None);
        };
        let unreadable = |source| DatasetError::Read {
            path: self.path.clone(),
            source,
        };
        let mut file = File::open(&self.path).map_err(unreadable)?;
        file.seek(SeekFrom::Start(place.start))
            .map_err(unreadable)?;
        let mut bytes = Vec::new();
        file.take(place.end - place.start)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        let value = parse_json(&self.path, &bytes, 1);
        value.map(Some).map_err(|error| match error {
            // The line inside a member says nothing about the file, its key does.
            DatasetError::Json { path, reason, .. } => DatasetError::Entry {
                path,
                entry: key.to_owned(),
                reason,
            },
            other => other,
        })
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Before,
    BeforeKey,
    Key,
    BeforeColon,
    BeforeValue,
    Value,
    After,
}

/// The state between two bytes.
#[derive(Debug, Default)]
struct Scan {
    state: State,
    offset: u64,
    depth: u32,
    in_text: bool,
    is_escaped: bool,
    key: Vec<u8>,
    start: u64,
    places: BTreeMap<String, Range<u64>>,
}

impl Scan {
    fn take(&mut self, byte: u8) -> Result<(), &'static str> {
        let is_space = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        match self.state {
            State::Key => self.take_key(byte)?,
            State::Value => self.take_value(byte)?,
            _ if is_space => {}
            // The three bytes of a byte order mark.
            State::Before if self.offset < 3 && matches!(byte, 0xef | 0xbb | 0xbf) => {}
            State::Before if byte == b'{' => self.state = State::BeforeKey,
            State::Before => return Err("the file is no JSON object"),
            State::BeforeKey if byte == b'"' => {
                self.key = vec![byte];
                self.state = State::Key;
            }
            State::BeforeKey if byte == b'}' => self.state = State::After,
            State::BeforeKey => return Err("a key was expected"),
            State::BeforeColon if byte == b':' => self.state = State::BeforeValue,
            State::BeforeColon => return Err("a colon was expected"),
            State::BeforeValue => {
                self.start = self.offset;
                self.state = State::Value;
                self.take_value(byte)?;
            }
            State::After => return Err("something follows the JSON object"),
        }
        self.offset += 1;
        Ok(())
    }

    /// Skips the inside of a text in a value, of which large files consist.
    fn skip<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        if self.state != State::Value || !self.in_text || self.is_escaped {
            return bytes;
        }
        let is_plain = |byte: &&u8| !matches!(byte, b'"' | b'\\');
        let length = bytes.iter().take_while(is_plain).count();
        self.offset += length as u64;
        bytes.get(length..).unwrap_or_default()
    }

    fn take_key(&mut self, byte: u8) -> Result<(), &'static str> {
        self.key.push(byte);
        if self.key.len() > LONGEST_KEY {
            return Err("a key of more than 4096 bytes");
        }
        if byte == b'"' && !self.is_escaped {
            self.state = State::BeforeColon;
        }
        self.is_escaped = byte == b'\\' && !self.is_escaped;
        Ok(())
    }

    fn take_value(&mut self, byte: u8) -> Result<(), &'static str> {
        if self.in_text {
            self.in_text = self.is_escaped || byte != b'"';
            self.is_escaped = byte == b'\\' && !self.is_escaped;
            return Ok(());
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' | b'[' => self.depth = self.depth.checked_add(1).ok_or("nested too deeply")?,
            b'}' | b']' if self.depth > 0 => self.depth -= 1,
            b',' if self.depth == 0 => return self.end_member(State::BeforeKey),
            b'}' => return self.end_member(State::After),
            b']' => return Err("a bracket closes that was not opened"),
            _ => {}
        }
        Ok(())
    }

    fn end_member(&mut self, next: State) -> Result<(), &'static str> {
        let key = serde_json::from_slice(&std::mem::take(&mut self.key))
            .map_err(|_| "a key that is no text")?;
        if self.places.insert(key, self.start..self.offset).is_some() {
            return Err("a key stands twice");
        }
        self.state = next;
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::fs;

    use super::*;

    fn opened(text: &str) -> Result<(tempfile::NamedTempFile, JsonMembers)> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        let members = JsonMembers::open(file.path())?;
        Ok((file, members))
    }

    #[test]
    fn each_member_is_read_where_it_stands() {
        let text = "\u{feff} {\"b\\\"\" : [1, {\"}\": \"]\\\\\"}], \"a\": null ,\"c\":\"x,\"}\n";
        let (_file, members) = opened(text).unwrap();
        assert_eq!(members.places.keys().collect::<Vec<_>>(), ["a", "b\"", "c"]);
        let list: serde_json::Value = members.get("b\"").unwrap().unwrap();
        assert_eq!(list[1]["}"], "]\\");
        assert_eq!(members.get::<Option<u8>>("a").unwrap(), Some(None));
        assert_eq!(members.get::<String>("c").unwrap().unwrap(), "x,");
        assert!(members.get::<u8>("d").unwrap().is_none());
        let error = members.get::<u8>("c").unwrap_err().to_string();
        assert!(error.contains("`c`: invalid type"), "{error}");
        assert_eq!(opened("{}").unwrap().1.len(), 0);
    }

    #[test]
    fn what_is_no_object_is_refused_with_the_byte() {
        for (text, offset) in [("[1]", 0), ("{\"a\" 1}", 5), ("{\"a\": 1", 7), ("{1}", 1)] {
            let error = opened(text).unwrap_err();
            let place =
                matches!(&error, DatasetError::Bytes { offset: found, .. } if *found == offset);
            assert!(place, "{text}: {error}");
        }
        assert!(opened("{\"a\": 1, \"a\": 2}").is_err());
        assert!(opened("{\"a\": ]}").is_err());
    }
}
