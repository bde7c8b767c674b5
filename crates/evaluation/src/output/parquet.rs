//! The samples of a report as a Parquet file.
//!
//! In: a [`Report`]. Out: a file with the columns `id`, `group`, `frames` and the report's own, as text, text, integer and
//! numbers. What is not defined is null.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use crate::error::EvaluationError;
use crate::report::{Report, Sample};

/// Samples of a row group.
const ROWS: usize = 1 << 16;

impl Report {
    /// Writes the samples as Parquet.
    ///
    /// # Errors
    /// [`EvaluationError::Write`].
    pub fn write_parquet(&self, path: impl AsRef<Path>) -> Result<(), EvaluationError> {
        let path = path.as_ref();
        let refused = |reason: String| EvaluationError::Write {
            path: path.to_owned(),
            reason,
        };
        let file = File::create(path).map_err(|error| refused(error.to_string()))?;
        self.write_rows(file)
            .map_err(|error| refused(error.to_string()))
    }

    fn write_rows(&self, file: File) -> Result<(), ParquetError> {
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
        let schema = self.schema()?;
        let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties.build()))?;
        for samples in self.samples.chunks(ROWS) {
            let mut rows = writer.next_row_group()?;
            let text = |text: &str| ByteArray::from(text);
            let ids = samples.iter().map(|sample| Some(text(&sample.id)));
            write_column::<ByteArrayType, File>(&mut rows, ids)?;
            let groups = samples
                .iter()
                .map(|sample| sample.group.as_deref().map(text));
            write_column::<ByteArrayType, File>(&mut rows, groups)?;
            let frames = samples
                .iter()
                .map(|sample| sample.frames.map(|frames| frames as i64));
            write_column::<Int64Type, File>(&mut rows, frames)?;
            for column in 0..self.columns.len() {
                let value = |sample: &Sample| sample.values.get(column).copied().flatten();
                write_column::<DoubleType, File>(&mut rows, samples.iter().map(value))?;
            }
            rows.close()?;
        }
        writer.close()?;
        Ok(())
    }

    fn schema(&self) -> Result<TypePtr, ParquetError> {
        let text = |name: &str| {
            let builder = Type::primitive_type_builder(name, PhysicalType::BYTE_ARRAY);
            builder
                .with_logical_type(Some(LogicalType::String))
                .with_repetition(Repetition::OPTIONAL)
                .build()
        };
        let plain = |name: &str, physical| {
            let builder = Type::primitive_type_builder(name, physical);
            builder.with_repetition(Repetition::OPTIONAL).build()
        };
        let mut fields = vec![
            text("id")?,
            text("group")?,
            plain("frames", PhysicalType::INT64)?,
        ];
        for column in &self.columns {
            fields.push(plain(column, PhysicalType::DOUBLE)?);
        }
        let fields = fields.into_iter().map(Arc::new).collect();
        Type::group_type_builder("samples")
            .with_fields(fields)
            .build()
            .map(Arc::new)
    }
}

/// Writes one column of a row group; `None` becomes null.
fn write_column<T: DataType, W: Write + Send>(
    rows: &mut SerializedRowGroupWriter<'_, W>,
    cells: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let cells: Vec<Option<T::T>> = cells.collect();
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let values: Vec<T::T> = cells.into_iter().flatten().collect();
    let Some(mut column) = rows.next_column()? else {
        return Err(ParquetError::General("a column too many".to_owned()));
    };
    column
        .typed::<T>()
        .write_batch(&values, Some(&levels), None)?;
    column.close()
}
