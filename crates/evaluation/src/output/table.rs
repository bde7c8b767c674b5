//! The samples of a report as CSV.
//!
//! In: a [`Report`]. Out: a row for each sample, with the columns `id`, `group`, `frames` and the report's own. What is
//! not defined is an empty cell. Numbers are written so that reading gives the same ones back.

use std::path::Path;

use crate::error::EvaluationError;
use crate::report::Report;

impl Report {
    /// Writes the samples as CSV.
    ///
    /// # Errors
    /// [`EvaluationError::Write`].
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<(), EvaluationError> {
        let path = path.as_ref();
        let refused = |reason: String| EvaluationError::Write {
            path: path.to_owned(),
            reason,
        };
        let write = || -> Result<(), csv::Error> {
            let mut writer = csv::Writer::from_path(path)?;
            writer.write_record(["id", "group", "frames"].iter().chain(&self.columns))?;
            for sample in &self.samples {
                let frames = sample.frames.map(|frames| frames.to_string());
                let known = [Some(sample.id.clone()), sample.group.clone(), frames];
                let values = sample
                    .values
                    .iter()
                    .map(|value| value.map(|value| value.to_string()));
                let cells = known.into_iter().chain(values);
                writer.write_record(cells.map(Option::unwrap_or_default))?;
            }
            writer.flush()?;
            Ok(())
        };
        write().map_err(|error| refused(error.to_string()))
    }
}
