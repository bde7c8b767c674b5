//! Which keys a large JSON file has, told without keeping what stands under them.
//!
//! In: a file that holds an object of lists, as COCO's do. Out: its keys, and those of the first object in each list. What
//! is no JSON has keys as long as it looks like some; nothing is refused here.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Result};

/// Longest key that is kept, and how many are.
const LONGEST_KEY: usize = 64;
const MOST_KEYS: usize = 256;

/// The keys of a file's object, and those of the first object in each list.
pub(crate) fn outline(file: impl Read) -> Result<BTreeSet<String>> {
    let mut reader = BufReader::with_capacity(1 << 18, file);
    let mut scan = Scan::default();
    loop {
        let block = reader.fill_buf()?;
        if block.is_empty() || scan.keys.len() >= MOST_KEYS {
            return Ok(scan.keys);
        }
        let length = block.len();
        let mut rest = block;
        while let Some((&byte, after)) = rest.split_first() {
            scan.take(byte);
            rest = scan.skip(after);
        }
        reader.consume(length);
    }
}

/// The state between two bytes.
#[derive(Debug, Default)]
struct Scan {
    keys: BTreeSet<String>,
    depth: usize,
    /// Whether the list is past its first element.
    is_past_first: bool,
    in_text: bool,
    is_escaped: bool,
    text: Vec<u8>,
}

impl Scan {
    /// Whether keys here are kept.
    fn is_kept(&self) -> bool {
        self.depth == 1 || (self.depth == 3 && !self.is_past_first)
    }

    fn take(&mut self, byte: u8) {
        if self.in_text {
            self.in_text = self.is_escaped || byte != b'"';
            self.is_escaped = byte == b'\\' && !self.is_escaped;
            if self.in_text && self.is_kept() && self.text.len() <= LONGEST_KEY {
                self.text.push(byte);
            }
            return;
        }
        match byte {
            b'"' => {
                self.in_text = true;
                self.text.clear();
            }
            b':' if self.is_kept() && self.text.len() <= LONGEST_KEY => {
                let key = String::from_utf8_lossy(&self.text).into_owned();
                self.keys.insert(key);
            }
            b',' if self.depth == 2 => self.is_past_first = true,
            b'{' | b'[' => {
                self.depth += 1;
                self.is_past_first &= self.depth > 2;
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    /// Skips the inside of a text that is not kept, of which large files consist.
    fn skip<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        if !self.in_text || self.is_escaped || self.is_kept() {
            return bytes;
        }
        let end = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\'));
        bytes.get(end.unwrap_or(bytes.len())..).unwrap_or_default()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn keys_of_the_object_and_of_first_elements_are_found() {
        let text = r#"{"info": {"year": 1}, "annotations": [{"id": 1, "codes": [{"size": [2, 3], "counts": "a\":{b"}]}, {"late": 2}],
            "videos": [{"file\u0041": ["x:y"], "name": "last"}], "empty": []}"#;
        let found = outline(text.as_bytes()).unwrap();
        let expected = [
            "annotations",
            "codes",
            "empty",
            "file\\u0041",
            "id",
            "info",
            "name",
            "videos",
        ];
        assert_eq!(found, expected.map(str::to_owned).into());
    }

    #[test]
    fn what_is_no_json_does_no_harm() {
        for text in ["", "]]]]", "{\"", "{\"a\\", ":,:,", "{\"a\": [}}}}{{{{"] {
            assert!(outline(text.as_bytes()).unwrap().len() < 3, "{text}");
        }
        let long = format!("{{\"{}\": 1}}", "a".repeat(1000));
        assert!(outline(long.as_bytes()).unwrap().is_empty());
    }
}
