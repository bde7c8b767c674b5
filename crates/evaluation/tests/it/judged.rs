//! Shorter ways to evaluate and to look into reports.

use std::path::Path;

use tubelet_evaluation::{EvaluationError, Inputs, Missing, Options, Protocol, Report, evaluate};

/// Evaluates by name.
pub(crate) fn judge(
    protocol: &str,
    truth: &Path,
    predictions: &Path,
    options: &Options,
) -> Result<Report, EvaluationError> {
    let protocol: Protocol = protocol.parse()?;
    evaluate(protocol, Inputs { truth, predictions }, options, &|_| ())
}

/// Options with rules.
pub(crate) fn by(rules: &str) -> Options {
    Options {
        rules: Some(rules.to_owned()),
        ..Options::default()
    }
}

/// Options that leave out what only one side has.
pub(crate) fn common() -> Options {
    Options {
        missing: Missing::LeaveOut,
        ..Options::default()
    }
}

/// A figure of the summary.
pub(crate) fn figure(report: &Report, name: &str) -> f64 {
    let figure = report.summary.iter().find(|figure| figure.name == name);
    figure
        .unwrap_or_else(|| panic!("no {name} in {:?}", report.summary))
        .value
        .unwrap()
}

/// A figure of a group.
pub(crate) fn of_group(report: &Report, group: &str, name: &str) -> f64 {
    let group = report.groups.iter().find(|it| it.name == group).unwrap();
    group
        .figures
        .iter()
        .find(|figure| figure.name == name)
        .unwrap()
        .value
        .unwrap()
}

/// Whether two numbers agree to nine digits.
pub(crate) fn near(what: &str, found: f64, expected: f64) {
    assert!(
        (found - expected).abs() < 1e-9,
        "{what}: {found}, expected {expected}"
    );
}
