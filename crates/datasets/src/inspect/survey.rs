//! The making of an overview: parts are counted, and problems are noted without stopping.
//!
//! In: results of readers. Out: an [`Overview`].

use std::fmt::Display;
use std::path::Path;

use super::overview::{DatasetKind, Overview, SplitOverview};
use crate::error::Result;

/// Problems that are kept word for word.
const PROBLEMS_KEPT: usize = 3;

/// An overview being made.
pub(super) struct Survey {
    overview: Overview,
}

impl Survey {
    /// Begins an overview.
    pub(super) fn new(kind: DatasetKind, root: &Path) -> Self {
        Self {
            overview: Overview {
                kind,
                root: root.to_owned(),
                splits: Vec::new(),
                problems: Vec::new(),
                problem_count: 0,
            },
        }
    }

    /// Adds a part.
    pub(super) fn add(&mut self, split: SplitOverview) {
        self.overview.splits.push(split);
    }

    /// Corrects what the data set is, where only its content tells.
    pub(super) fn is_rather(&mut self, kind: DatasetKind) {
        self.overview.kind = kind;
    }

    /// Notes a problem.
    pub(super) fn note(&mut self, problem: impl Display) {
        self.overview.problem_count += 1;
        if self.overview.problems.len() < PROBLEMS_KEPT {
            self.overview.problems.push(problem.to_string());
        }
    }

    /// The value of a result; an error is noted with its causes.
    pub(super) fn check<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                let mut text = error.to_string();
                let mut cause = std::error::Error::source(&error);
                while let Some(error) = cause {
                    text = format!("{text}: {error}");
                    cause = error.source();
                }
                self.note(text);
                None
            }
        }
    }

    /// The overview.
    pub(super) fn finish(self) -> Overview {
        self.overview
    }
}
