//! JSON files into the types of a data set's format, and back.
//!
//! In: a path. Out: values, or an error with line and column. Commas before a closing bracket, which some released
//! files have, are accepted where the data set says so.

use std::fs;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::text::{numbered, read_bytes, read_text};
use crate::error::{DatasetError, Result};

/// Reads a file that holds one JSON value.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    parse_json(path, &read_bytes(path)?, 1)
}

/// Reads a file that holds one JSON value, or nearly: a comma may stand before a closing bracket.
pub(crate) fn read_json_with_commas<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let mut bytes = read_bytes(path)?;
    blank_trailing_commas(&mut bytes);
    parse_json(path, &bytes, 1)
}

/// Reads a file that holds one JSON value on each line (JSON Lines).
pub(crate) fn read_json_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let text = read_text(path)?;
    numbered(&text)
        .map(|(line, text)| parse_json(path, text.as_bytes(), line))
        .collect()
}

/// The value in some bytes whose first line has a number in the file.
pub(crate) fn parse_json<T: DeserializeOwned>(
    path: &Path,
    bytes: &[u8],
    first_line: usize,
) -> Result<T> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| {
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        DatasetError::Json {
            path: path.to_owned(),
            line: first_line + error.line().saturating_sub(1),
            column: error.column(),
            reason: text.strip_suffix(&place).unwrap_or(&text).to_owned(),
        }
    })
}

/// Writes one JSON value.
pub(crate) fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<()> {
    let text = serde_json::to_vec(value).map_err(std::io::Error::from);
    text.and_then(|text| fs::write(path, text))
        .map_err(|source| DatasetError::Write {
            path: path.to_owned(),
            source,
        })
}

/// Writes one JSON value on each line.
pub(crate) fn write_json_lines<T: Serialize>(
    path: &Path,
    values: impl Iterator<Item = T>,
) -> Result<()> {
    let mut text = Vec::new();
    let lines = values.into_iter().try_for_each(|value| {
        serde_json::to_writer(&mut text, &value)?;
        text.push(b'\n');
        Ok(())
    });
    lines
        .and_then(|()| fs::write(path, &text))
        .map_err(|source| DatasetError::Write {
            path: path.to_owned(),
            source,
        })
}

/// Puts a space where a comma stands before a closing bracket, so that places in error messages stay true.
fn blank_trailing_commas(bytes: &mut [u8]) {
    let (mut in_text, mut is_escaped) = (false, false);
    let mut comma = None;
    for index in 0..bytes.len() {
        let Some(&byte) = bytes.get(index) else {
            return;
        };
        if in_text {
            in_text = is_escaped || byte != b'"';
            is_escaped = !is_escaped && byte == b'\\';
            continue;
        }
        match byte {
            b',' => comma = Some(index),
            b'}' | b']' => {
                if let Some(place) = comma.take().and_then(|comma| bytes.get_mut(comma)) {
                    *place = b' ';
                }
            }
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => {
                comma = None;
                in_text = byte == b'"';
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn only_commas_before_a_bracket_are_blanked() {
        let mut text = br#"{"a,]": ["\",]", 1, 2,
 ], "b": {"c": 1, }, }"#
            .to_vec();
        let length = text.len();
        blank_trailing_commas(&mut text);
        assert_eq!(text.len(), length);
        let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(value["a,]"][0], "\",]");
        assert_eq!(value["b"]["c"], 1);
    }

    #[test]
    fn a_mistake_is_named_with_its_place_in_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "{\"a\": 1}\n\n{\"a\": ?}\n").unwrap();
        let error = read_json_lines::<serde_json::Value>(file.path()).unwrap_err();
        assert!(
            matches!(
                error,
                DatasetError::Json {
                    line: 3,
                    column: 7,
                    ..
                }
            ),
            "{error}"
        );
        assert!(error.to_string().ends_with("expected value"), "{error}");
    }
}
