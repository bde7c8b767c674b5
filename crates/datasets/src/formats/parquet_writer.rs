//! A Parquet file with named columns, written a few rows at a time.
//!
//! In: columns as functions of a row, and rows. Out: a file that appears whole or not at all. Every column may be null, and
//! lists are of three levels, as Arrow writes them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type,
};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use crate::error::{DatasetError, Result};

/// Rows of a group, which are held in memory.
const ROWS: usize = 16;

/// A value of a row, by its type in the file.
type Of<R, T> = Box<dyn Fn(&R) -> T>;

/// What a column holds.
pub(crate) enum Cells<R> {
    /// Whole numbers of 8 bits.
    Small(Of<R, i8>),
    /// Whole numbers of 32 bits.
    Whole(Of<R, i32>),
    /// Whole numbers of 64 bits.
    Long(Of<R, i64>),
    /// Numbers.
    Number(Of<R, f64>),
    /// Text.
    Text(Of<R, String>),
    /// Bytes; null where there are none.
    Bytes(Of<R, Option<Vec<u8>>>),
    /// Lists of whole numbers.
    WholeList(Of<R, Vec<i32>>),
    /// Lists of numbers.
    NumberList(Of<R, Vec<f64>>),
    /// Lists of truths.
    TruthList(Of<R, Vec<bool>>),
}

/// A column with its name.
pub(crate) struct Column<R> {
    name: String,
    cells: Cells<R>,
}

/// A file being written.
pub(crate) struct ParquetWriter<R> {
    path: PathBuf,
    partial: PathBuf,
    columns: Vec<Column<R>>,
    writer: SerializedFileWriter<File>,
    rows: Vec<R>,
}

impl<R> Column<R> {
    pub(crate) fn new(name: impl Into<String>, cells: Cells<R>) -> Self {
        Self {
            name: name.into(),
            cells,
        }
    }

    fn field(&self) -> ParquetResult<Type> {
        let text = Some(LogicalType::String);
        let (physical, logical, is_list) = match self.cells {
            Cells::Small(_) => (Physical::INT32, Some(LogicalType::integer(8, true)), false),
            Cells::Whole(_) => (Physical::INT32, None, false),
            Cells::Long(_) => (Physical::INT64, None, false),
            Cells::Number(_) => (Physical::DOUBLE, None, false),
            Cells::Text(_) => (Physical::BYTE_ARRAY, text, false),
            Cells::Bytes(_) => (Physical::BYTE_ARRAY, None, false),
            Cells::WholeList(_) => (Physical::INT32, None, true),
            Cells::NumberList(_) => (Physical::DOUBLE, None, true),
            Cells::TruthList(_) => (Physical::BOOLEAN, None, true),
        };
        let name = if is_list { "element" } else { &self.name };
        let value = Type::primitive_type_builder(name, physical)
            .with_logical_type(logical)
            .with_repetition(Repetition::OPTIONAL)
            .build()?;
        if !is_list {
            return Ok(value);
        }
        let repeated = Type::group_type_builder("list")
            .with_repetition(Repetition::REPEATED)
            .with_fields(vec![Arc::new(value)])
            .build()?;
        Type::group_type_builder(&self.name)
            .with_logical_type(Some(LogicalType::List))
            .with_repetition(Repetition::OPTIONAL)
            .with_fields(vec![Arc::new(repeated)])
            .build()
    }

    fn write(
        &self,
        group: &mut SerializedRowGroupWriter<'_, File>,
        rows: &[R],
    ) -> ParquetResult<()> {
        let rows = rows.iter();
        match &self.cells {
            Cells::Small(of) => {
                write_values::<Int32Type>(group, rows.map(|it| Some(of(it).into())))
            }
            Cells::Whole(of) => write_values::<Int32Type>(group, rows.map(|it| Some(of(it)))),
            Cells::Long(of) => write_values::<Int64Type>(group, rows.map(|it| Some(of(it)))),
            Cells::Number(of) => write_values::<DoubleType>(group, rows.map(|it| Some(of(it)))),
            Cells::Text(of) => {
                let texts = rows.map(|it| Some(ByteArray::from(of(it).into_bytes())));
                write_values::<ByteArrayType>(group, texts)
            }
            Cells::Bytes(of) => {
                write_values::<ByteArrayType>(group, rows.map(|it| of(it).map(ByteArray::from)))
            }
            Cells::WholeList(of) => write_lists::<Int32Type>(group, rows.map(of)),
            Cells::NumberList(of) => write_lists::<DoubleType>(group, rows.map(of)),
            Cells::TruthList(of) => write_lists::<BoolType>(group, rows.map(of)),
        }
    }
}

impl<R> ParquetWriter<R> {
    /// Begins a file, in a folder that is made where there is none.
    pub(crate) fn create(path: &Path, columns: Vec<Column<R>>) -> Result<Self> {
        let partial = path.with_extension("partial");
        let unwritable = |source| DatasetError::Write {
            path: partial.clone(),
            source,
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(unwritable)?;
        }
        let file = File::create(&partial).map_err(unwritable)?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
        let writer = schema(&columns).and_then(|schema| {
            SerializedFileWriter::new(file, schema, Arc::new(properties.build()))
        });
        Ok(Self {
            path: path.to_owned(),
            writer: writer.map_err(|error| refused(&partial, error))?,
            partial,
            columns,
            rows: Vec::with_capacity(ROWS),
        })
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, row: R) -> Result<()> {
        self.rows.push(row);
        if self.rows.len() < ROWS {
            return Ok(());
        }
        self.flush().map_err(|error| refused(&self.partial, error))
    }

    /// Ends the file and gives it its name.
    pub(crate) fn finish(mut self) -> Result<()> {
        let ended = self.flush().and_then(|()| self.writer.close());
        ended.map_err(|error| refused(&self.partial, error))?;
        let path = self.partial;
        fs::rename(&path, self.path).map_err(|source| DatasetError::Write { path, source })
    }

    fn flush(&mut self) -> ParquetResult<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for column in &self.columns {
            column.write(&mut group, &self.rows)?;
        }
        group.close()?;
        self.rows.clear();
        Ok(())
    }
}

fn schema<R>(columns: &[Column<R>]) -> ParquetResult<TypePtr> {
    let fields = columns.iter().map(|column| column.field().map(Arc::new));
    let fields = fields.collect::<ParquetResult<Vec<_>>>()?;
    let schema = Type::group_type_builder("schema").with_fields(fields);
    schema.build().map(Arc::new)
}

fn refused(path: &Path, error: ParquetError) -> DatasetError {
    DatasetError::Write {
        path: path.to_owned(),
        source: std::io::Error::other(error),
    }
}

/// One column of a group; `None` becomes null.
fn write_values<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    cells: impl Iterator<Item = Option<T::T>>,
) -> ParquetResult<()> {
    let cells: Vec<Option<T::T>> = cells.collect();
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let values: Vec<T::T> = cells.into_iter().flatten().collect();
    write_column::<T>(group, &values, (&levels, None))
}

/// One column of lists of a group.
fn write_lists<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    cells: impl Iterator<Item = Vec<T::T>>,
) -> ParquetResult<()> {
    /// How much of list and element is there.
    const EMPTY: i16 = 1;
    const PRESENT: i16 = 3;
    let (mut values, mut levels, mut repeats) = (Vec::new(), Vec::new(), Vec::new());
    for mut cell in cells {
        let there = if cell.is_empty() { EMPTY } else { PRESENT };
        let count = cell.len().max(1);
        levels.extend(std::iter::repeat_n(there, count));
        repeats.push(0);
        repeats.extend(std::iter::repeat_n(1, count - 1));
        values.append(&mut cell);
    }
    write_column::<T>(group, &values, (&levels, Some(&repeats)))
}

fn write_column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    values: &[T::T],
    (levels, repeats): (&[i16], Option<&[i16]>),
) -> ParquetResult<()> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("a column too many".to_owned()));
    };
    let typed = column.typed::<T>();
    typed.write_batch(values, Some(levels), repeats)?;
    column.close()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::formats::parquet_rows::ParquetRows;

    #[test]
    fn rows_of_every_type_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/rows.parquet");
        let columns: Vec<Column<usize>> = vec![
            Column::new("[A].small", Cells::Small(Box::new(|row| *row as i8 - 9))),
            Column::new("whole", Cells::Whole(Box::new(|row| *row as i32))),
            Column::new("long", Cells::Long(Box::new(|row| 1 << row))),
            Column::new("number", Cells::Number(Box::new(|row| *row as f64 / 4.0))),
            Column::new("text", Cells::Text(Box::new(|row| format!("é{row}")))),
            Column::new(
                "bytes",
                Cells::Bytes(Box::new(|row| (*row > 0).then(|| vec![9; *row]))),
            ),
            Column::new(
                "a.b.list",
                Cells::WholeList(Box::new(|row| (0..*row as i32 % 3).collect())),
            ),
            Column::new(
                "numbers",
                Cells::NumberList(Box::new(|row| vec![*row as f64; 16])),
            ),
            Column::new(
                "truths",
                Cells::TruthList(Box::new(|row| vec![row % 2 == 0])),
            ),
        ];
        let names: Vec<String> = columns.iter().map(|it| it.name.clone()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut writer = ParquetWriter::create(&path, columns).unwrap();
        (0..40).for_each(|row| writer.push(row).unwrap());
        assert!(!path.exists());
        writer.finish().unwrap();
        assert_eq!(ParquetRows::count(&path).unwrap(), 40);
        let mut rows = ParquetRows::open(&path, &names).unwrap();
        for index in 0..40_i32 {
            let row = rows.next_row().unwrap().unwrap();
            assert_eq!(row.integer("[A].small").unwrap(), i64::from(index) - 9);
            assert_eq!(row.integer("whole").unwrap(), i64::from(index));
            assert_eq!(row.integer("long").unwrap(), 1 << index);
            assert_eq!(row.number("number").unwrap(), f64::from(index) / 4.0);
            assert_eq!(row.text("text").unwrap(), format!("é{index}"));
            assert_eq!(
                row.bytes("bytes").ok().map(<[u8]>::len),
                (index > 0).then_some(index as usize)
            );
            let list: Vec<i64> = (0..i64::from(index) % 3).collect();
            assert_eq!(row.integers("a.b.list").unwrap(), list);
            assert_eq!(row.numbers("numbers").unwrap(), [f64::from(index); 16]);
            assert_eq!(row.integers("truths").unwrap(), [i64::from(index % 2 == 0)]);
        }
        assert!(rows.next_row().unwrap().is_none());
    }
}
