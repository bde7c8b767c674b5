//! Why predictions cannot be evaluated.
//!
//! In: what readers and metrics refuse, and what does not fit together. Out: one error that names the first three
//! problems and says how many there are.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use tubelet_datasets::DatasetError;
use tubelet_geometry::{FrameSize, GeometryError};
use tubelet_metrics::MetricsError;
use tubelet_video::VideoError;

/// Problems that an error spells out; the others are counted.
const SHOWN: usize = 3;

/// Why an evaluation failed.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// Truth and predictions do not fit together, or files are not what they should be.
    #[error("{}: {}", path.display(), listed(problems, *count))]
    Refused {
        /// The predictions.
        path: PathBuf,
        /// The first three problems.
        problems: Vec<Problem>,
        /// How many there are in all.
        count: usize,
    },
    /// What both sides have cannot be judged, although what only one side has is left out: leaving out does not help.
    #[error("{}: {}", path.display(), listed(problems, *count))]
    Unusable {
        /// The predictions.
        path: PathBuf,
        /// The first three problems.
        problems: Vec<Problem>,
        /// How many there are in all.
        count: usize,
    },
    /// The ground truth itself is not what it should be, whatever is predicted.
    #[error("{}: {}", path.display(), listed(problems, *count))]
    FaultyTruth {
        /// The first file that is at fault.
        path: PathBuf,
        /// The first three problems; those of another file name it.
        problems: Vec<Problem>,
        /// How many there are in all.
        count: usize,
    },
    /// A folder or file that cannot be opened at all.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// Both sides are read, and nothing is left to score.
    #[error("there is no sample to score in {} with predictions in {}", truth.display(), predictions.display())]
    NothingToScore {
        /// The ground truth.
        truth: PathBuf,
        /// The predictions.
        predictions: PathBuf,
    },
    /// What the metric refuses.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// A protocol that does not exist.
    #[error("there is no protocol `{name}` (there are: {known})")]
    UnknownProtocol {
        /// The name given.
        name: String,
        /// Names that exist.
        known: String,
    },
    /// Rules that the protocol does not have.
    #[error("`{protocol}` has no rules `{name}` (there are: {known})")]
    UnknownRules {
        /// The protocol.
        protocol: &'static str,
        /// The name given.
        name: String,
        /// Names that exist.
        known: String,
    },
    /// A split that cannot be meant.
    #[error("`{name}` is no split of `{protocol}`: {reason}")]
    UnknownSplit {
        /// The protocol.
        protocol: &'static str,
        /// The name given.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Missing predictions cannot count as 0 by this protocol.
    #[error(
        "by `{protocol}` missing predictions do not count as 0; they can be refused or left out"
    )]
    NoZeroes {
        /// The protocol.
        protocol: &'static str,
    },
    /// A report that cannot be written.
    #[error("{}: cannot write: {reason}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's or the encoder's answer.
        reason: String,
    },
}

/// One thing that does not fit.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The ground truth has it, the predictions lack it.
    #[error("no prediction for {what} `{name}`")]
    Missing {
        /// Such as `sequence`.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// The predictions have it, the ground truth does not.
    #[error("{what} `{name}` is predicted but not part of the ground truth")]
    Unexpected {
        /// Such as `sequence`.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Something stands twice in the predictions.
    #[error("{what} `{name}` is predicted twice")]
    Twice {
        /// Such as `question`.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A picture of another size than its frame.
    #[error("{}: is {found}, the ground truth is {expected}", path.display())]
    Size {
        /// The predicted picture.
        path: PathBuf,
        /// Size of the ground truth.
        expected: FrameSize,
        /// Size found.
        found: FrameSize,
    },
    /// Two lists that should be of one length.
    #[error("`{name}` has {found} {what}, the ground truth has {expected}")]
    Count {
        /// Name of the sample.
        name: String,
        /// What is counted, such as `boxes`.
        what: &'static str,
        /// Expected number.
        expected: usize,
        /// Number found.
        found: usize,
    },
    /// A value that cannot be meant.
    #[error("`{name}`: {reason}")]
    Value {
        /// Name of the sample.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// A problem that the ground truth has by itself.
    #[error("{}: {problem}", path.display())]
    Truth {
        /// The file at fault.
        path: PathBuf,
        /// What is wrong with it.
        problem: Box<Problem>,
    },
    /// A file that cannot be read.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// A picture that cannot be read or drawn.
    #[error(transparent)]
    Video(#[from] VideoError),
    /// Masks that do not fit.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
    /// What the metric refuses.
    #[error("`{name}`: {source}")]
    Metrics {
        /// Name of the sample.
        name: String,
        /// The metric's words.
        source: MetricsError,
    },
}

impl Problem {
    /// What the metric says about a sample.
    pub(crate) fn of(name: &str) -> impl Fn(MetricsError) -> Self + use<> {
        let name = name.to_owned();
        move |source| Self::Metrics {
            name: name.clone(),
            source,
        }
    }

    /// A value that cannot be meant.
    pub(crate) fn value(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Value {
            name: name.into(),
            reason: reason.into(),
        }
    }

    /// The same as a fault of the ground truth in a file.
    pub(crate) fn of_truth(self, path: &Path) -> Self {
        Self::Truth {
            path: path.to_owned(),
            problem: Box::new(self),
        }
    }
}

/// Collects problems before any is reported.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    predicted: Listed,
    true_ones: Listed,
}

/// The first problems of one side, and how many there are.
#[derive(Debug, Default)]
struct Listed {
    first: Vec<Problem>,
    count: usize,
}

impl Listed {
    fn push(&mut self, problem: Problem) {
        self.count += 1;
        if self.first.len() < SHOWN {
            self.first.push(problem);
        }
    }
}

impl Problems {
    /// Adds one.
    pub(crate) fn push(&mut self, problem: Problem) {
        match problem {
            Problem::Truth { .. } => self.true_ones.push(problem),
            _ => self.predicted.push(problem),
        }
    }

    /// Takes a value, or adds the problem that stands in its place.
    pub(crate) fn take<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.push(problem)).ok()
    }

    /// Refuses the ground truth where it has a problem by itself, which comes first; else the predictions at a path where
    /// there is any.
    pub(crate) fn check(self, path: &Path) -> Result<(), EvaluationError> {
        if let Some(Problem::Truth { path, .. }) = self.true_ones.first.first() {
            let path = path.clone();
            let first = self.true_ones.first.into_iter();
            return Err(EvaluationError::FaultyTruth {
                problems: first.map(|problem| named_once(problem, &path)).collect(),
                path,
                count: self.true_ones.count,
            });
        }
        if self.predicted.count == 0 {
            return Ok(());
        }
        Err(EvaluationError::Refused {
            path: path.to_owned(),
            problems: self.predicted.first,
            count: self.predicted.count,
        })
    }
}

/// A problem without the file that stands above the list.
fn named_once(problem: Problem, above: &Path) -> Problem {
    match problem {
        Problem::Truth { path, problem } if path == above => *problem,
        other => other,
    }
}

fn listed(problems: &[Problem], count: usize) -> String {
    let mut text = match count {
        1 => "1 problem".to_owned(),
        _ => format!("{count} problems"),
    };
    for (index, problem) in problems.iter().enumerate() {
        // Writing to a text cannot fail.
        let _ = write!(text, "\n  {}. {problem}", index + 1);
    }
    if count > problems.len() {
        let _ = write!(text, "\n  and {} more", count - problems.len());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_problems_are_named_and_all_are_counted() {
        let mut problems = Problems::default();
        for name in ["a", "b", "c", "d", "e"] {
            problems.push(Problem::Missing {
                what: "sequence",
                name: name.to_owned(),
            });
        }
        let error = problems.check(Path::new("results"));
        let text = error.err().map(|error| error.to_string());
        let expected = "results: 5 problems\n  1. no prediction for sequence `a`\n  2. no prediction for sequence \
                        `b`\n  3. no prediction for sequence `c`\n  and 2 more";
        assert_eq!(text.as_deref(), Some(expected));
    }

    #[test]
    fn faults_of_the_truth_come_first_under_its_own_name() {
        let mut problems = Problems::default();
        problems.push(Problem::value("a", "is wrong"));
        for (file, name) in [("truth", "b"), ("truth", "c"), ("boxes", "d")] {
            let problem = Problem::value(name, "has no box");
            problems.push(problem.of_truth(Path::new(file)));
        }
        let error = problems.check(Path::new("results"));
        let text = error.err().map(|error| error.to_string());
        let expected = "truth: 3 problems\n  1. `b`: has no box\n  2. `c`: has no box\n  3. boxes: `d`: has no box";
        assert_eq!(text.as_deref(), Some(expected));
    }
}
