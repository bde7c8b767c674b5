//! NExT-GQA: answers, and the moments that justify them.
//!
//! In: questions, true moments, predicted moments and answers. Out: the benchmark's figures.

use std::collections::BTreeMap;

use tubelet_datasets::{
    GroundedVideo, NextQaQuestion, read_grounding_results, read_next_qa_results,
};
use tubelet_geometry::Span;
use tubelet_metrics::{Grounding, NextGqaFold};

use super::next_qa::judged;
use crate::error::{EvaluationError, Problem};
use crate::evidence::{Evidence, SpanEvidence};
use crate::report::{Figure, Report, Sample};
use crate::task::Task;

/// NExT-GQA.
pub(crate) fn next_gqa(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&["IoP", "IoU", "correct"]);
    let split = task.split("val");
    let questions = NextQaQuestion::read_all(task.inputs.truth.join(format!("{split}.csv")))?;
    let videos = GroundedVideo::read_all(task.inputs.truth.join(format!("gsub_{split}.json")))?;
    let moments: BTreeMap<String, (&GroundedVideo, &Vec<Span>)> = videos
        .iter()
        .flat_map(|video| {
            video
                .questions
                .iter()
                .map(move |(id, spans)| (video, id, spans))
        })
        .map(|(video, id, spans)| (format!("{}_{id}", video.name), (video, spans)))
        .collect();
    let predicted = read_grounding_results(task.inputs.predictions.join("grounding.json"))?;
    let answers = read_next_qa_results(task.inputs.predictions.join("answers.json"))?;
    let is_grounded = |question: &NextQaQuestion| moments.contains_key(&question.key());
    let questions: Vec<NextQaQuestion> = questions.into_iter().filter(is_grounded).collect();
    let named = (questions, NextQaQuestion::key);
    let questions = task.pair_items("question", named, predicted.keys(), &mut report)?;
    let scored = task.score_all(&questions, |question| {
        let key = question.key();
        let missing = |what: &'static str| {
            let name = key.clone();
            move || Problem::Missing { what, name }
        };
        let (video, truth) = moments
            .get(&key)
            .copied()
            .ok_or_else(missing("true moment of question"))?;
        let span = predicted
            .get(&key)
            .copied()
            .ok_or_else(missing("question"))?;
        if !(span.start.is_finite() && span.end.is_finite()) {
            return Err(Problem::value(&key, "a moment that is not finite"));
        }
        let answer = answers
            .get(&key)
            .copied()
            .ok_or_else(missing("answer to question"))?;
        let (grounding, is_right) = (Grounding::of(truth, span), judged(question, answer)?);
        let shown = Evidence::Spans(SpanEvidence {
            text: question.text.clone(),
            length: video.seconds,
            truth: truth.clone(),
            prediction: vec![span],
        });
        let values = [grounding.iop, grounding.iou, f64::from(u8::from(is_right))];
        let sample = Sample::new(key, values)
            .within(&question.kind)
            .shown(task, shown);
        Ok((grounding, is_right, sample))
    })?;
    let mut fold = NextGqaFold::default();
    for (grounding, is_right, sample) in scored {
        fold.push(grounding, is_right);
        report.samples.push(sample);
    }
    let found = fold.finish()?;
    report.summary = vec![
        Figure::share("Acc@GQA", found.grounded_accuracy),
        Figure::share("Acc@QA", found.accuracy),
        Figure::share("mIoP", found.mean_iop),
        Figure::share("mIoU", found.mean_iou),
    ];
    for (name, shares) in [("TIoP", &found.iop), ("TIoU", &found.iou)] {
        let figures = shares
            .iter()
            .map(|at| Figure::share(format!("{name}@{}", at.threshold), at.share));
        report.summary.extend(figures);
    }
    report
        .summary
        .push(Figure::count("questions", found.questions));
    report.group_samples();
    Ok(report)
}
