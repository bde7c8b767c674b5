//! CLEVRER: words for descriptive questions, judgements on statements for the others.
//!
//! In: questions with their answers, and a submission. Out: accuracies by statement and by question.

use std::collections::BTreeMap;

use tubelet_datasets::{ClevrerAnswer, ClevrerQuestion, ClevrerResult};
use tubelet_metrics::{ClevrerFold, ClevrerKind, ClevrerReport, JudgedOption, OptionAccuracy};

use super::{group, point};
use crate::error::{EvaluationError, Problem, Problems};
use crate::evidence::Evidence;
use crate::report::{Figure, Group, Report, Sample};
use crate::task::Task;

/// What is known of a question once it is judged.
enum Judged {
    Word(bool),
    Statements(ClevrerKind, Vec<JudgedOption>),
}

fn key(scene: u32, question: u32) -> String {
    format!("{scene}/{question}")
}

/// CLEVRER.
pub(crate) fn clevrer(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&["accuracy"]);
    let questions = ClevrerQuestion::read_all(task.inputs.truth)?;
    let (mut results, mut problems) = (BTreeMap::new(), Problems::default());
    for result in ClevrerResult::read_all(task.inputs.predictions)? {
        let key = key(result.scene, result.question);
        if results.insert(key.clone(), result.answer).is_some() {
            problems.push(Problem::Twice {
                what: "question",
                name: key,
            });
        }
    }
    problems.check(task.inputs.predictions)?;
    let named = (questions, |question: &ClevrerQuestion| {
        key(question.scene, question.id)
    });
    let questions = task.pair_items("question", named, results.keys(), &mut report)?;
    let scored = task.score_all(&questions, |question| {
        let key = key(question.scene, question.id);
        let answer = results
            .get(&key)
            .ok_or_else(|| Problem::value(&key, "no answer"))?;
        let (judged, is_right) = judge(&key, question, answer)?;
        let sample = Sample::new(key, point(is_right)).within(&question.kind);
        Ok((
            judged,
            sample.shown(task, (!is_right).then(|| evidence(question, answer))),
        ))
    })?;
    let mut fold = ClevrerFold::default();
    for (judged, sample) in scored {
        match judged {
            Judged::Word(is_right) => fold.push_descriptive(is_right),
            Judged::Statements(kind, options) => fold.push_options(kind, &options)?,
        }
        report.samples.push(sample);
    }
    summarise(&mut report, &fold.finish()?);
    Ok(report)
}

fn judge(
    key: &str,
    question: &ClevrerQuestion,
    answer: &ClevrerAnswer,
) -> Result<(Judged, bool), Problem> {
    let kind = match question.kind.as_str() {
        "descriptive" => None,
        "explanatory" => Some(ClevrerKind::Explanatory),
        "predictive" => Some(ClevrerKind::Predictive),
        "counterfactual" => Some(ClevrerKind::Counterfactual),
        other => {
            return Err(Problem::value(
                key,
                format!("`{other}` is no kind of question"),
            ));
        }
    };
    let secret = || Problem::value(key, "the right answer is not part of the ground truth");
    match (kind, answer) {
        (None, ClevrerAnswer::Word(word)) => {
            let is_right = question.answer.as_ref().ok_or_else(secret)? == word;
            Ok((Judged::Word(is_right), is_right))
        }
        (Some(kind), ClevrerAnswer::Judgements(said)) => {
            let options = question.choices.iter().map(|choice| {
                let prediction = said.get(&choice.id).copied();
                let missing =
                    || Problem::value(key, format!("no judgement on statement {}", choice.id));
                Ok(JudgedOption {
                    truth: choice.is_correct.ok_or_else(secret)?,
                    prediction: prediction.ok_or_else(missing)?,
                })
            });
            let options: Vec<JudgedOption> = options.collect::<Result<_, Problem>>()?;
            let is_right = options
                .iter()
                .all(|option| option.truth == option.prediction);
            Ok((Judged::Statements(kind, options), is_right))
        }
        (None, ClevrerAnswer::Judgements(_)) => {
            Err(Problem::value(key, "needs a word for an answer"))
        }
        (Some(_), ClevrerAnswer::Word(_)) => {
            Err(Problem::value(key, "needs a judgement on each statement"))
        }
    }
}

fn evidence(question: &ClevrerQuestion, answer: &ClevrerAnswer) -> Evidence {
    let marked = |is_correct: &dyn Fn(u32) -> Option<bool>| {
        let choices = question.choices.iter();
        let marked = choices.map(|choice| match is_correct(choice.id) {
            Some(true) => format!("right: {}", choice.text),
            _ => format!("wrong: {}", choice.text),
        });
        marked.collect::<Vec<_>>().join("; ")
    };
    let truth = |id| {
        question
            .choices
            .iter()
            .find(|choice| choice.id == id)?
            .is_correct
    };
    Evidence::Answer {
        question: question.text.clone(),
        truth: question.answer.clone().unwrap_or_else(|| marked(&truth)),
        prediction: match answer {
            ClevrerAnswer::Word(word) => word.clone(),
            ClevrerAnswer::Judgements(said) => marked(&|id| said.get(&id).copied()),
        },
    }
}

fn summarise(report: &mut Report, found: &ClevrerReport) {
    report
        .summary
        .push(Figure::share("descriptive", found.descriptive.share()));
    report.groups.push(group("descriptive", found.descriptive));
    let kinds: [(&str, OptionAccuracy); 3] = [
        ("explanatory", found.explanatory),
        ("predictive", found.predictive),
        ("counterfactual", found.counterfactual),
    ];
    for (name, accuracy) in kinds {
        let figures = [
            ("per option", accuracy.options),
            ("per question", accuracy.questions),
        ];
        let named = figures
            .iter()
            .map(|(by, of)| Figure::share(format!("{name}, {by}"), of.share()));
        report.summary.extend(named);
        let figures = figures
            .into_iter()
            .map(|(by, of)| Figure::share(by, of.share()));
        report.groups.push(Group {
            name: name.to_owned(),
            samples: accuracy.questions.all,
            figures: figures.collect(),
        });
    }
    report
        .summary
        .push(Figure::count("questions", report.samples.len()));
}
