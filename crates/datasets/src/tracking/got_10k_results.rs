//! Results of GOT-10k: `TRACKER/SEQUENCE/SEQUENCE_001.txt` and `SEQUENCE_time.txt`, whose columns are the runs.
//!
//! In: boxes and times of one run on one sequence. Out: files as the toolkit reads them, with its precision; and back.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use super::got_10k::read_boxes;
use crate::annotated_box::AnnotatedBox;
use crate::error::{DatasetError, Result};
use crate::formats::text::{finite, number, numbered, read_text};
use crate::names::{check_name, files};

/// A tracker's folder of results.
#[derive(Clone, Debug)]
pub struct Got10kResults {
    folder: PathBuf,
}

impl Got10kResults {
    /// The results in a folder, which need not be there before something is written.
    pub fn new(folder: impl AsRef<Path>) -> Self {
        let folder = folder.as_ref().to_owned();
        Self { folder }
    }

    /// Writes a run, numbered from 1, with 3 decimals as the toolkit does, and the seconds that each frame took as the
    /// column of the run; the columns of other runs stay. What is not known is `nan`, which the toolkit passes over.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`] for names that are paths, [`DatasetError::Line`] for times that were there and are
    /// no numbers, [`DatasetError::Write`].
    pub fn write(
        &self,
        sequence: &str,
        run: usize,
        boxes: &[AnnotatedBox],
        seconds: &[f64],
    ) -> Result<()> {
        let folder = self.sequence(sequence)?;
        let refused = |path: &Path, source| DatasetError::Write {
            path: path.to_owned(),
            source,
        };
        fs::create_dir_all(&folder).map_err(|source| refused(&folder, source))?;
        let lines = boxes.iter().fold(String::new(), |mut text, edges| {
            let [x, y, width, height] = edges.corner_and_size();
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{x:.3},{y:.3},{width:.3},{height:.3}");
            text
        });
        let path = folder.join(format!("{sequence}_{run:03}.txt"));
        fs::write(&path, lines).map_err(|source| refused(&path, source))?;
        let path = folder.join(format!("{sequence}_time.txt"));
        let mut rows = times(&path)?;
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0).max(run);
        rows.resize_with(rows.len().max(seconds.len()), Vec::new);
        let mut lines = String::new();
        for (frame, row) in rows.iter_mut().enumerate() {
            row.resize(columns, f64::NAN);
            if let Some(cell) = row.get_mut(run.saturating_sub(1)) {
                *cell = seconds.get(frame).copied().unwrap_or(f64::NAN);
            }
            let cells: Vec<String> = row.iter().map(|cell| decimals(*cell)).collect();
            lines.push_str(&cells.join(","));
            lines.push('\n');
        }
        fs::write(&path, lines).map_err(|source| refused(&path, source))
    }

    /// The boxes of all runs on a sequence, by what their files are numbered with, such as `001`.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`] for names that are paths, [`DatasetError::Line`] for a line that is no box.
    pub fn runs(&self, sequence: &str) -> Result<BTreeMap<String, Vec<AnnotatedBox>>> {
        let folder = self.sequence(sequence)?;
        if !folder.is_dir() {
            return Ok(BTreeMap::new());
        }
        let mut runs = BTreeMap::new();
        for name in files(&folder)? {
            let rest = name.strip_prefix(sequence);
            let rest = rest.and_then(|rest| rest.strip_prefix('_')?.strip_suffix(".txt"));
            let run = rest.filter(|run| run.starts_with(|first: char| first.is_ascii_digit()));
            if let Some(run) = run {
                runs.insert(run.to_owned(), read_boxes(&folder.join(&name))?);
            }
        }
        Ok(runs)
    }

    /// The seconds that frames took in all runs, as far as they are known; none where they were not written.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`] for names that are paths, [`DatasetError::Line`] for a line that is no number.
    pub fn seconds(&self, sequence: &str) -> Result<Vec<f64>> {
        let folder = self.sequence(sequence)?;
        let rows = times(&folder.join(format!("{sequence}_time.txt")))?;
        let known = rows.into_iter().flatten().filter(|time| !time.is_nan());
        Ok(known.collect())
    }

    fn sequence(&self, name: &str) -> Result<PathBuf> {
        check_name(name)?;
        Ok(self.folder.join(name))
    }
}

/// The times of a file, a row for each frame and a column for each run; none where there is no file.
fn times(path: &Path) -> Result<Vec<Vec<f64>>> {
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let text = read_text(path)?;
    let rows = numbered(&text).map(|(line, text)| {
        let cells = text.split(|it: char| it == ',' || it.is_whitespace());
        let cells = cells.filter(|cell| !cell.is_empty());
        let cells = cells.map(|cell| match number::<f64>(path, line, cell)? {
            unknown if unknown.is_nan() => Ok(unknown),
            _ => finite(path, line, cell),
        });
        cells.collect::<Result<Vec<f64>>>()
    });
    rows.collect()
}

/// A time as the toolkit writes it.
fn decimals(seconds: f64) -> String {
    if seconds.is_nan() {
        return "nan".to_owned();
    }
    format!("{seconds:.8}")
}
