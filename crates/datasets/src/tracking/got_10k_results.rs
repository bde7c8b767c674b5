//! Results of GOT-10k: `TRACKER/SEQUENCE/SEQUENCE_001.txt` and `SEQUENCE_time.txt`.
//!
//! In: boxes and times of one run on one sequence. Out: files as the toolkit reads them, with its precision; and back.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use super::got_10k::read_boxes;
use crate::annotated_box::AnnotatedBox;
use crate::error::{DatasetError, Result};
use crate::formats::text::{finite, numbered, read_text};
use crate::names::check_name;

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

    /// Writes a run, numbered from 1, with 3 decimals as the toolkit does, and the seconds that each frame took.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`] for names that are paths, [`DatasetError::Write`].
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
        let lines = seconds.iter().fold(String::new(), |mut text, seconds| {
            let _ = writeln!(text, "{seconds:.8}");
            text
        });
        let path = folder.join(format!("{sequence}_time.txt"));
        fs::write(&path, lines).map_err(|source| refused(&path, source))
    }

    /// The boxes of all runs on a sequence, up to the first number that is missing.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`] for names that are paths, [`DatasetError::Line`] for a line that is no box.
    pub fn runs(&self, sequence: &str) -> Result<Vec<Vec<AnnotatedBox>>> {
        let folder = self.sequence(sequence)?;
        let files = (1..).map(|run| folder.join(format!("{sequence}_{run:03}.txt")));
        files
            .take_while(|path| path.is_file())
            .map(|path| read_boxes(&path))
            .collect()
    }

    /// The seconds that frames took; none where they were not written.
    ///
    /// # Errors
    /// [`DatasetError::SequenceName`] for names that are paths, [`DatasetError::Line`] for a line that is no number.
    pub fn seconds(&self, sequence: &str) -> Result<Vec<f64>> {
        let path = self
            .sequence(sequence)?
            .join(format!("{sequence}_time.txt"));
        if !path.is_file() {
            return Ok(Vec::new());
        }
        let text = read_text(&path)?;
        let seconds = numbered(&text).map(|(line, text)| finite(&path, line, text));
        seconds.collect()
    }

    fn sequence(&self, name: &str) -> Result<PathBuf> {
        check_name(name)?;
        Ok(self.folder.join(name))
    }
}
