//! Video-MME: accuracies by length of the video.
//!
//! In: the official template of questions, and the same with responses. Out: accuracies.

use std::collections::BTreeMap;

use tubelet_datasets::{VideoMmeQuestion, VideoMmeVideo};
use tubelet_metrics::{AnsweredAccuracy, DurationClass, LetterSearch, VideoMmeFold, answer_letter};

use super::{group, point};
use crate::error::{EvaluationError, Problem, Problems};
use crate::evidence::Evidence;
use crate::report::{Figure, Report, Sample};
use crate::task::Task;

/// Video-MME.
pub(crate) fn video_mme(task: &Task<'_>) -> Result<Report, EvaluationError> {
    let mut report = task.report(&["accuracy"]);
    let videos = VideoMmeVideo::read_all(task.inputs.truth)?;
    let (mut results, mut problems) = (BTreeMap::new(), Problems::default());
    for question in VideoMmeVideo::read_all(task.inputs.predictions)?
        .into_iter()
        .flat_map(|video| video.questions)
    {
        let name = question.id.clone();
        if results.insert(name.clone(), question).is_some() {
            problems.push(Problem::Twice {
                what: "question",
                name,
            });
        }
    }
    problems.check(task.inputs.predictions)?;
    let questions: Vec<(&VideoMmeVideo, &VideoMmeQuestion)> = videos
        .iter()
        .flat_map(|video| {
            video
                .questions
                .iter()
                .map(move |question| (video, question))
        })
        .collect();
    let name = |(_, question): &(&VideoMmeVideo, &VideoMmeQuestion)| question.id.clone();
    let questions = task.pair_items("question", (questions, name), results.keys(), &mut report)?;
    let search = if task.by("official") {
        LetterSearch::Official
    } else {
        LetterSearch::Intended
    };
    let scored = task.score_all(&questions, |(video, question)| {
        let class = match video.duration.as_str() {
            "short" => DurationClass::Short,
            "medium" => DurationClass::Medium,
            "long" => DurationClass::Long,
            other => {
                return Err(Problem::value(
                    &question.id,
                    format!("`{other}` is no length"),
                ));
            }
        };
        let said = results
            .get(&question.id)
            .and_then(|result| result.response.as_deref());
        let said = said.unwrap_or_default();
        let letter = answer_letter(said, search);
        let is_right = letter == Some(question.answer);
        let shown = (!is_right).then(|| Evidence::Answer {
            question: format!("{} {}", question.text, question.options.join(" ")),
            truth: question.answer.to_string(),
            prediction: said.to_owned(),
        });
        let sample = Sample::new(&question.id, point(is_right)).within(&video.duration);
        Ok((class, question.answer, letter, sample.shown(task, shown)))
    })?;
    let mut fold = VideoMmeFold::default();
    for (class, answer, letter, sample) in scored {
        fold.push(class, answer, letter);
        report.samples.push(sample);
    }
    let found = fold.finish()?;
    let counted = |of: AnsweredAccuracy| match search {
        LetterSearch::Official => of.answered,
        LetterSearch::Intended => of.questions,
    };
    let classes = [
        ("short", found.short),
        ("medium", found.medium),
        ("long", found.long),
    ];
    report
        .summary
        .push(Figure::share("overall", counted(found.overall()).share()));
    for (name, accuracy) in classes {
        report
            .summary
            .push(Figure::share(name, counted(accuracy).share()));
        report.groups.push(group(name, counted(accuracy)));
    }
    let all = found.overall();
    report
        .summary
        .push(Figure::count("questions", all.questions.all));
    report.summary.push(Figure::count(
        "without answer",
        all.questions.all - all.answered.all,
    ));
    Ok(report)
}
