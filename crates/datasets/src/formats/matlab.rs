//! Arrays of numbers in MATLAB files of version 5 (`save -v6`, `-v7`), compressed or not.
//!
//! In: a file and the name of an array. Out: its shape and, for each element, whether it is set. Cells, structures and
//! sparse arrays are passed over; version 7.3 is HDF5 and refused. Format: MathWorks, "MAT-File Format".

use std::io::Read;
use std::path::Path;

use flate2::read::ZlibDecoder;

use super::text::{damaged, read_bytes};
use crate::error::Result;

const HEADER: usize = 128;
/// Most bytes that a compressed array may grow to.
const MOST_BYTES: u64 = 1 << 29;

const COMPRESSED: u32 = 15;
const MATRIX: u32 = 14;
/// Classes of numeric arrays: double, single and the integers.
const NUMERIC: std::ops::RangeInclusive<u8> = 6..=15;

/// An array, in MATLAB's order: the first axis runs fastest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NumberArray {
    /// Lengths of its axes.
    pub(crate) shape: Vec<usize>,
    /// Whether each element differs from zero.
    pub(crate) is_set: Vec<bool>,
}

/// Reads the array of a name.
pub(crate) fn read_array(path: &Path, name: &str) -> Result<NumberArray> {
    let bytes = read_bytes(path)?;
    let refuse = |reason: String| damaged(path, 0, reason);
    if bytes.starts_with(b"MATLAB 7.3") {
        let reason = "a MATLAB file of version 7.3; save it with `-v7` instead";
        return Err(refuse(reason.to_owned()));
    }
    let is_big = match bytes.get(126..HEADER) {
        Some(b"IM") => false,
        Some(b"MI") => true,
        _ => return Err(refuse("no MATLAB file of version 5".to_owned())),
    };
    let body = bytes.get(HEADER..).unwrap_or_default();
    let mut rest = Elements {
        bytes: body,
        is_big,
    };
    while let Some(element) = rest.next().map_err(refuse)? {
        let found = match element.kind {
            COMPRESSED => {
                let mut inner = Vec::new();
                ZlibDecoder::new(element.data)
                    .take(MOST_BYTES)
                    .read_to_end(&mut inner)
                    .map_err(|error| refuse(format!("a compressed array: {error}")))?;
                let mut inside = Elements {
                    bytes: &inner,
                    is_big,
                };
                let element = inside.next().map_err(refuse)?;
                let matrix = element.filter(|element| element.kind == MATRIX);
                matrix.map(|matrix| named(matrix.data, is_big, name))
            }
            MATRIX => Some(named(element.data, is_big, name)),
            _ => None,
        };
        if let Some(array) = found.transpose().map_err(refuse)?.flatten() {
            return Ok(array);
        }
    }
    Err(refuse(format!(
        "there is no array of numbers called `{name}`"
    )))
}

/// One tagged element.
struct Element<'a> {
    kind: u32,
    data: &'a [u8],
}

/// Elements one after the other.
struct Elements<'a> {
    bytes: &'a [u8],
    is_big: bool,
}

impl<'a> Elements<'a> {
    fn word(&self, offset: usize) -> Option<u32> {
        let bytes = self.bytes.get(offset..offset + 4)?.try_into().ok()?;
        Some(if self.is_big {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        })
    }

    /// The next element; `None` at the end.
    fn next(&mut self) -> Result<Option<Element<'a>>, String> {
        if self.bytes.is_empty() {
            return Ok(None);
        }
        let cut = || "the file ends inside an element".to_owned();
        let first = self.word(0).ok_or_else(cut)?;
        // A length in the upper half marks an element of at most four bytes in its own tag.
        let small = (first >> 16) as usize;
        let (kind, start, length): (u32, usize, usize) = if small > 0 {
            (first & 0xffff, 4, small.min(4))
        } else {
            (first, 8, self.word(4).ok_or_else(cut)? as usize)
        };
        let end = start.checked_add(length).ok_or_else(cut)?;
        let data = self.bytes.get(start..end).ok_or_else(cut)?;
        // Elements begin at multiples of eight, except after compressed ones.
        let next = match (small > 0, kind == COMPRESSED) {
            (true, _) => 8,
            (false, true) => end,
            (false, false) => end.next_multiple_of(8),
        };
        self.bytes = self.bytes.get(next..).unwrap_or_default();
        Ok(Some(Element { kind, data }))
    }
}

/// The array in a matrix element, if it has the name and holds numbers.
fn named(bytes: &[u8], is_big: bool, name: &str) -> Result<Option<NumberArray>, String> {
    let mut parts = Elements { bytes, is_big };
    let mut part = || {
        let next = parts.next()?;
        next.ok_or_else(|| "an array without all of its parts".to_owned())
    };
    let (flags, shape, found) = (part()?, part()?, part()?);
    let class = if is_big {
        flags.data.get(3)
    } else {
        flags.data.first()
    };
    let is_numeric = class.is_some_and(|class| NUMERIC.contains(class));
    if found.data != name.as_bytes() || !is_numeric {
        return Ok(None);
    }
    let sides = shape.data.chunks_exact(4).map(|side| {
        let bytes = side.try_into().unwrap_or_default();
        let side = if is_big {
            i32::from_be_bytes(bytes)
        } else {
            i32::from_le_bytes(bytes)
        };
        usize::try_from(side).map_err(|_| format!("an axis of {side} elements"))
    });
    let shape: Vec<usize> = sides.collect::<Result<_, _>>()?;
    let values = part()?;
    let width = width_of(values.kind)?;
    let numbers = shape
        .iter()
        .try_fold(1_usize, |product, side| product.checked_mul(*side));
    if numbers != Some(values.data.len() / width) {
        let bytes = values.data.len();
        return Err(format!("{bytes} bytes do not fill an array of {shape:?}"));
    }
    let is_set = values.data.chunks_exact(width);
    Ok(Some(NumberArray {
        shape,
        is_set: is_set
            .map(|number| number.iter().any(|byte| *byte != 0))
            .collect(),
    }))
}

/// Bytes of a number of a storage type.
fn width_of(kind: u32) -> Result<usize, String> {
    match kind {
        1 | 2 => Ok(1),
        3 | 4 => Ok(2),
        5..=7 => Ok(4),
        9 | 12 | 13 => Ok(8),
        _ => Err(format!("numbers of unknown type {kind}")),
    }
}
