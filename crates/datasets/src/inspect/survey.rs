//! The making of an overview: parts are counted, and problems are noted without stopping.
//!
//! In: results of readers. Out: an [`Overview`], and problems.

use std::fmt::Display;
use std::path::Path;

use super::overview::{DatasetKind, Overview, SplitOverview};
use super::problem::Problem;
use crate::annotation::Annotation;
use crate::error::Result;
use crate::sample::VideoSample;

/// Problems that an overview keeps word for word.
pub(super) const KEPT_IN_OVERVIEW: usize = 3;

/// Problems that a validation keeps.
pub(super) const KEPT: usize = 100;

/// An overview being made.
pub(super) struct Survey<'a> {
    overview: Overview,
    problems: Vec<Problem>,
    /// Where everything is to be read: told what is read next.
    watch: Option<&'a mut dyn FnMut(&Path)>,
}

impl<'a> Survey<'a> {
    /// Begins an overview, which reads no more than it must.
    pub(super) fn new(kind: DatasetKind, root: &Path) -> Self {
        Self {
            overview: Overview {
                kind,
                root: root.to_owned(),
                splits: Vec::new(),
                problems: Vec::new(),
                problem_count: 0,
            },
            problems: Vec::new(),
            watch: None,
        }
    }

    /// Reads everything, and says what is read next.
    pub(super) fn thorough(self, watch: &'a mut dyn FnMut(&Path)) -> Self {
        Self {
            watch: Some(watch),
            ..self
        }
    }

    /// Whether everything is to be read.
    pub(super) fn reads_all(&self) -> bool {
        self.watch.is_some()
    }

    /// Says what is read next.
    pub(super) fn reading(&mut self, path: &Path) {
        if let Some(watch) = &mut self.watch {
            watch(path);
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

    /// Notes a problem of no single file.
    pub(super) fn note(&mut self, problem: impl Display) {
        self.keep(|| Problem::remark(problem));
    }

    fn keep(&mut self, problem: impl FnOnce() -> Problem) {
        self.overview.problem_count += 1;
        if self.problems.len() < KEPT {
            self.problems.push(problem());
        }
    }

    /// The value of a result; an error is noted with its causes.
    pub(super) fn check<T>(&mut self, result: Result<T>) -> Option<T> {
        result
            .map_err(|error| self.keep(|| Problem::from(&error)))
            .ok()
    }

    /// Reads every picture and annotation of a video, where everything is to be read. Annotations have the size of their
    /// pictures, or of each other where there are no pictures.
    pub(super) fn read_sample(&mut self, sample: &VideoSample) {
        if !self.reads_all() {
            return;
        }
        let mut size = None;
        for (frame, files) in sample.frames().iter().enumerate() {
            if let Some(path) = &files.image {
                self.reading(path);
                let picture = self.check(sample.image(frame));
                size = picture.map(|picture| picture.size).or(size);
            }
            let Some(path) = &files.annotation else {
                continue;
            };
            self.reading(path);
            let annotation = self.check(match size {
                Some(size) => sample.annotation_of_size(frame, size),
                None => sample.annotation(frame),
            });
            let found = annotation.flatten();
            size = size.or(found.map(|Annotation { labels, .. }| labels.size()));
        }
    }

    /// Reads every picture of a list, where everything is to be read and any of the pictures is there.
    pub(super) fn read_listed(&mut self, sample: &VideoSample) {
        let first = sample.frames().iter().find_map(|it| it.image.as_deref());
        if first.and_then(Path::parent).is_some_and(Path::is_dir) {
            self.read_sample(sample);
        }
    }

    /// The overview, and the problems.
    pub(super) fn finish(self) -> (Overview, Vec<Problem>) {
        let first = self.problems.iter().take(KEPT_IN_OVERVIEW);
        let problems = first.map(Problem::to_string).collect();
        let overview = Overview {
            problems,
            ..self.overview
        };
        (overview, self.problems)
    }
}
