//! Text files, read whole and taken line by line.
//!
//! In: a path. Out: text, numbered lines, and the errors that name them. What a line means is each data set's business.

use std::fmt::Display;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use crate::error::{DatasetError, Result};

/// Larger files are refused rather than read into memory; no annotation file of the supported data sets comes near.
const LARGEST_FILE: u64 = 8 << 30;

/// Reads a file whole.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    let unreadable = |source| DatasetError::Read {
        path: path.to_owned(),
        source,
    };
    let length = fs::metadata(path).map_err(unreadable)?.len();
    if length > LARGEST_FILE {
        return Err(damaged(
            path,
            0,
            format!("{length} bytes are more than the {LARGEST_FILE} that are read"),
        ));
    }
    fs::read(path).map_err(unreadable)
}

/// Reads a UTF-8 text; a byte order mark is dropped.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    let mut text = String::from_utf8(read_bytes(path)?).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = error.as_bytes().iter().take(valid);
        let line = 1 + before.filter(|byte| **byte == b'\n').count();
        in_line(path, line, "not UTF-8 text")
    })?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

/// Reads a text that is UTF-8, or else Latin-1 (each byte one letter).
pub(crate) fn read_text_or_latin(path: &Path) -> Result<String> {
    let bytes = read_bytes(path)?;
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|error| error.as_bytes().iter().copied().map(char::from).collect()))
}

/// The lines that hold something, without white space around them, with their numbers from 1.
pub(crate) fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty())
}

/// A number written in a line.
pub(crate) fn number<T: FromStr>(path: &Path, line: usize, text: &str) -> Result<T> {
    text.trim()
        .parse()
        .map_err(|_| in_line(path, line, format!("`{}` is no number", shortened(text))))
}

/// A finite number written in a line.
pub(crate) fn finite(path: &Path, line: usize, text: &str) -> Result<f64> {
    let value: f64 = number(path, line, text)?;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(in_line(
            path,
            line,
            format!("`{}` is not finite", text.trim()),
        ))
    }
}

/// The beginning of a text, for a message.
pub(crate) fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut start: String = text.chars().take(LONGEST).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}

/// An error about a line.
pub(crate) fn in_line(path: &Path, line: usize, reason: impl Into<String>) -> DatasetError {
    DatasetError::Line {
        path: path.to_owned(),
        line,
        reason: reason.into(),
    }
}

/// An error about an entry.
pub(crate) fn in_entry(
    path: &Path,
    entry: impl Display,
    reason: impl Into<String>,
) -> DatasetError {
    DatasetError::Entry {
        path: path.to_owned(),
        entry: entry.to_string(),
        reason: reason.into(),
    }
}

/// An error about a binary file.
pub(crate) fn damaged(path: &Path, offset: usize, reason: impl Into<String>) -> DatasetError {
    DatasetError::Bytes {
        path: path.to_owned(),
        offset: offset as u64,
        reason: reason.into(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn marks_are_dropped_and_the_line_that_is_no_text_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "\u{feff}one\r\n\n  two ").unwrap();
        let text = read_text(file.path()).unwrap();
        let lines: Vec<_> = numbered(&text).collect();
        assert_eq!(lines, [(1, "one"), (3, "two")]);
        fs::write(file.path(), b"a\nb\xe9\n").unwrap();
        let error = read_text(file.path()).unwrap_err().to_string();
        assert!(error.ends_with("line 2: not UTF-8 text"), "{error}");
        assert_eq!(read_text_or_latin(file.path()).unwrap(), "a\nbé\n");
    }

    #[test]
    fn numbers_that_are_none_are_quoted() {
        let path = Path::new("x.txt");
        assert_eq!(number::<u8>(path, 1, " 7 ").unwrap(), 7);
        assert!(finite(path, 1, "NaN").is_err());
        let error = number::<u8>(path, 4, "-1").unwrap_err().to_string();
        assert_eq!(error, "x.txt, line 4: `-1` is no number");
    }
}
