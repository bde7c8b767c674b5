//! A report as a table for the terminal.
//!
//! In: a [`Report`]. Out: lines of text: what was evaluated, the figures, the groups where there are few.

use tubelet_evaluation::{Figure, Group, Report, Unit};

/// Groups that are printed; more of them go into files.
const MOST_GROUPS: usize = 16;

/// Figures of a group that fit into a line.
const MOST_FIGURES: usize = 8;

/// The report as text.
pub(crate) fn of(report: &Report) -> String {
    let mut lines = vec![
        format!("{}: {}", report.protocol, report.protocol.about()),
        format!("rules {}: {}", report.rules.name, report.rules.about),
    ];
    lines.extend(report.notes.iter().cloned());
    lines.push(String::new());
    let width = report
        .summary
        .iter()
        .map(|figure| figure.name.chars().count())
        .max()
        .unwrap_or(0);
    for figure in &report.summary {
        lines.push(format!("{:width$}  {:>10}", figure.name, shown(figure)));
    }
    if (1..=MOST_GROUPS).contains(&report.groups.len()) {
        lines.push(String::new());
        lines.extend(groups(&report.groups));
    }
    lines.join("\n")
}

fn shown(figure: &Figure) -> String {
    match (figure.unit, figure.value) {
        (_, None) => "-".to_owned(),
        (Unit::Share, Some(value)) => format!("{value:.4}"),
        (Unit::Count, Some(value)) => format!("{value:.0}"),
        (Unit::PerSecond, Some(value)) => format!("{value:.1}/s"),
        (Unit::Seconds, Some(value)) => format!("{value:.1} s"),
    }
}

/// A head wherever the figures change, and a line for each group.
fn groups(groups: &[Group]) -> Vec<String> {
    let name_width = groups
        .iter()
        .map(|group| group.name.chars().count())
        .max()
        .unwrap_or(0);
    let (mut lines, mut last) = (Vec::new(), Vec::new());
    for group in groups {
        let figures = group.figures.get(..MOST_FIGURES).unwrap_or(&group.figures);
        let names: Vec<&str> = figures.iter().map(|figure| figure.name.as_str()).collect();
        let cells = |cells: Vec<String>| {
            let padded = cells.iter().zip(&names).map(|(cell, name)| {
                let width = name.chars().count().max(8);
                format!("  {cell:>width$}")
            });
            padded.collect::<String>()
        };
        if names != last {
            let heads = names.iter().map(|name| (*name).to_owned()).collect();
            lines.push(format!(
                "{:name_width$}  {:>8}{}",
                "",
                "samples",
                cells(heads)
            ));
        }
        let values = figures.iter().map(shown).collect();
        lines.push(format!(
            "{:name_width$}  {:>8}{}",
            group.name,
            group.samples,
            cells(values)
        ));
        last = names;
    }
    lines
}
