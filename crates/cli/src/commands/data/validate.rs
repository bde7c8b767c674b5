//! `tubelet data validate`: every sample read, and what is wrong with file, line and reason.

use std::{path::Path, process::ExitCode};

use serde::Serialize;
use tubelet_datasets::{Problem, Validation, validate, validate_as};

use super::{
    arguments::ValidateArguments,
    inspect::{Described, lines},
};
use crate::{failure::Failure, print::Printer};

/// Reads everything.
///
/// # Errors
/// When no data set is found in the folder.
pub(super) fn run(arguments: &ValidateArguments, printer: Printer) -> Result<ExitCode, Failure> {
    let line = printer.spinner();
    let mut watch = |path: &Path| {
        line.inc(1);
        line.set_message(path.display().to_string());
    };
    let found = match arguments.kind {
        Some(kind) => vec![validate_as(&arguments.path, kind, &mut watch)?],
        None => validate(&arguments.path, &mut watch)?,
    };
    line.finish_and_clear();
    let problems: usize = found.iter().map(|it| it.overview.problem_count).sum();
    if arguments.json {
        let found: Vec<_> = found
            .iter()
            .map(|it| described(it, arguments.problems))
            .collect();
        Printer::json(&found)?;
    } else {
        for validation in &found {
            print(validation, arguments.problems)?;
        }
        Printer::result(&match problems {
            0 => "no problems".to_owned(),
            1 => "1 problem".to_owned(),
            count => format!("{count} problems"),
        })?;
    }
    Ok(if problems == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print(validation: &Validation, most: usize) -> Result<(), Failure> {
    Printer::result(&lines(&validation.overview))?;
    let shown = validation.problems.iter().take(most);
    let count = shown.len();
    for problem in shown {
        Printer::result(&format!("  problem: {problem}"))?;
    }
    let more = validation.overview.problem_count - count;
    if more > 0 {
        Printer::result(&format!("  and {more} more problems"))?;
    }
    Ok(())
}

#[derive(Debug, Serialize)]
struct Validated<'a> {
    #[serde(flatten)]
    described: Described<'a>,
    problems: Vec<Named<'a>>,
}

#[derive(Debug, Serialize)]
struct Named<'a> {
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    reason: &'a str,
}

fn described<'v>(validation: &'v Validation, most: usize) -> Validated<'v> {
    let named = |problem: &'v Problem| Named {
        file: problem.path.as_ref().map(|path| path.display().to_string()),
        line: problem.line,
        column: problem.column,
        reason: &problem.reason,
    };
    let problems = validation.problems.iter().take(most).map(named);
    Validated {
        described: Described::from(&validation.overview),
        problems: problems.collect(),
    }
}
