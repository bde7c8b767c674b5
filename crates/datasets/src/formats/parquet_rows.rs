//! Rows of a Parquet file, by the names of columns.
//!
//! In: a file and the columns wanted. Out: one row at a time. The decoder asserts on some damaged files; such a panic is
//! caught here and becomes an error like any other.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use parquet::schema::types::Type;

use super::parquet_file::BoundedFile;
use super::parquet_pages::CheckedFile;
use super::text::damaged;
use crate::error::{DatasetError, Result};

/// Rows that are decoded together; a row of images has half a megabyte.
const BATCH: usize = 16;

/// A file being read.
pub(crate) struct ParquetRows {
    path: PathBuf,
    rows: RowIter<'static>,
    index: u64,
}

fn reader(path: &Path) -> Result<SerializedFileReader<BoundedFile>, String> {
    let file = File::open(path).and_then(BoundedFile::new);
    let file = file.map_err(|error| error.to_string())?;
    SerializedFileReader::new(file).map_err(|error| error.to_string())
}

/// Opens a file; columns that it lacks are an error.
fn open(path: &Path, columns: &[&str]) -> Result<RowIter<'static>, String> {
    let shown = |error: parquet::errors::ParquetError| error.to_string();
    let reader = reader(path)?;
    let schema = reader
        .metadata()
        .file_metadata()
        .schema_descr()
        .root_schema_ptr();
    let fields = schema.get_fields();
    let wanted = columns.iter().map(|column| {
        let field = fields.iter().find(|field| field.name() == *column);
        field
            .cloned()
            .ok_or_else(|| format!("there is no column `{column}`"))
    });
    let wanted: Vec<Arc<Type>> = wanted.collect::<Result<_, _>>()?;
    let projection = Type::group_type_builder(schema.name()).with_fields(wanted);
    let projection = projection.build().map_err(shown)?;
    let rows = RowIter::from_file_into(Box::new(CheckedFile(reader)));
    let rows = rows.project(Some(projection)).map_err(shown)?;
    Ok(rows.with_batch_size(BATCH))
}

/// Runs the decoder and turns its panic into a message.
fn caught<T>(decode: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(format!("the decoder gave up: {}", text.unwrap_or_default()))
    })
}

impl ParquetRows {
    /// Opens a file to read some columns.
    pub(crate) fn open(path: &Path, columns: &[&str]) -> Result<Self> {
        if let Err(source) = File::open(path) {
            return Err(DatasetError::Read {
                path: path.to_owned(),
                source,
            });
        }
        let rows = caught(|| open(path, columns)).map_err(|reason| damaged(path, 0, reason))?;
        Ok(Self {
            path: path.to_owned(),
            rows,
            index: 0,
        })
    }

    /// Whether a file has a column, which some releases lack.
    pub(crate) fn has_column(path: &Path, column: &str) -> Result<bool> {
        let find = || {
            let reader = reader(path)?;
            let schema = reader.metadata().file_metadata().schema();
            Ok(schema.get_fields().iter().any(|it| it.name() == column))
        };
        caught(find).map_err(|reason| damaged(path, 0, reason))
    }

    /// Number of rows, without reading any.
    pub(crate) fn count(path: &Path) -> Result<usize> {
        let count = || {
            let reader = reader(path)?;
            let rows = reader.metadata().file_metadata().num_rows();
            usize::try_from(rows).map_err(|_| format!("{rows} rows"))
        };
        caught(count).map_err(|reason| damaged(path, 0, reason))
    }

    /// Reads the next row; `None` at the end.
    pub(crate) fn next_row(&mut self) -> Result<Option<ParquetRow>> {
        let index = self.index;
        let row = caught(|| {
            let row = self.rows.next().transpose();
            row.map_err(|error| error.to_string())
        });
        let row = row.map_err(|reason| self.refuse(index, reason))?;
        self.index += 1;
        Ok(row.map(|row| ParquetRow { row, index }))
    }

    /// An error about a row.
    pub(crate) fn refuse(&self, row: u64, reason: String) -> DatasetError {
        DatasetError::Entry {
            path: self.path.clone(),
            entry: format!("row {row}"),
            reason,
        }
    }
}

/// A row. A column that is null or of another type reads as an error message.
pub(crate) struct ParquetRow {
    row: Row,
    /// Its place in the file, from 0.
    pub(crate) index: u64,
}

impl ParquetRow {
    fn field(&self, column: &str) -> Option<&Field> {
        let mut columns = self.row.get_column_iter();
        columns
            .find(|(name, _)| *name == column)
            .map(|(_, field)| field)
    }

    fn get<'a, T>(
        &'a self,
        column: &str,
        read: impl FnOnce(&'a Field) -> Option<T>,
    ) -> Result<T, String> {
        let value = self.field(column).and_then(read);
        value.ok_or_else(|| format!("`{column}` is missing or of another type"))
    }

    /// An integer.
    pub(crate) fn integer(&self, column: &str) -> Result<i64, String> {
        self.get(column, integer)
    }

    /// A number.
    pub(crate) fn number(&self, column: &str) -> Result<f64, String> {
        self.get(column, number)
    }

    /// A text.
    pub(crate) fn text(&self, column: &str) -> Result<&str, String> {
        self.get(column, |field| match field {
            Field::Str(text) => Some(text.as_str()),
            Field::Bytes(bytes) => std::str::from_utf8(bytes.data()).ok(),
            _ => None,
        })
    }

    /// Bytes.
    pub(crate) fn bytes(&self, column: &str) -> Result<&[u8], String> {
        self.get(column, |field| match field {
            Field::Bytes(bytes) => Some(bytes.data()),
            Field::Str(text) => Some(text.as_bytes()),
            _ => None,
        })
    }

    /// A list of numbers.
    pub(crate) fn numbers(&self, column: &str) -> Result<Vec<f64>, String> {
        self.get(column, |field| match field {
            Field::ListInternal(list) => list.elements().iter().map(number).collect(),
            _ => None,
        })
    }

    /// A list of integers; bools count as 0 and 1.
    pub(crate) fn integers(&self, column: &str) -> Result<Vec<i64>, String> {
        self.get(column, |field| match field {
            Field::ListInternal(list) => list.elements().iter().map(integer).collect(),
            _ => None,
        })
    }
}

fn integer(field: &Field) -> Option<i64> {
    match field {
        Field::Bool(truth) => Some(i64::from(*truth)),
        Field::Byte(number) => Some(i64::from(*number)),
        Field::Short(number) => Some(i64::from(*number)),
        Field::Int(number) => Some(i64::from(*number)),
        Field::Long(number) => Some(*number),
        Field::UByte(number) => Some(i64::from(*number)),
        Field::UShort(number) => Some(i64::from(*number)),
        Field::UInt(number) => Some(i64::from(*number)),
        Field::ULong(number) => i64::try_from(*number).ok(),
        _ => None,
    }
}

fn number(field: &Field) -> Option<f64> {
    match field {
        Field::Float(number) => Some(f64::from(*number)),
        Field::Double(number) => Some(*number),
        _ => integer(field).map(|number| number as f64),
    }
}
