//! NExT-QA: accuracies by kind of question.
//!
//! In: a table of questions, and results. Out: the benchmark's eleven accuracies.

use tubelet_datasets::{NextQaQuestion, NextQaResult, read_next_qa_results};
use tubelet_metrics::{NextQaFold, NextQaKind};

use super::{group, point};
use crate::error::{EvaluationError, Problem};
use crate::evidence::Evidence;
use crate::report::{Figure, Report, Sample};
use crate::task::Task;

/// The kinds, as the benchmark's table names them.
const KINDS: [(NextQaKind, &str); 7] = [
    (NextQaKind::CausalWhy, "CW (why)"),
    (NextQaKind::CausalHow, "CH (how)"),
    (NextQaKind::TemporalBeforeOrAfter, "TN (before and after)"),
    (NextQaKind::TemporalCurrent, "TC (meanwhile)"),
    (NextQaKind::DescriptiveCount, "DC (how many)"),
    (NextQaKind::DescriptiveLocation, "DL (where)"),
    (NextQaKind::DescriptiveOther, "DO (other)"),
];

/// The choice of a number.
fn choice(question: &NextQaQuestion, number: usize) -> Result<&str, Problem> {
    let choice = question.choices.get(number).map(String::as_str);
    choice.ok_or_else(|| {
        Problem::value(
            question.key(),
            format!("answer {number} is none of the choices"),
        )
    })
}

/// Whether an answer is right, after checking that it belongs to the question.
pub(super) fn judged(question: &NextQaQuestion, result: NextQaResult) -> Result<bool, Problem> {
    choice(question, result.prediction)?;
    if result.answer != question.answer {
        let (found, expected) = (result.answer, question.answer);
        let reason = format!("the results call answer {found} right, the ground truth {expected}");
        return Err(Problem::value(question.key(), reason));
    }
    Ok(result.prediction == question.answer)
}

/// What to show of a question.
pub(super) fn evidence(question: &NextQaQuestion, result: NextQaResult) -> Evidence {
    let words = |number| choice(question, number).unwrap_or_default().to_owned();
    Evidence::Answer {
        question: question.text.clone(),
        truth: words(question.answer),
        prediction: words(result.prediction),
    }
}

/// NExT-QA.
pub(crate) fn next_qa(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&["accuracy"]);
    let questions = NextQaQuestion::read_all(task.inputs.truth)?;
    let results = read_next_qa_results(task.inputs.predictions)?;
    let named = (questions, NextQaQuestion::key);
    let questions = task.pair_items("question", named, results.keys(), &mut report)?;
    let scored = task.score_all(&questions, |question| {
        let key = question.key();
        let kind = NextQaKind::from_code(&question.kind);
        let kind = kind.ok_or_else(|| {
            Problem::value(&key, format!("`{}` is no kind of question", question.kind))
        })?;
        let result = results.get(&key).copied();
        let result = result.ok_or_else(|| Problem::value(&key, "no answer"))?;
        let is_right = judged(question, result)?;
        let sample = Sample::new(key, point(is_right)).within(&question.kind);
        Ok((
            kind,
            is_right,
            sample.shown(task, (!is_right).then(|| evidence(question, result))),
        ))
    })?;
    let mut fold = NextQaFold::default();
    for (kind, is_right, sample) in scored {
        fold.push(kind, is_right);
        report.samples.push(sample);
    }
    let found = fold.finish()?;
    report.summary = vec![
        Figure::share("Acc@C", found.causal().share()),
        Figure::share("Acc@T", found.temporal().share()),
        Figure::share("Acc@D", found.descriptive().share()),
        Figure::share("Acc@All", found.all().share()),
        Figure::count("questions", found.all().all),
    ];
    report.groups = KINDS
        .into_iter()
        .map(|(kind, name)| group(name, found.kind(kind)))
        .collect();
    Ok(report)
}
