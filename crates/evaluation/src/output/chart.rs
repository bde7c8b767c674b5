//! Drawings of a report as SVG: a histogram of values, and spans of a video.
//!
//! In: numbers. Out: SVG text that stands inside a page and takes its colours from it.

use crate::evidence::SpanEvidence;
use crate::output::markup::{escaped, line};

/// Bars of a histogram.
const BARS: usize = 20;

/// Where values lie: counts in twenty bars of equal width over the range of a share, or over all values where some lie
/// outside.
pub(crate) fn histogram(name: &str, values: &[f64]) -> String {
    let (width, height, base) = (320.0, 130.0, 105.0);
    let least = values.iter().copied().fold(0.0, f64::min);
    let most = values.iter().copied().fold(1.0, f64::max);
    let mut counts = [0usize; BARS];
    for value in values {
        let place = (value - least) / (most - least) * BARS as f64;
        let place = (place as usize).min(BARS - 1);
        if let Some(count) = counts.get_mut(place) {
            *count += 1;
        }
    }
    let highest = counts.iter().copied().max().unwrap_or(0).max(1);
    let mut svg = String::new();
    line(
        &mut svg,
        format_args!(
            "<svg viewBox=\"0 0 {width} {height}\" role=\"img\"><title>{}</title>",
            escaped(name)
        ),
    );
    let bar_width = (width - 20.0) / BARS as f64;
    for (place, count) in counts.iter().enumerate() {
        let bar_height = 85.0 * *count as f64 / highest as f64;
        let left = 10.0 + place as f64 * bar_width;
        let [from, to] =
            [place, place + 1].map(|at| least + (most - least) * at as f64 / BARS as f64);
        line(
            &mut svg,
            format_args!(
                "<rect class=\"bar\" x=\"{left:.2}\" y=\"{:.2}\" width=\"{:.2}\" \
                 height=\"{bar_height:.2}\"><title>{from:.2} to {to:.2}: {count}</title></rect>",
                base - bar_height,
                bar_width - 1.0,
            ),
        );
    }
    let right = width - 10.0;
    line(
        &mut svg,
        format_args!("<path class=\"axis\" d=\"M10 {base}H{right}\"/>"),
    );
    for (x, anchor, value) in [
        (10.0, "start", least),
        (width / 2.0, "middle", f64::midpoint(least, most)),
        (right, "end", most),
    ] {
        let y = base + 14.0;
        line(
            &mut svg,
            format_args!("<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{value:.2}</text>"),
        );
    }
    line(
        &mut svg,
        format_args!(
            "<text x=\"10\" y=\"12\">{} (most in a bar: {highest})</text></svg>",
            escaped(name)
        ),
    );
    svg
}

/// True and predicted spans on the line of a video.
pub(crate) fn spans(evidence: &SpanEvidence) -> String {
    let all = evidence.truth.iter().chain(&evidence.prediction);
    let ends = all.map(|span| span.end).filter(|end| end.is_finite());
    let length = ends.fold(evidence.length.max(1e-9), f64::max);
    let mut svg = "<svg viewBox=\"0 0 480 62\" role=\"img\">\n".to_owned();
    let rows = [
        ("true", "truth", &evidence.truth, 4.0),
        ("predicted", "prediction", &evidence.prediction, 26.0),
    ];
    for (name, class, spans, top) in rows {
        line(
            &mut svg,
            format_args!("<text x=\"0\" y=\"{}\">{name}</text>", top + 12.0),
        );
        line(
            &mut svg,
            format_args!(
                "<rect class=\"whole\" x=\"70\" y=\"{top}\" width=\"400\" height=\"16\"/>"
            ),
        );
        for span in spans {
            let [start, end] =
                [span.start, span.end].map(|at| (at / length).clamp(0.0, 1.0) * 400.0);
            line(
                &mut svg,
                format_args!(
                    "<rect class=\"{class}\" x=\"{:.2}\" y=\"{top}\" width=\"{:.2}\" height=\"16\"><title>{:.2} to \
                     {:.2}</title></rect>",
                    70.0 + start,
                    (end - start).max(1.0),
                    span.start,
                    span.end,
                ),
            );
        }
    }
    line(&mut svg, format_args!("<text x=\"70\" y=\"58\">0</text>"));
    line(
        &mut svg,
        format_args!("<text x=\"470\" y=\"58\" text-anchor=\"end\">{length:.1}</text></svg>"),
    );
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_counted_in_one_bar() {
        let svg = histogram("IoU", &[0.0, 0.02, 0.5, 1.0, -0.25]);
        let counts = svg
            .split("</title></rect>")
            .filter_map(|bar| bar.rsplit(": ").next()?.parse::<usize>().ok());
        assert_eq!(counts.sum::<usize>(), 5);
        assert!(svg.contains("-0.25"));
    }
}
