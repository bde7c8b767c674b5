//! Run-length codes as COCO's JSON files hold them.
//!
//! In: `{"size": [height, width], "counts": "…" or [n, …]}`. Out: `RunLength`, and back with compressed counts.

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tubelet_geometry::{FrameSize, RunLength};

/// Most pixels of a mask that is accepted: 16384 by 16384. A few bytes of counts can ask for more memory than there is.
pub(crate) const MOST_PIXELS: usize = 1 << 28;

/// Longest side of a mask: a narrow one takes a word of memory for each row.
const LONGEST_SIDE: usize = 1 << 16;

/// A mask as it stands in the file.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct JsonRunLength {
    /// Height, then width.
    size: [usize; 2],
    counts: JsonCounts,
}

/// Counts, compressed or not.
#[derive(Clone, Debug)]
enum JsonCounts {
    Text(String),
    Numbers(Vec<u32>),
}

impl JsonRunLength {
    /// The code; the message says what is wrong with it.
    pub(crate) fn decode(&self) -> Result<RunLength, String> {
        let [height, width] = self.size;
        match &self.counts {
            JsonCounts::Text(text) => sized_code(width, height, text),
            JsonCounts::Numbers(counts) => sized_counts(width, height, counts),
        }
    }
}

/// A code from the compressed form of its counts.
pub(crate) fn sized_code(width: usize, height: usize, text: &str) -> Result<RunLength, String> {
    let size = checked_size(width, height)?;
    RunLength::from_text(size, text).map_err(|error| error.to_string())
}

/// A code from its counts.
pub(crate) fn sized_counts(
    width: usize,
    height: usize,
    counts: &[u32],
) -> Result<RunLength, String> {
    let size = checked_size(width, height)?;
    RunLength::new(size, counts).map_err(|error| error.to_string())
}

impl From<&RunLength> for JsonRunLength {
    fn from(code: &RunLength) -> Self {
        Self {
            size: [code.size().height, code.size().width],
            counts: JsonCounts::Text(code.to_text()),
        }
    }
}

/// A size that a mask may have.
pub(crate) fn checked_size(width: usize, height: usize) -> Result<FrameSize, String> {
    let size = FrameSize::new(width, height);
    let has_long_side = width.max(height) > LONGEST_SIDE;
    if width == 0 || height == 0 || has_long_side || size.pixel_count() > MOST_PIXELS {
        return Err(format!("a mask of {size} pixels"));
    }
    Ok(size)
}

/// Nothing, one code, or several codes whose union is meant.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum JsonMask {
    /// One code.
    One(JsonRunLength),
    /// Several.
    Several(Vec<JsonRunLength>),
}

impl JsonMask {
    /// The code of everything; the message says what is wrong with it.
    pub(crate) fn decode(&self) -> Result<RunLength, String> {
        match self {
            Self::One(code) => code.decode(),
            Self::Several(codes) => {
                let mut union: Option<RunLength> = None;
                for code in codes {
                    let code = code.decode()?;
                    union = Some(match union {
                        Some(union) => union.union(&code).map_err(|error| error.to_string())?,
                        None => code,
                    });
                }
                union.ok_or_else(|| "an empty list of masks".to_owned())
            }
        }
    }
}

/// Codes of a track, where an absent mask is `None`; the message names the frame.
pub(crate) fn decode_track<'a, T: 'a>(
    masks: impl IntoIterator<Item = &'a Option<T>>,
    decode: impl Fn(&'a T) -> Result<RunLength, String>,
) -> Result<Vec<Option<RunLength>>, String> {
    let codes = masks.into_iter().enumerate().map(|(frame, mask)| {
        let code = mask.as_ref().map(&decode).transpose();
        code.map_err(|reason| format!("mask of frame {frame}: {reason}"))
    });
    codes.collect()
}

impl Serialize for JsonCounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Numbers(counts) => counts.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for JsonCounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CountsVisitor)
    }
}

struct CountsVisitor;

impl<'de> Visitor<'de> for CountsVisitor {
    type Value = JsonCounts;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("run lengths, as text or as a list of numbers")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<JsonCounts, E> {
        Ok(JsonCounts::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<JsonCounts, A::Error> {
        let mut counts = Vec::new();
        while let Some(count) = list.next_element()? {
            counts.push(count);
        }
        Ok(JsonCounts::Numbers(counts))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<RunLength, String> {
        let mask: JsonMask = serde_json::from_str(text).map_err(|error| error.to_string())?;
        mask.decode()
    }

    #[test]
    fn both_forms_of_counts_are_read_and_the_compressed_one_written() {
        let code = read(r#"{"size": [2, 3], "counts": [1, 2, 3]}"#).unwrap();
        assert_eq!(code.size(), FrameSize::new(3, 2));
        let text = serde_json::to_string(&JsonRunLength::from(&code)).unwrap();
        assert_eq!(read(&text).unwrap(), code);
        let several = format!(r#"[{text}, {{"size": [2, 3], "counts": [5, 1]}}]"#);
        assert_eq!(read(&several).unwrap().counts(), [1, 2, 2, 1]);
    }

    #[test]
    fn masks_that_do_not_fit_are_refused() {
        assert!(read(r#"{"size": [2, 3], "counts": [1, 2]}"#).is_err());
        assert!(read(r#"{"size": [2, 3], "counts": "~"}"#).is_err());
        assert!(read(r#"{"size": [65536, 65535], "counts": [4294901760]}"#).is_err());
        assert!(read(r#"{"size": [268435456, 1], "counts": [268435456]}"#).is_err());
        assert!(read(r#"{"size": [0, 3], "counts": [0]}"#).is_err());
        assert!(read("[]").is_err());
    }
}
