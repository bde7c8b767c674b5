//! `tubelet data inspect`: which data sets a folder holds, and how much of them.

use serde::Serialize;
use tubelet_datasets::{Overview, SplitOverview, inspect, inspect_as};

use super::arguments::InspectArguments;
use crate::{failure::Failure, print::Printer};

/// Looks at a folder.
///
/// # Errors
/// When no data set is found in it, or no part of the one that it is said to be.
pub(super) fn run(arguments: &InspectArguments) -> Result<(), Failure> {
    let found = match arguments.kind {
        Some(kind) => vec![inspect_as(&arguments.path, kind)?],
        None => inspect(&arguments.path)?,
    };
    if arguments.json {
        let found: Vec<Described<'_>> = found.iter().map(Described::from).collect();
        return Printer::json(&found);
    }
    for overview in &found {
        Printer::result(&lines(overview))?;
        for problem in &overview.problems {
            Printer::result(&format!("  problem: {problem}"))?;
        }
        let more = overview.problem_count - overview.problems.len();
        if more > 0 {
            Printer::result(&format!("  and {more} more problems"))?;
        }
    }
    Ok(())
}

/// A data set and its parts, a line each.
pub(super) fn lines(overview: &Overview) -> String {
    let mut lines = format!("{}: {}", overview.root.display(), overview.kind);
    for split in &overview.splits {
        let counts = [
            (split.videos, "videos"),
            (split.objects, "objects"),
            (split.expressions, "expressions"),
            (split.frames, "frames"),
        ];
        let known = counts
            .iter()
            .filter_map(|(count, what)| Some(format!("{} {what}", (*count)?)));
        let known: Vec<String> = known.collect();
        lines = format!("{lines}\n  {}: {}", split.name, known.join(", "));
    }
    lines
}

/// A data set as JSON says it.
#[derive(Debug, Serialize)]
pub(super) struct Described<'a> {
    dataset: &'static str,
    path: String,
    parts: Vec<Part<'a>>,
    problem_count: usize,
    first_problems: &'a [String],
}

#[derive(Debug, Serialize)]
struct Part<'a> {
    name: &'a str,
    videos: Option<usize>,
    objects: Option<usize>,
    expressions: Option<usize>,
    frames: Option<usize>,
}

impl<'a> From<&'a Overview> for Described<'a> {
    fn from(overview: &'a Overview) -> Self {
        let part = |split: &'a SplitOverview| Part {
            name: &split.name,
            videos: split.videos,
            objects: split.objects,
            expressions: split.expressions,
            frames: split.frames,
        };
        Self {
            dataset: overview.kind.name(),
            path: overview.root.display().to_string(),
            parts: overview.splits.iter().map(part).collect(),
            problem_count: overview.problem_count,
            first_problems: &overview.problems,
        }
    }
}
