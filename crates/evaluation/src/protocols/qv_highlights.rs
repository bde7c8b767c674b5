//! QVHighlights: queries to moments and to the clips that show them best.
//!
//! In: queries, and a submission. Out: the figures of `standalone_eval`.

use std::collections::BTreeMap;

use tubelet_datasets::{HighlightQuery, HighlightResult};
use tubelet_metrics::{
    JudgedClip, QvHighlightsFold, QvMomentReport, QvPrediction, QvTruth, ScoredMoment,
};

use crate::error::{EvaluationError, Problem, Problems};
use crate::evidence::{Evidence, SpanEvidence};
use crate::report::{Figure, Group, Report, Sample};
use crate::task::Task;

/// The submission by the numbers of its queries.
fn results(task: &Task<'_>) -> Result<BTreeMap<String, HighlightResult>, EvaluationError> {
    let (mut results, mut problems) = (BTreeMap::new(), Problems::default());
    for result in HighlightResult::read_all(task.inputs.predictions)? {
        let name = result.id.to_string();
        if results.insert(name.clone(), result).is_some() {
            problems.push(Problem::Twice {
                what: "query",
                name,
            });
        }
    }
    problems.check(task.inputs.predictions)?;
    Ok(results)
}

/// The judgements of a query's clips.
fn clips(query: &HighlightQuery) -> Result<Vec<JudgedClip>, Problem> {
    let judged = query.clips.iter().map(|clip| {
        let judgements = clip.scores.as_slice().try_into();
        let wrong = |_| Problem::value(query.id.to_string(), "a clip needs three judgements");
        Ok(JudgedClip {
            clip: clip.clip,
            judgements: judgements.map_err(wrong)?,
        })
    });
    judged.collect()
}

/// QVHighlights.
pub(crate) fn qv_highlights(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&["IoU"]);
    let queries = HighlightQuery::read_all(task.inputs.truth)?;
    let results = results(task)?;
    let named = (queries, |query: &HighlightQuery| query.id.to_string());
    let queries = task.pair_items("query", named, results.keys(), &mut report)?;
    let mut fold = QvHighlightsFold::default();
    let mut problems = Problems::default();
    for query in &queries {
        let Some(result) = results.get(&query.id.to_string()) else {
            continue;
        };
        let scored = score(task, &mut fold, query, result);
        report.samples.extend(problems.take(scored));
    }
    problems.check(task.inputs.predictions)?;
    let found = fold.finish()?;
    let lengths = [
        ("full", found.full),
        ("short", found.short),
        ("middle", found.middle),
        ("long", found.long),
    ];
    for (name, moments) in lengths {
        let Some(moments) = moments else { continue };
        let figures = moment_figures(name, &moments);
        if name == "full" {
            report.summary.extend(figures);
        } else {
            report.groups.push(Group {
                name: name.to_owned(),
                samples: moments.queries,
                figures,
            });
        }
    }
    let judgements = [
        ("Fair", found.fair),
        ("Good", found.good),
        ("VeryGood", found.very_good),
    ];
    for (name, highlights) in judgements {
        report.summary.push(Figure::share(
            format!("HL-min-{name}-mAP"),
            highlights.mean_average_precision,
        ));
        report.summary.push(Figure::share(
            format!("HL-min-{name}-Hit1"),
            highlights.hit_at_one,
        ));
    }
    report
        .summary
        .push(Figure::count("queries", report.samples.len()));
    Ok(report)
}

fn score(
    task: &Task<'_>,
    fold: &mut QvHighlightsFold,
    query: &HighlightQuery,
    result: &HighlightResult,
) -> Result<Sample, Problem> {
    let id = query.id.to_string();
    if result.video != query.video {
        let reason = format!(
            "is about `{}`, the prediction about `{}`",
            query.video, result.video
        );
        return Err(Problem::value(id, reason));
    }
    let windows = result.windows.iter();
    let moments: Vec<ScoredMoment> = windows
        .map(|window| ScoredMoment {
            span: window.span,
            score: window.score,
        })
        .collect();
    let truth = QvTruth {
        video_seconds: query.seconds,
        moments: &query.windows,
        clips: &clips(query)?,
    };
    let prediction = QvPrediction {
        moments: &moments,
        saliency: &result.saliency,
    };
    fold.push(&truth, &prediction).map_err(Problem::of(&id))?;
    let first = moments.first().map(|moment| moment.span);
    let overlaps = query
        .windows
        .iter()
        .filter_map(|window| Some(window.iou(first?)));
    let overlap = overlaps.fold(0.0, f64::max);
    let evidence = Evidence::Spans(SpanEvidence {
        text: query.text.clone(),
        length: query.seconds,
        truth: query.windows.clone(),
        prediction: first.into_iter().collect(),
    });
    Ok(Sample::new(id, [overlap]).shown(task, evidence))
}

fn moment_figures(name: &str, moments: &QvMomentReport) -> Vec<Figure> {
    let prefix = format!("MR-{name}");
    let mut figures = vec![Figure::share(
        format!("{prefix}-mAP"),
        moments.mean_average_precision,
    )];
    let at = |threshold: f64| ((threshold - 0.5).abs() < 1e-9) || ((threshold - 0.75).abs() < 1e-9);
    let named =
        |name: &str, shares: &[tubelet_metrics::ThresholdShare], is_wanted: fn(f64) -> bool| {
            let wanted = shares.iter().filter(|share| is_wanted(share.threshold));
            let figures = wanted
                .map(|share| Figure::share(format!("{name}@{:.2}", share.threshold), share.share));
            figures.collect::<Vec<_>>()
        };
    figures.extend(named(&format!("{prefix}-mAP"), &moments.precision, at));
    let usual = |threshold: f64| {
        let usual = [0.5, 0.7];
        usual.iter().any(|at| (threshold - at).abs() < 1e-9)
    };
    figures.extend(named(&format!("{prefix}-R1"), &moments.recall, usual));
    figures
}
