//! A report as one HTML page that needs no other file.
//!
//! In: a [`Report`]. Out: tables of figures, histograms of the samples' values, the worst samples as pictures.

use std::fs;
use std::path::Path;

use crate::error::{EvaluationError, Problem};
use crate::evidence::Evidence;
use crate::output::chart::{histogram, spans};
use crate::output::markup::{escaped, line, shown};
use crate::output::picture;
use crate::report::{Figure, Group, Report, Sample, Unit};

/// Groups that are shown.
const MOST_GROUPS: usize = 200;

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1a1c1f; --paper: #fff; --faint: #8884; --bar: #3b6fd4; --truth: #2fae55; --prediction: #ff8020; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --paper: #16181b; --bar: #7aa5f5; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1080px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .8rem .2rem 0; text-align: right; border-bottom: 1px solid var(--faint); }
th:first-child, td:first-child { text-align: left; }
.scroll { overflow-x: auto; } .charts, .worst { display: grid; gap: 1.2rem; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); }
figure { margin: 0; } figure img, svg { width: 100%; height: auto; display: block; } figcaption { font-size: .85rem; overflow-wrap: anywhere; }
svg text { font-size: 11px; fill: var(--ink); } .bar { fill: var(--bar); } .axis { stroke: var(--ink); } .whole { fill: var(--faint); }
rect.truth { fill: var(--truth); } rect.prediction { fill: var(--prediction); }
.key b { padding: 0 .4rem; border-radius: 3px; color: #000; } .key .truth { background: var(--truth); } .key .prediction { background: var(--prediction); }
";

impl Report {
    /// Writes the page, with so many of the worst samples as pictures.
    ///
    /// # Errors
    /// [`EvaluationError::Write`].
    pub fn write_html(&self, path: impl AsRef<Path>, worst: usize) -> Result<(), EvaluationError> {
        let path = path.as_ref();
        fs::write(path, self.page(worst)).map_err(|error| EvaluationError::Write {
            path: path.to_owned(),
            reason: error.to_string(),
        })
    }

    fn page(&self, worst: usize) -> String {
        let mut page = String::new();
        let title = format!("{}: {}", self.protocol, self.protocol.about());
        let title = escaped(&title);
        line(
            &mut page,
            format_args!(
                "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
                 content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>"
            ),
        );
        let (name, about) = (escaped(self.rules.name), escaped(self.rules.about));
        line(
            &mut page,
            format_args!("<p>Rules <code>{name}</code>: {about}.</p>"),
        );
        for note in &self.notes {
            line(&mut page, format_args!("<p>{}</p>", escaped(note)));
        }
        page.push_str("<h2>Figures</h2><div class=\"scroll\"><table>\n");
        for figure in &self.summary {
            let name = escaped(&figure.name);
            line(
                &mut page,
                format_args!("<tr><td>{name}</td><td>{}</td></tr>", value(figure)),
            );
        }
        page.push_str("</table></div>\n");
        self.charts(&mut page);
        self.groups(&mut page);
        self.worst_samples(&mut page, worst);
        page.push_str("</body></html>\n");
        page
    }

    fn charts(&self, page: &mut String) {
        let samples = self.samples.len();
        line(
            page,
            format_args!("<h2>{samples} samples</h2><div class=\"charts\">"),
        );
        for (column, name) in self.columns.iter().enumerate() {
            let values = self
                .samples
                .iter()
                .filter_map(|sample| sample.values.get(column).copied().flatten());
            page.push_str(&histogram(name, &values.collect::<Vec<_>>()));
        }
        page.push_str("</div>\n");
    }

    /// A table for each set of groups with the same figures.
    fn groups(&self, page: &mut String) {
        let names = |group: &Group| {
            group
                .figures
                .iter()
                .map(|figure| figure.name.clone())
                .collect::<Vec<_>>()
        };
        let mut rest = self.groups.get(..MOST_GROUPS).unwrap_or(&self.groups);
        if rest.is_empty() {
            return;
        }
        page.push_str("<h2>Groups</h2>\n");
        while let Some(first) = rest.first() {
            let heads = names(first);
            let end = rest
                .iter()
                .position(|group| names(group) != heads)
                .unwrap_or(rest.len());
            let (table, others) = rest.split_at(end);
            rest = others;
            page.push_str("<div class=\"scroll\"><table><tr><th></th><th>samples</th>");
            for head in &heads {
                line(page, format_args!("<th>{}</th>", escaped(head)));
            }
            page.push_str("</tr>\n");
            for group in table {
                line(
                    page,
                    format_args!(
                        "<tr><td>{}</td><td>{}</td>",
                        escaped(&group.name),
                        group.samples
                    ),
                );
                for figure in &group.figures {
                    line(page, format_args!("<td>{}</td>", value(figure)));
                }
                page.push_str("</tr>\n");
            }
            page.push_str("</table></div>\n");
        }
        if self.groups.len() > MOST_GROUPS {
            let others = self.groups.len() - MOST_GROUPS;
            line(
                page,
                format_args!("<p>and {others} more, which the JSON report lists.</p>"),
            );
        }
    }

    fn worst_samples(&self, page: &mut String, most: usize) {
        let worst = self.worst(most);
        if worst.is_empty() {
            return;
        }
        page.push_str(
            "<h2>Worst samples</h2><p class=\"key\"><b class=\"truth\">true</b> <b class=\"prediction\">predicted</b></p>\
             <div class=\"worst\">\n",
        );
        for sample in worst {
            let named = self.columns.iter().zip(&sample.values);
            let values: Vec<String> = named
                .map(|(name, value)| format!("{name} {}", shown(*value)))
                .collect();
            let (id, values) = (escaped(&sample.id), escaped(&values.join(", ")));
            let content = content(sample).unwrap_or_else(|problem| {
                let problem = escaped(&problem.to_string());
                format!("<p>no picture: {problem}</p>")
            });
            line(
                page,
                format_args!(
                    "<figure>{content}<figcaption><strong>{id}</strong><br>{values}</figcaption></figure>"
                ),
            );
        }
        page.push_str("</div>\n");
    }
}

fn value(figure: &Figure) -> String {
    match (figure.unit, figure.value) {
        (Unit::Count, Some(value)) => format!("{value:.0}"),
        (Unit::PerSecond, Some(value)) => format!("{value:.1}/s"),
        (Unit::Seconds, Some(value)) => format!("{value:.1} s"),
        (_, value) => shown(value),
    }
}

/// What is shown of a sample.
fn content(sample: &Sample) -> Result<String, Problem> {
    let pictured = |address: String, caption: &str| {
        let caption = escaped(caption);
        format!("<img src=\"{address}\" alt=\"{caption}\"><figcaption>{caption}</figcaption>")
    };
    match &sample.evidence {
        None => Ok(String::new()),
        Some(Evidence::Masks(masks)) => Ok(pictured(picture::masks(masks)?, &masks.caption)),
        Some(Evidence::Boxes(boxes)) => Ok(pictured(picture::boxes(boxes)?, &boxes.caption)),
        Some(Evidence::Spans(evidence)) => {
            let drawn = spans(evidence);
            Ok(format!(
                "{drawn}<figcaption>{}</figcaption>",
                escaped(&evidence.text)
            ))
        }
        Some(Evidence::Answer {
            question,
            truth,
            prediction,
        }) => {
            let [question, truth, prediction] =
                [question, truth, prediction].map(|text| escaped(text));
            Ok(format!(
                "<p>{question}</p><p class=\"key\"><b class=\"truth\">true</b> {truth}<br><b \
                 class=\"prediction\">predicted</b> {prediction}</p>"
            ))
        }
    }
}
