//! The elements of a large JSON list, one at a time.
//!
//! In: a file that holds one list, such as the tables of nuScenes, which have up to a gigabyte. Out: each element to a
//! closure that says what to keep. Kept in memory: one element.

use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::marker::PhantomData;
use std::path::Path;

use serde::de::{DeserializeOwned, Deserializer, SeqAccess, Visitor};

use crate::error::{DatasetError, Result};

/// Reads a file and shows each element to a closure.
pub(crate) fn read_rows<T: DeserializeOwned>(path: &Path, visit: impl FnMut(T)) -> Result<()> {
    let file = File::open(path).map_err(|source| DatasetError::Read {
        path: path.to_owned(),
        source,
    })?;
    let mut reader = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 17, file));
    let rows = Rows {
        visit,
        row: PhantomData,
    };
    let read = reader.deserialize_seq(rows).and_then(|()| reader.end());
    read.map_err(|error| {
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        DatasetError::Json {
            path: path.to_owned(),
            line: error.line(),
            column: error.column(),
            reason: text.strip_suffix(&place).unwrap_or(&text).to_owned(),
        }
    })
}

struct Rows<T, F> {
    visit: F,
    row: PhantomData<T>,
}

impl<'de, T: DeserializeOwned, F: FnMut(T)> Visitor<'de> for Rows<T, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(row) = list.next_element()? {
            (self.visit)(row);
        }
        Ok(())
    }
}
