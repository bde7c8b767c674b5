//! One evaluation on its way: its inputs, what is done about missing predictions, and threads.
//!
//! In: a protocol, two paths, options, someone to tell of progress. Out: scores of many units, made side by side and
//! given back in order, so that figures do not depend on the number of threads.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::catalog::Rules;
use crate::error::{EvaluationError, Problem, Problems};
use crate::evidence::FramePicture;
use crate::protocol::Protocol;
use crate::report::Report;
use crate::worst::Worst;

/// Where things lie.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The ground truth, a folder or a file.
    pub truth: &'a Path,
    /// The predictions, a folder or a file.
    pub predictions: &'a Path,
}

/// What to do where only one side has something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// Refuse the predictions.
    #[default]
    Refuse,
    /// Leave out what only one side has, and say how much that was.
    LeaveOut,
    /// Count missing predictions as 0 where the protocol allows for it. What only the predictions have is refused.
    Zero,
}

/// Choices of whoever evaluates.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Name of the rules; the protocol's first where there is none.
    pub rules: Option<String>,
    /// The split, where the protocol has several.
    pub split: Option<String>,
    /// Folder of frames, where they do not lie with the ground truth: `VIDEO/FRAME.jpg`.
    pub frames: Option<PathBuf>,
    /// What to do where only one side has something.
    pub missing: Missing,
    /// Of how many of the worst samples a page is to show something; of all where there is no number. What is not shown
    /// takes no memory.
    pub shown: Option<usize>,
}

/// How far an evaluation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Sequences or other units that are done.
    pub done: usize,
    /// All of them.
    pub total: usize,
}

/// One evaluation.
pub(crate) struct Task<'a> {
    pub(crate) protocol: Protocol,
    pub(crate) rules: &'static Rules,
    pub(crate) inputs: Inputs<'a>,
    pub(crate) options: &'a Options,
    pub(crate) progress: &'a (dyn Fn(Progress) + Sync),
    pub(crate) worst: &'a Worst,
}

impl Task<'_> {
    /// A report without figures.
    pub(crate) fn report(&self, columns: &[&'static str]) -> Report {
        Report {
            protocol: self.protocol,
            rules: self.rules,
            notes: Vec::new(),
            summary: Vec::new(),
            groups: Vec::new(),
            columns: columns.to_vec(),
            samples: Vec::new(),
        }
    }

    /// Whether the rules of this name are used.
    pub(crate) fn by(&self, rules: &str) -> bool {
        self.rules.name == rules
    }

    /// The split, or the usual one.
    pub(crate) fn split<'b>(&'b self, usual: &'b str) -> &'b str {
        self.options.split.as_deref().unwrap_or(usual)
    }

    /// Refuses to count missing predictions as 0.
    pub(crate) fn without_zeroes(&self) -> Result<(), EvaluationError> {
        if self.options.missing == Missing::Zero {
            return Err(EvaluationError::NoZeroes {
                protocol: self.protocol.name(),
            });
        }
        Ok(())
    }

    /// The picture of a frame, where there is one.
    pub(crate) fn picture(
        &self,
        own: Option<&PathBuf>,
        video: &str,
        frame: &str,
    ) -> Option<FramePicture> {
        let elsewhere = self
            .options
            .frames
            .as_ref()
            .map(|folder| folder.join(video));
        let elsewhere = elsewhere.and_then(|folder| {
            let names =
                ["jpg", "png", "jpeg"].map(|ending| folder.join(format!("{frame}.{ending}")));
            names.into_iter().find(|path| path.is_file())
        });
        let own = own.filter(|path| path.is_file()).cloned();
        elsewhere.or(own).map(FramePicture::File)
    }

    /// The items whose names both sides have, in their order; otherwise as [`Task::pair`].
    pub(crate) fn pair_items<'n, T>(
        &self,
        what: &'static str,
        (items, name): (Vec<T>, impl Fn(&T) -> String),
        predicted: impl IntoIterator<Item = &'n String>,
        report: &mut Report,
    ) -> Result<Vec<T>, EvaluationError> {
        let names: Vec<String> = items.iter().map(name).collect();
        let predicted = predicted.into_iter().cloned().collect();
        let kept = self.pair(what, (&names, &predicted), report)?;
        let kept: BTreeSet<String> = kept.into_iter().collect();
        let named = items.into_iter().zip(names);
        let both = named.filter(|(_, name)| kept.contains(name));
        Ok(both.map(|(item, _)| item).collect())
    }

    /// The names that both sides have, in the order of the ground truth; with [`Missing::Zero`] all of the ground truth.
    pub(crate) fn pair(
        &self,
        what: &'static str,
        sides: (&[String], &BTreeSet<String>),
        report: &mut Report,
    ) -> Result<Vec<String>, EvaluationError> {
        let (truth, predicted) = sides;
        let known: BTreeSet<&String> = truth.iter().collect();
        let missing = truth.iter().filter(|name| !predicted.contains(*name));
        let unexpected = predicted.iter().filter(|name| !known.contains(name));
        let mut problems = Problems::default();
        let (missing_count, unexpected_count) =
            (missing.clone().count(), unexpected.clone().count());
        if self.options.missing == Missing::Refuse {
            for name in missing {
                let name = name.clone();
                problems.push(Problem::Missing { what, name });
            }
        }
        if self.options.missing != Missing::LeaveOut {
            for name in unexpected {
                let name = name.clone();
                problems.push(Problem::Unexpected { what, name });
            }
        }
        problems.check(self.inputs.predictions)?;
        if self.options.missing == Missing::Zero {
            if missing_count > 0 {
                report.notes.push(format!(
                    "{missing_count} of {} without prediction count as 0 (each a {what}).",
                    truth.len()
                ));
            }
            return Ok(truth.to_vec());
        }
        if missing_count + unexpected_count > 0 {
            report.notes.push(format!(
                "Left out: {missing_count} of {} without prediction and {unexpected_count} that only the predictions \
                 have (each a {what}).",
                truth.len()
            ));
        }
        let both = truth.iter().filter(|name| predicted.contains(*name));
        Ok(both.cloned().collect())
    }

    /// Scores units side by side and gives the scores in the order of the units.
    ///
    /// All units are looked at before anything is refused, so that the first problems are the first of the data set and
    /// not of the fastest thread.
    pub(crate) fn score_all<'u, U: Sync, R: Send>(
        &self,
        units: &'u [U],
        score: impl Fn(&'u U) -> Result<R, Problem> + Sync,
    ) -> Result<Vec<R>, EvaluationError> {
        let (done, total) = (AtomicUsize::new(0), units.len());
        (self.progress)(Progress { done: 0, total });
        let results: Vec<Result<R, Problem>> = units
            .par_iter()
            .map(|unit| {
                let result = score(unit);
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                (self.progress)(Progress { done, total });
                result
            })
            .collect();
        let mut problems = Problems::default();
        let results = results
            .into_iter()
            .filter_map(|result| problems.take(result));
        let results: Vec<R> = results.collect();
        problems.check(self.inputs.predictions)?;
        Ok(results)
    }
}
