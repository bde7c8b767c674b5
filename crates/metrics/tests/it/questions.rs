//! Answers against values that the evaluators of NExT-QA and NExT-GQA gave.
#![expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]

use std::collections::BTreeMap;

use serde::Deserialize;
use tubelet_geometry::Span;
use tubelet_metrics::{Accuracy, Grounding, NextQaFold, NextQaKind};

use crate::difference::Difference;
use crate::shared::{golden, read, shared};

#[derive(Deserialize)]
struct NextQa {
    percent: BTreeMap<String, f64>,
    counts: BTreeMap<String, usize>,
}

#[derive(Deserialize)]
struct Answer {
    prediction: i64,
    answer: i64,
}

/// The fields of a line, of which any may be in quotes.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut is_quoted = false;
    for character in line.chars() {
        match character {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            _ => fields.last_mut().unwrap().push(character),
        }
    }
    fields
}

#[test]
fn shipped_answers_to_next_qa_score_as_published() {
    let (Some(path), Some(questions), Some(answers)) = (
        shared("metric_vectors/nextqa_hga_val.json"),
        shared("nextqa/dataset/nextqa/val.csv"),
        shared("nextqa/results/HGA-bert-ft-h256-val-example.json"),
    ) else {
        return;
    };
    let expected: NextQa = read(&path);
    let answers: BTreeMap<String, Answer> = read(&answers);
    let questions = std::fs::read_to_string(questions).unwrap();
    let mut lines = questions.lines().map(fields);
    let head = lines.next().unwrap();
    let column = |name: &str| head.iter().position(|field| field == name).unwrap();
    let (video, number, kind) = (column("video"), column("qid"), column("type"));
    let mut fold = NextQaFold::default();
    for fields in lines {
        let answer = &answers[&format!("{}_{}", fields[video], fields[number])];
        let kind = NextQaKind::from_code(&fields[kind]).unwrap();
        fold.push(kind, answer.prediction == answer.answer);
    }
    let report = fold.finish().unwrap();
    let mut difference = Difference::of("NExT-QA");
    let mut check = |name: &str, accuracy: Accuracy| {
        let found = accuracy.share().unwrap() * 100.0;
        difference.check(name, found, expected.percent[name]);
    };
    for (code, &count) in &expected.counts {
        let accuracy = report.kind(NextQaKind::from_code(code).unwrap());
        assert_eq!(accuracy.all, count);
        check(code, accuracy);
    }
    check("Acc_C", report.causal());
    check("Acc_T", report.temporal());
    check("Acc_D", report.descriptive());
    check("Acc", report.all());
}

#[derive(Deserialize)]
struct NextGqa {
    questions: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    truth: Vec<[f64; 2]>,
    prediction: [f64; 2],
    expected: [f64; 2],
}

#[test]
fn moments_ground_answers_as_in_the_next_gqa_evaluator() {
    let mut difference = Difference::of("NExT-GQA");
    for question in golden::<NextGqa>("next_gqa").questions {
        let span = |[start, end]: [f64; 2]| Span::new(start, end);
        let truth: Vec<Span> = question.truth.iter().copied().map(span).collect();
        let found = Grounding::of(&truth, span(question.prediction));
        difference.check("IoU", found.iou, question.expected[0]);
        difference.check("IoP", found.iop, question.expected[1]);
    }
}
