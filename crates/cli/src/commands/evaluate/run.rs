//! `tubelet evaluate`: arguments in; a table or JSON on stdout, reports as files.

use std::path::Path;

use serde::Serialize;
use tubelet_evaluation::{EvaluationError, Inputs, Options, Progress, Protocol, Report, evaluate};

use super::{arguments::EvaluateArguments, table};
use crate::{failure::Failure, print::Printer};

/// Lists protocols, or judges predictions.
///
/// # Errors
/// When the predictions are refused, or a report cannot be written.
pub(crate) fn run(arguments: &EvaluateArguments, printer: Printer) -> Result<(), Failure> {
    let (Some(protocol), Some(truth), Some(predictions), false) = (
        arguments.protocol,
        &arguments.gt,
        &arguments.pred,
        arguments.list,
    ) else {
        return list(arguments);
    };
    // What cannot be written is better known before an hour of judging.
    for path in files(arguments) {
        check_place(path)?;
    }
    let options = Options {
        rules: arguments.rules.clone(),
        split: arguments.split.clone(),
        frames: arguments.frames.clone(),
        missing: arguments.missing.into(),
        shown: Some(arguments.html.as_ref().map_or(0, |_| arguments.worst)),
    };
    let bar = printer.counter();
    bar.set_message(protocol.name());
    let progress = |Progress { done, total }: Progress| {
        bar.set_length(total as u64);
        if done == 0 {
            bar.set_position(0);
        } else {
            bar.inc(1);
        }
    };
    let report = evaluate(protocol, Inputs { truth, predictions }, &options, &progress);
    bar.finish_and_clear();
    let report = report?;
    // Printed first: a file that cannot be written takes no figure along.
    if arguments.json {
        Printer::json(&report.document())?;
    } else {
        Printer::result(&table::of(&report))?;
    }
    write(&report, arguments, printer)
}

/// The files that were asked for.
fn files(arguments: &EvaluateArguments) -> impl Iterator<Item = &Path> {
    let files = [&arguments.csv, &arguments.parquet, &arguments.html];
    files.into_iter().filter_map(|path| path.as_deref())
}

/// Whether a file could be where it is wanted.
fn check_place(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let kind = if path.is_dir() {
        std::io::ErrorKind::IsADirectory
    } else if folder.is_some_and(|folder| !folder.is_dir()) {
        std::io::ErrorKind::NotFound
    } else {
        return Ok(());
    };
    Err(Failure::Write {
        path: path.to_owned(),
        source: kind.into(),
    })
}

/// Writes the files that were asked for.
fn write(report: &Report, arguments: &EvaluateArguments, printer: Printer) -> Result<(), Failure> {
    let written = |path: &Path, result: Result<(), EvaluationError>| {
        result.map(|()| printer.note(&format!("wrote {}", path.display())))
    };
    if let Some(path) = &arguments.csv {
        written(path, report.write_csv(path))?;
    }
    if let Some(path) = &arguments.parquet {
        written(path, report.write_parquet(path))?;
    }
    if let Some(path) = &arguments.html {
        written(path, report.write_html(path, arguments.worst))?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Listed {
    name: &'static str,
    about: &'static str,
    truth: &'static str,
    predictions: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    split: Option<&'static str>,
    rules: Vec<ListedRules>,
}

#[derive(Serialize)]
struct ListedRules {
    name: &'static str,
    about: &'static str,
}

fn listed(protocol: Protocol) -> Listed {
    let rules = protocol.rules().iter();
    Listed {
        name: protocol.name(),
        about: protocol.about(),
        truth: protocol.truth_layout(),
        predictions: protocol.prediction_layout(),
        split: protocol.split_meaning(),
        rules: rules
            .map(|rules| ListedRules {
                name: rules.name,
                about: rules.about,
            })
            .collect(),
    }
}

fn list(arguments: &EvaluateArguments) -> Result<(), Failure> {
    let wanted: Vec<Protocol> = match arguments.protocol {
        Some(protocol) => vec![protocol],
        None => Protocol::ALL.to_vec(),
    };
    if arguments.json {
        return Printer::json(&wanted.into_iter().map(listed).collect::<Vec<_>>());
    }
    for protocol in wanted {
        Printer::result(&format!("{protocol:24} {}", protocol.about()))?;
        if arguments.protocol.is_none() {
            continue;
        }
        Printer::result(&format!("--gt     {}", protocol.truth_layout()))?;
        Printer::result(&format!("--pred   {}", protocol.prediction_layout()))?;
        if let Some(split) = protocol.split_meaning() {
            Printer::result(&format!("--split  {split}"))?;
        }
        for rules in protocol.rules() {
            Printer::result(&format!("--rules {}: {}", rules.name, rules.about))?;
        }
    }
    Ok(())
}
