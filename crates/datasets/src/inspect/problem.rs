//! What is wrong with a data set, with the file and the line.
//!
//! In: errors of readers, and remarks of surveys. Out: problems that a program can list.

use std::fmt;
use std::path::{Path, PathBuf};

use tubelet_video::VideoError;

use crate::error::DatasetError;

/// Something wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file or folder, where one is to blame.
    pub path: Option<PathBuf>,
    /// Number of the line, from 1, where the file has lines and the line is known.
    pub line: Option<usize>,
    /// Number of the column, from 1, where it is known.
    pub column: Option<usize>,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(formatter, "{}", path.display())?;
            if let Some(line) = self.line {
                write!(formatter, ", line {line}")?;
            }
            if let Some(column) = self.column {
                write!(formatter, ", column {column}")?;
            }
            formatter.write_str(": ")?;
        }
        formatter.write_str(&self.reason)
    }
}

impl Problem {
    /// A remark about no single file.
    pub(super) fn remark(reason: impl fmt::Display) -> Self {
        Self {
            path: None,
            line: None,
            column: None,
            reason: reason.to_string(),
        }
    }
}

impl From<&DatasetError> for Problem {
    /// The error with its causes; what it says about the place becomes the place.
    fn from(error: &DatasetError) -> Self {
        let mut reason = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            reason = format!("{reason}: {error}");
            cause = error.source();
        }
        let (path, line) = place(error);
        let mut rest = reason.as_str();
        if let Some(path) = path {
            rest = rest
                .strip_prefix(&path.display().to_string())
                .unwrap_or(rest);
        }
        if let Some(line) = line {
            rest = rest.strip_prefix(&format!(", line {line}")).unwrap_or(rest);
        }
        let column = match error {
            DatasetError::Json { column, .. } => Some(*column),
            _ => None,
        };
        if let Some(column) = column {
            let stated = format!(", column {column}");
            rest = rest.strip_prefix(&stated).unwrap_or(rest);
        }
        Self {
            path: path.map(Path::to_owned),
            line,
            column,
            reason: rest.trim_start_matches([',', ':', ' ']).to_owned(),
        }
    }
}

/// The file that an error is about, and the line in it.
fn place(error: &DatasetError) -> (Option<&Path>, Option<usize>) {
    use DatasetError as E;
    match error {
        E::SplitLine { path, line, .. }
        | E::Line { path, line, .. }
        | E::Json { path, line, .. } => (Some(path), Some(*line)),
        E::Layout { path, .. }
        | E::NoSplit { path, .. }
        | E::NoSequence { path, .. }
        | E::AnnotationWithoutFrame { path, .. }
        | E::DoubleFrame { first: path, .. }
        | E::AnnotationSize { path, .. }
        | E::Labels { path, .. }
        | E::Entry { path, .. }
        | E::Bytes { path, .. }
        | E::Missing { path, .. }
        | E::Unrecognised { path }
        | E::Read { path, .. }
        | E::Write { path, .. }
        | E::Video(
            VideoError::Image { path, .. }
            | VideoError::NotFound { path }
            | VideoError::Read { path, .. }
            | VideoError::Empty { path },
        ) => (Some(path), None),
        _ => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_what_the_error_said() {
        let path = PathBuf::from("a: b/c.json");
        let line = DatasetError::Line {
            path: path.clone(),
            line: 7,
            reason: "no box".to_owned(),
        };
        let problem = Problem::from(&line);
        assert_eq!((problem.line, problem.reason.as_str()), (Some(7), "no box"));
        assert_eq!(problem.to_string(), line.to_string());
        let absent = DatasetError::from(VideoError::NotFound { path: path.clone() });
        let problem = Problem::from(&absent);
        assert_eq!(problem.path, Some(path));
        assert_eq!(problem.to_string(), absent.to_string());
    }
}
