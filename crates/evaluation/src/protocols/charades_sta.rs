//! Charades-STA: sentences to moments.
//!
//! In: lines `VIDEO START END##SENTENCE`, and proposals by sentence with their scores. Out: recall at ranks, and mean overlap.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

use tubelet_datasets::{CharadesLengths, CharadesMoment, HighlightResult};
use tubelet_geometry::Span;
use tubelet_metrics::{CharadesFold, CharadesRules, charades_moment, hull_iou};

use crate::error::{EvaluationError, Problem, Problems};
use crate::evidence::{Evidence, SpanEvidence};
use crate::report::{Figure, Report, Sample};
use crate::task::{Missing, Task};

/// Thresholds of suppression in 2D-TAN's two configurations of Charades-STA, by the names of the rules.
const SUPPRESSION: [(&str, f64); 2] = [("2d-tan", 0.5), ("2d-tan-pool", 0.45)];

/// A sentence with the proposals for it.
struct Asked {
    id: String,
    text: String,
    truth: Span,
    seconds: f64,
    proposals: Vec<Span>,
}

/// The threshold of suppression, where the rules are 2D-TAN's.
fn suppression(task: &Task<'_>) -> Option<f64> {
    let mut thresholds = SUPPRESSION.into_iter();
    thresholds
        .find(|(rules, _)| task.by(rules))
        .map(|(_, threshold)| threshold)
}

fn text_file(task: &Task<'_>) -> PathBuf {
    let path = task.inputs.truth;
    if path.is_dir() {
        return path.join(format!("charades_sta_{}.txt", task.split("test")));
    }
    path.to_owned()
}

/// Words without the full stop that some files keep.
fn key(video: &str, text: &str) -> (String, String) {
    let words = text.trim().trim_end_matches('.').to_owned();
    (video.to_owned(), words)
}

/// The sentences that are asked: with 2D-TAN's rules cut at the end of the video, and without those of which nothing is
/// left.
fn moments(
    task: &Task<'_>,
    report: &mut Report,
) -> Result<Vec<(CharadesMoment, f64)>, EvaluationError> {
    let path = text_file(task);
    let all = CharadesMoment::read_all(&path)?;
    if suppression(task).is_none() {
        // The length is drawn only; the end of the moment is the best guess.
        return Ok(all
            .into_iter()
            .map(|moment| (moment.clone(), moment.span.end))
            .collect());
    }
    let lengths = path.with_file_name(format!("Charades_v1_{}.csv", task.split("test")));
    let lengths = CharadesLengths::read(lengths)?;
    let (mut kept, mut problems, count) = (Vec::new(), Problems::default(), all.len());
    for moment in all {
        let Some(seconds) = lengths.seconds(&moment.video) else {
            problems.push(Problem::value(&moment.video, "its length is not known"));
            continue;
        };
        if let Some(span) = charades_moment(moment.span, seconds) {
            kept.push((CharadesMoment { span, ..moment }, seconds));
        }
    }
    problems.check(&path)?;
    if kept.len() < count {
        let dropped = count - kept.len();
        report.notes.push(format!(
            "{dropped} sentences whose moment ends before it begins are not asked."
        ));
    }
    Ok(kept)
}

/// The proposals of a result, the surest first; equal scores keep the order of the list.
fn ranked(result: HighlightResult) -> Vec<Span> {
    let mut windows = result.windows;
    windows.sort_by(|one, other| other.score.total_cmp(&one.score));
    windows.into_iter().map(|window| window.span).collect()
}

/// The results; a proposal that ends before it begins is refused.
fn results(task: &Task<'_>) -> Result<Vec<HighlightResult>, EvaluationError> {
    let results = HighlightResult::read_all(task.inputs.predictions)?;
    let mut problems = Problems::default();
    for result in &results {
        let mut spans = result.windows.iter().map(|window| window.span);
        if let Some(span) = spans.find(|span| span.end < span.start) {
            let name = format!("qid {}, {}: {}", result.id, result.video, result.text);
            let reason = format!("a window from {} to {} seconds", span.start, span.end);
            problems.push(Problem::value(name, reason));
        }
    }
    problems.check(task.inputs.predictions)?;
    Ok(results)
}

/// Joins sentences and proposals by video and words; sentences that stand several times are joined in their order.
fn asked(task: &Task<'_>, report: &mut Report) -> Result<Vec<Asked>, EvaluationError> {
    let moments = moments(task, report)?;
    let mut by_words: BTreeMap<(String, String), VecDeque<HighlightResult>> = BTreeMap::new();
    for result in results(task)? {
        by_words
            .entry(key(&result.video, &result.text))
            .or_default()
            .push_back(result);
    }
    let (mut asked, mut problems, mut missing) = (Vec::new(), Problems::default(), 0);
    let leaves_out = task.options.missing == Missing::LeaveOut;
    for (index, (moment, seconds)) in moments.into_iter().enumerate() {
        let found = by_words.get_mut(&key(&moment.video, &moment.text));
        let id = format!("{index}/{}", moment.video);
        match found.and_then(VecDeque::pop_front) {
            Some(result) => asked.push(Asked {
                id,
                proposals: ranked(result),
                text: moment.text,
                truth: moment.span,
                seconds,
            }),
            None if leaves_out => missing += 1,
            None => problems.push(Problem::Missing {
                what: "sentence",
                name: format!("{}: {}", moment.video, moment.text),
            }),
        }
    }
    let unexpected = by_words.into_values().flatten();
    if leaves_out {
        let others = unexpected.count();
        report.notes.push(format!(
            "Left out: {missing} sentences without prediction and {others} that only the predictions have."
        ));
    } else {
        for result in unexpected {
            problems.push(Problem::Unexpected {
                what: "sentence",
                name: format!("{}: {}", result.video, result.text),
            });
        }
    }
    problems.check(task.inputs.predictions)?;
    Ok(asked)
}

/// Charades-STA.
pub(crate) fn charades_sta(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&["IoU"]);
    let rules = suppression(task).map_or(CharadesRules::lgi(), CharadesRules::two_d_tan);
    let asked = asked(task, &mut report)?;
    let mut fold = CharadesFold::new(rules);
    for sentence in asked {
        fold.push(sentence.truth, &sentence.proposals);
        let first = sentence.proposals.first();
        let overlap = first.map_or(0.0, |first| hull_iou(sentence.truth, *first));
        let evidence = Evidence::Spans(SpanEvidence {
            text: sentence.text,
            length: sentence.seconds,
            truth: vec![sentence.truth],
            prediction: sentence.proposals.into_iter().take(1).collect(),
        });
        report
            .samples
            .push(Sample::new(sentence.id, [overlap]).shown(task, evidence));
    }
    let found = fold.finish()?;
    for rank in &found.recall {
        let shares = rank.recall.iter();
        let shares = shares
            .map(|at| Figure::share(format!("R@{},IoU={}", rank.rank, at.threshold), at.share));
        report.summary.extend(shares);
    }
    report.summary.push(Figure::share("mIoU", found.mean_iou));
    report.summary.extend([
        Figure::share("mIoU of the best of five", found.mean_best_iou),
        Figure::share(
            "mIoU of the best three of five",
            found.mean_iou_of_best_three,
        ),
    ]);
    report
        .summary
        .push(Figure::count("sentences", found.samples));
    Ok(report)
}
