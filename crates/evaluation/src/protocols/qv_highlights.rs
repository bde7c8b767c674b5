//! QVHighlights: queries to moments and to the clips that show them best.
//!
//! In: queries, and a submission. Out: the figures of `standalone_eval`.

use std::collections::BTreeMap;
use std::path::Path;

use tubelet_datasets::{HighlightQuery, HighlightResult};
use tubelet_metrics::{
    JudgedClip, QvHighlightsFold, QvMomentReport, QvPrediction, QvReport, QvTruth, ScoredMoment,
    ThresholdShare,
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

/// What a submission is about. The official code gives no figures of what the first result lacks.
#[derive(Clone, Copy)]
struct Content {
    moments: bool,
    highlights: bool,
}

/// Looks which lists the results have. Scores of clips that only some of them have are refused, moments may be missing:
/// a method may find none.
fn content(
    task: &Task<'_>,
    results: &BTreeMap<String, HighlightResult>,
    report: &mut Report,
) -> Result<Content, EvaluationError> {
    let content = Content {
        moments: results.values().any(|result| !result.windows.is_empty()),
        highlights: results.values().any(|result| !result.saliency.is_empty()),
    };
    let mut problems = Problems::default();
    for (name, result) in results {
        if result.saliency.is_empty() && content.highlights {
            let reason = "has no `pred_saliency_scores`, which other queries have";
            problems.push(Problem::value(name, reason));
        }
        if !content.moments && !content.highlights {
            let reason = "has neither `pred_relevant_windows` nor `pred_saliency_scores`";
            problems.push(Problem::value(name, reason));
        }
    }
    problems.check(task.inputs.predictions)?;
    let without = results.values().filter(|result| result.windows.is_empty());
    let without = without.count();
    if !content.moments {
        let note =
            "There are no `pred_relevant_windows`, and therefore no figures of moments (MR).";
        report.notes.push(note.to_owned());
    } else if without > 0 {
        report.notes.push(format!(
            "{without} results have no `pred_relevant_windows`; their queries count as missed."
        ));
    }
    let windows = results.values().flat_map(|result| &result.windows);
    let inverted = windows.filter(|window| window.span.end < window.span.start);
    let inverted = inverted.count();
    if inverted > 0 {
        report.notes.push(format!(
            "{inverted} windows end before they begin; these share nothing, as by the official code."
        ));
    }
    if !content.highlights {
        let note =
            "There are no `pred_saliency_scores`, and therefore no figures of highlights (HL).";
        report.notes.push(note.to_owned());
    }
    Ok(content)
}

/// The judgements of a query's clips.
fn clips(truth: &Path, query: &HighlightQuery) -> Result<Vec<JudgedClip>, Problem> {
    let judged = query.clips.iter().map(|clip| {
        let judgements = clip.scores.as_slice().try_into();
        let wrong = |_| {
            let problem = Problem::value(query.id.to_string(), "a clip needs three judgements");
            problem.of_truth(truth)
        };
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
    let content = content(task, &results, &mut report)?;
    let mut fold = QvHighlightsFold::default();
    let mut problems = Problems::default();
    for query in &queries {
        let Some(result) = results.get(&query.id.to_string()) else {
            continue;
        };
        let scored = score((task, &mut fold), query, (result, content));
        report.samples.extend(problems.take(scored));
    }
    problems.check(task.inputs.predictions)?;
    let found = fold.finish()?;
    if content.moments {
        add_moments(&mut report, &found);
    }
    if content.highlights {
        add_highlights(&mut report, &found);
    }
    report
        .summary
        .push(Figure::count("queries", report.samples.len()));
    Ok(report)
}

fn score(
    (task, fold): (&Task<'_>, &mut QvHighlightsFold),
    query: &HighlightQuery,
    (result, content): (&HighlightResult, Content),
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
        clips: &clips(task.inputs.truth, query)?,
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
    let overlap = if content.moments { overlap } else { f64::NAN };
    let evidence = Evidence::Spans(SpanEvidence {
        text: query.text.clone(),
        length: query.seconds,
        truth: query.windows.clone(),
        prediction: first.into_iter().collect(),
    });
    Ok(Sample::new(id, [overlap]).shown(task, evidence))
}

/// Figures of moments: those that the official code prints first in the summary, all of them in groups by length.
fn add_moments(report: &mut Report, found: &QvReport) {
    let lengths = [
        ("full", &found.full),
        ("short", &found.short),
        ("middle", &found.middle),
        ("long", &found.long),
    ];
    for (name, moments) in lengths {
        let Some(moments) = moments else { continue };
        let (main, others) = moment_figures(name, moments);
        if name == "full" {
            report.summary.extend(main.clone());
        }
        report.groups.push(Group {
            name: name.to_owned(),
            samples: moments.queries,
            figures: main.into_iter().chain(others).collect(),
        });
    }
}

/// Figures of highlights by the least judgement that makes a clip one.
fn add_highlights(report: &mut Report, found: &QvReport) {
    let judgements = [
        ("Fair", found.fair),
        ("Good", found.good),
        ("VeryGood", found.very_good),
    ];
    for (name, highlights) in judgements {
        report.summary.extend([
            Figure::share(
                format!("HL-min-{name}-mAP"),
                highlights.mean_average_precision,
            ),
            Figure::share(format!("HL-min-{name}-Hit1"), highlights.hit_at_one),
        ]);
    }
}

/// The figures that are usually given, and those at the other overlaps.
fn moment_figures(name: &str, moments: &QvMomentReport) -> (Vec<Figure>, Vec<Figure>) {
    let prefix = format!("MR-{name}");
    let mean = Figure::share(format!("{prefix}-mAP"), moments.mean_average_precision);
    let at = |name: &str, shares: &[ThresholdShare], usual: [f64; 2]| -> [Vec<Figure>; 2] {
        let is_usual = |share: &&ThresholdShare| {
            let mut usual = usual.iter();
            usual.any(|at| (share.threshold - at).abs() < 1e-9)
        };
        let parts: (Vec<_>, Vec<_>) = shares.iter().partition(is_usual);
        let named = |share: &ThresholdShare| {
            Figure::share(
                format!("{prefix}-{name}@{:.2}", share.threshold),
                share.share,
            )
        };
        [parts.0, parts.1].map(|shares| shares.into_iter().map(named).collect())
    };
    let [precision, other_precision] = at("mAP", &moments.precision, [0.5, 0.75]);
    let [recall, other_recall] = at("R1", &moments.recall, [0.5, 0.7]);
    let main = std::iter::once(mean).chain(precision).chain(recall);
    let others = other_precision.into_iter().chain(other_recall);
    (main.collect(), others.collect())
}
