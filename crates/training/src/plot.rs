//! The curves of a run as a picture.
//!
//! In: the log in a run's folder. Out: `curves.svg` beside it: the loss above, the scores on held-out clips below.

use std::path::Path;

use plotters::{
    chart::ChartBuilder,
    drawing::{DrawingArea, IntoDrawingArea},
    element::PathElement,
    prelude::{Color, IntoLogRange, LineSeries, RGBColor, SVGBackend, WHITE},
    style::BLACK,
};

use crate::{
    TrainingError,
    log::{EvaluationRecord, LogRecord, StepRecord, read_evaluations_of, read_steps_of},
};

/// Width and height of the picture.
const SIZE: (u32, u32) = (900, 700);
/// Points of a curve at most; more would not show.
const POINTS: usize = 600;
/// Colours that differ for the colour-blind as well (Okabe and Ito).
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(204, 121, 167),
    RGBColor(148, 103, 60),
    RGBColor(0, 0, 0),
];

/// A curve's name, and its value at a record.
pub(crate) type NamedValue<R> = (&'static str, fn(&R) -> f64);

/// A record from which curves are drawn.
pub(crate) trait Plotted: LogRecord {
    /// Stands above the curves.
    const TITLE: &'static str;

    /// The curves.
    fn curves() -> Vec<NamedValue<Self>>;
}

impl Plotted for StepRecord {
    const TITLE: &'static str = "Loss of a clip (mean over steps)";

    fn curves() -> Vec<NamedValue<Self>> {
        vec![
            ("loss", |record| record.loss),
            ("dice", |record| record.dice),
            ("focal × 20", |record| 20.0 * record.focal),
        ]
    }
}

impl Plotted for EvaluationRecord {
    const TITLE: &'static str = "J&F on held-out clips by first prompt";

    fn curves() -> Vec<NamedValue<Self>> {
        vec![
            ("mask", |record| record.mask.mean()),
            ("box", |record| record.boxed.mean()),
            ("click", |record| record.click.mean()),
        ]
    }
}

/// A named curve.
struct Curve {
    name: &'static str,
    points: Vec<(f64, f64)>,
}

/// Curves under a title.
struct Panel {
    title: &'static str,
    curves: Vec<Curve>,
}

impl Panel {
    fn new<R: Plotted>(points: impl Fn(fn(&R) -> f64) -> Vec<(f64, f64)>) -> Self {
        let curve = |(name, value)| Curve {
            name,
            points: points(value),
        };
        Self {
            title: R::TITLE,
            curves: R::curves().into_iter().map(curve).collect(),
        }
    }

    fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        self.curves
            .iter()
            .flat_map(|curve| curve.points.iter().copied())
    }
}

/// Draws the curves anew; nothing if no step has been logged.
pub(crate) fn draw<S: Plotted, E: Plotted>(folder: &Path) -> Result<(), TrainingError> {
    let path = folder.join("curves.svg");
    let steps: Vec<S> = read_steps_of(folder)?;
    if steps.is_empty() {
        return Ok(());
    }
    let evaluations: Vec<E> = read_evaluations_of(folder)?;
    let losses = Panel::new(|value| means(&steps, value));
    let scores = Panel::new(|value: fn(&E) -> f64| {
        let points = evaluations.iter();
        points
            .map(|record| (record.step() as f64, value(record)))
            .collect()
    });
    picture(&path, &losses, &scores).map_err(|reason| TrainingError::Plot { path, reason })
}

/// Means over neighbouring steps, in as many groups as there are points to show.
fn means<S: LogRecord>(steps: &[S], value: fn(&S) -> f64) -> Vec<(f64, f64)> {
    let group = steps.len().div_ceil(POINTS).max(1);
    let mean = |group: &[S]| {
        let finite: Vec<f64> = group
            .iter()
            .map(value)
            .filter(|value| value.is_finite())
            .collect();
        let at = group.first()?.step() as f64;
        (!finite.is_empty()).then(|| {
            (
                at,
                (finite.iter().sum::<f64>() / finite.len() as f64).max(1e-4),
            )
        })
    };
    steps.chunks(group).filter_map(mean).collect()
}

fn picture(path: &Path, losses: &Panel, scores: &Panel) -> Result<(), String> {
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    root.fill(&WHITE).map_err(|error| error.to_string())?;
    let (above, below) = root.split_vertically(SIZE.1 / 2);
    let places = losses.points().chain(scores.points()).map(|point| point.0);
    let last = places.fold(1.0, f64::max);
    let values = || losses.points().map(|point| point.1);
    let (low, high) = (
        values().fold(f64::MAX, f64::min),
        values().fold(f64::MIN, f64::max),
    );
    let mut chart = ChartBuilder::on(&above);
    let mut chart = frame(&mut chart, losses.title)
        .build_cartesian_2d(0.0..last, (low * 0.9..high * 1.1).log_scale())
        .map_err(|error| error.to_string())?;
    chart
        .configure_mesh()
        .x_desc("step")
        .light_line_style(WHITE)
        .draw()
        .map_err(|error| error.to_string())?;
    for (curve, colour) in losses.curves.iter().zip(COLOURS) {
        let series = LineSeries::new(curve.points.iter().copied(), colour.stroke_width(2));
        let drawn = chart
            .draw_series(series)
            .map_err(|error| error.to_string())?;
        drawn
            .label(curve.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .border_style(BLACK)
        .draw()
        .map_err(|error| error.to_string())?;
    draw_scores(&below, scores, last)?;
    root.present().map_err(|error| error.to_string())
}

fn draw_scores(
    area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    scores: &Panel,
    last: f64,
) -> Result<(), String> {
    let mut chart = ChartBuilder::on(area);
    let mut chart = frame(&mut chart, scores.title)
        .build_cartesian_2d(0.0..last, 0.0..1.0)
        .map_err(|error| error.to_string())?;
    chart
        .configure_mesh()
        .x_desc("step")
        .light_line_style(WHITE)
        .draw()
        .map_err(|error| error.to_string())?;
    for (curve, colour) in scores.curves.iter().zip(COLOURS) {
        let series =
            LineSeries::new(curve.points.iter().copied(), colour.stroke_width(2)).point_size(3);
        let drawn = chart
            .draw_series(series)
            .map_err(|error| error.to_string())?;
        drawn
            .label(curve.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .border_style(BLACK)
        .draw()
        .map_err(|error| error.to_string())
}

fn frame<'a, 'b>(
    chart: &'a mut ChartBuilder<'a, 'b, SVGBackend<'b>>,
    title: &str,
) -> &'a mut ChartBuilder<'a, 'b, SVGBackend<'b>> {
    chart
        .caption(title, ("sans-serif", 18))
        .margin(10)
        .x_label_area_size(36)
        .y_label_area_size(50)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{RunLog, Score};

    #[test]
    fn the_curves_of_a_log_are_drawn_with_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let mut log: RunLog = RunLog::open(folder.path(), 0).unwrap();
        for step in 0..2000 {
            let value = 1.0 / f64::from(step + 1);
            let record = StepRecord {
                step: step as usize,
                loss: if step == 7 { f64::NAN } else { value },
                focal: value,
                dice: value,
                iou: value,
                presence: value,
                rate: value,
                gradient_norm: value,
                seconds: value,
                waited: 0.0,
                skipped: false,
            };
            log.step(&record).unwrap();
        }
        let score = Score {
            region: 0.7,
            boundary: 0.5,
        };
        log.evaluation(&EvaluationRecord {
            views: None,
            step: 1000,
            mask: score,
            boxed: score,
            click: score,
            seconds: 1.0,
        })
        .unwrap();
        draw::<StepRecord, EvaluationRecord>(folder.path()).unwrap();
        let text = std::fs::read_to_string(folder.path().join("curves.svg")).unwrap();
        for word in ["loss", "dice", "mask", "box", "click", "step"] {
            assert!(text.contains(word), "{word}");
        }
    }
}
