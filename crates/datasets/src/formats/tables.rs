//! Tables of comma-separated values.
//!
//! In: a path. Out: rows with the number of their line and cells by the name of their column. Quoting is that of
//! RFC 4180, as Python's `csv` and pandas write it.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::text::{finite, in_line, number, read_text};
use crate::error::Result;

/// A table read into memory.
#[derive(Debug)]
pub(crate) struct Table {
    path: PathBuf,
    header: Vec<String>,
    rows: Vec<(usize, StringRecord)>,
}

impl Table {
    /// Reads a table whose first row names the columns.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let mut table = Self::read_rows(path)?;
        if !table.rows.is_empty() {
            let (_, header) = table.rows.remove(0);
            table.header = header.iter().map(str::to_owned).collect();
        }
        Ok(table)
    }

    /// Reads a table without names of columns.
    pub(crate) fn read_rows(path: &Path) -> Result<Self> {
        // With `\r\n` the reader would place a row on the line before it.
        let text = read_text(path)?.replace("\r\n", "\n");
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .trim(Trim::All)
            .from_reader(text.as_bytes());
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| {
                let line = error.position().map_or(1, csv::Position::line) as usize;
                in_line(path, line, reason(&error))
            })?;
            let line = record.position().map_or(1, csv::Position::line) as usize;
            rows.push((line, record));
        }
        Ok(Self {
            path: path.to_owned(),
            header: Vec::new(),
            rows,
        })
    }

    /// Place of a column.
    pub(crate) fn column(&self, name: &str) -> Result<usize> {
        let place = self.header.iter().position(|column| column == name);
        place.ok_or_else(|| {
            let reason = if self.header.is_empty() {
                "it is empty, where names of columns should be".to_owned()
            } else {
                let columns = self.header.join(", ");
                format!("no column `{name}` (there are: {columns})")
            };
            in_line(&self.path, 1, reason)
        })
    }

    /// The rows below the header.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, cells)| Row {
            path: &self.path,
            line: *line,
            cells,
        })
    }
}

fn reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("{len} cells where the first line has {expected_len}"),
        _ => error.to_string(),
    }
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    path: &'a Path,
    /// Number of its line, from 1.
    pub(crate) line: usize,
    cells: &'a StringRecord,
}

impl<'a> Row<'a> {
    /// A cell; empty where the row is too short.
    pub(crate) fn text(&self, column: usize) -> &'a str {
        self.cells.get(column).unwrap_or_default()
    }

    /// A number.
    pub(crate) fn number<T: FromStr>(&self, column: usize) -> Result<T> {
        number(self.path, self.line, self.text(column))
    }

    /// A finite number.
    pub(crate) fn finite(&self, column: usize) -> Result<f64> {
        finite(self.path, self.line, self.text(column))
    }

    /// The cells in the form that is written.
    pub(crate) fn shown(&self) -> String {
        self.cells.iter().collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_commas_and_lines_and_the_line_counts_on() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "id,text\r\n1,\"a, \"\"b\"\"\nc\"\r\n2, d \r\n").unwrap();
        let table = Table::read(file.path()).unwrap();
        let (id, text) = (table.column("id").unwrap(), table.column("text").unwrap());
        let rows: Vec<Row> = table.rows().collect();
        assert_eq!((rows[0].line, rows[0].text(text)), (2, "a, \"b\"\nc"));
        assert_eq!((rows[1].line, rows[1].text(text)), (4, "d"));
        assert_eq!(rows[1].number::<u8>(id).unwrap(), 2);
        let error = table.column("answer").unwrap_err().to_string();
        assert!(
            error.ends_with("line 1: no column `answer` (there are: id, text)"),
            "{error}"
        );
    }

    #[test]
    fn an_empty_file_is_called_empty() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let table = Table::read(file.path()).unwrap();
        let error = table.column("id").unwrap_err().to_string();
        assert!(error.contains("line 1: it is empty"), "{error}");
    }

    #[test]
    fn rows_of_another_length_are_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "a,b\n1,2\n3\n").unwrap();
        let error = Table::read(file.path()).unwrap_err().to_string();
        assert!(
            error.ends_with("line 3: 1 cells where the first line has 2"),
            "{error}"
        );
    }
}
